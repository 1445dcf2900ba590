package read_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Jotting is read in every way there is.
type Jotting struct {
	Book string `dynamodbav:"-"`
	ID   string `dynamodbav:"id"`
	N    int    `dynamodbav:"n"`
}

// Cover stands beside the notes of a book.
type Cover struct {
	Book  string `dynamodbav:"-"`
	Title string `dynamodbav:"title"`
}

type books struct {
	table  *ddb.Table
	keys   *ddb.Index
	notes  *ddb.Entity[Jotting]
	covers *ddb.Entity[Cover]
	client ddb.Client
}

// openBooks makes a book of the notes 0 to 9, of which some cannot be read: of 2 the number is text, 4 says another id
// than its key, 5 says that it is a stranger, and 7 that it is a cover.
func openBooks(t *testing.T) *books {
	t.Helper()
	b := &books{table: ddb.NewTable("pk", "sk"), client: ddbmem.New().Client()}
	b.keys = b.table.GSI("keys-only", "k_pk", "k_sk").KeysOnly()
	b.covers = ddb.MustDefine(b.table, "cover", func(c *Cover, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("b#"), ddb.Str(&c.Book)), ddb.Key(ddb.Prefix("cover")))
	})
	b.notes = ddb.MustDefine(b.table, "note", func(n *Jotting, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("n#"), ddb.Str(&n.ID))
		book := ddb.Key(ddb.Prefix("b#"), ddb.Str(&n.Book))
		d.Primary(book, id)
		d.Index(b.keys, book, id)
	})
	db := ddb.New(b.client, "books", b.table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, db.Do(t.Context(), b.covers.Put(Cover{"1", "One"})))
	for i := range 10 {
		attrs, err := b.notes.Encode(Jotting{"1", fmt.Sprint(i), i})
		require.NoError(t, err)
		switch i {
		case 2:
			attrs["n"] = fixture.Text("two")
		case 4:
			attrs["id"] = fixture.Text("four")
		case 5:
			attrs["entityType"] = fixture.Text("stranger")
		case 7:
			attrs["entityType"] = fixture.Text("cover")
		}
		fixture.PutRaw(t, b.client, "books", attrs)
	}
	return b
}

// both runs f on a DB of each way to decode what was read.
func (b *books) both(t *testing.T, f func(t *testing.T, db *ddb.DB, repo *ddb.Repository[Jotting])) {
	for name, opts := range map[string]*ddb.Options{"JSON": nil, "attribute maps": {UseAttributeMaps: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := ddb.New(b.client, "books", b.table, opts)
			f(t, db, ddb.NewRepository(db, b.notes))
		})
	}
}

// walk is what a sequence of notes yields: the numbers of those that can be read, and the keys of the others.
func walk[T any](t *testing.T, seq iter.Seq2[T, error], n func(T) int) (read []int, unread []string) {
	t.Helper()
	for v, err := range seq {
		if err != nil {
			var zero T
			assert.Equal(t, zero, v)
			bad, ok := errors.AsType[*ddb.ItemError](err)
			require.True(t, ok, "%v", err)
			assert.NotEmpty(t, bad.Item["sk"])
			unread = append(unread, bad.Item["sk"].(*types.AttributeValueMemberS).Value)
			assert.Equal(t, fmt.Sprintf(`pk="b#1" sk=%q`, unread[len(unread)-1]), bad.Key)
			continue
		}
		read = append(read, n(v))
	}
	return read, unread
}

var (
	readable   = []int{0, 1, 3, 6, 8, 9}
	unreadable = []string{"n#2", "n#4", "n#5", "n#7"}
)

func ofNote(n Jotting) int { return n.N }

