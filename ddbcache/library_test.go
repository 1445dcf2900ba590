package ddbcache_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbcache"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/ddbview"
)

type author struct {
	ID    string `dynamodbav:"-"`
	Name  string `dynamodbav:"name"`
	Email string `dynamodbav:"email"`
	Books int    `dynamodbav:"books"`
}

type book struct {
	Author  string   `dynamodbav:"-"`
	ISBN    string   `dynamodbav:"-"`
	Title   string   `dynamodbav:"title"`
	Year    int      `dynamodbav:"year"`
	Tags    []string `dynamodbav:"tags,stringset,omitempty"`
	Version int64    `dynamodbav:"version"`
}

type note struct {
	ID      string `dynamodbav:"-"`
	Text    string `dynamodbav:"text"`
	Version int64  `dynamodbav:"version"`
}

var (
	library = ddb.NewTable("pk", "sk")
	byYear  = library.GSI("by-year", "year_pk", "year_sk")
	authors = ddb.MustDefine(library, "author", func(a *author, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("author#"), ddb.Str(&a.ID))
		d.Primary(id, id)
		d.Unique("email", ddb.Fold(&a.Email))
	})
	books = ddb.MustDefine(library, "book", func(b *book, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("author#"), ddb.Str(&b.Author)), ddb.Key(ddb.Prefix("book#"), ddb.Str(&b.ISBN)))
		d.Index(byYear, ddb.Key(ddb.Prefix("year#"), ddb.Num(&b.Year, 4)), ddb.Key(ddb.Str(&b.ISBN)))
		d.Version(&b.Version)
	})
	notes = ddb.MustDefine(library, "note", func(n *note, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("note#"), ddb.Str(&n.ID))
		d.Primary(id, id)
		d.Version(&n.Version)
		d.History(ddb.Key(ddb.Prefix("versions#"), ddb.Str(&n.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&n.Version, 6)))
	})
	written = ddbview.MustAggregate("written", books, authors, func(b *book, a *author) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&b.Author, &a.ID), ddbview.Count(&a.Books)}
	})
)

// clients are the ways to reach a table, the plain one first.
func clients(client *dynamodb.Client) map[string]ddb.Client {
	fresh := &ddbcache.Options{QueryTTL: -1} // the test reads pages after it wrote
	return map[string]ddb.Client{
		"plain":                   client,
		"cached":                  ddbcache.New(client, fresh),
		"shaped as DAX's":         shaped{client},
		"cached, shaped as DAX's": ddbcache.New(shaped{client}, fresh),
		"cached twice":            ddbcache.New(ddbcache.New(client, fresh), fresh),
		"wrapped":                 struct{ ddb.Client }{ddbcache.New(client, fresh)},
	}
}

// The library does the same on a cache, and on a client that ignores the options of calls, as on the SDK's.
func TestTheLibraryRunsOnIt(t *testing.T) {
	t.Parallel()
	for name := range clients(ddbmem.New().Client()) {
		for _, maps := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", maps ", maps), func(t *testing.T) {
				t.Parallel()
				engine := ddbmem.New()
				require.NoError(t, ddb.New(engine.Client(), "library", library, nil).CreateTable(t.Context()))
				everyVerb(t, engine, ddb.New(clients(engine.Client())[name], "library", library, &ddb.Options{UseAttributeMaps: maps}))
			})
		}
	}
}

