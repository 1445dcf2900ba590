package ddbjob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
)

var errNetwork = errors.New("connection reset by the bucket")

type flakyFS struct {
	fstest.MapFS
	fails *int
}

type flakyFile struct {
	fs.File
	left  int
	fails *int
}

func (f flakyFS) Open(name string) (fs.File, error) {
	file, err := f.MapFS.Open(name)
	if err != nil || !strings.Contains(name, ".json") {
		return file, err
	}
	return &flakyFile{file, 3000, f.fails}, nil
}

func (f *flakyFile) Read(b []byte) (int, error) {
	if *f.fails > 0 {
		if f.left <= 0 {
			*f.fails--
			return 0, errNetwork
		}
		b = b[:min(len(b), f.left)]
	}
	n, err := f.File.Read(b)
	f.left -= n
	return n, err
}

func manyLines(n int) []byte {
	var text bytes.Buffer
	for i := range n {
		fmt.Fprintf(&text, `{"Item":{"pk":{"S":"p%d"},"sk":{"S":"%d"},"n":{"N":"%d"}}}`+"\n", i%3, i, i)
	}
	return text.Bytes()
}

func TestHNetwork(t *testing.T) {
	w := newWorld(t, "new")
	fails := 1
	from := flakyFS{fstest.MapFS{"a.json": {Data: manyLines(500)}}, &fails}
	var last ddb.Cursor
	o := ddb.JobOptions{Checkpoint: func(c ddb.Cursor) { last = c }}
	done, err := ddbjob.Import(t.Context(), w.open("new"), from, &ddbjob.ImportOptions{JobOptions: o})
	t.Logf("%+v %v cursor %q", done, err, last)
	require.ErrorIs(t, err, errNetwork)
	assert.Zero(t, done.Damaged)
	o.Resume = last
	done, err = ddbjob.Import(t.Context(), w.open("new"), from, &ddbjob.ImportOptions{JobOptions: o})
	t.Logf("%+v %v", done, err)
	assert.Len(t, w.dump(t, "new"), 500)
}

func TestHWholeFile(t *testing.T) {
	w := newWorld(t, "new")
	data := zipped(manyLines(5))
	_, err := ddbjob.Import(t.Context(), w.open("new"), amazons(6, data, nil), nil)
	le, ok := errors.AsType[*ddbjob.LineError](err)
	require.True(t, ok)
	t.Log(err)
	assert.Equal(t, 0, le.Line)
}

func TestHLeftover(t *testing.T) {
	w := newWorld(t, "old")
	for i := range 40 {
		require.NoError(t, w.open("old").Do(t.Context(), orders.Put(order{Customer: fmt.Sprint(i), ID: "1"})))
	}
	to := memory{fstest.MapFS{}, nil}
	var seen []ddb.Cursor
	run := func(resume ddb.Cursor, size int, stop string) error {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, err := ddbjob.Export(ctx, w.open("old"), to, &ddbjob.ExportOptions{FileBytes: size, JobOptions: ddb.JobOptions{
			Segments: 16, Resume: resume, Checkpoint: func(c ddb.Cursor) {
				seen = append(seen, c)
				if stop != "" {
					if _, err := fs.Stat(to, stop); err == nil {
						cancel()
					}
				}
			},
		}})
		return err
	}
	require.Error(t, run("", 1, "data/000008.json.gz"))
	n := len(seen)
	require.Error(t, run(seen[0], 1, "data/000001.json.gz"))
	t.Log(n, len(seen))
	require.NoError(t, run(seen[len(seen)-1], 1<<20, ""))
	for name := range to.MapFS {
		t.Log(name)
	}
	assert.Len(t, to.lines(t), 40)
	all := fstest.MapFS{}
	for name, f := range to.MapFS {
		if strings.HasPrefix(name, "data/") {
			all[name] = f
		}
	}
	w2 := newWorld(t, "new")
	done, err := ddbjob.Import(t.Context(), w2.open("new"), all, nil)
	require.NoError(t, err)
	assert.Equal(t, 40, done.Items)
}

func TestHExportEnd(t *testing.T) {
	w := newWorld(t, "old", "new")
	for i := range 40 {
		require.NoError(t, w.open("old").Do(t.Context(), orders.Put(order{Customer: fmt.Sprint(i), ID: "1"})))
	}
	to := memory{fstest.MapFS{}, nil}
	var seen []ddb.Cursor
	func() {
		defer func() { recover() }()
		_, _ = ddbjob.Export(t.Context(), w.open("old"), to, &ddbjob.ExportOptions{FileBytes: 1, JobOptions: ddb.JobOptions{Segments: 8, Checkpoint: func(c ddb.Cursor) {
			seen = append(seen, c)
			if c == "" {
				panic("killed") // saved
			}
		}}})
	}()
	for name := range to.MapFS {
		t.Log(name)
	}
	_, err := ddbjob.Export(t.Context(), w.open("old"), to, &ddbjob.ExportOptions{JobOptions: ddb.JobOptions{Resume: ""}})
	t.Log("with the last cursor, \"\": ", err)
	// an older cursor, killed
	ctx, cancel := context.WithCancel(t.Context())
	_, err = ddbjob.Export(ctx, w.open("old"), to, &ddbjob.ExportOptions{FileBytes: 1, JobOptions: ddb.JobOptions{Resume: seen[1], Checkpoint: func(c ddb.Cursor) { cancel() }}})
	t.Log(err)
	_, err = ddbjob.Import(t.Context(), w.open("new"), to, nil)
	t.Log(err)
	assert.ErrorContains(t, err, "under way")
}

