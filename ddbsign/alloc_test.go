//go:build !race

package ddbsign_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/ddbsign"
)

func TestSignerBudget(t *testing.T) {
	s, r := ddbsign.New(), request(t, host, target, 7)
	c, at := aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, time.Unix(1_800_000_000, 0)
	sign := func() { _ = s.SignHTTP(t.Context(), c, r, hash, "dynamodb", "eu-central-1", at) }
	assert.InDelta(t, 4, testing.AllocsPerRun(100, sign), 0)
}