// everyVerb calls what repositories and a DB can do, and checks the results.
func everyVerb(t *testing.T, engine *ddbmem.Engine, db *ddb.DB) {
	t.Helper()
	ctx, fa, fb := t.Context(), authors.Fields(), books.Fields()
	as, bs := ddb.NewRepository(db, authors), ddb.NewRepository(db, books)

	_, err := as.Get(ctx, author{ID: "1"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
	_, err = as.Create(ctx, author{ID: "1", Name: "Ursula", Email: "u@x"})
	require.NoError(t, err)
	got, err := as.Get(ctx, author{ID: "1"})
	require.NoError(t, err, "after it was known that there is none")
	assert.Equal(t, author{ID: "1", Name: "Ursula", Email: "u@x"}, got)
	_, err = as.Create(ctx, author{ID: "1"})
	require.ErrorIs(t, err, ddb.ErrExists)
	have, ok := authors.Current(err)
	assert.True(t, ok)
	assert.Equal(t, "Ursula", have.Name)
	_, err = as.Create(ctx, author{ID: "2", Email: "U@X"})
	require.ErrorIs(t, err, ddb.ErrNotUnique)
	got, err = as.Update(ctx, author{ID: "1"}, ddb.Set(&fa.Name, "Ursula K."), ddb.Set(&fa.Email, "le@guin"))
	require.NoError(t, err)
	assert.Equal(t, "Ursula K.", got.Name)
	_, err = as.Put(ctx, author{ID: "2", Email: "u@x", Name: "Stanisław"})
	require.NoError(t, err, "the address is free again")

	b := book{Author: "1", ISBN: "a", Title: "The Dispossessed", Year: 1974, Tags: []string{"sf", "anarchy"}}
	b, err = bs.Create(ctx, b)
	require.NoError(t, err)
	read, err := bs.Get(ctx, book{Author: "1", ISBN: "a"})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"sf", "anarchy"}, read.Tags)
	read.Title = "Replaced"
	read, err = bs.Replace(ctx, read)
	require.NoError(t, err)
	assert.EqualValues(t, 2, read.Version)
	b.Title = "old"
	_, err = bs.Replace(ctx, b)
	require.ErrorIs(t, err, ddb.ErrConflict)
	_, err = bs.Modify(ctx, book{Author: "1", ISBN: "a"}, func(b *book) error { b.Year++; return nil })
	require.NoError(t, err)
	_, err = bs.Update(ctx, book{Author: "1", ISBN: "a", Year: 1975}, ddb.Set(&fb.Year, 1976))
	require.NoError(t, err)
	read, err = bs.Get(ctx, book{Author: "1", ISBN: "a"})
	require.NoError(t, err)
	assert.Equal(t, 1976, read.Year)
	ns := ddb.NewRepository(db, notes)
	_, err = ns.Create(ctx, note{ID: "1", Text: "a"})
	require.NoError(t, err)
	_, err = ns.Modify(ctx, note{ID: "1"}, func(n *note) error { n.Text += "b"; return nil })
	require.NoError(t, err)
	versions, err := ddb.Collect(ns.History().All(ctx, note{ID: "1"}))
	require.NoError(t, err)
	assert.Len(t, versions, 2)

	require.NoError(t, db.Batch(ctx, books.Put(book{Author: "1", ISBN: "b", Year: 1968}), authors.Put(author{ID: "3", Email: "3@x"})))
	require.NoError(t, db.Transact(ctx, books.Create(book{Author: "2", ISBN: "c", Year: 1961}), authors.Update(author{ID: "2"}, ddb.Set(&fa.Name, "Lem"))))
	err = db.Transact(ctx, books.Create(book{Author: "2", ISBN: "c"}), authors.Delete(author{ID: "2"}))
	require.ErrorIs(t, err, ddb.ErrExists)
	got, err = as.Get(ctx, author{ID: "2"})
	require.NoError(t, err)
	assert.Equal(t, "Lem", got.Name)

	for range 2 {
		lookups, err := bs.BatchGet(ctx, []book{{Author: "1", ISBN: "a"}, {Author: "1", ISBN: "none"}, {Author: "1", ISBN: "b"}, {Author: "2", ISBN: "c"}})
		require.NoError(t, err)
		assert.Equal(t, []bool{true, false, true, true}, []bool{lookups[0].Found(), lookups[1].Found(), lookups[2].Found(), lookups[3].Found()})
		assert.Equal(t, 1976, lookups[0].Item.Year)
	}
	one, other := author{ID: "1"}, book{Author: "2", ISBN: "c"}
	require.NoError(t, db.LoadAll(ctx, authors.Load(&one), books.Load(&other)))
	require.NoError(t, db.TransactGet(ctx, authors.Load(&one), books.Load(&other)))
	assert.Equal(t, 1961, other.Year)

	found, err := ddb.Collect(bs.Query(ctx, books.On(byYear, book{Year: 1976})))
	require.NoError(t, err)
	assert.Len(t, found, 1)
	page, err := bs.Page(ctx, books.Query(book{Author: "1"}).Limit(1), "")
	require.NoError(t, err)
	rest, err := bs.Page(ctx, books.Query(book{Author: "1"}).Limit(1), page.Next)
	require.NoError(t, err)
	assert.Equal(t, "b", rest.Items[0].ISBN)
	count, err := bs.Count(ctx, books.Query(book{Author: "1"}))
	require.NoError(t, err)
	assert.Equal(t, 2, count)
	var someAuthors []author
	var someBooks []book
	require.NoError(t, db.Gather(ctx, authors.Query(author{ID: "1"}).Collection(), authors.Into(&someAuthors), books.Into(&someBooks)))
	assert.Equal(t, []int{1, 2}, []int{len(someAuthors), len(someBooks)})

	mux := ddb.NewMux(library, nil)
	mux.Maintain(db, written)
	var to ddbstream.Processor = mux
	require.NoError(t, ddbstream.NewReader(engine.StreamsClient(), "library", to, &ddbstream.MemoryStore{}, nil).Drain(ctx))
	got, err = as.Get(ctx, author{ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, 2, got.Books)

	from, err := bs.Get(ctx, book{Author: "1", ISBN: "b"})
	require.NoError(t, err)
	moved := from
	moved.Author = "3"
	moved, err = bs.Move(ctx, from, moved)
	require.NoError(t, err)
	assert.Equal(t, 1968, moved.Year)
	_, err = bs.Get(ctx, book{Author: "1", ISBN: "b"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
	taken, err := bs.Take(ctx, book{Author: "3", ISBN: "b"})
	require.NoError(t, err)
	assert.Equal(t, 1968, taken.Year)
	require.NoError(t, as.Delete(ctx, author{ID: "1"}))
	_, err = as.Get(ctx, author{ID: "1"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
	n := 0
	for _, err := range db.Scan(ctx, nil) {
		require.NoError(t, err)
		n++
	}
	assert.Positive(t, n)
}

// A write whose response is lost is unknown, on every client; a write that is refused is not.
func TestLostWritesAreUnknown(t *testing.T) {
	t.Parallel()
	for name := range clients(ddbmem.New().Client()) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			engine := ddbmem.New()
			require.NoError(t, ddb.New(engine.Client(), "library", library, nil).CreateTable(t.Context()))
			db := ddb.New(clients(engine.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }))[name], "library", library, nil)
			as := ddb.NewRepository(db, authors)
			faults := func(f ddbmem.Fault) {
				engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
					if c.Operation == "UpdateItem" || c.Operation == "PutItem" || c.Operation == "TransactWriteItems" {
						return f
					}
					return ddbmem.Pass
				}})
			}
			faults(ddbmem.Dropped)
			_, err := as.Put(t.Context(), author{ID: "1", Name: "a"})
			require.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
			got, err := as.Get(t.Context(), author{ID: "1"})
			require.NoError(t, err)
			assert.Equal(t, "a", got.Name)
			faults(ddbmem.Pass)
			_, err = as.Create(t.Context(), author{ID: "1"})
			require.ErrorIs(t, err, ddb.ErrExists)
			assert.NotErrorIs(t, err, ddb.ErrOutcomeUnknown)
		})
	}
}

