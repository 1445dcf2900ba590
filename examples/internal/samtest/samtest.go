// Package samtest tests what a SAM template deploys: the template with cfn-lint, and its functions with the records of a
// real stream.
package samtest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/engine"
)

// Program is the variable with the program of cfn-lint, if it is not on the PATH. Require is the variable that turns skips
// into failures.
const (
	Program = "DDB_CFN_LINT"
	Require = "DDB_REQUIRE_CFN_LINT"
)

// Lint requires that cfn-lint finds nothing in a template.
func Lint(t *testing.T, file string) {
	t.Helper()
	program, err := exec.LookPath(cmp.Or(os.Getenv(Program), "cfn-lint"))
	missing := errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist)
	if missing && os.Getenv(Require) != "1" {
		t.Skip("needs cfn-lint: python3 -m pip install cfn-lint, and " + Program + " or the PATH")
	}
	require.NoError(t, err)
	out, err := exec.CommandContext(t.Context(), program, "--non-zero-exit-code", "informational", file).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// Handler is the handler of a Lambda function for a stream.
type Handler = func(context.Context, json.RawMessage) (json.RawMessage, error)

// Deliver hands all records of a table's stream to the function, in events as Lambda sends them, and what the function
// writes meanwhile too. It delivers again what fails.
func Deliver(t *testing.T, client *dynamodb.Client, table string, handle Handler) {
	t.Helper()
	reader := ddbstream.NewReader(engine.Streams(client), table, lambda(handle), &ddbstream.MemoryStore{}, &ddbstream.Options{Batch: 100})
	require.NoError(t, reader.Drain(t.Context()))
}

// lambda invokes a function as a stream's event source mapping does.
type lambda Handler

// Process sends one event.
func (l lambda) Process(ctx context.Context, records []ddb.Record) (failed []string, err error) {
	event, err := json.Marshal(map[string]any{"Records": records})
	if err != nil {
		return nil, err
	}
	out, err := l(ctx, event)
	if err != nil {
		return nil, err
	}
	var response events.DynamoDBEventResponse
	if err := json.Unmarshal(out, &response); err != nil {
		return nil, err
	}
	for _, f := range response.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	if len(failed) > 0 {
		err = errors.New("the function reported failures")
	}
	return failed, err
}

// Builds requires that a package main builds: with what is compiled already, for the machine of the test. The step "machines" of
// .ci/run builds the functions for theirs, which compiles everything once more.
func Builds(t *testing.T, dir string) {
	t.Helper()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", t.TempDir()+"/bootstrap", ".")
	build.Dir = dir
	out, err := build.CombinedOutput()
	assert.NoError(t, err, "%s", out)
}
