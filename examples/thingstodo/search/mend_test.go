package search

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/blevesearch/bleve/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// While the files cannot be written, a refresh is an error that holds the stream. Afterwards everything that was published
// is found, without a rebuild, and again after a restart.
func TestWhatWasPublishedWhileTheDiskWasFullIsFoundAfterwards(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newSite(t, t.Context(), dir)
	s.publish(t, "before", things.Details{Title: "Pottery"})
	s.follow(t)
	files := filepath.Join(s.now.path, "store")
	require.NoError(t, os.Rename(files, files+".away"))

	for _, id := range []string{"a", "b", "c"} {
		s.publish(t, id, things.Details{Title: "Pottery"})
		err := s.Refresh(t.Context(), id)
		require.ErrorIs(t, err, ErrIndex)
		require.ErrorIs(t, err, ddb.ErrUnavailable, "the stream tries again")
		_, err = s.Find(t.Context(), Query{})
		require.ErrorIs(t, err, ErrIndex)
	}

	_ = os.RemoveAll(files) // what bleve may have begun there
	require.NoError(t, os.Rename(files+".away", files))
	s.follow(t)
	assert.Equal(t, []string{"a", "b", "before", "c"}, s.find(t, Query{Text: "pottery"}))
	assert.Empty(t, s.differences(t, t.Context()))

	require.NoError(t, s.Close())
	x, empty, err := Open(s.Store, dir)
	require.NoError(t, err)
	assert.False(t, empty)
	s.Index = x
	assert.Empty(t, s.differences(t, t.Context()))
	require.NoError(t, s.Close())
}

// panicking is an index whose files are not what it has read of them.
type panicking struct{ bleveIndex }

type bleveIndex = bleve.Index

func (panicking) Batch(*bleve.Batch) error { panic("assignment to entry in nil map") }
func (panicking) SearchInContext(context.Context, *bleve.SearchRequest) (*bleve.SearchResult, error) {
	panic("assignment to entry in nil map")
}

// A panic of bleve is an error. The index is opened again, for the next search or the next write.
func TestAPanicOfTheIndexIsAnError(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	s.publish(t, "a", things.Details{Title: "Pottery"})
	s.follow(t)

	s.now.index = panicking{s.now.index}
	_, err := s.Find(t.Context(), Query{})
	require.ErrorIs(t, err, ErrIndex)
	assert.Equal(t, []string{"a"}, s.find(t, Query{}))

	s.now.index = panicking{s.now.index}
	require.ErrorIs(t, s.Refresh(t.Context(), "a"), ErrIndex)
	require.NoError(t, s.Refresh(t.Context(), "a"))
	assert.Equal(t, []string{"a"}, s.find(t, Query{}))

	s.now.index = panicking{s.now.index}
	for _, err := range s.Verify(t.Context()) {
		require.ErrorIs(t, err, ErrIndex)
	}
	assert.Empty(t, s.differences(t, t.Context()))
}

// A rebuild does not put an index in place that could not be written.
func TestADamagedRebuildReplacesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	next, err := s.create()
	require.NoError(t, err)
	next.damaged.Store(true)
	require.ErrorIs(t, s.replace(next), ErrIndex)
	require.NoError(t, next.drop())
	assert.Empty(t, s.find(t, Query{}))
}
