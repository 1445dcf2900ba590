package write_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/wire"
)

type album struct {
	Artist string            `dynamodbav:"-"`
	ID     string            `dynamodbav:"-"`
	Title  string            `dynamodbav:"title"`
	Year   int               `dynamodbav:"year"`
	Genre  string            `dynamodbav:"genre"`
	Tracks []track           `dynamodbav:"tracks"`
	Extra  map[string]any    `dynamodbav:"extra,omitempty"`
	Until  time.Time         `dynamodbav:"until,unixtime,omitempty"`
	Labels map[string]string `dynamodbav:"labels,omitempty"`
}

type track struct {
	Title   string `dynamodbav:"title"`
	Seconds *int   `dynamodbav:"seconds,omitempty"`
}

type artist struct {
	ID   string `dynamodbav:"-"`
	Name string `dynamodbav:"name"`
}

const (
	artistPrefix ddb.Prefix = "a#"
	albumPrefix  ddb.Prefix = "d#"
	profileKey   ddb.Prefix = "a"
	genrePrefix  ddb.Prefix = "g#"
)

// music is a table with two entities and an index that projects keys only.
type music struct {
	table           *ddb.Table
	byGenre, byYear *ddb.Index
	albums          *ddb.Entity[album]
	artists         *ddb.Entity[artist]
}

func newMusic() *music {
	m := &music{table: ddb.NewTable("pk", "sk").TTL("until")}
	m.byGenre = m.table.GSI("gsi1", "gsi1_pk", "gsi1_sk").KeysOnly()
	m.byYear = m.table.GSI("gsi2", "gsi2_pk", "year")
	m.artists = ddb.MustDefine(m.table, "artist", func(a *artist, d *ddb.Definition) {
		d.Primary(ddb.Key(artistPrefix, ddb.Str(&a.ID)), ddb.Key(profileKey))
	})
	m.albums = ddb.MustDefine(m.table, "album", func(a *album, d *ddb.Definition) {
		id := ddb.Key(albumPrefix, ddb.Str(&a.ID))
		d.Primary(ddb.Key(artistPrefix, ddb.Str(&a.Artist)), id)
		d.Index(m.byGenre, ddb.Key(genrePrefix, ddb.Str(&a.Genre)), id)
		d.Index(m.byYear, ddb.Key(artistPrefix, ddb.Str(&a.Artist)), ddb.Key(ddb.Native(&a.Year)))
		d.TTL(&a.Until)
	})
	return m
}

// deaf is a client that does not look at options, as a fake or DAX.
type deaf struct{ *dynamodb.Client }

func (d deaf) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return d.Client.GetItem(ctx, in)
}

func (d deaf) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return d.Client.Query(ctx, in)
}

func (d deaf) Scan(ctx context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return d.Client.Scan(ctx, in)
}

func (d deaf) TransactGetItems(ctx context.Context, in *dynamodb.TransactGetItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	return d.Client.TransactGetItems(ctx, in)
}

func (d deaf) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return d.Client.BatchGetItem(ctx, in)
}

// outcome is what one way of reading gave.
type outcome struct {
	value any
	err   string
}

func collected[T any](seq func(func(T, error) bool)) outcome {
	var out []T
	var err error
	for v, e := range seq {
		if e != nil {
			err = e
			break
		}
		out = append(out, v)
	}
	return outcome{out, fmt.Sprint(err)}
}

