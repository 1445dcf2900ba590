package tree_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/ddbmem/internal/tree"
)

// TestTreeAgainstModel checks that any sequence of operations leaves the tree equal to a sorted map.
func TestTreeAgainstModel(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		var tr tree.Tree[int]
		model := map[string]int{}
		key := rapid.Map(rapid.IntRange(0, 400), func(i int) string { return fmt.Sprintf("%03d", i) })
		for step := range rapid.IntRange(0, 1500).Draw(t, "steps") {
			k := key.Draw(t, "key")
			if rapid.IntRange(0, 2).Draw(t, "op") > 0 {
				old, had := tr.Set(k, step)
				want, ok := model[k]
				require.Equal(t, ok, had)
				require.Equal(t, want, old)
				model[k] = step
			} else {
				old, had := tr.Delete(k)
				want, ok := model[k]
				require.Equal(t, ok, had)
				require.Equal(t, want, old)
				delete(model, k)
			}
		}
		require.Equal(t, len(model), tr.Len())
		keys := make([]string, 0, len(model))
		for k, v := range model {
			keys = append(keys, k)
			got, ok := tr.Get(k)
			require.True(t, ok)
			require.Equal(t, v, got)
		}
		sort.Strings(keys)
		from := key.Draw(t, "from")
		at := sort.SearchStrings(keys, from)
		require.Equal(t, keys[at:], collect(tr.Ascend(from)))
		below := slices.Clone(keys[:at])
		slices.Reverse(below)
		require.Equal(t, below, collect(tr.Descend(from)))
		slices.Reverse(keys)
		require.Equal(t, keys, collect(tr.Descend("")))
	})
}

// TestTreeEmptiesAndRefills checks that a tree emptied key by key is as good as new.
func TestTreeEmptiesAndRefills(t *testing.T) {
	t.Parallel()

	var tr tree.Tree[int]
	for range 3 {
		perm := rand.Perm(5000)
		for _, i := range perm {
			tr.Set(fmt.Sprintf("%05d", i), i)
		}
		require.Equal(t, 5000, tr.Len())
		for _, i := range perm {
			_, found := tr.Delete(fmt.Sprintf("%05d", i))
			require.True(t, found)
		}
		require.Zero(t, tr.Len())
		require.Empty(t, collect(tr.Ascend("")))
		require.Empty(t, collect(tr.Descend("")))
	}
}

func collect(seq func(func(string, int) bool)) []string {
	keys := []string{}
	for k := range seq {
		keys = append(keys, k)
	}
	return keys
}

func BenchmarkSet(b *testing.B) {
	var tr tree.Tree[int]
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		tr.Set(fmt.Sprintf("%09d", i*7919%1000003), i)
	}
}
