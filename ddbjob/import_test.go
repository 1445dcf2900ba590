package ddbjob_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
)

// damages are lines that are no items.
var damages = []string{
	`{`, `[]`, `null`, `{"Item":{}}`, `{"Item":null}`, `{"item":{"pk":{"S":"d"},"sk":{"S":"d"}},"Item":{"pk":{"S":"d"}`, `{"Item":{"pk":{"S":"d"},"sk":{"S":null}}}`,
	`{"Item":{"pk":{"S":"d"},"sk":{"S":"d"},"x":{"N":1}}}`, `{"Item":{"pk":{"S":"d"},"sk":{"S":"d"},"x":{"Q":"1"}}}`,
	`{"Item":{"pk":{"S":"d"},"sk":{"S":"d"},"x":{"S":"1","N":"1"}}}`, `{"Item":{"pk":{"S":"d"},"sk":{"S":"d"},"x":{"S":"1"},"x":{"S":"2"}}}`,
	`{"Item":{"pk":{"S":"d"},"sk":{"S":"d"},"x":{"L":[null]}}}`, `{"Item":{"pk":{"S":"d"},"sk":{"S":"d"},"x":{"M":null}}}`,
	`{"Item":{"pk":{"S":"d"},"sk":{"S":"d"},"x":{"B":"?"}}}`, "{\"Item\":{\"pk\":{\"S\":\"d\"},\"sk\":{\"S\":\"\xff\"}}}",
	`{"Item":{"pk":{"S":"d"},"sk":{"S":"d"},"x":{"S":"\ud800"}}}`, `{"Item":{"pk":{"S":"d"},"sk":{"S":"d"}}} {}`, `plain text`,
	`{"Item":{"pk":{"S":"d"}}}`, `{"Item":{"pk":{"S":"d"},"sk":{"N":"1"}}}`, `{"Item":{"pk":{"S":"d"},"sk":{"S":""}}}`,
	`{"Item":{"pk":{"S":"d"},"sk":{"S":"d"},"x":{"N":"1e200"}}}`, `{"Item":{"pk":{"S":"d"},"sk":{"S":"d"},"x":{"SS":[]}}}`,
	`{"Item":{"pk":{"S":"d"},"sk":{"S":"d"},"x":{"S":"` + strings.Repeat("x", 410<<10) + `"}}}`,
	`{"Metadata":{},"Keys":{"pk":{"S":"d"}},"NewImage":{}}`,
}

// A damaged line is an error with its file and number. Every other line is imported, killed and resumed or not.
func TestADamagedLineIsReportedAndNoOtherIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		deaths := rapid.Bool().Draw(rt, "deaths")
		require.NoError(rt, inBubble(t, func(must require.TestingT) error {
			r := rand.New(rand.NewPCG(seed, 0))
			w := newWorld(must, "new")
			files := fstest.MapFS{}
			want, bad := map[string]bool{}, map[string]bool{}
			for n := range 1 + r.IntN(4) {
				name := []string{"a.json", "b.json.gz", "sub/c.ndjson", "d.jsonl.gz"}[n]
				var text bytes.Buffer
				if r.IntN(2) == 0 {
					text.WriteString("\xef\xbb\xbf")
				}
				lines := r.IntN(60)
				for i := range lines {
					switch r.IntN(8) {
					case 0:
						text.WriteString(damages[r.IntN(len(damages))])
						bad[fmt.Sprintf("%s:%d", name, i+1)] = true
					case 1: // a blank line
					default:
						key := fmt.Sprint(n, "-", i)
						fmt.Fprintf(&text, `{"Item":{"pk":{"S":"k%d"},"sk":{"S":%q},"t\u0065xt":{"S":"%s"}}}`, r.IntN(3), key, strings.Repeat("t", r.IntN(900)))
						want[key] = true
					}
					if i < lines-1 {
						text.WriteString([]string{"\n", "\r\n"}[r.IntN(2)])
					}
				}
				files[name] = &fstest.MapFile{Data: text.Bytes()}
				if strings.HasSuffix(name, ".gz") {
					files[name].Data = zipped(text.Bytes())
				}
			}
			l := &life{w: w, r: r, first: 8}
			said := map[string]bool{}
			var done ddbjob.Imported
			run := func(ctx context.Context, o ddb.JobOptions) (err error) {
				o.Rate = 10
				done, err = ddbjob.Import(ctx, w.db("new"), files, &ddbjob.ImportOptions{JobOptions: o, Damaged: func(e *ddbjob.LineError) {
					said[fmt.Sprintf("%s:%d", e.File, e.Line)] = true
				}})
				return err
			}
			var err error
			if deaths {
				err = l.live(run)
			} else {
				err = run(context.Background(), ddb.JobOptions{})
				if n := joined(err); n != len(bad) && n < 100 {
					return fmt.Errorf("%d errors of %d damages: %w", n, len(bad), err)
				}
			}
			switch {
			case (err != nil) != (len(bad) > 0):
				return fmt.Errorf("%v of %w", bad, err)
			case fmt.Sprint(said) != fmt.Sprint(bad):
				return fmt.Errorf("reported: %v, not %v", said, bad)
			case done.Items != len(want) || done.Damaged != len(bad):
				return fmt.Errorf("%+v of %d and %d", done, len(want), len(bad))
			}
			for item := range w.items(must, "new") {
				key := item["sk"].(*types.AttributeValueMemberS).Value
				if !want[key] || item["text"] == nil {
					return fmt.Errorf("an item that should not be there: %s", key)
				}
				delete(want, key)
			}
			if len(want) > 0 {
				return fmt.Errorf("lost: %v", want)
			}
			return nil
		}))
	})
}

