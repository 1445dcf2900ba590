package things

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
)

// A promotion races a rejection: one of them succeeds, the other returns an error, and there is no state in between.
func TestPromotionRacesRejection(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := begin(t, env)
		title := "original"
		for round := range 40 {
			id := fmt.Sprint("draft-", round)
			renew(t, g, id)
			before := raw(t, env)["original/TTD"]
			var approved, rejected error
			atOnce(
				func() { approved = g.Approve(t.Context(), id) },
				func() { _, rejected = g.Reject(t.Context(), id) },
			)
			original, err := g.things.Consistent().Get(t.Context(), Thing{ID: "original"})
			require.NoError(t, err)
			draft, err := g.things.Consistent().Get(t.Context(), Thing{ID: id})
			require.NoError(t, err)
			switch draft.Status {
			case Deleted:
				title = id
				assert.NoError(t, approved)
				assert.Equal(t, &StateError{id, Pending, Deleted}, rejected)
				assert.Equal(t, ThingApproved, original.Event.Type)
			case Rejected:
				assert.Equal(t, &StateError{id, Pending, Rejected}, approved)
				assert.NoError(t, rejected)
				assert.Equal(t, before, raw(t, env)["original/TTD"])
			default:
				require.Fail(t, "in between", "%s is %s; approve: %v; reject: %v", id, draft.Status, approved, rejected)
			}
			assert.Equal(t, title, original.Title)
			assert.Equal(t, Published, original.Status)
		}
		assertFresh(t, env)
	})
}

// Of two promotions at once, of two new versions of one thing, one is done whole.
func TestPromotionRacesPromotion(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := begin(t, env)
		for round := range 10 {
			ids := []string{fmt.Sprint("left-", round), fmt.Sprint("right-", round)}
			renew(t, g, ids[0])
			renew(t, g, ids[1])
			errs := make([]error, 2)
			atOnce(
				func() { errs[0] = g.Approve(t.Context(), ids[0]) },
				func() { errs[1] = g.Approve(t.Context(), ids[1]) },
			)
			won := slices.Index(errs, nil)
			require.NotEqual(t, -1, won, "%v", errs)
			assert.ErrorIs(t, errs[1-won], ErrOutdated)
			original, err := g.things.Consistent().Get(t.Context(), Thing{ID: "original"})
			require.NoError(t, err)
			assert.Equal(t, ids[won], original.Title)
			lost, err := g.things.Consistent().Get(t.Context(), Thing{ID: ids[1-won]})
			require.NoError(t, err)
			assert.Equal(t, Pending, lost.Status)
		}
	})
}

// A favourite is made of a thing that is published at that moment, or not at all.
func TestLikeRacesWithdrawal(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		var d Data
		for i := range 20 {
			d.Things = append(d.Things, Thing{ID: fmt.Sprint(i), OrgID: "org", Status: Published})
		}
		g := open(t, env, d)
		for _, thing := range d.Things {
			var liked, withdrawn error
			atOnce(
				func() { liked = g.Like(t.Context(), "user", thing.ID) },
				func() { _, withdrawn = g.Withdraw(t.Context(), thing.ID, "org") },
			)
			require.NoError(t, withdrawn)
			_, err := g.favourites.Consistent().Get(t.Context(), Favourite{UserID: "user", ThingID: thing.ID})
			if liked == nil {
				assert.NoError(t, err)
				continue
			}
			assert.Equal(t, &StateError{thing.ID, Published, Deleted}, liked)
			assert.ErrorIs(t, err, ddb.ErrNotFound)
		}
	})
}

// atOnce runs fs side by side.
func atOnce(fs ...func()) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, f := range fs {
		wg.Go(func() {
			<-start
			f()
		})
	}
	close(start)
	wg.Wait()
}

// Concurrent edits of two editors and a tagger are all kept, and each is a version. An editor who conflicts too often
// gets an error, and nothing of that edit is written.
func TestEditorsLoseNothing(t *testing.T) {
	t.Parallel()
	const edits = maxTags / 3
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Data{})
		for round := range 4 {
			id := fmt.Sprint("thing", round)
			_, err := g.CreateThing(t.Context(), id, "org", Details{Title: "one"})
			require.NoError(t, err)
			var mu sync.Mutex
			var done []string
			work := func(name string, add func(tag string) error) func() {
				return func() {
					for i := range edits {
						tag := fmt.Sprint(name, i)
						err := add(tag)
						if errors.Is(err, ddb.ErrConflict) {
							continue
						}
						assert.NoError(t, err)
						mu.Lock()
						done = append(done, tag)
						mu.Unlock()
					}
				}
			}
			edit := func(tag string) error {
				return second(g.Edit(t.Context(), id, "org", func(d *Details) { d.Tags = append(d.Tags, tag) }))
			}
			tag := func(tag string) error { return second(g.Tag(t.Context(), id, "org", tag)) }
			atOnce(work("left", edit), work("right", edit), work("tag", tag))
			thing, err := g.things.Consistent().Get(t.Context(), Thing{ID: id})
			require.NoError(t, err)
			assert.ElementsMatch(t, done, thing.Tags)
			assert.EqualValues(t, 1+len(done), thing.Version)
			assert.Greater(t, len(done), 2*edits)
		}
	})
}
