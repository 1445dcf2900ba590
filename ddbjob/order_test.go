package ddbjob_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
)

// Of the lines of one key the last one is stored, whatever writes at once.
func TestTheLastLineOfAKeyIsStored(t *testing.T) {
	t.Parallel()
	for range 5 {
		w := newWorld(t, "new")
		var text bytes.Buffer
		for i := range 600 {
			fmt.Fprintf(&text, `{"Item":{"pk":{"S":"p%d"},"sk":{"S":"%d"},"n":{"N":"%d"}}}`+"\n", i%3, i%30, i)
		}
		_, err := ddbjob.Import(t.Context(), w.open("new"), fstest.MapFS{"a.json": {Data: text.Bytes()}}, &ddbjob.ImportOptions{JobOptions: ddb.JobOptions{Workers: 8}})
		require.NoError(t, err)
		last := map[string]string{}
		for i := range 600 {
			last[fmt.Sprintf("p%d %d", i%3, i%30)] = fmt.Sprint(i)
		}
		for item := range w.items(t, "new") {
			key := pk(item) + " " + item["sk"].(*types.AttributeValueMemberS).Value
			assert.Equal(t, last[key], item["n"].(*types.AttributeValueMemberN).Value)
			delete(last, key)
		}
		assert.Empty(t, last)
	}
}

// Files that an earlier run wrote behind the cursor, and that the export has no more, are removed.
func TestFilesBehindTheCursorAreRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "old")
	for i := range 20 {
		require.NoError(t, w.open("old").Do(t.Context(), orders.Put(order{Customer: fmt.Sprint(i), ID: "1"})))
	}
	to := memory{fstest.MapFS{}, nil}
	var first ddb.Cursor
	ctx, cancel := context.WithCancel(t.Context())
	_, err := ddbjob.Export(ctx, w.open("old"), to, &ddbjob.ExportOptions{FileBytes: 1, JobOptions: ddb.JobOptions{
		Segments: 8, Checkpoint: func(c ddb.Cursor) {
			if first == "" {
				first = c
			}
			if _, err := fs.Stat(to, "data/000005.json.gz"); err == nil {
				cancel()
			}
		},
	}})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, to.WriteFile("data/000006.json.gz", nil)) // and died before it was in the log
	done, err := ddbjob.Export(t.Context(), w.open("old"), to, &ddbjob.ExportOptions{JobOptions: ddb.JobOptions{Resume: first}})
	require.NoError(t, err)
	assert.Equal(t, ddbjob.Exported{Read: 20, Items: 20, Files: 1, Bytes: done.Bytes}, done)
	assert.Len(t, to.MapFS, 3)
	assert.Len(t, to.lines(t), 20)
}
