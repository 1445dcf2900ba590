package observe_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// transport is a client that sets an HTTP client of its own, behind the options of the library.
type transport struct {
	*dynamodb.Client
	next dynamodb.HTTPClient
	sent int
}

func (c *transport) Do(r *http.Request) (*http.Response, error) {
	c.sent++
	return c.next.Do(r)
}

func (c *transport) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return c.Client.GetItem(ctx, in, append(opts, func(o *dynamodb.Options) { o.HTTPClient = c })...)
}

// Of a client that hides its attempts the responses are still seen: each reason is told once.
func TestTheReasonsOfAClientWithATransportOfItsOwn(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		l := openLibrary(t, ddbmem.Options{}, ddb.Options{})
		client := &transport{Client: l.engine.Client(fixture.Impatient)}
		client.next = client.Options().HTTPClient
		opts.Observe = l.seen.Observe
		db := ddb.New(client, "library", l.table, &opts)
		l.engine.SetFaults(fixture.Script("GetItem", fixture.Forever(nil, ddbmem.HotPartition)...))
		_, err := ddb.NewRepository(db, l.books).Get(t.Context(), Book{Shelf: "1", ID: "1"})
		require.ErrorIs(t, err, ddb.ErrThrottled)
		seen := l.seen.Take()
		assert.Greater(t, client.sent, 1)
		assert.Len(t, seen[len(seen)-1].Throttled, client.sent)
		assert.Equal(t, 1, seen[len(seen)-1].Attempts, "they are not counted")
	})
}
