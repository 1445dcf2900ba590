package derived_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/cookbook/derived"
)

// Each record is replayed after all others, as a dead letter is. The search index has what the table has.
func TestALateRecordOverwritesNoNewerTitle(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "catalog", derived.CatalogTable, nil)
	require.NoError(t, db.CreateTable(ctx))
	index := documents{}
	mux := ddb.NewMux(derived.CatalogTable, nil)
	derived.FeedSearch(mux, db, index)
	var records []ddb.Record
	mux.HandleBatch(func(_ context.Context, changes []ddb.Change[any]) error {
		for _, c := range changes {
			records = append(records, c.Record())
		}
		return nil
	})
	for _, op := range []ddb.Op{
		derived.CatalogBooks.Put(derived.CatalogBook{ISBN: "1", Title: "old"}),
		derived.CatalogBooks.Put(derived.CatalogBook{ISBN: "2", Title: "gone"}),
		derived.CatalogBooks.Put(derived.CatalogBook{ISBN: "1", Title: "new"}),
		derived.CatalogBooks.Delete(derived.CatalogBook{ISBN: "2"}),
	} {
		require.NoError(t, db.Do(ctx, op))
	}
	require.NoError(t, ddbstream.NewReader(engine.StreamsClient(), "catalog", mux, &ddbstream.MemoryStore{}, nil).Drain(ctx))
	require.Len(t, records, 4)
	for _, r := range records {
		assert.Equal(t, documents{"1": "new"}, index)
		require.NoError(t, mux.Replay(ctx, r))
	}
	assert.Equal(t, documents{"1": "new"}, index)
}

// documents is a search index: titles by ISBN.
type documents map[string]string

func (d documents) Write(_ context.Context, books []derived.CatalogBook, removedISBNs []string) error {
	for _, b := range books {
		d[b.ISBN] = b.Title
	}
	for _, isbn := range removedISBNs {
		delete(d, isbn)
	}
	return nil
}
