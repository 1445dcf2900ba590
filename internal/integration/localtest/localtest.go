// Package localtest gives tests the engine in a container of their process: started once, shared by all, stopped at the
// end. Package local says which image runs.
//
//	func TestMain(m *testing.M) { os.Exit(localtest.Main(m)) }
//
// DYNAMODB_ENDPOINT names an endpoint to use instead, and DDB_ENGINE_IMAGE still says which engine answers there. Where the
// container cannot be started, as without Docker, a test skips with one line, and fails when DDB_REQUIRE_LOCAL=1, which
// continuous integration sets.
package localtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/internal/integration/local"
)

// Endpoint is the variable that names the endpoint to test against, Require the one that forbids skipping.
const (
	Endpoint = "DYNAMODB_ENDPOINT"
	Require  = "DDB_REQUIRE_LOCAL"
)

var shared struct {
	once   sync.Once
	server *local.Server
	client *dynamodb.Client
	err    error
}

// Main runs the tests, stops what they started, and returns the exit code.
func Main(m *testing.M) int {
	code := m.Run()
	if shared.server == nil {
		return code
	}
	if err := shared.server.Close(); err != nil {
		fmt.Fprintf(os.Stderr, "stop %s: %v\n", shared.server.Image(), err)
		return max(code, 1)
	}
	return code
}

// Client returns a client of the process's engine in a container. The first call starts it.
func Client(t testing.TB) *dynamodb.Client {
	t.Helper()
	shared.once.Do(start)
	switch {
	case shared.err == nil:
		return shared.client
	case os.Getenv(Require) == "1":
		t.Fatalf("%s in a container is required by %s=1: %v", local.EngineImage(), Require, shared.err)
	default:
		t.Skipf("needs %s in a container (start Docker, or set %s): %s", local.EngineImage(), Endpoint, strings.ReplaceAll(shared.err.Error(), "\n", "; "))
	}
	return nil
}

func start() {
	if endpoint := os.Getenv(Endpoint); endpoint != "" {
		shared.client = local.Client(endpoint)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute) // the first run pulls the image
	defer cancel()
	if shared.server, shared.err = local.Start(ctx); shared.err == nil {
		shared.client = shared.server.Client()
	}
}

// EngineName names the engine that [Client] is a client of, and where it runs: "container-dynamodb-local:3.3.1", or
// "endpoint-…" where DYNAMODB_ENDPOINT is set. It starts nothing.
func EngineName() string {
	where := "container-"
	if os.Getenv(Endpoint) != "" {
		where = "endpoint-"
	}
	return where + local.EngineImage().Name()
}

// TableName returns a name that no other test uses, readable in a list of tables.
func TableName(t testing.TB) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '-'
	}, t.Name())
	return fmt.Sprintf("%.200s-%s", name, rand.Text()[:10])
}
