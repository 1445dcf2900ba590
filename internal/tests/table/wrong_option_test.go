package table_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// A wrong option is found before any request, and the error says which.
func TestAWrongOptionMakesNoRequest(t *testing.T) {
	t.Parallel()
	b := newBrickwork("mark")
	db := ddb.New(ddbmem.New().Client(), "walls", b.table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	ctx, meter := ddb.WithMeter(t.Context())
	report := func(ddb.Progress) {}
	for name, run := range b.jobs(db) {
		for says, opts := range map[string]*ddb.JobOptions{
			"Workers is -3":        {Workers: -3, Progress: report},
			"Workers is 1000001":   {Workers: 1_000_001, Progress: report},
			"Segments is -1":       {Segments: -1, Progress: report},
			"Segments is 2000000":  {Segments: 2_000_000, Progress: report},
			"Rate is -5: use 1 or": {Rate: -5, Progress: report},
		} {
			err := run(ctx, opts)
			require.ErrorIs(t, err, ddb.ErrModel, name)
			require.ErrorContains(t, err, says, name)
		}
		require.ErrorIs(t, run(ctx, &ddb.JobOptions{Resume: "nonsense", Progress: report}), ddb.ErrCursor, name)
	}
	assert.Zero(t, meter.Requests())
}
