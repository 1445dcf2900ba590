package blob_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
)

func TestContentOfAnItemThatWasWrittenIsLoaded(t *testing.T) {
	t.Parallel()
	for _, k := range []kind{plain, versioned, historical} {
		s := newSchool(t, k)
		put, err := s.lectures.Put(t.Context(), one("content"))
		require.NoError(t, err)
		require.Equal(t, "content", s.load(put.Slides))
		require.True(t, put.Notes.IsZero())

		got := s.get(one(""))
		require.Equal(t, put, got)
		require.Equal(t, "content", s.load(got.Slides))
		require.EqualValues(t, 7, got.Slides.Size())
		require.True(t, strings.HasPrefix(got.Slides.Ref().Key, "school/c%23go/l%231/slides/"), got.Slides)

		attrs, err := s.entity.Encode(got)
		require.NoError(t, err)
		require.NotContains(t, attrs, "notes")
		decoded, err := s.entity.Decode(attrs)
		require.NoError(t, err)
		_, err = decoded.Slides.Load(t.Context())
		require.ErrorIs(t, err, ddbblob.ErrNoStore)
		require.Equal(t, "content", s.load(decoded.Slides.In(s.store)))
	}
}

func TestAnItemThatIsWrittenAgainKeepsItsObject(t *testing.T) {
	t.Parallel()
	for _, k := range []kind{plain, versioned, historical} {
		s := newSchool(t, k)
		put, err := s.lectures.Put(t.Context(), one("content"))
		require.NoError(t, err)
		put.Title = "new"
		again, err := s.lectures.Put(t.Context(), put)
		require.NoError(t, err)
		require.Equal(t, put.Slides, again.Slides)
		again, err = s.lectures.Replace(t.Context(), again)
		require.NoError(t, err)
		require.Equal(t, put.Slides, again.Slides)
		require.Equal(t, 1, s.store.puts)
	}
}

func TestAStaleReferenceIsRefused(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	stale, err := s.lectures.Put(t.Context(), one("old"))
	require.NoError(t, err)
	_, err = s.lectures.Put(t.Context(), one("new"))
	require.NoError(t, err)

	_, err = s.lectures.Put(t.Context(), stale)
	require.ErrorIs(t, err, ddb.ErrConflict)
	require.ErrorContains(t, err, "set the content again")
	_, err = s.lectures.Replace(t.Context(), stale)
	require.ErrorIs(t, err, ddb.ErrConflict)
	f := s.entity.Fields()
	_, err = s.lectures.Update(t.Context(), stale, ddb.Set(&f.Slides, stale.Slides))
	require.ErrorIs(t, err, ddb.ErrConflict)
	require.ErrorIs(t, s.db.Transact(t.Context(), s.entity.Put(stale)), ddb.ErrConflict)
	require.ErrorIs(t, s.db.Batch(t.Context(), s.entity.Put(stale)), ddb.ErrConflict)

	require.NoError(t, s.lectures.Delete(t.Context(), stale))
	_, err = s.lectures.Put(t.Context(), stale)
	require.ErrorIs(t, err, ddb.ErrConflict)
	require.Equal(t, 2, s.store.puts)
}

