package local

import (
	"cmp"
	"os"
	"path"
	"strings"
)

// Variable names the image of the engine that runs in a container or at an endpoint. Any engine that speaks DynamoDB's
// protocol on port 8000 can be used.
const Variable = "DDB_ENGINE_IMAGE"

// DynamoDBLocal is the default image, used without [Variable].
const DynamoDBLocal Image = "amazon/dynamodb-local:3.3.1"

// Image is a reference to the image of an engine, such as "amazon/dynamodb-local:3.3.1".
type Image string

// EngineImage returns the image that [Start] runs: the one in DDB_ENGINE_IMAGE, or [DynamoDBLocal].
func EngineImage() Image {
	return Image(cmp.Or(os.Getenv(Variable), string(DynamoDBLocal)))
}

// Name returns the name and the tag, without the registry: "dynamodb-local:3.3.1".
func (i Image) Name() string {
	name, _, _ := strings.Cut(path.Base(string(i)), "@") // without a digest, which people cannot read
	return name
}

// Engine returns the name of the engine, whatever its version: "dynamodb-local".
func (i Image) Engine() string {
	name, _, _ := strings.Cut(i.Name(), ":")
	return name
}

// command returns the command of the container, nothing for the image's own.
func (i Image) command() []string {
	if i.Engine() != DynamoDBLocal.Engine() {
		return nil
	}
	// Without a locale the container would turn each non-ASCII letter in a set of a statement into two others.
	return []string{"-Dfile.encoding=UTF-8", "-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb"}
}