// A list goes on past an item that cannot be read, which is an error of its own.
func TestAnItemThatCannotBeReadEndsNoList(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	all := b.notes.Query(Jotting{Book: "1"})
	b.both(t, func(t *testing.T, db *ddb.DB, repo *ddb.Repository[Jotting]) {
		ofAny := func(v any) int {
			if n, ok := v.(Jotting); ok {
				return n.N
			}
			return -1
		}
		withCover := append([]int{-1}, readable...)
		for name, run := range map[string]func() ([]int, []string){
			"query":       func() ([]int, []string) { return walk(t, repo.Query(t.Context(), all), ofNote) },
			"small pages": func() ([]int, []string) { return walk(t, repo.Query(t.Context(), all.Examine(1)), ofNote) },
			"select": func() ([]int, []string) {
				return walk(t, repo.Query(t.Context(), all.Select(&b.notes.Fields().N, &b.notes.Fields().ID)), ofNote)
			},
			"hydrated": func() ([]int, []string) {
				return walk(t, repo.Query(t.Context(), b.notes.On(b.keys, Jotting{Book: "1"})), ofNote)
			},
			"lookups": func() ([]int, []string) {
				return walk(t, repo.Lookups(t.Context(), b.notes.On(b.keys, Jotting{Book: "1"})), func(l ddb.Lookup[Jotting]) int {
					assert.True(t, l.Found())
					return l.Item.N
				})
			},
		} {
			read, unread := run()
			assert.Equal(t, readable, read, name)
			assert.Equal(t, unreadable, unread, name)
		}
		for name, run := range map[string]func() ([]int, []string){
			"items": func() ([]int, []string) { return walk(t, db.Items(t.Context(), all.Collection()), ofAny) },
			"scan":  func() ([]int, []string) { return walk(t, db.Scan(t.Context(), nil), ofAny) },
		} {
			read, unread := run()
			assert.ElementsMatch(t, withCover, read, name)
			assert.ElementsMatch(t, unreadable, unread, name)
		}
		read, unread := walk(t, repo.Scan(t.Context(), nil), ofNote)
		assert.ElementsMatch(t, readable, read)
		assert.ElementsMatch(t, unreadable, unread)

		n := 0
		for _, err := range repo.Query(t.Context(), all) {
			if n++; err != nil {
				break // as always
			}
		}
		assert.Equal(t, 3, n)
	})
}