func TestAReferenceFromElsewhereIsCopied(t *testing.T) {
	t.Parallel()
	s := newSchool(t, versioned)
	ctx, f := t.Context(), s.entity.Fields()
	first, err := s.lectures.Create(ctx, one("content"))
	require.NoError(t, err)
	var blobs []ddbblob.Blob
	add := func(l lecture, err error) lecture {
		require.NoError(t, err)
		require.Equal(t, "content", s.load(l.Slides))
		blobs = append(blobs, l.Slides)
		return l
	}
	add(first, nil)
	second := first
	second.ID, second.Version = "2", 0
	add(s.lectures.Put(ctx, second)) // of another item
	add(s.lectures.Move(ctx, first, lecture{Course: "go", ID: "3", Title: "t", Slides: first.Slides}))
	add(s.lectures.Create(ctx, first))                                                                   // after it was moved
	add(s.lectures.Upsert(ctx, lecture{Course: "go", ID: "4"}, ddb.Set(&f.Slides, first.Slides)))        // the item may be new
	add(s.lectures.Upsert(ctx, lecture{Course: "go", ID: "4"}, ddb.Set(&f.Slides, blobs[len(blobs)-1]))) // or be deleted
	add(s.lectures.Update(ctx, lecture{Course: "go", ID: "4"}, ddb.Set(&f.Slides, first.Slides)))        // of another item
	both, err := s.lectures.Modify(ctx, lecture{Course: "go", ID: "4"}, func(l *lecture) error { l.Notes = l.Slides; return nil })
	require.NoError(t, err)
	require.Equal(t, "content", s.load(both.Notes))
	blobs = append(blobs, both.Notes)
	both.Slides = both.Notes // of another field
	both, err = s.lectures.Put(ctx, both)
	add(both, err)
	seen := map[string]bool{}
	for _, b := range blobs {
		require.False(t, seen[b.Ref().Key])
		seen[b.Ref().Key] = true
	}
	require.Equal(t, len(blobs), s.store.puts)
}

func TestEachVerbStoresNewContent(t *testing.T) {
	t.Parallel()
	s := newSchool(t, versioned)
	ctx, f := t.Context(), s.entity.Fields()
	check := func(want string, l lecture, err error) lecture {
		t.Helper()
		require.NoError(t, err)
		require.Equal(t, want, s.load(l.Slides))
		require.Equal(t, want, s.load(s.get(l).Slides))
		return l
	}
	set := func(text string) ddb.Edit { return ddb.Set(&f.Slides, ddbblob.FromString(text)) }
	l, err := s.lectures.Create(ctx, one("a"))
	check("a", l, err)
	l, err = s.lectures.Update(ctx, one(""), set("b"))
	check("b", l, err)
	l, err = s.lectures.Upsert(ctx, lecture{Course: "go", ID: "2"}, set("c"))
	check("c", l, err)
	l, err = s.lectures.Upsert(ctx, lecture{Course: "go", ID: "3"}, ddb.SetIfAbsent(&f.Slides, ddbblob.FromString("d")))
	check("d", l, err)
	l, err = s.lectures.Modify(ctx, one(""), func(l *lecture) error {
		require.Equal(t, "b", s.load(l.Slides))
		l.Slides = ddbblob.FromString("e")
		return nil
	})
	check("e", l, err)
	l.Slides = ddbblob.FromString("f")
	l, err = s.lectures.Replace(ctx, l)
	check("f", l, err)
	moved := l
	moved.ID, moved.Slides = "9", ddbblob.FromString("g")
	l, err = s.lectures.Move(ctx, l, moved)
	check("g", l, err)
	l.Slides = ddbblob.FromString("h")
	require.NoError(t, s.db.Transact(ctx, s.entity.Put(l), s.entity.Create(one("i"))))
	require.Equal(t, "h", s.load(s.get(l).Slides))
	require.Equal(t, "i", s.load(s.get(one("")).Slides))
	l = s.get(l)
	require.NoError(t, s.db.Batch(ctx, s.entity.Update(l, set("j")), s.entity.Create(lecture{Course: "go", ID: "5", Slides: ddbblob.FromString("k")})))
	l = s.get(l)
	require.Equal(t, "j", s.load(l.Slides))
	l, err = s.lectures.Update(ctx, l, ddb.Set(&f.Slides, ddbblob.Blob{}))
	require.NoError(t, err)
	require.True(t, l.Slides.IsZero())
	attrs, err := s.entity.Encode(l)
	require.NoError(t, err)
	require.NotContains(t, attrs, "slides")
	empty, err := s.lectures.Update(ctx, l, set(""))
	check("", empty, err)
	require.False(t, empty.Slides.IsZero())
	require.Contains(t, s.entity.Update(l, set("x")).String(), "set Slides")
	require.NotContains(t, s.entity.Update(l, set("x")).String(), "REFUSED")
}
