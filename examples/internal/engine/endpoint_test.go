package engine

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnEndpointIsASchemeAndAHost(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"localhost":                  `": set it`,
		"localhost:8000":             `": set it`,
		"http://":                    `": set it`,
		"http://:8000":               "no host",
		"http://[::1":                `": set it`,
		"ftp://localhost":            "scheme is not http or https",
		"http://localhost:8000/path": "more than a scheme, a host and a port",
		"http://localhost?a=b":       "more than a scheme, a host and a port",
		"http://ada:pw@localhost":    "more than a scheme, a host and a port",
	} {
		_, err := checked(endpoint)
		require.Error(t, err, endpoint)
		assert.Contains(t, err.Error(), want, endpoint)
		assert.Contains(t, err.Error(), "set it to a URL such as http://localhost:8000", endpoint)
	}
	for endpoint, want := range map[string]string{
		"http://localhost:8000":  "http://localhost:8000",
		"https://127.0.0.1:1/":   "https://127.0.0.1:1",
		"http://[::1]:8000":      "http://[::1]:8000",
		"HTTP://dynamo.internal": "http://dynamo.internal",
	} {
		u, err := checked(endpoint)
		require.NoError(t, err, endpoint)
		assert.Equal(t, want, u.String())
	}
}

func TestAWSNeedsWhatItsRequestsAreSignedWith(t *testing.T) {
	t.Setenv(Variable, "https://dynamodb.eu-central-1.amazonaws.com")
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"} {
		t.Setenv(name, "")
		_, err := Open(t.Context(), false)
		assert.ErrorContains(t, err, "which is AWS, and "+name+" is not set")
		t.Setenv(name, "us-east-1")
	}
	_, err := Open(t.Context(), false)
	require.ErrorContains(t, err, "AWS_REGION is us-east-1: they must be of one region")
	t.Setenv("AWS_REGION", "eu-central-1")
	e, err := Open(t.Context(), false)
	require.NoError(t, err)
	assert.True(t, e.AWS)
	assert.False(t, e.Fresh)
	assert.Nil(t, Streams(e.Client).Options().BaseEndpoint, "streams have an endpoint of their own")

	t.Setenv(Variable, "http://localhost:8000")
	e, err = Open(t.Context(), false)
	require.NoError(t, err)
	assert.False(t, e.AWS)
	assert.Equal(t, "http://localhost:8000", *Streams(e.Client).Options().BaseEndpoint)
}