func zipped(text []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(text); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// joined is the number of errors in err.
func joined(err error) int {
	for err != nil {
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			return len(many.Unwrap())
		}
		err = errors.Unwrap(err)
	}
	return 0
}

// amazons is an export as DynamoDB writes it into a bucket.
func amazons(items int, data []byte, change func(fstest.MapFS)) fstest.MapFS {
	sum := md5.Sum(data)
	const at = "prefix/AWSDynamoDB/01693685827463-2d8752fd/"
	out := fstest.MapFS{
		at + "_started":                {},
		at + "manifest-summary.md5":    {Data: []byte("x")},
		at + "manifest-files.md5":      {Data: []byte("x")},
		at + "data/asdl4n.json.gz":     {Data: data},
		at + "data/of-another.json.gz": {Data: zipped([]byte("damaged"))},
		at + "manifest-files.json":     {Data: fmt.Appendf(nil, `{"itemCount":%d,"md5Checksum":%q,"etag":"x-1","dataFileS3Key":"prefix/AWSDynamoDB/01693685827463-2d8752fd/data/asdl4n.json.gz"}`+"\n", items, base64.StdEncoding.EncodeToString(sum[:]))},
		at + "manifest-summary.json":   {Data: fmt.Appendf(nil, `{"version":"2023-08-01","exportArn":"arn:aws:dynamodb:us-east-1:123456789012:table/T/export/01693685827463-2d8752fd","startTime":"2023-09-02T20:17:07.463Z","endTime":"2023-09-02T20:22:55.134Z","tableArn":"arn:aws:dynamodb:us-east-1:123456789012:table/T","tableId":"12345a12","exportTime":"2023-09-02T20:17:06Z","s3Bucket":"b","s3Prefix":null,"s3SseAlgorithm":"AES256","s3SseKmsKeyId":null,"manifestFilesS3Key":"%smanifest-files.json","billedSizeBytes":10,"itemCount":%d,"outputFormat":"DYNAMODB_JSON","exportType":"FULL_EXPORT"}`, at, items)},
	}
	if change != nil {
		change(out)
	}
	return out
}

const oneLine = `{"Item":{"pk":{"S":"p"},"sk":{"S":"s"},"n":{"N":"12345678901234567890123456789012345678"}}}`