// reads reads everything in every way.
func (m *music) reads(ctx context.Context, client ddb.Client, opts ddb.Options) map[string]outcome {
	db := ddb.New(client, "music", m.table, &opts)
	albums, artists := ddb.NewRepository(db, m.albums), ddb.NewRepository(db, m.artists)
	out := map[string]outcome{}
	for _, id := range []string{"1", "2", "escaped", "expired", "disagrees", "mistyped", "unshaped", "gone"} {
		a, err := albums.Get(ctx, album{Artist: "x", ID: id})
		out["get "+id] = outcome{a, fmt.Sprint(err)}
	}
	one, err := artists.Get(ctx, artist{ID: "x"})
	out["get artist"] = outcome{one, fmt.Sprint(err)}
	f := m.albums.Fields()
	for _, who := range []string{"x", "y"} {
		inPartition := m.albums.Query(album{Artist: who})
		out["query "+who] = collected(albums.Query(ctx, inPartition))
		out["query down "+who] = collected(albums.Query(ctx, inPartition.Desc().Limit(2)))
		out["select "+who] = collected(albums.Query(ctx, inPartition.Select(&f.Title)))
		out["filter "+who] = collected(albums.Query(ctx, inPartition.Filter(ddb.Gt(&f.Year, 1990)).Limit(2)))
		out["native "+who] = collected(albums.Query(ctx, m.albums.On(m.byYear, album{Artist: who}).SortKey(ddb.Ge(&f.Year, 1980))))
		var cursor ddb.Cursor
		for i := range 5 {
			p, err := albums.Page(ctx, inPartition.Limit(2), cursor)
			out[fmt.Sprint("page ", who, i)] = outcome{p, fmt.Sprint(err)}
			if cursor = p.Next; err != nil || cursor == "" {
				break
			}
		}
		collection := m.artists.Query(artist{ID: who}).Collection()
		out["items "+who] = collected(db.Items(ctx, collection))
		out["known items "+who] = collected(db.Items(ctx, collection.IgnoreUnknown()))
		var as []artist
		var ds []album
		err := db.Gather(ctx, collection, m.artists.Into(&as), m.albums.Into(&ds))
		out["gather "+who] = outcome{[]any{as, ds}, fmt.Sprint(err)}
	}
	out["hydrated"] = collected(albums.Query(ctx, m.albums.On(m.byGenre, album{Genre: "rock"})))
	out["lookups"] = collected(albums.Lookups(ctx, m.albums.On(m.byGenre, album{Genre: "rock"})))
	found, err := albums.BatchGet(ctx, []album{{Artist: "y", ID: "1"}, {Artist: "y", ID: "gone"}, {Artist: "y", ID: "2"}, {Artist: "y", ID: "1"}, {Artist: "x", ID: "expired"}})
	out["batch"] = outcome{found, fmt.Sprint(err)}
	_, err = albums.BatchGet(ctx, []album{{Artist: "x", ID: "disagrees"}})
	out["bad batch"] = outcome{nil, fmt.Sprint(err)}
	var had [2]bool
	var x, y album
	var z artist
	for name, get := range map[string]func(context.Context, ...ddb.Read) error{"transact get": db.TransactGet, "loads": db.LoadAll} {
		x, y, z = album{Artist: "y", ID: "1"}, album{Artist: "x", ID: "gone"}, artist{ID: "x"}
		err = get(ctx, m.albums.Load(&x), m.albums.Load(&y).Optional(&had[0]), m.artists.Load(&z).Optional(&had[1]))
		out[name] = outcome{[]any{x, y, z, had}, fmt.Sprint(err)}
		y.ID = "disagrees"
		err = get(ctx, m.albums.Load(&x), m.albums.Load(&y))
		out["bad "+name] = outcome{[]any{x, y}, fmt.Sprint(err)}
	}
	out["scan"] = collected(db.Scan(ctx, nil))
	out["known scan"] = collected(db.Scan(ctx, &ddb.ScanOptions{IgnoreUnknown: true}))
	return out
}

// Reads give the same on every path: the JSON of answers, attribute maps by option, and attribute maps because the client knows nothing else.
func TestPathsAgree(t *testing.T) {
	t.Parallel()
	ctx, m, client := t.Context(), newMusic(), ddbmem.New().Client()
	db := ddb.New(client, "music", m.table, nil)
	require.NoError(t, db.CreateTable(ctx))
	albums := ddb.NewRepository(db, m.albums)
	for _, who := range []string{"x", "y"} {
		_, err := ddb.NewRepository(db, m.artists).Put(ctx, artist{ID: who, Name: "Ärtist \"" + who + "\"\n"})
		require.NoError(t, err)
		for i := range 7 {
			_, err = albums.Put(ctx, album{
				Artist: who, ID: fmt.Sprint(i), Title: fmt.Sprint("Title ", i), Year: 1970 + 10*i, Genre: []string{"rock", "pop"}[i%2], Tracks: []track{{"one", aws.Int(i)}, {Title: "two"}},
				Extra:  map[string]any{"n": 1.5, "list": []any{"a", true, nil, map[string]any{"deep": "x"}}},
				Labels: map[string]string{"a": "b", "ü": "\t"},
			})
			require.NoError(t, err)
		}
	}
	put := func(id string, change func(map[string]types.AttributeValue)) {
		it, err := m.albums.Encode(album{Artist: "x", ID: id, Title: "T", Year: 2000, Genre: "rock"})
		require.NoError(t, err)
		change(it)
		_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("music"), Item: it})
		require.NoError(t, err)
	}
	put("escaped", func(it map[string]types.AttributeValue) {
		it["title"] = &types.AttributeValueMemberS{Value: "\"\\/\b\f\n\r\té😀<&>\u2028"}
	})
	put("expired", func(it map[string]types.AttributeValue) { it["until"] = &types.AttributeValueMemberN{Value: "1000"} })
	put("disagrees", func(it map[string]types.AttributeValue) {
		it["gsi2_pk"] = &types.AttributeValueMemberS{Value: "a#x"}
		it["year"] = &types.AttributeValueMemberN{Value: "1.5"}
	})
	put("mistyped", func(it map[string]types.AttributeValue) {
		it["entityType"] = &types.AttributeValueMemberS{Value: "single"}
	})
	put("unshaped", func(it map[string]types.AttributeValue) { it["sk"] = &types.AttributeValueMemberS{Value: "z#1"} })
	put("companion", func(it map[string]types.AttributeValue) {
		it["pk"] = &types.AttributeValueMemberS{Value: "~u#1"}
		delete(it, "gsi1_pk")
	})
	want := m.reads(ctx, client, ddb.Options{UseAttributeMaps: true})
	require.Equal(t, len(want["query y"].value.([]album)), 7)
	for name, got := range map[string]map[string]outcome{
		"JSON": m.reads(ctx, client, ddb.Options{}),
		"deaf": m.reads(ctx, deaf{client}, ddb.Options{}),
	} {
		require.Len(t, got, len(want))
		for read := range want {
			assert.Equal(t, want[read].err, got[read].err, "%s: %s", name, read)
			if !reflect.DeepEqual(want[read].value, got[read].value) {
				assert.Equal(t, want[read].value, got[read].value, "%s: %s", name, read)
			}
		}
	}
}

