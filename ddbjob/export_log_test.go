package ddbjob_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
)

// exports are runs of an export of 40 orders.
type exports struct {
	w    *world
	to   memory
	seen []ddb.Cursor
}

func newExports(t *testing.T) *exports {
	e := &exports{w: newWorld(t, "old", "new"), to: memory{fstest.MapFS{}, nil}}
	for i := range 40 {
		require.NoError(t, e.w.open("old").Do(t.Context(), orders.Put(order{Customer: fmt.Sprint(i), ID: "1"})))
	}
	return e
}

// run exports until stop says that a checkpoint is the last one of the process.
func (e *exports) run(t *testing.T, resume ddb.Cursor, size int, stop func(ddb.Cursor) bool) error {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := ddbjob.Export(ctx, e.w.open("old"), e.to, &ddbjob.ExportOptions{FileBytes: size, JobOptions: ddb.JobOptions{
		Segments: 16, Resume: resume, Checkpoint: func(c ddb.Cursor) {
			if e.seen = append(e.seen, c); stop != nil && stop(c) {
				cancel()
			}
		},
	}})
	return err
}

// Files of all killed runs that have no place in the export are removed: other tools read each file there is.
func TestFilesOfSeveralKilledRunsAreRemoved(t *testing.T) {
	t.Parallel()
	e := newExports(t)
	has := func(name string) func(ddb.Cursor) bool {
		return func(ddb.Cursor) bool {
			_, err := fs.Stat(e.to, name)
			return err == nil
		}
	}
	require.Error(t, e.run(t, "", 1, has("data/000008.json.gz")))
	require.Error(t, e.run(t, e.seen[0], 1, has("data/000001.json.gz")))
	require.NoError(t, e.run(t, e.seen[len(e.seen)-1], 1<<20, nil))
	assert.Len(t, e.to.lines(t), 40)
	for name := range e.to.MapFS {
		if !strings.HasPrefix(name, "data/") {
			delete(e.to.MapFS, name)
		}
	}
	done, err := ddbjob.Import(t.Context(), e.w.open("new"), e.to, nil)
	require.NoError(t, err)
	assert.Equal(t, 40, done.Items)
}

// An export whose process died at its end is there. If it is resumed all the same, it is under way again.
func TestAnExportThatIsResumedAfterItsEndIsUnderWay(t *testing.T) {
	t.Parallel()
	e := newExports(t)
	assert.Panics(t, func() {
		_ = e.run(t, "", 1, func(c ddb.Cursor) bool {
			if c == "" {
				panic("the process died")
			}
			return false
		})
	})
	_, err := ddbjob.Import(t.Context(), e.w.open("new"), e.to, nil)
	require.NoError(t, err)
	err = e.run(t, "", 1, nil)
	require.ErrorIs(t, err, ddb.ErrExists)
	require.ErrorContains(t, err, "an export is here")

	require.Error(t, e.run(t, e.seen[1], 1, func(ddb.Cursor) bool { return true }))
	_, err = ddbjob.Import(t.Context(), e.w.open("new"), e.to, &ddbjob.ImportOptions{Overwrite: true})
	require.ErrorContains(t, err, "under way")
	require.NoError(t, e.run(t, e.seen[len(e.seen)-1], 1, nil))
	assert.Len(t, e.to.lines(t), 40)
}

// full is a Store that has no space for the log.
type full struct{ memory }

func (f full) WriteFile(name string, data []byte) error {
	if name == "export-progress.json" {
		return errors.New("no space left")
	}
	return f.memory.WriteFile(name, data)
}

// A run at an earlier cursor that comes to nothing leaves the files of the last cursor as they are.
func TestARunAtAnEarlierCursorChangesNoFileOfALaterOne(t *testing.T) {
	t.Parallel()
	e := newExports(t)
	n := 0
	require.Error(t, e.run(t, "", 1, func(ddb.Cursor) bool { n++; return n == 8 }))
	_, err := ddbjob.Export(t.Context(), e.w.open("old"), full{e.to}, &ddbjob.ExportOptions{JobOptions: ddb.JobOptions{Resume: e.seen[1]}})
	require.ErrorContains(t, err, "no space left")
	require.NoError(t, e.run(t, e.seen[len(e.seen)-1], 1, nil))
	done, err := ddbjob.Import(t.Context(), e.w.open("new"), e.to, nil)
	require.NoError(t, err)
	assert.Equal(t, 40, done.Items)
}

// Each cursor that an export under way has passed on can be resumed at, also after a run at an earlier one that went on from there.
func TestAnExportIsResumedAtEachOfItsCursors(t *testing.T) {
	t.Parallel()
	e := newExports(t)
	n := 0
	require.Error(t, e.run(t, "", 1, func(ddb.Cursor) bool { n++; return n == 8 }))
	cursors := e.seen
	for _, at := range []int{1, len(cursors) - 1, 3, 1, len(cursors) - 2} {
		n = 0
		require.Error(t, e.run(t, cursors[at], 1, func(ddb.Cursor) bool { n++; return n == 2 }))
	}
	require.NoError(t, e.run(t, cursors[len(cursors)-1], 1, nil))
	done, err := ddbjob.Import(t.Context(), e.w.open("new"), e.to, nil)
	require.NoError(t, err)
	assert.Equal(t, 40, done.Items)
}