// A page has the items that can be read, the position behind all, and the errors of the others, joined. Collect and Gather
// stop at the first, unless they are told otherwise.
func TestPagesAndSlicesOfWhatCanBeRead(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	all := b.notes.Query(Jotting{Book: "1"})
	b.both(t, func(t *testing.T, db *ddb.DB, repo *ddb.Repository[Jotting]) {
		keysOf := func(err error) (keys []string) {
			if err == nil {
				return nil
			}
			for _, err := range err.(interface{ Unwrap() []error }).Unwrap() {
				keys = append(keys, err.(*ddb.ItemError).Item["sk"].(*types.AttributeValueMemberS).Value) //nolint:errorlint // each as it is
			}
			return keys
		}
		numbers := func(notes []Jotting) (out []int) {
			for _, n := range notes {
				out = append(out, n.N)
			}
			return out
		}
		page, err := repo.Page(t.Context(), all, "")
		assert.Equal(t, readable, numbers(page.Items))
		assert.Equal(t, unreadable, keysOf(err))
		assert.Empty(t, page.Next)
		require.ErrorIs(t, err, ddb.ErrUnknown)

		for _, q := range []ddb.Query[Jotting]{all, b.notes.On(b.keys, Jotting{Book: "1"})} {
			for limit := range 11 {
				var read []int
				var unread []string
				for cursor := ddb.Cursor(""); ; {
					page, err := repo.Page(t.Context(), q.Limit(limit), cursor)
					if limit > 0 {
						assert.LessOrEqual(t, len(page.Items), limit)
						if page.Next != "" {
							assert.Len(t, page.Items, limit, "those that cannot be read do not count")
						}
					}
					read, unread = append(read, numbers(page.Items)...), append(unread, keysOf(err)...)
					if cursor = page.Next; cursor == "" {
						break
					}
				}
				assert.Equal(t, readable, read, limit)
				assert.Equal(t, unreadable, unread, limit)
			}
		}

		found, err := ddb.Collect(repo.Query(t.Context(), all))
		assert.Equal(t, []int{0, 1}, numbers(found))
		require.EqualError(t, err, `ddb: query note: decode note pk="b#1" sk="n#2": N: unmarshal failed, cannot unmarshal string into Go value type int`)
		found, err = ddb.CollectAll(repo.Query(t.Context(), all))
		assert.Equal(t, readable, numbers(found))
		assert.Equal(t, unreadable, keysOf(err))
		require.ErrorContains(t, err, `ID is "four", the key says "4"`)

		notes, covers := []Jotting{{ID: "untouched"}}, []Cover{{Title: "untouched"}}
		err = db.Gather(t.Context(), all.Collection(), b.notes.Into(&notes), b.covers.Into(&covers))
		require.ErrorContains(t, err, `sk="n#2"`)
		require.NotContains(t, err.Error(), `sk="n#4"`)
		assert.Equal(t, []any{[]Jotting{{ID: "untouched"}}, []Cover{{Title: "untouched"}}}, []any{notes, covers})
		err = db.GatherAll(t.Context(), all.Collection(), b.notes.Into(&notes), b.covers.Into(&covers))
		assert.Equal(t, unreadable, keysOf(err))
		assert.Equal(t, readable, numbers(notes))
		assert.Equal(t, []Cover{{"1", "One"}}, covers)

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		notes = []Jotting{{ID: "untouched"}}
		require.ErrorIs(t, db.GatherAll(ctx, all.Collection(), b.notes.Into(&notes)), context.Canceled)
		assert.Equal(t, []Jotting{{ID: "untouched"}}, notes)
		_, err = ddb.CollectAll(repo.Query(ctx, all))
		require.ErrorIs(t, err, context.Canceled)
		page, err = repo.Page(ctx, all, "")
		require.ErrorIs(t, err, context.Canceled)
		assert.Zero(t, page)
	})
}

// Items that no entity claims, or another one does, are skipped where they are to be ignored; those that cannot be decoded
// are not.
func TestAQueryIgnoresWhatIsUnknown(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	b.both(t, func(t *testing.T, _ *ddb.DB, repo *ddb.Repository[Jotting]) {
		for _, q := range []ddb.Query[Jotting]{b.notes.Query(Jotting{Book: "1"}), b.notes.On(b.keys, Jotting{Book: "1"})} {
			read, unread := walk(t, repo.Query(t.Context(), q.IgnoreUnknown()), ofNote)
			assert.Equal(t, readable, read)
			assert.Equal(t, []string{"n#2", "n#4"}, unread)
			read, _ = walk(t, repo.Query(t.Context(), q.IgnoreUnknown().Limit(5)), ofNote)
			assert.Equal(t, readable[:5], read, "what is skipped does not count")
		}
	})
}

// Each key of a batch has an outcome of its own.
func TestABatchTellsWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	b.both(t, func(t *testing.T, db *ddb.DB, repo *ddb.Repository[Jotting]) {
		keys := []Jotting{{Book: "1", ID: "0"}, {Book: "1", ID: "2"}, {Book: "1", ID: "none"}, {Book: "1", ID: "5"}, {Book: "1", ID: "9"}}
		got, err := repo.BatchGet(t.Context(), keys)
		var outcomes []ddb.Outcome
		for i, l := range got {
			assert.Equal(t, keys[i].ID, l.Item.ID)
			outcomes = append(outcomes, l.Outcome)
		}
		assert.Equal(t, []ddb.Outcome{ddb.LookupFound, ddb.LookupUnreadable, ddb.LookupGone, ddb.LookupUnreadable, ddb.LookupFound}, outcomes)
		assert.Equal(t, "unreadable", outcomes[1].String())
		require.ErrorIs(t, err, ddb.ErrUnknown)
		require.ErrorContains(t, err, `sk="n#2"`)

		_, err = repo.Get(t.Context(), keys[1])
		bad, ok := errors.AsType[*ddb.ItemError](err)
		require.True(t, ok)
		assert.Equal(t, []string{"get", "note", `pk="b#1" sk="n#2"`}, []string{bad.Op, bad.Entity, bad.Key})
		assert.Equal(t, fixture.Text("two"), bad.Item["n"])
		for _, get := range []func(context.Context, ...ddb.Read) error{db.LoadAll, db.TransactGet} {
			x := Jotting{Book: "1", ID: "2"}
			err := get(t.Context(), b.notes.Load(&x))
			_, ok := errors.AsType[*ddb.ItemError](err)
			assert.True(t, ok)
			assert.Equal(t, Jotting{Book: "1", ID: "2"}, x)
		}
		_, err = repo.One(t.Context(), b.notes.Query(Jotting{Book: "1"}).SortKey(ddb.Eq(&b.notes.Fields().ID, "4")))
		_, ok = errors.AsType[*ddb.ItemError](err)
		assert.True(t, ok)
	})
}

