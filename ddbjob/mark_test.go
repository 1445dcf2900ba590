package ddbjob_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
)

// A cursor of one mark would let a job of another one pass over items.
func TestACursorBelongsToItsMark(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "old")
	for i := range 30 {
		require.NoError(t, w.open("old").Do(t.Context(), orders.Put(order{Customer: fmt.Sprint(i), ID: "1"})))
	}
	f := orders.Fields()
	var seen []ddb.Cursor
	run := func(mark string, o ddb.JobOptions) (ddbjob.Edited, error) {
		return ddbjob.Each(t.Context(), w.open("old"), orders, nil, func(o order) ddb.Op {
			return orders.Update(o, ddb.Add(&f.Points, 1))
		}, &ddbjob.EachOptions{JobOptions: o, Mark: ddbjob.Mark(&f.Mark, mark)})
	}
	_, err := run("monday", ddb.JobOptions{Segments: 4, Checkpoint: func(c ddb.Cursor) { seen = append(seen, c) }})
	require.NoError(t, err)
	_, err = run("tuesday", ddb.JobOptions{Resume: seen[1]})
	require.ErrorIs(t, err, ddb.ErrCursor)
	done, err := run("monday", ddb.JobOptions{Resume: seen[1]})
	require.NoError(t, err)
	assert.Equal(t, done.Items, done.Passed)
}
