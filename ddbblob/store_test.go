package ddbblob_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/internal/tests/blobstore"
)

func TestMemoryIsAStore(t *testing.T) {
	t.Parallel()
	blobstore.Check(t, ddbblob.Memory())
}

func TestADirectoryIsAStore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "made", "on", "demand")
	blobstore.Check(t, ddbblob.Dir(path))
	left, err := os.ReadDir(path)
	require.NoError(t, err)
	require.Len(t, left, 1) // that of temporary files
	left, err = os.ReadDir(filepath.Join(path, ".tmp"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestAStoreEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, s := range []ddbblob.Store{ddbblob.Memory(), ddbblob.Dir(t.TempDir())} {
		require.NoError(t, s.Put(t.Context(), "a/b", ddbblob.FromString("x").Content()))
		require.ErrorIs(t, s.Put(ctx, "a/b", ddbblob.FromString("y").Content()), context.Canceled)
		_, err := s.Get(ctx, "a/b")
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, s.Delete(ctx, "a/b"), context.Canceled)
		listed := 0
		for _, err := range s.List(ctx, "", "") {
			require.ErrorIs(t, err, context.Canceled)
			listed++
		}
		require.Equal(t, 1, listed)
	}
}

func TestADirectoryMayBeALinkAndHaveAnyName(t *testing.T) {
	at := t.TempDir()
	t.Chdir(at)
	require.NoError(t, os.Mkdir("real", 0o750))
	require.NoError(t, os.Symlink("real", "link"))
	for _, path := range []string{"", ".", "./", "link", "link/", "real/../made//on", filepath.Join(at, "link")} {
		s := ddbblob.Dir(path)
		require.NoError(t, s.Put(t.Context(), "table/a", ddbblob.FromString("x").Content()), path)
		var keys []string
		for o, err := range s.List(t.Context(), "table/", "") {
			require.NoError(t, err)
			keys = append(keys, o.Key)
		}
		require.Equal(t, []string{"table/a"}, keys, path)
		require.NoError(t, s.Delete(t.Context(), "table/a"))
		require.NoDirExists(t, filepath.Join(path, "table"))
	}
}

// short reads as a file that has become shorter than it was.
type short struct{ onRead func() }

func (s short) ReadAt(p []byte, off int64) (int, error) {
	if off > 0 {
		return 0, io.EOF
	}
	s.onRead()
	return len(p) / 2, nil
}

func TestAnObjectIsStoredAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	for _, s := range []ddbblob.Store{ddbblob.Memory(), ddbblob.Dir(path)} {
		require.ErrorIs(t, s.Put(t.Context(), "a/b", io.NewSectionReader(short{func() {}}, 0, 10)), io.ErrUnexpectedEOF)
		ctx, cancel := context.WithCancel(t.Context())
		require.ErrorIs(t, s.Put(ctx, "a/b", io.NewSectionReader(short{cancel}, 0, 10)), context.Canceled)
		_, err := s.Get(t.Context(), "a/b")
		require.ErrorIs(t, err, ddbblob.ErrNoObject)
	}
	left, err := os.ReadDir(filepath.Join(path, ".tmp"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestADirectoryTakesFilesThatAreNoObjectsForNothing(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	s := ddbblob.Dir(path)
	require.NoError(t, s.Put(t.Context(), "a/b", ddbblob.FromString("x").Content()))
	for _, name := range []string{"README", "A.blob", "a/%zz.blob", "a/%4.blob", "a/%61.blob", "a/b"} {
		require.NoError(t, os.WriteFile(filepath.Join(path, name), nil, 0o600))
	}
	var keys []string
	for o, err := range s.List(t.Context(), "", "") {
		require.NoError(t, err)
		keys = append(keys, o.Key)
	}
	require.Equal(t, []string{"a/b"}, keys)
}

// Different keys are different files, also where names do not distinguish letters by case, and a file tells its key.
func TestAFileNameTellsItsKey(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	s := ddbblob.Dir(path)
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringMatching(`[A-Za-z0-9%_.=+-]{1,250}(/[A-Za-z0-9%_.=+-]{1,250}){0,3}`).Draw(t, "key")
		require.NoError(t, s.Put(context.Background(), key, ddbblob.FromString(key).Content()))
		found := 0
		for o, err := range s.List(context.Background(), key, "") {
			require.NoError(t, err)
			require.Equal(t, key, o.Key)
			found++
		}
		require.Equal(t, 1, found)
		require.NoError(t, s.Delete(context.Background(), key))
	})
}