func TestAnExportOfDynamoDBIsImported(t *testing.T) {
	t.Parallel()
	at := func(files fstest.MapFS, name string) *fstest.MapFile {
		for key, f := range files {
			if strings.HasSuffix(key, name) {
				return f
			}
		}
		panic(name)
	}
	replace := func(name, before, after string) func(fstest.MapFS) {
		return func(files fstest.MapFS) {
			f := at(files, name)
			if !bytes.Contains(f.Data, []byte(before)) {
				panic(before)
			}
			f.Data = bytes.Replace(f.Data, []byte(before), []byte(after), 1)
		}
	}
	data := zipped([]byte(oneLine + "\n"))
	for name, c := range map[string]struct {
		change func(fstest.MapFS)
		says   string
		items  int
	}{
		"as it is":      {nil, "", 1},
		"another count": {replace("manifest-files.json", `"itemCount":1`, `"itemCount":2`), "it has 1 items, the manifest says 2", 1},
		"another sum":   {replace("manifest-files.json", `"md5Checksum":"`, `"md5Checksum":"x`), "MD5", 1},
		"another total": {replace("manifest-summary.json", `"itemCount":1`, `"itemCount":7`), "says 7 items, and its files 1", 1},
		"a missing file": {func(f fstest.MapFS) {
			for key := range f {
				if strings.HasSuffix(key, "asdl4n.json.gz") {
					delete(f, key)
				}
			}
		}, "file does not exist", 0},
		"a file that is cut off": {func(f fstest.MapFS) {
			file := at(f, "asdl4n.json.gz")
			file.Data = file.Data[:len(file.Data)-4]
		}, "unexpected EOF", 1},
		"Ion":             {replace("manifest-summary.json", "DYNAMODB_JSON", "ION"), `format "ION"`, 0},
		"incremental":     {replace("manifest-summary.json", "FULL_EXPORT", "INCREMENTAL_EXPORT"), "INCREMENTAL_EXPORT", 0},
		"several exports": {func(f fstest.MapFS) { f["manifest-summary.json"] = &fstest.MapFile{} }, "several exports", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "new")
			done, err := ddbjob.Import(t.Context(), w.open("new"), amazons(1, data, c.change), nil)
			if c.says == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.says)
			}
			assert.Equal(t, c.items, done.Items)
			assert.Len(t, w.dump(t, "new"), c.items)
		})
	}
}

// What is no DynamoDB JSON is refused as a whole.
func TestOtherFormatsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "new")
	for name, files := range map[string]fstest.MapFS{
		"no ION, CSV":              {"a.csv": {Data: []byte("pk,sk\n1,2\n")}},
		"it is Amazon Ion":         {"a.json": {Data: []byte("\xe0\x01\x00\xea...")}},
		"it is compressed by ZSTD": {"a.json": {Data: []byte("\x28\xb5\x2f\xfd...")}},
		"under way":                {"export-progress.json": {}, "data/000001.json.gz": {}},
		fs.ErrNotExist.Error():     {".a.json-1": {Data: []byte(oneLine)}},
		"a.json line 1: no item":   {"a.json": {Data: []byte("pk,sk\n")}},
		"more than 4194304 bytes":  {"a.json": {Data: bytes.Repeat([]byte("x"), 5<<20)}},
	} {
		_, err := ddbjob.Import(t.Context(), w.open("new"), files, nil)
		require.ErrorContains(t, err, name)
	}
	assert.Empty(t, w.dump(t, "new"))
}