// A middleware of the client sees all of an output but the items, and those too if it asks for them.
func TestMiddlewareSeesTheOutput(t *testing.T) {
	t.Parallel()
	if wire.Off {
		t.Skip("the path is off")
	}
	ctx, m := t.Context(), newMusic()
	var seen []*dynamodb.QueryOutput
	watch := middleware.InitializeMiddlewareFunc("watch", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		out, meta, err := next.HandleInitialize(ctx, in)
		if q, ok := out.Result.(*dynamodb.QueryOutput); ok {
			seen = append(seen, q)
		}
		return out, meta, err
	})
	client := ddbmem.New().Client(func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error { return s.Initialize.Add(watch, middleware.Before) })
	})
	for _, attributes := range []bool{false, true} {
		db := ddb.New(client, fmt.Sprint("music", attributes), m.table, &ddb.Options{UseAttributeMaps: attributes})
		require.NoError(t, db.CreateTable(ctx))
		albums := ddb.NewRepository(db, m.albums)
		for i := range 3 {
			_, err := albums.Put(ctx, album{Artist: "x", ID: fmt.Sprint(i), Genre: "rock"})
			require.NoError(t, err)
		}
		metered, meter := ddb.WithMeter(ctx)
		page, err := albums.Page(metered, m.albums.Query(album{Artist: "x"}).Limit(2), "")
		require.NoError(t, err)
		require.Len(t, page.Items, 2)
		out := seen[len(seen)-1]
		assert.Equal(t, []int32{2, 2}, []int32{out.Count, out.ScannedCount})
		assert.Equal(t, []string{"pk", "sk"}, sortedKeys(out.LastEvaluatedKey))
		require.NotNil(t, out.ConsumedCapacity)
		assert.InDelta(t, meter.Total().Read, *out.ConsumedCapacity.CapacityUnits, 0)
		assert.Equal(t, attributes, len(out.Items) == 2)
	}
}

func sortedKeys(m map[string]types.AttributeValue) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// What was read stays as it is when the buffers are used again.
func TestReadsAreCopies(t *testing.T) {
	t.Parallel()
	ctx, m, client := t.Context(), newMusic(), ddbmem.New().Client()
	db := ddb.New(client, "music", m.table, nil)
	require.NoError(t, db.CreateTable(ctx))
	albums := ddb.NewRepository(db, m.albums)
	for i := range 50 {
		_, err := albums.Put(ctx, album{Artist: fmt.Sprint(i % 2), ID: fmt.Sprintf("%02d", i), Title: fmt.Sprint("title ", i), Genre: "rock", Labels: map[string]string{fmt.Sprint("k", i): fmt.Sprint("v", i)}})
		require.NoError(t, err)
	}
	first, err := ddb.Collect(albums.Query(ctx, m.albums.Query(album{Artist: "0"})))
	require.NoError(t, err)
	before := fmt.Sprintf("%+v", first)
	for it, err := range albums.Query(ctx, m.albums.Query(album{Artist: "1"}).Limit(20)) { // reads within a read
		require.NoError(t, err)
		again, err := albums.Get(ctx, it)
		require.NoError(t, err)
		assert.Equal(t, it, again)
		_, err = albums.BatchGet(ctx, []album{it, {Artist: "0", ID: "00"}})
		require.NoError(t, err)
	}
	for _, err := range albums.Scan(ctx, &ddb.ScanOptions{Workers: 4, Segments: 8}) {
		require.NoError(t, err)
	}
	assert.Equal(t, before, fmt.Sprintf("%+v", first))
}
