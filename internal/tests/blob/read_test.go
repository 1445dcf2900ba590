package blob_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/ddbmem"
)

func TestEachReadKnowsTheStore(t *testing.T) {
	t.Parallel()
	s := newSchool(t, historical)
	ctx, f := t.Context(), s.entity.Fields()
	_, err := s.lectures.Create(ctx, one("x"))
	require.NoError(t, err)
	key := lecture{Course: "go", ID: "1"}
	query := s.entity.Query(lecture{Course: "go"})
	found := map[string]lecture{}
	see := func(verb string) func(lecture, error) {
		return func(l lecture, err error) {
			t.Helper()
			require.NoError(t, err, verb)
			found[verb] = l
		}
	}
	see("get")(s.lectures.Get(ctx, key))
	see("consistent")(s.lectures.Consistent().Get(ctx, key))
	see("one")(s.lectures.One(ctx, query))
	see("select")(s.lectures.One(ctx, query.Select(&f.Slides)))
	for l, err := range s.lectures.Query(ctx, query) {
		see("query")(l, err)
	}
	for l, err := range s.lectures.Lookups(ctx, query) {
		see("lookups")(l.Item, err)
	}
	page, err := s.lectures.Page(ctx, query, "")
	require.NoError(t, err)
	see("page")(page.Items[0], nil)
	for l, err := range s.lectures.Scan(ctx, nil) {
		see("scan")(l, err)
	}
	for l, err := range s.db.Scan(ctx, nil) {
		see("scan any")(l.(lecture), err)
	}
	for l, err := range s.db.Items(ctx, query.Collection()) {
		see("items")(l.(lecture), err)
	}
	var all []lecture
	require.NoError(t, s.db.Gather(ctx, query.Collection(), s.entity.Into(&all)))
	see("gather")(all[0], nil)
	many, err := s.lectures.BatchGet(ctx, []lecture{key})
	require.NoError(t, err)
	see("batch get")(many[0].Item, nil)
	to := key
	require.NoError(t, s.db.TransactGet(ctx, s.entity.Load(&to)))
	see("transact get")(to, nil)
	to = key
	require.NoError(t, s.db.LoadAll(ctx, s.entity.Load(&to)))
	see("load all")(to, nil)
	see("version")(s.lectures.History().At(ctx, key, 1))
	for l, err := range s.lectures.History().All(ctx, key) {
		see("versions")(l, err)
	}
	_, err = s.lectures.Create(ctx, key)
	current, ok := s.entity.Current(err)
	require.True(t, ok)
	see("current")(current, nil)
	see("unchanged")(s.lectures.Modify(ctx, key, func(*lecture) error { return nil }))
	see("take")(s.lectures.Take(ctx, key))
	require.Len(t, found, 19)
	for verb, l := range found {
		require.Equal(t, "x", s.load(l.Slides), verb)
		require.True(t, l.Notes.IsZero(), verb)
	}
}

func TestAChangeOfAStreamKnowsTheStoreOfTheDBThatIsMaintained(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	put, err := s.lectures.Put(t.Context(), one("x"))
	require.NoError(t, err)
	attrs, err := s.entity.Encode(put)
	require.NoError(t, err)
	rec := ddb.Record{Kind: ddb.Inserted, Sequence: "1", Keys: map[string]types.AttributeValue{"pk": attrs["pk"], "sk": attrs["sk"]}, New: attrs}
	for _, bound := range []bool{true, false} {
		mux := ddb.NewMux(s.db.Table(), nil)
		if bound {
			mux.Maintain(s.db)
		}
		called := 0
		ddb.Handle(mux, s.entity, func(_ context.Context, c ddb.Change[lecture]) error {
			called++
			if bound {
				require.Equal(t, "x", s.load(c.New.Slides))
			}
			require.Equal(t, "x", s.load(c.New.Slides.In(s.store)))
			return nil
		})
		_, err = mux.Process(t.Context(), []ddb.Record{rec})
		require.NoError(t, err)
		require.Equal(t, 1, called)
	}
}

