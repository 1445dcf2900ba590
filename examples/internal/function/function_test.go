package function

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAWrongEnvironmentIsNamed(t *testing.T) {
	t.Parallel()
	get := func(values map[string]string) func(string) string {
		return func(name string) string { return values[name] }
	}
	_, err := Env(get(nil), Table, DeadLetters)
	require.ErrorContains(t, err, "the variable TABLE_NAME is not set")
	require.ErrorContains(t, err, "the variable DEAD_LETTERS_URL is not set")
	_, err = Env(get(map[string]string{Table: "learning", DeadLetters: "letters"}), Table, DeadLetters)
	require.EqualError(t, err, `the variable DEAD_LETTERS_URL is "letters": set it to the URL of a queue`)
	values, err := Env(get(map[string]string{Table: "learning", DeadLetters: "https://sqs.eu-central-1.amazonaws.com/1/letters"}), Table, DeadLetters)
	require.NoError(t, err)
	assert.Equal(t, []string{"learning", "https://sqs.eu-central-1.amazonaws.com/1/letters"}, values)
}

func TestTheRegionIsNeeded(t *testing.T) {
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	_, err := Config(t.Context())
	require.ErrorContains(t, err, "AWS_REGION")
	t.Setenv("AWS_REGION", "eu-central-1")
	cfg, err := Config(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "eu-central-1", cfg.Region)
}
