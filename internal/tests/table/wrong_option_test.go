package table_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// A wrong option is found before any request.
func TestAWrongOptionMakesNoRequest(t *testing.T) {
	t.Parallel()
	b := newBrickwork("mark")
	db := ddb.New(ddbmem.New().Client(), "walls", b.table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	ctx, meter := ddb.WithMeter(t.Context())
	wrong := ddb.ScanOptions{Workers: -3}
	for _, force := range []bool{false, true} {
		_, err := db.Purge(ctx, &ddb.PurgeOptions{Workers: -3, Force: force})
		require.ErrorIs(t, err, ddb.ErrModel)
	}
	require.ErrorIs(t, b.n.Rebuild(ctx, db, &ddb.RebuildOptions{Scan: wrong, Progress: func(ddb.Progress) {}}), ddb.ErrModel)
	_, err := db.DropView(ctx, "other", &ddb.RebuildOptions{Scan: wrong, Progress: func(ddb.Progress) {}})
	require.ErrorIs(t, err, ddb.ErrModel)
	_, err = ddb.Collect(b.n.Verify(ctx, db, &wrong))
	require.ErrorIs(t, err, ddb.ErrModel)
	_, err = ddb.NewRepository(db, b.bricks).Reindex(ctx, &ddb.ReindexOptions{Segments: -1})
	require.ErrorIs(t, err, ddb.ErrModel)
	err = ddb.NewRepository(db, b.walls).EnsureUnique(ctx, &ddb.ReindexOptions{Workers: -1})
	require.ErrorIs(t, err, ddb.ErrModel)
	assert.Zero(t, meter.Requests())
}
