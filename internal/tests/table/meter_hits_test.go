package table_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// remembering is a client that says of each GetItem that a part of it came from a cache, as package ddbcache does.
type remembering struct{ ddb.Client }

func (c remembering) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	out, err := c.Client.GetItem(ctx, in, o...)
	if err == nil {
		out.ResultMetadata.Set("github.com/singletable-go/ddb: hits", 3)
	}
	return out, err
}

// A Meter counts what came from a client that caches, beside the requests, and so do those of outer contexts.
func TestMeterCountsHits(t *testing.T) {
	t.Parallel()
	p, client := newDepot(), ddbmem.New().Client()
	require.NoError(t, ddb.New(client, "parcels", p.table, nil).CreateTable(t.Context()))
	db := ddb.New(remembering{client}, "parcels", p.table, nil)
	require.NoError(t, db.Do(t.Context(), p.stops.Put(Stop{ParcelID: "1"})))
	outer, all := ddb.WithMeter(t.Context())
	for range 2 {
		ctx, m := ddb.WithMeter(outer)
		_, err := ddb.NewRepository(db, p.stops).Get(ctx, Stop{ParcelID: "1"})
		require.NoError(t, err)
		assert.Equal(t, []int{3, 1}, []int{m.Hits(), m.Requests()})
	}
	assert.Equal(t, 6, all.Hits())
}