// Versions of an item are a list like any other.
func TestAVersionThatCannotBeReadEndsNoHistory(t *testing.T) {
	t.Parallel()
	type draft struct {
		ID      string `dynamodbav:"-"`
		N       int    `dynamodbav:"n"`
		Version int64  `dynamodbav:"version"`
	}
	table := ddb.NewTable("pk", "sk")
	drafts := ddb.MustDefine(table, "draft", func(x *draft, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("d#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Version(&x.Version)
		d.History(id, ddb.Key(ddb.Prefix("v#"), ddb.Num(&x.Version, 6)))
	})
	client := ddbmem.New().Client()
	db := ddb.New(client, "drafts", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, drafts)
	x, err := repo.Create(t.Context(), draft{ID: "1"})
	require.NoError(t, err)
	for i := range 3 {
		x.N = i + 1
		x, err = repo.Replace(t.Context(), x)
		require.NoError(t, err)
	}
	fixture.PutRaw(t, client, "drafts", map[string]types.AttributeValue{
		"pk": fixture.Text("d#1"), "sk": fixture.Text("v#000002"), "entityType": fixture.Text("draft~v"), "version": fixture.Digits("2"), "n": fixture.Text("x"),
	})
	var versions []int64
	bad := 0
	for v, err := range repo.History().All(t.Context(), draft{ID: "1"}) {
		if err != nil {
			e, ok := errors.AsType[*ddb.ItemError](err)
			require.True(t, ok)
			assert.Equal(t, `pk="d#1" sk="v#000002"`, e.Key)
			bad++
			continue
		}
		versions = append(versions, v.Version)
	}
	assert.Equal(t, []int64{4, 3, 1}, versions)
	assert.Equal(t, 1, bad)
}

// OneWay stores itself as what it does not read.
type OneWay struct{ X int }

// MarshalDynamoDBAttributeValue stores a text, which nothing makes a OneWay of.
func (OneWay) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return fixture.Text("x"), nil
}

// UnmarshalDynamoDBAttributeValue refuses it.
func (*OneWay) UnmarshalDynamoDBAttributeValue(types.AttributeValue) error {
	return errors.New("no way back")
}

// A write that was done and whose item cannot be read is not told as a definite failure.
func TestAWriteWhoseItemCannotBeReadIsNotDefinite(t *testing.T) {
	t.Parallel()
	type letter struct {
		ID string `dynamodbav:"-"`
		V  OneWay `dynamodbav:"v"`
	}
	table := ddb.NewTable("pk", "sk")
	letters := ddb.MustDefine(table, "letter", func(x *letter, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("l#"), ddb.Str(&x.ID))
		d.Primary(id, id)
	})
	db := ddb.New(ddbmem.New().Client(), "letters", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	_, err := ddb.NewRepository(db, letters).Create(t.Context(), letter{ID: "1"})
	require.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
	require.ErrorContains(t, err, "written, but the item cannot be read")
}
