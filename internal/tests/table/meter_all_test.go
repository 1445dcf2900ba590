package table_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// tally is an HTTP client that counts the requests of each operation.
type tally struct {
	dynamodb.HTTPClient
	mu   sync.Mutex
	sent map[string]int
}

func (c *tally) Do(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	c.mu.Lock()
	c.sent[operation]++
	c.mu.Unlock()
	return c.HTTPClient.Do(r)
}

// The meter counts each request that goes out, those on the table itself and on what views keep included.
func TestTheMeterCountsEveryRequest(t *testing.T) {
	t.Parallel()
	b := newBrickwork("mark")
	sent := &tally{sent: map[string]int{}}
	client := ddbmem.New().Client(func(o *dynamodb.Options) { sent.HTTPClient, o.HTTPClient = o.HTTPClient, sent })
	db := ddb.New(client, "walls", b.table, nil)
	ctx, meter := ddb.WithMeter(t.Context())
	require.NoError(t, db.CreateTable(ctx))
	require.NoError(t, db.VerifyTable(ctx))
	require.NoError(t, db.Do(ctx, b.bricks.Put(Brick{"1", "1", "m1", 1})))
	require.NoError(t, db.Do(ctx, b.walls.Put(Wall{ID: "1", Mark: "m1"})))
	mux := ddb.NewMux(b.table, nil)
	mux.Maintain(db, b.n)
	require.NoError(t, mux.Gap(ctx, errors.New("away")))
	require.NoError(t, b.n.Rebuild(ctx, db, nil))
	_, err := b.n.LastGap(ctx, db)
	require.NoError(t, err)
	_, err = db.DropView(ctx, "other", nil)
	require.NoError(t, err)
	_, err = ddb.Collect(db.Scan(ctx, nil))
	require.NoError(t, err)
	_, err = db.Purge(ctx, nil)
	require.NoError(t, err)
	require.NoError(t, db.DropTable(ctx))
	total := 0
	for operation, n := range sent.sent {
		assert.Equal(t, n, meter.RequestsOf(operation), operation)
		total += n
	}
	assert.Equal(t, total, meter.Requests())
	assert.GreaterOrEqual(t, len(sent.sent), 8, "of operations: %v", sent.sent)
}