// A table with items is not written over unasked, and a cursor is of its files, its table and its entities.
func TestAnImportIsOfItsTableAndFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "new", "other")
	files := fstest.MapFS{"a.json": {Data: []byte(oneLine)}}
	var cursors []ddb.Cursor
	opts := func(o ddb.JobOptions) *ddbjob.ImportOptions { return &ddbjob.ImportOptions{JobOptions: o} }
	_, err := ddbjob.Import(t.Context(), w.open("new"), files, opts(ddb.JobOptions{Checkpoint: func(c ddb.Cursor) { cursors = append(cursors, c) }}))
	require.NoError(t, err)
	require.Len(t, cursors, 2)
	assert.Equal(t, ddb.Cursor(""), cursors[1])

	_, err = ddbjob.Import(t.Context(), w.open("new"), files, nil)
	require.ErrorIs(t, err, ddb.ErrExists)
	_, err = ddbjob.Import(t.Context(), w.open("new"), files, &ddbjob.ImportOptions{Overwrite: true})
	require.NoError(t, err)
	_, err = ddbjob.Import(t.Context(), w.open("new"), files, opts(ddb.JobOptions{Resume: cursors[0]}))
	require.NoError(t, err)
	for _, bad := range []struct {
		table string
		files fs.FS
		opts  *ddbjob.ImportOptions
	}{
		{"other", files, opts(ddb.JobOptions{Resume: cursors[0]})},
		{"new", fstest.MapFS{"b.json": {Data: []byte(oneLine)}}, opts(ddb.JobOptions{Resume: cursors[0]})},
		{"new", files, &ddbjob.ImportOptions{JobOptions: ddb.JobOptions{Resume: cursors[0]}, Select: ddbjob.Select{Entities: []ddb.AnyEntity{orders}}}},
		{"new", files, opts(ddb.JobOptions{Resume: cursors[0][:len(cursors[0])-1]})},
	} {
		_, err = ddbjob.Import(t.Context(), w.open(bad.table), bad.files, bad.opts)
		require.ErrorIs(t, err, ddb.ErrCursor)
	}
}

// Of an entity or a partition, what the library keeps for its items comes along, and nothing else.
func TestOneEntityOrPartitionIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "old")
	w.fill(t, rand.New(rand.NewPCG(3, 0)), "old", 80)
	ctx := t.Context()
	for _, id := range []string{"1", "2"} {
		_, err := ddb.NewRepository(w.open("old"), customers).Create(ctx, customer{ID: id, Email: "mail" + id, Tier: "gold"})
		require.NoError(t, err)
	}
	keys := func(s ddbjob.Select) []string {
		to := memory{fstest.MapFS{}, nil}
		_, err := ddbjob.Export(ctx, w.open("old"), to, &ddbjob.ExportOptions{Select: s})
		require.NoError(t, err)
		into := newWorld(t, "new")
		_, err = ddbjob.Import(ctx, into.open("new"), to, nil)
		require.NoError(t, err)
		var out []string
		for item := range into.items(t, "new") {
			out = append(out, item["pk"].(*types.AttributeValueMemberS).Value+" "+item["sk"].(*types.AttributeValueMemberS).Value)
		}
		slices.Sort(out)
		return out
	}
	all := keys(ddbjob.Select{})
	pick := func(want func(pk, sk string) bool) []string {
		return slices.DeleteFunc(slices.Clone(all), func(key string) bool {
			pk, sk, _ := strings.Cut(key, " ")
			return !want(pk, sk)
		})
	}
	isCustomer := func(pk, sk string) bool { return strings.HasPrefix(pk, "c#") && pk == sk }
	assert.Equal(t, pick(func(pk, sk string) bool { return isCustomer(pk, sk) || strings.HasPrefix(pk, "~u#customer") }),
		keys(ddbjob.Select{Entities: []ddb.AnyEntity{customers}}))
	assert.Equal(t, pick(isCustomer), keys(ddbjob.Select{Entities: []ddb.AnyEntity{customers}, NoCompanions: true}))
	assert.Equal(t, pick(func(pk, _ string) bool { return strings.HasPrefix(pk, "a#") || strings.HasPrefix(pk, "versions#") }), keys(ddbjob.Select{Entities: []ddb.AnyEntity{articles}}))
	id := ""
	for _, key := range all {
		if pk, sk, _ := strings.Cut(key, " "); pk == sk && strings.HasPrefix(pk, "a#") {
			id = strings.TrimPrefix(pk, "a#")
		}
	}
	assert.Equal(t, pick(func(pk, sk string) bool { return pk == "a#"+id || pk == "versions#"+id }),
		keys(ddbjob.Select{Keys: ddbjob.InPartition(articles, article{ID: id})}))
	assert.Equal(t, pick(func(pk, _ string) bool { return pk == "c#1" || pk == "~u#customer~email=mail1" }),
		keys(ddbjob.Select{Keys: ddbjob.InPartition(customers, customer{ID: "1"})}))
}
