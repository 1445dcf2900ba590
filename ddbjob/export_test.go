package ddbjob_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/internal/attr"
)

// memory is a Store in memory, whose writes stop when the process that uses it was killed.
type memory struct {
	fstest.MapFS
	w *world
}

func (m memory) WriteFile(name string, data []byte) error {
	if m.w != nil && m.w.killer.die != nil && m.w.killer.left.Load() <= 0 {
		return context.Canceled
	}
	m.MapFS[name] = &fstest.MapFile{Data: bytes.Clone(data)}
	if m.w != nil && m.w.killer.left.Add(-1) <= 0 {
		m.w.killer.die()
		return context.Canceled // it is written, and the process knows nothing of it
	}
	return nil
}

func (m memory) Remove(name string) error {
	if m.MapFS[name] == nil {
		return fs.ErrNotExist
	}
	delete(m.MapFS, name)
	return nil
}

// lines is each item of the files that the manifest lists.
func (m memory) lines(t require.TestingT) []string {
	var out []string
	list, err := fs.ReadFile(m, "manifest-files.json")
	require.NoError(t, err)
	for line := range strings.Lines(string(list)) {
		var f struct {
			ItemCount int
			Key       string `json:"dataFileS3Key"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &f))
		text := unzip(t, m.MapFS[f.Key].Data)
		n := 0
		for item := range strings.Lines(text) {
			var l struct{ Item attr.JSON }
			require.NoError(t, json.Unmarshal([]byte(item), &l))
			out = append(out, attr.CanonicalItem(attr.Item(l.Item)))
			n++
		}
		require.Equal(t, f.ItemCount, n)
	}
	return out
}

func unzip(t require.TestingT, data []byte) string {
	z, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	return string(text)
}

// An export that is killed at any request or file, and resumed, has each item once. Imported into another table, also with deaths,
// it is the same table.
func TestAnExportAndAnImportThatAreKilledLoseNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		n := rapid.IntRange(0, 60).Draw(rt, "items")
		workers := rapid.IntRange(1, 4).Draw(rt, "workers")
		size := rapid.SampledFrom([]int{1, 300, 2000, 0}).Draw(rt, "bytes of a file")
		require.NoError(rt, inBubble(t, func(must require.TestingT) error {
			r := rand.New(rand.NewPCG(seed, 0))
			w := newWorld(must, "old", "new")
			w.fill(must, r, "old", n)
			to := memory{fstest.MapFS{}, w}
			l := &life{w: w, r: r, first: 8}
			var done ddbjob.Exported
			err := l.live(func(ctx context.Context, o ddb.JobOptions) (err error) {
				if o.Resume == "" {
					o.Segments = 6
				}
				o.Workers, o.Rate = workers, 10
				done, err = ddbjob.Export(ctx, w.db("old"), to, &ddbjob.ExportOptions{JobOptions: o, FileBytes: size})
				return err
			})
			if err != nil {
				return err
			}
			w.killer.die = nil
			want := w.dump(must, "old")
			have := map[string]string{}
			lines := to.lines(must)
			for _, item := range lines {
				have[item] = item
			}
			if len(lines) != len(want) || len(have) != len(want) || done.Items != len(want) {
				return fmt.Errorf("%d lines, %d different, %+v; the table has %d items", len(lines), len(have), done, len(want))
			}
			for _, item := range want {
				if have[item] == "" {
					return errors.New("lost: " + item)
				}
			}
			listed, err := fs.ReadFile(to, "manifest-files.json")
			if err != nil || len(to.MapFS) != 2+bytes.Count(listed, []byte("\n")) {
				return fmt.Errorf("%d files, of which are listed:\n%s", len(to.MapFS), listed)
			}

			l = &life{w: w, r: r, first: 8}
			var in ddbjob.Imported
			err = l.live(func(ctx context.Context, o ddb.JobOptions) (err error) {
				o.Workers, o.Rate = workers, 10
				in, err = ddbjob.Import(ctx, w.db("new"), to, &ddbjob.ImportOptions{JobOptions: o})
				return err
			})
			if err != nil {
				return err
			}
			if in.Items != len(want) || in.Damaged != 0 {
				return fmt.Errorf("%+v of %d items", in, len(want))
			}
			if d := differ(want, w.dump(must, "new")); d != "" {
				return fmt.Errorf("after %d runs: %s", l.runs, d)
			}
			return nil
		}))
	})
}

// The manifests are as those of DynamoDB: what another program reads of them is there.
func TestAnExportHasTheManifestsOfDynamoDB(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "old")
	w.fill(t, rand.New(rand.NewPCG(1, 0)), "old", 40)
	dir := ddbjob.Dir(t.TempDir() + "/of/its/own")
	done, err := ddbjob.Export(t.Context(), w.open("old"), dir, nil)
	require.NoError(t, err)
	assert.Equal(t, 1, done.Files)
	var s map[string]any
	text, err := fs.ReadFile(dir, "manifest-summary.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &s))
	assert.Equal(t, "2020-06-30", s["version"])
	assert.Equal(t, "manifest-files.json", s["manifestFilesS3Key"])
	assert.EqualValues(t, done.Items, s["itemCount"])
	assert.EqualValues(t, done.Bytes, s["billedSizeBytes"])
	assert.Equal(t, "DYNAMODB_JSON", s["outputFormat"])
	assert.Equal(t, "FULL_EXPORT", s["exportType"])
	var f map[string]any
	text, err = fs.ReadFile(dir, "manifest-files.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &f))
	assert.EqualValues(t, done.Items, f["itemCount"])
	assert.Equal(t, "data/000001.json.gz", f["dataFileS3Key"])
	assert.Len(t, f["md5Checksum"], 24)
	assert.Len(t, f["etag"], 32)
	_, err = fs.Stat(dir, "export-progress.json")
	require.ErrorIs(t, err, fs.ErrNotExist)

	_, err = ddbjob.Export(t.Context(), w.open("old"), dir, nil)
	require.ErrorIs(t, err, ddb.ErrExists)
	var stale ddb.Cursor
	_, err = ddbjob.Export(t.Context(), w.open("old"), memory{fstest.MapFS{}, nil}, &ddbjob.ExportOptions{JobOptions: ddb.JobOptions{
		Checkpoint: func(c ddb.Cursor) {
			if stale == "" {
				stale = c
			}
		},
	}})
	require.NoError(t, err)
	_, err = ddbjob.Export(t.Context(), w.open("old"), dir, &ddbjob.ExportOptions{JobOptions: ddb.JobOptions{Resume: stale}})
	require.ErrorIs(t, err, ddb.ErrCursor)
}
