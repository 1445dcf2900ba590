package integration

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

// Env is the environment of one test on one engine.
type Env struct {
	Engine
	Client *dynamodb.Client
	Table  string // a unique name; the table does not exist yet
}

// Open creates the table of a model and returns its DB; the table is deleted when the test ends.
func (e *Env) Open(t testing.TB, model *ddb.Table) *ddb.DB {
	t.Helper()
	return e.OpenWith(t, model, nil)
}

// OpenWith is Open with options.
func (e *Env) OpenWith(t testing.TB, model *ddb.Table, opts *ddb.Options) *ddb.DB {
	t.Helper()
	db := ddb.New(e.Client, e.Table, model, opts)
	require.NoError(t, db.CreateTable(t.Context()))
	e.deleteAfter(t)
	return db
}

// Create creates the table, under the environment's name, and deletes it when the test ends.
func (e *Env) Create(t testing.TB, in *dynamodb.CreateTableInput) {
	t.Helper()
	in.TableName = &e.Table
	_, err := e.Client.CreateTable(t.Context(), in)
	require.NoError(t, err)
	e.deleteAfter(t)
	err = dynamodb.NewTableExistsWaiter(e.Client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, 2*time.Second
	}).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &e.Table}, time.Minute)
	require.NoError(t, err)
}

func (e *Env) deleteAfter(t testing.TB) {
	t.Cleanup(func() {
		_, err := e.Client.DeleteTable(context.WithoutCancel(t.Context()), &dynamodb.DeleteTableInput{TableName: &e.Table})
		require.NoError(t, err)
	})
}

// CatchUp waits until the global indexes show all earlier writes, on an engine whose indexes lag.
func (e *Env) CatchUp() { time.Sleep(e.lag) }

// Settles runs check until it reports true: once if indexes do not lag, otherwise for up to ten seconds.
func (e *Env) Settles(t testing.TB, check func() bool) {
	t.Helper()
	if !e.Has(capability.IndexLag) {
		require.True(t, check(), "the index lags, on an engine whose indexes do not lag")
		return
	}
	require.Eventually(t, check, 10*time.Second, 100*time.Millisecond, "the index did not catch up")
}
