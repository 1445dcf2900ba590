package search

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// An index in a directory is there again after a restart, and a rebuild replaces its files.
func TestAnIndexInADirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := newSite(t, t.Context(), dir)
	s.publish(t, "a", things.Details{Title: "Pottery"})
	s.follow(t)
	name := s.now.name
	require.NoError(t, s.Close())

	x, empty, err := Open(s.Store, dir)
	require.NoError(t, err)
	assert.False(t, empty)
	assert.Equal(t, name, x.now.name)
	s.Index = x
	assert.Equal(t, []string{"a"}, s.find(t, Query{Text: "pottery"}))

	_, _, err = Open(s.Store, dir)
	assert.ErrorContains(t, err, "another process may have it open")
	n, err := x.Rebuild(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	assert.NotEqual(t, name, x.now.name)
	assert.Equal(t, []string{"a"}, s.find(t, Query{Text: "pottery"}))
	assert.Len(t, files(t, dir), 2, "the name and one generation")
	require.NoError(t, x.Close())
	require.NoError(t, x.Close())
	_, err = x.Find(t.Context(), Query{})
	assert.ErrorIs(t, err, errClosed)
	assert.ErrorIs(t, x.Refresh(t.Context(), "a"), errClosed)
	_, err = x.Rebuild(t.Context())
	assert.ErrorIs(t, err, errClosed)
	assert.Len(t, files(t, dir), 2)
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

// What a rebuild left that was stopped is deleted; files of others are not.
func TestADirectoryThatIsNotOurs(t *testing.T) {
	t.Parallel()
	store := open(t, "").Store
	write := func(dir, name, content string) {
		t.Helper()
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	other := t.TempDir()
	write(other, "thesis.txt", "years of work")
	_, _, err := Open(store, other)
	assert.ErrorContains(t, err, "has other files: use an empty directory")
	write(other, "current", "../../thesis")
	_, _, err = Open(store, other)
	assert.ErrorContains(t, err, "is not a directory of this index")
	assert.Equal(t, []string{"current", "thesis.txt"}, files(t, other))

	dir := t.TempDir()
	x, empty, err := Open(store, dir)
	require.NoError(t, err)
	assert.True(t, empty)
	left := "generation-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	require.NoError(t, os.MkdirAll(filepath.Join(dir, left, "store"), 0o700))
	write(dir, "notes.txt", "of an operator")
	require.NoError(t, x.Close())
	x, empty, err = Open(store, dir)
	require.NoError(t, err)
	assert.False(t, empty)
	assert.NotContains(t, files(t, dir), left)
	assert.Contains(t, files(t, dir), "notes.txt")
	require.NoError(t, x.Close())

	file := filepath.Join(dir, "notes.txt")
	_, _, err = Open(store, file)
	assert.Error(t, err)
}

// Damaged files are an error that says what to do.
func TestADamagedIndex(t *testing.T) {
	t.Parallel()
	store, dir := open(t, "").Store, t.TempDir()
	x, _, err := Open(store, dir)
	require.NoError(t, err)
	require.NoError(t, x.Close())
	require.NoError(t, os.WriteFile(filepath.Join(x.dir, files(t, dir)[1], "index_meta.json"), []byte("{"), 0o600))
	_, _, err = Open(store, dir)
	assert.ErrorContains(t, err, "delete the directory")
}
