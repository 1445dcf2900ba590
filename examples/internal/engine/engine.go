// Package engine chooses the DynamoDB that an example runs on.
package engine

import (
	"context"
	"fmt"
	"net/url"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/integration/capability"
	"github.com/singletable-go/ddb/internal/integration/local"
)

// Variable names an endpoint to run on.
const Variable = "DYNAMODB_ENDPOINT"

// Engine is a DynamoDB to run on.
type Engine struct {
	Name   string // for people: what it is, and where it runs
	kind   string // its name in package capability
	Client *dynamodb.Client
	Fresh  bool // it came up for this process: it holds nothing yet, and whatever it will hold is gone at the end
	Close  func() error
}

// Has reports whether the engine has a capability.
func (e *Engine) Has(c capability.Capability) bool { return capability.Has(e.kind, c) }

// Streams returns a client for the streams of the tables that c is a client of.
func Streams(c *dynamodb.Client) *dynamodbstreams.Client {
	o := c.Options()
	return dynamodbstreams.New(dynamodbstreams.Options{
		BaseEndpoint: o.BaseEndpoint, Region: o.Region, Credentials: o.Credentials, HTTPClient: o.HTTPClient, Retryer: o.Retryer,
	})
}

// Open opens the endpoint that DYNAMODB_ENDPOINT names; else, if container is set, the engine in a container that it
// starts, whose image DDB_ENGINE_IMAGE may name; else the engine that runs in this process. An endpoint is not asked
// whether it answers.
func Open(ctx context.Context, container bool) (*Engine, error) {
	endpoint := os.Getenv(Variable)
	switch {
	case endpoint != "" && container:
		return nil, fmt.Errorf("%s names %s, and -local starts another engine: unset one", Variable, endpoint)
	case endpoint != "":
		if u, err := url.Parse(endpoint); err != nil || u.Scheme == "" || u.Host == "" {
			return nil, fmt.Errorf("%s is %q: it takes a URL such as http://localhost:8000", Variable, endpoint)
		}
		return &Engine{Name: endpoint, kind: local.EngineImage().Engine(), Client: local.Client(endpoint), Close: nothing}, nil
	case container:
		return openContainer(ctx)
	}
	return &Engine{Name: "ddbmem, in this process", kind: "ddbmem", Client: ddbmem.New().Client(), Fresh: true, Close: nothing}, nil
}

func nothing() error { return nil }

func openContainer(ctx context.Context) (*Engine, error) {
	server, err := local.Start(ctx)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%s in a container, at %s", server.Image(), server.Endpoint())
	return &Engine{Name: name, kind: server.Image().Engine(), Client: server.Client(), Fresh: true, Close: server.Close}, nil
}
