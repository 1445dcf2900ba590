// Package localtest gives tests an engine in a container: started once per process, shared by all tests, stopped at the
// end. Package local selects the image.
//
//	func TestMain(m *testing.M) { os.Exit(localtest.Main(m)) }
//
// DYNAMODB_ENDPOINT names an endpoint to use instead; DDB_ENGINE_IMAGE then says which engine it is. If the container
// cannot be started, as without Docker, a test skips with one line. With DDB_REQUIRE_LOCAL=1, as in continuous
// integration, it fails.
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

// Endpoint is the variable with the endpoint to test against. Require is the variable that turns skips into failures.
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
		t.Fatalf("an engine in a container is required by %s=1: %v", Require, shared.err)
	default:
		t.Skipf("needs an engine in a container (start Docker, or set %s): %s", Endpoint, strings.ReplaceAll(shared.err.Error(), "\n", "; "))
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

// EngineName is the name and location of the engine of [Client]: "container-dynamodb-local:3.3.1", or "endpoint-…" with
// DYNAMODB_ENDPOINT. It starts nothing.
func EngineName() string {
	where := "container-"
	if os.Getenv(Endpoint) != "" {
		where = "endpoint-"
	}
	return where + local.EngineImage().Name()
}

// TableName returns a unique name, readable in a list of tables.
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
