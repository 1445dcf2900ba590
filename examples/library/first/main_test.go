package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// The program's own configuration finds the engine: the environment names it.
func TestTheFirstItemIsWrittenOnce(t *testing.T) {
	server := httptest.NewServer(ddbmem.New())
	defer server.Close()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_DYNAMODB": server.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
	} {
		t.Setenv(name, value)
	}
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out))
	assert.Equal(t, "{butler 9780807083697 Kindred SF 1979} <nil>\n", out.String())
	err := run(t.Context(), &out)
	assert.ErrorIs(t, err, ddb.ErrExists)
	assert.ErrorContains(t, err, "ddb: create book", "that the table exists is no error")
}
