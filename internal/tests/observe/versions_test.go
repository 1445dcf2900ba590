package observe_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Versions are items of the library's own, whatever request reads or deletes them. A request for the current item too is of the entity.
func TestVersionsAreItemsOfTheLibrarysOwn(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		l := openLibrary(t, ddbmem.Options{}, opts)
		members, key := ddb.NewRepository(l.db, l.members), Member{ID: "1"}
		seen := func(err error) (entities []string, items map[string]int) {
			t.Helper()
			require.NoError(t, err)
			items = map[string]int{}
			for _, r := range l.seen.Take() {
				entities = append(entities, r.Entity)
				for name, n := range r.Items {
					items[name] += n.Count
				}
			}
			return entities, items
		}
		for i, card := range []string{"a", "b", "c"} {
			_, err := members.Put(t.Context(), Member{ID: "1", Card: card, Version: int64(i)})
			entities, _ := seen(err)
			assert.Subset(t, []string{"member", ddbobserve.Companions}, entities)
			assert.Contains(t, entities, "member", "the item and its version")
		}
		_, err := ddb.Collect(members.History().All(t.Context(), key))
		entities, items := seen(err)
		assert.Equal(t, []string{ddbobserve.Companions}, entities, "a query")
		assert.Equal(t, map[string]int{ddbobserve.Companions: 3}, items)
		_, err = members.History().At(t.Context(), key, 1)
		entities, items = seen(err)
		assert.Equal(t, []string{ddbobserve.Companions}, entities, "a get")
		assert.Equal(t, map[string]int{ddbobserve.Companions: 1}, items)
		entities, _ = seen(members.History().Prune(t.Context(), key, 1))
		assert.Subset(t, []string{"member", ddbobserve.Companions}, entities)
		assert.Contains(t, entities, ddbobserve.Companions, "deletes")
		_, err = members.Get(t.Context(), key)
		entities, items = seen(err)
		assert.Equal(t, []string{"member"}, entities)
		assert.Equal(t, map[string]int{"member": 1}, items)
	})
}
