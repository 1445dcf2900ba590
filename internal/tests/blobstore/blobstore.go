// Package blobstore tests what package ddbblob requires of a Store, for each implementation.
package blobstore

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbblob"
)

// Check tests an empty store.
func Check(t *testing.T, s ddbblob.Store) {
	t.Helper()
	ctx := t.Context()
	put := func(key, content string) {
		t.Helper()
		require.NoError(t, s.Put(ctx, key, ddbblob.FromString(content).Content()))
	}
	get := func(key string) string {
		t.Helper()
		r, err := s.Get(ctx, key)
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		return string(content)
	}
	list := func(prefix, after string) (keys []string) {
		t.Helper()
		for o, err := range s.List(ctx, prefix, after) {
			require.NoError(t, err)
			require.EqualValues(t, len(get(o.Key)), o.Size)
			require.WithinDuration(t, time.Now(), o.Time, 2*time.Minute)
			keys = append(keys, o.Key)
		}
		return keys
	}
	require.Empty(t, list("", ""))
	_, err := s.Get(ctx, "t/none")
	require.ErrorIs(t, err, ddbblob.ErrNoObject)
	require.NoError(t, s.Delete(ctx, "t/none"))

	long := "t/" + strings.Repeat("%23", 300) + "/x"
	keys := []string{
		"t/A/b", "t/a/b", "t/a/b.blob", "t/a/b/c", "t/a%2Fb", "t/a-b", "t/a.b", "t/a_b", "t/a=b", "t/a%23b/x", "t/.a", "t/" + strings.Repeat("z", 700) + "/" + strings.Repeat("y", 300),
		long, "u/a",
	}
	for _, key := range keys {
		put(key, "of "+key)
	}
	slices.Sort(keys)
	require.Equal(t, keys, list("", ""))
	require.Equal(t, slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !strings.HasPrefix(key, "t/a") }), list("t/a", ""))
	require.Equal(t, keys[4:], list("", keys[3]))
	for _, key := range keys {
		require.Equal(t, "of "+key, get(key))
	}
	for _, err := range s.List(ctx, "", "") {
		require.NoError(t, err)
		break
	}

	put("t/a/b", "again")
	require.Equal(t, "again", get("t/a/b"))
	put("t/empty", "")
	require.Empty(t, get("t/empty"))
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	require.NoError(t, s.Put(ctx, "t/large", ddbblob.New(large).Content()))
	require.Equal(t, string(large), get("t/large"))
	if c, ok := s.(ddbblob.Copier); ok {
		require.NoError(t, c.Copy(ctx, long, "t/copy"))
		require.Equal(t, "of "+long, get("t/copy"))
		require.ErrorIs(t, c.Copy(ctx, "t/none", "t/copy"), ddbblob.ErrNoObject)
	}

	for o, err := range s.List(ctx, "", "") {
		require.NoError(t, err)
		require.NoError(t, s.Delete(ctx, o.Key))
		_, err = s.Get(ctx, o.Key)
		require.ErrorIs(t, err, ddbblob.ErrNoObject)
	}
	require.Empty(t, list("", ""))

	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range 10 {
				key := fmt.Sprintf("t/deep/%d/%d", i%2, n)
				assert.NoError(t, s.Put(ctx, key, ddbblob.FromString(key).Content()))
				assert.NoError(t, s.Delete(ctx, key))
				for _, err := range s.List(ctx, "t/", "") {
					assert.NoError(t, err)
				}
			}
		})
	}
	wg.Wait()
	require.Empty(t, list("", ""))
}
