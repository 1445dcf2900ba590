package ddbjob_test

import (
	"bytes"
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

// manyLines is n items.
func manyLines(n int) []byte {
	var text bytes.Buffer
	for i := range n {
		fmt.Fprintf(&text, `{"Item":{"pk":{"S":"p%d"},"sk":{"S":"%d"},"n":{"N":"%d"}}}`+"\n", i%3, i, i)
	}
	return text.Bytes()
}

// remote is a bucket whose connection breaks in the middle of a file, or before it.
type remote struct {
	fstest.MapFS
	opens, reads error
}

func (r *remote) Open(name string) (fs.File, error) {
	if r.opens != nil && strings.HasSuffix(name, ".json") {
		return nil, r.opens
	}
	f, err := r.MapFS.Open(name)
	if err != nil || r.reads == nil || !strings.HasSuffix(name, ".json") {
		return f, err
	}
	return &broken{File: f, left: 3000, err: r.reads}, nil
}

type broken struct {
	fs.File
	left int
	err  error
}

func (b *broken) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, b.err
	}
	n, err := b.File.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// A file that cannot be read is not damaged: the run ends, and another one goes on.
func TestAFileThatCannotBeReadEndsTheRun(t *testing.T) {
	t.Parallel()
	reset := errors.New("connection reset")
	for _, from := range []*remote{{opens: reset}, {reads: reset}} {
		from.MapFS = fstest.MapFS{"a.json": {Data: manyLines(500)}}
		w := newWorld(t, "new")
		o := ddb.JobOptions{Checkpoint: func(c ddb.Cursor) { assert.NotEmpty(t, c) }}
		var last ddb.Cursor
		o.Checkpoint = func(c ddb.Cursor) { last = c }
		done, err := ddbjob.Import(t.Context(), w.open("new"), from, &ddbjob.ImportOptions{JobOptions: o})
		require.ErrorIs(t, err, reset)
		assert.Zero(t, done.Damaged)
		require.NotEmpty(t, last)

		*from = remote{MapFS: from.MapFS}
		o.Resume = last
		done, err = ddbjob.Import(t.Context(), w.open("new"), from, &ddbjob.ImportOptions{JobOptions: o})
		require.NoError(t, err)
		assert.Equal(t, 500, done.Items)
		assert.Len(t, w.dump(t, "new"), 500)
	}
}

// What is wrong with a file as a whole is of no line of it.
func TestAFaultOfAFileIsOfNoLine(t *testing.T) {
	t.Parallel()
	data := zipped(manyLines(5))
	for says, files := range map[string]fs.FS{
		"the manifest says 6": amazons(6, data, nil),
		"unexpected EOF":      fstest.MapFS{"a.json.gz": {Data: data[:len(data)-3]}},
		"it is empty":         fstest.MapFS{"a.json.gz": {}},
	} {
		w := newWorld(t, "new")
		_, err := ddbjob.Import(t.Context(), w.open("new"), files, nil)
		require.ErrorContains(t, err, says)
		of, ok := errors.AsType[*ddbjob.LineError](err)
		require.True(t, ok)
		assert.Zero(t, of.Line)
	}
}

// A cursor is of the files that it was made of, and no others of their names.
func TestACursorIsOfItsFilesAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "new")
	var first ddb.Cursor
	o := ddb.JobOptions{Checkpoint: func(c ddb.Cursor) {
		if first == "" {
			first = c
		}
	}}
	_, err := ddbjob.Import(t.Context(), w.open("new"), fstest.MapFS{"a.json": {Data: manyLines(10)}}, &ddbjob.ImportOptions{JobOptions: o})
	require.NoError(t, err)
	_, err = ddbjob.Import(t.Context(), w.open("new"), fstest.MapFS{"a.json": {Data: manyLines(11)}}, &ddbjob.ImportOptions{JobOptions: ddb.JobOptions{Resume: first}})
	require.ErrorIs(t, err, ddb.ErrCursor)
}

// The name of a member is exact, and what is deeper than an item can be is not read for hours.
func TestALineIsReadToTheLetter(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"L":[`, 3000) + `{"S":"` + strings.Repeat("x", 1<<21) + `\u0041"}` + strings.Repeat(`]}`, 3000)
	w := newWorld(t, "new")
	for line, says := range map[string]string{
		`{"Item":{"pk":{"S":"a"},"sk":{"S":"a"}},"item":{"pk":{"S":"b"},"sk":{"S":"b"}}}`: "",
		`{"item":{"pk":{"S":"c"},"sk":{"S":"c"}}}`:                                        `no "Item"`,
		`{"Item":{"pk":{"S":"d"},"sk":{"S":"d"},"x":` + deep + `}}`:                       "nests deeper than the 32 levels",
	} {
		_, err := ddbjob.Import(t.Context(), w.open("new"), fstest.MapFS{"a.json": {Data: []byte(line)}}, &ddbjob.ImportOptions{Overwrite: true})
		if says == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, says)
	}
	for item := range w.items(t, "new") {
		assert.Equal(t, "a", pk(item))
	}
}