func TestADamagedObjectIsAnError(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	put, err := s.lectures.Put(t.Context(), one("content"))
	require.NoError(t, err)
	for _, bad := range []string{"Content", "conten", "contents", ""} {
		require.NoError(t, s.store.Put(t.Context(), put.Slides.Ref().Key, ddbblob.FromString(bad).Content()))
		_, err := s.get(put).Slides.Load(t.Context())
		require.ErrorIs(t, err, ddbblob.ErrDamaged, bad)
		r, err := put.Slides.Open(t.Context())
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, r)
		require.ErrorIs(t, err, ddbblob.ErrDamaged, bad)
		require.NoError(t, r.Close())
	}
}

func TestADBWithoutAStoreKeepsReferencesAndRefusesContent(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	put, err := s.lectures.Put(t.Context(), one("x"))
	require.NoError(t, err)
	none := ddb.NewRepository(ddb.New(s.engine.Client(), "school", s.db.Table(), nil), s.entity)
	got, err := none.Get(t.Context(), one(""))
	require.NoError(t, err)
	_, err = got.Slides.Load(t.Context())
	require.ErrorIs(t, err, ddbblob.ErrNoStore)
	require.ErrorContains(t, err, "Options.Blobs")
	got.Title = "kept"
	_, err = none.Put(t.Context(), got)
	require.NoError(t, err)
	require.Equal(t, put.Slides, s.get(put).Slides)
	for _, l := range []lecture{one("new"), {Course: "go", ID: "2", Slides: got.Slides}} {
		_, err = none.Put(t.Context(), l)
		require.ErrorIs(t, err, ddb.ErrModel)
		require.ErrorContains(t, err, "Options.Blobs")
	}
}

func TestAnotherStoreIsCopiedFrom(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	put, err := s.lectures.Put(t.Context(), one("x"))
	require.NoError(t, err)
	other := ddbblob.Dir(t.TempDir())
	db := ddb.New(s.engine.Client(), "school", s.db.Table(), &ddb.Options{Blobs: other})
	got, err := ddb.NewRepository(db, s.entity).Put(t.Context(), put)
	require.NoError(t, err)
	require.NotEqual(t, put.Slides.Ref().Key, got.Slides.Ref().Key)
	require.Equal(t, "x", s.load(got.Slides))
	require.Equal(t, other, got.Slides.Store())
}

func TestNewContentIsNotEncodedWithoutADB(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	_, err := s.entity.Encode(one("x"))
	require.ErrorIs(t, err, ddbblob.ErrNew)
}

func TestAKeyThatIsTooLongForAnObjectIsRefused(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	l := one("x")
	l.ID = strings.Repeat("ü", 200)
	_, err := s.lectures.Put(t.Context(), l)
	require.ErrorIs(t, err, ddb.ErrKey)
	require.ErrorContains(t, err, "1019")
	require.Empty(t, s.store.keys(t))
	l.Slides = ddbblob.Blob{}
	_, err = s.lectures.Put(t.Context(), l)
	require.NoError(t, err)
}

func TestAReaderWithFewerBytesThanAnnouncedIsRefused(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	_, err := s.lectures.Put(t.Context(), lecture{Course: "go", ID: "1", Slides: ddbblob.Reader(strings.NewReader("abc"), 4)})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	put, err := s.lectures.Put(t.Context(), lecture{Course: "go", ID: "1", Slides: ddbblob.Reader(strings.NewReader("abcd"), 3)})
	require.NoError(t, err)
	require.Equal(t, "abc", s.load(put.Slides))
}

// A store of many types at once, so that a pattern that compares stores must not panic.
type uncomparable struct {
	ddbblob.Store
	_ []int
}

func TestAStoreThatCannotBeComparedIsAnotherOne(t *testing.T) {
	t.Parallel()
	table, entity := model(plain)
	db := ddb.New(ddbmem.New().Client(), "school", table, &ddb.Options{Blobs: uncomparable{Store: ddbblob.Memory()}})
	require.NoError(t, db.CreateTable(t.Context()))
	r := ddb.NewRepository(db, entity)
	put, err := r.Put(t.Context(), one("x"))
	require.NoError(t, err)
	again, err := r.Put(t.Context(), put)
	require.NoError(t, err)
	require.NotEqual(t, put.Slides.Ref(), again.Slides.Ref())
	content, err := again.Slides.Load(t.Context())
	require.NoError(t, err)
	require.Equal(t, "x", string(content))
}
