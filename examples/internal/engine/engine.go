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
	Name   string // for people: its kind and its address
	kind   string // its name in package capability
	Client *dynamodb.Client
	Fresh  bool // started for this process: empty, and deleted at the end
	AWS    bool // its requests are paid for
	Close  func() error
}

// Has reports whether the engine has a capability.
func (e *Engine) Has(c capability.Capability) bool { return capability.Has(e.kind, c) }

// Streams returns a stream client for the same endpoint as c. AWS has another endpoint for streams, of the same region.
func Streams(c *dynamodb.Client) *dynamodbstreams.Client {
	o := c.Options()
	endpoint := o.BaseEndpoint
	if endpoint != nil {
		if u, err := url.Parse(*endpoint); err == nil && isAWS(u.Hostname()) {
			endpoint = nil
		}
	}
	return dynamodbstreams.New(dynamodbstreams.Options{
		BaseEndpoint: endpoint, Region: o.Region, Credentials: o.Credentials, HTTPClient: o.HTTPClient, Retryer: o.Retryer,
	})
}

// Open opens the endpoint in DYNAMODB_ENDPOINT. Without it, and if container is set, it starts the engine in a
// container, whose image DDB_ENGINE_IMAGE may name. Otherwise it opens the engine in this process. It does not check
// whether an endpoint is reachable.
func Open(ctx context.Context, container bool) (*Engine, error) {
	endpoint := os.Getenv(Variable)
	switch {
	case endpoint != "" && container:
		return nil, fmt.Errorf("%s is set to %s and -local starts another engine: use only one", Variable, endpoint)
	case endpoint != "":
		return openEndpoint(endpoint)
	case container:
		return openContainer(ctx)
	}
	return &Engine{Name: "ddbmem, in this process", kind: "ddbmem", Client: ddbmem.New().Client(), Fresh: true, Close: nothing}, nil
}

func nothing() error { return nil }

func openEndpoint(endpoint string) (*Engine, error) {
	u, err := checked(endpoint)
	if err != nil {
		return nil, err
	}
	e := &Engine{Name: u.String(), kind: local.EngineImage().Engine(), Client: local.Client(u.String()), Close: nothing}
	if isAWS(u.Hostname()) {
		if err := account(u); err != nil {
			return nil, err
		}
		e.AWS, e.kind = true, "aws"
	}
	return e, nil
}

func openContainer(ctx context.Context) (*Engine, error) {
	server, err := local.Start(ctx)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%s in a container, at %s", server.Image(), server.Endpoint())
	return &Engine{Name: name, kind: server.Image().Engine(), Client: server.Client(), Fresh: true, Close: server.Close}, nil
}
