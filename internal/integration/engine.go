// Package integration holds the conformance suite: the same tests on every available DynamoDB.
//
// A test asks [Each] for an [Env]: an engine, a client and a unique table name. Tests run in parallel, on one engine in
// a container per process. Package capability has the differences between engines; a test branches on [Engine.Has] and
// never on a name.
//
//	DDB_ENGINE_IMAGE=dynoxide:1.2.1           run that engine in the container instead of DynamoDB Local
//	DYNAMODB_ENDPOINT=http://localhost:8000   run on that endpoint instead of starting a container
//	DDB_REQUIRE_LOCAL=1                       fail if the container cannot be started, instead of skipping
//	DDB_AWS=1                                 run on AWS too, in the account and region of the environment
package integration

import (
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/integration/capability"
	"github.com/singletable-go/ddb/internal/integration/local"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

// Engine is a DynamoDB that the suite runs on.
type Engine struct {
	Name   string
	kind   string                              // its name in package capability
	lag    time.Duration                       // how long an index may lag
	optIn  string                              // the variable that must be 1, "" for an engine that always runs
	client func(t testing.TB) *dynamodb.Client // may skip
}

// Engines are the engines of the suite.
var Engines = []Engine{
	{
		Name:   "ddbmem",
		kind:   "ddbmem",
		client: func(testing.TB) *dynamodb.Client { return ddbmem.New().Client() },
	},
	{
		// As in AWS, a global index may not have the last writes yet.
		Name: "ddbmem-lagging",
		kind: "ddbmem-lagging",
		client: func(testing.TB) *dynamodb.Client {
			return ddbmem.New(ddbmem.Options{Faults: ddbmem.Faults{IndexLag: 20 * time.Millisecond}}).Client()
		},
		lag: 25 * time.Millisecond,
	},
	{
		Name:   localtest.EngineName(),
		kind:   local.EngineImage().Engine(),
		client: localtest.Client,
	},
	{
		Name:   "aws",
		kind:   "aws",
		lag:    2 * time.Second,
		optIn:  "DDB_AWS",
		client: func(testing.TB) *dynamodb.Client { return local.Client("") },
	},
}

// Has reports whether the engine has the capability.
func (e Engine) Has(c capability.Capability) bool { return capability.Has(e.kind, c) }

// Each runs f as a parallel subtest on each engine, named after it.
func Each(t *testing.T, f func(t *testing.T, env *Env)) {
	t.Helper()
	for _, e := range Engines {
		if e.optIn != "" && os.Getenv(e.optIn) != "1" {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			f(t, &Env{Engine: e, Client: e.client(t), Table: localtest.TableName(t)})
		})
	}
}
