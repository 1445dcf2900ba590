package web

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/messaging/groups"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func TestMain(m *testing.M) { os.Exit(localtest.Main(m)) }

var ada, bayo = groups.People[0], groups.People[1]

// openSeeded returns a store on what Seed writes.
func openSeeded(t *testing.T, env *integration.Env) *groups.Store {
	t.Helper()
	db := env.Open(t, groups.Cruddur)
	require.NoError(t, groups.Seed(t.Context(), db, func(int, int) {}))
	env.CatchUp()
	return groups.NewStore(db, nil)
}

// watch moves the entries as the stream says, until the test ends.
func watch(t *testing.T, client *dynamodb.Client, db *ddb.DB, s *groups.Store) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader := ddbstream.NewReader(engine.Streams(client), db.Name(), s.Mux(nil), &ddbstream.MemoryStore{}, &ddbstream.Options{
		Poll: 20 * time.Millisecond, Discover: 100 * time.Millisecond,
		OnError: func(_ context.Context, err error) { t.Log(err) },
	})
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, reader.Run(ctx)) })
	t.Cleanup(func() { cancel(); wg.Wait() })
}

// contents is every item of the table, as DynamoDB has it.
func contents(t *testing.T, client *dynamodb.Client, table string) []any {
	t.Helper()
	var items []any
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &table, ConsistentRead: new(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		for _, item := range page.Items {
			items = append(items, item)
		}
	}
	return items
}
