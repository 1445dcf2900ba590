package search

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// Positions are a part of the index: after a restart its reader goes on where it was, after a rebuild at the beginning,
// unless it was running, and without the directory there are none.
func TestPositionsAreAPartOfTheIndex(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newSite(t, t.Context(), dir)
	follow := func() (read int) {
		t.Helper()
		positions, err := s.Positions(t.Context())
		require.NoError(t, err)
		r := ddbstream.NewReader(engine.Streams(s.client), "things", s.Mux(), positions, &ddbstream.Options{
			OnBatch: func(b ddbstream.BatchStats) { read += b.Records },
		})
		require.NoError(t, r.Drain(t.Context()))
		return read
	}
	reopen := func() {
		t.Helper()
		require.NoError(t, s.Close())
		x, _, err := Open(s.Store, dir)
		require.NoError(t, err)
		s.Index = x
	}
	s.publish(t, "a", things.Details{Title: "Pottery"})
	assert.Equal(t, 3, follow())
	reopen()
	assert.Zero(t, follow())
	s.publish(t, "b", things.Details{Title: "Pottery"})
	reopen()
	assert.Equal(t, 3, follow())
	assert.Equal(t, []string{"a", "b"}, s.find(t, Query{}))

	_, err := s.Rebuild(t.Context())
	require.NoError(t, err)
	reopen()
	assert.Equal(t, 6, follow())
	assert.Empty(t, s.differences(t, t.Context()))
	require.NoError(t, s.Close())
	_, err = s.Positions(t.Context())
	assert.ErrorIs(t, err, errClosed)
}