// A hit is no request and consumes nothing; a miss is what it is without a cache.
func TestAMeterTellsHitsFromRequests(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	client := engine.Client()
	require.NoError(t, ddb.New(client, "library", library, nil).CreateTable(t.Context()))
	require.NoError(t, ddb.New(client, "library", library, nil).Batch(t.Context(), books.Put(book{Author: "1", ISBN: "a"}), books.Put(book{Author: "1", ISBN: "b"})))
	for name, c := range map[string]ddb.Client{"on the SDK's": ddbcache.New(client, nil), "on one shaped as DAX's": ddbcache.New(shaped{client}, nil)} {
		t.Run(name, func(t *testing.T) {
			var seen ddbobserve.Recorder
			db := ddb.New(c, "library", library, &ddb.Options{Observe: seen.Observe})
			bs := ddb.NewRepository(db, books)
			metered := func(hits, requests int, read float64, call func(ctx context.Context) error) {
				t.Helper()
				outer, all := ddb.WithMeter(t.Context())
				ctx, m := ddb.WithMeter(outer)
				require.NoError(t, call(ctx))
				assert.Equal(t, []int{hits, requests, hits}, []int{m.Hits(), m.Requests(), all.Hits()}, "hits and requests")
				assert.InDelta(t, read, m.Total().Read, 0)
				observed := seen.Take()
				require.Len(t, observed, 1)
				assert.Equal(t, []int{hits, requests}, []int{observed[0].Hits, observed[0].Attempts})
				assert.InDelta(t, read, observed[0].Consumed().Read, 0)
			}
			one := func(ctx context.Context) error { _, err := bs.Get(ctx, book{Author: "1", ISBN: "a"}); return err }
			none := func(ctx context.Context) error {
				if _, err := bs.Get(ctx, book{Author: "1", ISBN: "none"}); !errors.Is(err, ddb.ErrNotFound) {
					return fmt.Errorf("unexpected: %w", err)
				}
				return nil
			}
			batch := func(ctx context.Context) error {
				_, err := bs.BatchGet(ctx, []book{{Author: "1", ISBN: "a"}, {Author: "1", ISBN: "b"}, {Author: "1", ISBN: "none"}})
				return err
			}
			query := func(ctx context.Context) error {
				_, err := ddb.Collect(bs.Query(ctx, books.Query(book{Author: "1"})))
				return err
			}
			scan := func(ctx context.Context) error { _, err := ddb.Collect(bs.Scan(ctx, nil)); return err }
			metered(0, 1, 0.5, one)
			metered(1, 0, 0, one)
			metered(0, 1, 0.5, none)
			metered(1, 0, 0, none)
			metered(2, 1, 0.5, batch)
			metered(3, 0, 0, batch)
			metered(0, 1, 0.5, query)
			metered(1, 0, 0, query)
			metered(0, 1, 2, scan) // as without a cache
			metered(1, 0, 0, scan)
			metered(0, 1, 1, func(ctx context.Context) error {
				_, err := bs.Consistent().Get(ctx, book{Author: "1", ISBN: "a"})
				return err
			})
		})
	}
}

