package local

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestImageNamesItsEngine(t *testing.T) {
	t.Parallel()
	for image, want := range map[Image][2]string{
		DynamoDBLocal:            {"dynamodb-local:3.3.1", "dynamodb-local"},
		"dynoxide:1.2.1":         {"dynoxide:1.2.1", "dynoxide"},
		"example.com:5000/a/b":   {"b", "b"},
		"a/b:1@sha256:abcdef":    {"b:1", "b"},
		"mirror/dynamodb-local":  {"dynamodb-local", "dynamodb-local"},
		"mirror/dynamodb-local2": {"dynamodb-local2", "dynamodb-local2"},
	} {
		assert.Equal(t, want[0], image.Name(), image)
		assert.Equal(t, want[1], image.Engine(), image)
		assert.Equal(t, want[1] == "dynamodb-local", image.command() != nil, "only the known engine gets the known command: %s", image)
	}
}

func TestEngineImageIsTheOneOfTheEnvironment(t *testing.T) {
	t.Setenv(Variable, "")
	assert.Equal(t, DynamoDBLocal, EngineImage())
	t.Setenv(Variable, "dynoxide:1.2.1")
	assert.Equal(t, Image("dynoxide:1.2.1"), EngineImage())
}
