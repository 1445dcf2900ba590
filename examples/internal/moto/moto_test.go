package moto_test

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/internal/moto"
)

func TestMain(m *testing.M) {
	code := m.Run()
	moto.Stop()
	os.Exit(code)
}

// What one client creates the others see, whether they are made with the configuration or from the environment.
func TestTheServerIsShared(t *testing.T) {
	out, err := sqs.NewFromConfig(moto.Config(t)).CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: new("shared")})
	require.NoError(t, err)
	moto.Setenv(t)
	cfg, err := config.LoadDefaultConfig(t.Context())
	require.NoError(t, err)
	again, err := sqs.NewFromConfig(cfg).GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: new("shared")})
	require.NoError(t, err)
	assert.Equal(t, *out.QueueUrl, *again.QueueUrl)
}