func TestHOtherContent(t *testing.T) {
	w := newWorld(t, "new")
	var seen []ddb.Cursor
	_, err := ddbjob.Import(t.Context(), w.open("new"), fstest.MapFS{"a.json": {Data: manyLines(1000)}, "b.json": {Data: manyLines(10)}}, &ddbjob.ImportOptions{
		JobOptions: ddb.JobOptions{Checkpoint: func(c ddb.Cursor) { seen = append(seen, c) }}})
	require.NoError(t, err)
	_, err = ddbjob.Import(t.Context(), w.open("new"), fstest.MapFS{"a.json": {Data: manyLines(1001)}, "b.json": {Data: manyLines(10)}}, &ddbjob.ImportOptions{
		JobOptions: ddb.JobOptions{Resume: seen[0]}})
	assert.ErrorIs(t, err, ddb.ErrCursor)
}

func TestHEmptyGzip(t *testing.T) {
	w := newWorld(t, "new")
	done, err := ddbjob.Import(t.Context(), w.open("new"), fstest.MapFS{"a.json.gz": {Data: nil}}, nil)
	t.Log(done, err)
	assert.Error(t, err)
	z := zipped(manyLines(300))
	for n := 0; n < len(z); n++ {
		w := newWorld(t, "new")
		done, err := ddbjob.Import(t.Context(), w.open("new"), fstest.MapFS{"a.json.gz": {Data: z[:n]}}, nil)
		if err == nil {
			t.Errorf("%d of %d: %+v", n, len(z), done)
		}
		if n > 40 {
			n += 100
		}
	}
	two := append(zipped(manyLines(3)), zipped([]byte(oneLine))...)
	done, err = ddbjob.Import(t.Context(), w.open("new"), fstest.MapFS{"a.json.gz": {Data: two}}, nil)
	require.NoError(t, err)
	assert.Equal(t, 4, done.Items)
}

func TestHLines(t *testing.T) {
	item := func(x string) string { return `{"Item":{"pk":{"S":"d"},"sk":{"S":"d"},"x":` + x + `}}` }
	deep := func(n, pad int) string {
		return item(strings.Repeat(`{"L":[`, n) + `{"S":"` + strings.Repeat("x", pad) + `\u0041"}` + strings.Repeat(`]}`, n))
	}
	for name, line := range map[string]string{
		"both":    `{"Item":{"pk":{"S":"d"},"sk":{"S":"d"}},"item":{"pk":{"S":"e"},"sk":{"S":"e"}}}`,
		"other":   `{"Item":{"pk":{"S":"d"},"sk":{"S":"d"}},"More":1}`,
		"low":     `{"item":{"pk":{"S":"d"},"sk":{"S":"d"}}}`,
		"deep":    deep(4000, 1<<10),
		"deep31":  deep(31, 10),
		"deep32":  deep(32, 10),
		"empties": item(`{"L":[` + strings.TrimSuffix(strings.Repeat(`{"S":""},`, 409000), ",") + `]}`),
		"exp":     item(`{"N":"1e10"}`), "neg0": item(`{"N":"-0"}`), "big": item(`{"N":"12345678901234567890123456789012345678"}`),
		"39": item(`{"N":"123456789012345678901234567890123456789"}`), "nan": item(`{"N":"NaN"}`), "space": item(`{"N":" 1"}`),
		"ssdup": item(`{"SS":["a","a"]}`), "nsdup": item(`{"NS":["1","1.0"]}`), "b64": item(`{"B":"YQ"}`), "b64nl": item(`{"B":"YQ\n=="}`), "boolnum": item(`{"BOOL":"true"}`), "nullfalse": item(`{"NULL":false}`),
		"s lower": item(`{"s":"x"}`),
	} {
		w := newWorld(t, "new")
		at := time.Now()
		done, err := ddbjob.Import(t.Context(), w.open("new"), fstest.MapFS{"a.json": {Data: []byte(line)}}, nil)
		text := fmt.Sprint(err)
		stored := fmt.Sprint(w.dump(t, "new"))
		t.Logf("%-10s %v %+v %.200s %.160s", name, time.Since(at).Round(time.Millisecond), done, text, stored)
	}
}

func TestHNumberKeys(t *testing.T) {
	table := ddb.NewTable("pk", "n")
	type point struct {
		A string `dynamodbav:"-"`
		N int    `dynamodbav:"n"`
		T string `dynamodbav:"t"`
	}
	ddb.MustDefine(table, "point", func(p *point, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.A)), ddb.Key(ddb.Native(&p.N)))
	})
	w := newWorld(t)
	db := ddb.New(w.safe, "new", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	var text bytes.Buffer
	for i, n := range []string{"1", "1.0", "1e0", "0", "-0", "0.00", "10", "1e1", "5"} {
		fmt.Fprintf(&text, `{"Item":{"pk":{"S":"p#1"},"n":{"N":"%s"},"t":{"S":"%d"}}}`+"\n", n, i)
	}
	done, err := ddbjob.Import(t.Context(), db, fstest.MapFS{"a.json": {Data: text.Bytes()}}, nil)
	t.Logf("%+v %v", done, err)
	require.NoError(t, err)
	for item := range w.items(t, "new") {
		t.Log(item["n"].(*types.AttributeValueMemberN).Value, item["t"].(*types.AttributeValueMemberS).Value)
	}
}