// The attempts of the SDK's own retries are counted through the cache.
func TestAttemptsAreCountedThroughIt(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	client := engine.Client()
	require.NoError(t, ddb.New(client, "library", library, nil).CreateTable(t.Context()))
	for name, c := range map[string]ddb.Client{"plain": client, "cached": ddbcache.New(client, nil)} {
		failing := 2
		engine.SetFaults(ddbmem.Faults{Hook: func(ddbmem.Call) ddbmem.Fault {
			if failing--; failing >= 0 {
				return ddbmem.InternalError
			}
			return ddbmem.Pass
		}})
		ctx, m := ddb.WithMeter(t.Context())
		_, err := ddb.NewRepository(ddb.New(c, "library", library, nil), books).Get(ctx, book{Author: "1", ISBN: "a"})
		require.ErrorIs(t, err, ddb.ErrNotFound)
		assert.Equal(t, 3, m.Requests(), name)
	}
}

// A follower stands between a stream and a Mux.
func TestAFollowerForgetsWhatOthersWrote(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	require.NoError(t, ddb.New(engine.Client(), "library", library, nil).CreateTable(t.Context()))
	other := ddb.NewRepository(ddb.New(engine.Client(), "library", library, nil), authors)
	cache := ddbcache.New(engine.Client(), &ddbcache.Options{Settle: time.Second})
	here := ddb.NewRepository(ddb.New(cache, "library", library, nil), authors)
	mux := ddb.NewMux(library, nil)
	var seen []string
	ddb.Handle(mux, authors, func(ctx context.Context, c ddb.Change[author]) error {
		a, err := here.Get(ctx, c.New)
		seen = append(seen, a.Name)
		return err
	})
	follower := cache.Follow("library", mux)
	reader := ddbstream.NewReader(engine.StreamsClient(), "library", follower, &ddbstream.MemoryStore{}, nil)

	_, err := here.Get(t.Context(), author{ID: "1"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
	_, err = other.Put(t.Context(), author{ID: "1", Name: "other", Email: "1@x"})
	require.NoError(t, err)
	_, err = here.Get(t.Context(), author{ID: "1"})
	require.ErrorIs(t, err, ddb.ErrNotFound, "until the stream tells")
	_, err = here.Put(t.Context(), author{ID: "2", Name: "here", Email: "2@x"})
	require.NoError(t, err)
	_, err = here.Get(t.Context(), author{ID: "2"})
	require.NoError(t, err)
	require.NoError(t, reader.Drain(t.Context()))
	assert.ElementsMatch(t, []string{"other", "here"}, seen, "handlers read what their record says")
	hits := cache.Stats().Items.Hits
	_, err = here.Get(t.Context(), author{ID: "2"})
	require.NoError(t, err)
	assert.Equal(t, hits+1, cache.Stats().Items.Hits, "a record that says what the cache has removes nothing")
	assert.NotEmpty(t, follower.Stats().Parts)

	require.NoError(t, ddb.New(engine.Client(), "library", library, nil).Batch(t.Context(), authors.Put(author{ID: "1", Name: "again", Email: "1@x"})))
	require.NoError(t, follower.Gap(t.Context(), errors.New("a day without a reader")))
	a, err := here.Get(t.Context(), author{ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, "again", a.Name, "after a gap nothing is left")
	alone := cache.Follow("library", nil)
	failed, err := alone.Process(t.Context(), []ddb.Record{{Raw: []byte(`{}`)}, {Keys: item{}}})
	require.NoError(t, err)
	assert.Empty(t, failed)
	require.NoError(t, alone.Gap(t.Context(), nil))
	assert.Empty(t, alone.Stats())
}
