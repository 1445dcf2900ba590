package things

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
)

// A batch returns results in the order of the ids, twice for an id that occurs twice, and says which are missing.
func TestThingsByIDHasEachIDInOrder(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Generate(small))
		a, b := g.Things[0], g.Things[1]
		ctx, meter := ddb.WithMeter(t.Context())
		found, err := g.ThingsByID(ctx, b.ID, "nothing", a.ID, b.ID)
		require.NoError(t, err)
		require.Len(t, found, 4)
		assert.Equal(t, []string{b.Title, "", a.Title, b.Title}, titles(found))
		assert.Equal(t, []bool{true, false, true, true}, outcomes(found))
		assert.Equal(t, ddb.Lookup[Thing]{Item: Thing{ID: "nothing"}, Outcome: ddb.LookupGone}, found[1])
		assert.Equal(t, 1, meter.Requests())

		many := make([]string, 250)
		for i := range many {
			many[i] = fmt.Sprint("nothing-", i%220)
		}
		many[249] = a.ID
		ctx, meter = ddb.WithMeter(t.Context())
		found, err = g.ThingsByID(ctx, many...)
		require.NoError(t, err)
		require.Len(t, found, 250)
		assert.Equal(t, a.Title, found[249].Item.Title)
		assert.Equal(t, 3, meter.Requests(), "221 different ids, 100 a request")

		found, err = g.ThingsByID(t.Context())
		require.NoError(t, err)
		assert.Empty(t, found)
	})
}

func titles(things []ddb.Lookup[Thing]) []string {
	out := make([]string, len(things))
	for i, l := range things {
		out[i] = l.Item.Title
	}
	return out
}

func outcomes(things []ddb.Lookup[Thing]) []bool {
	out := make([]bool, len(things))
	for i, l := range things {
		out[i] = l.Found()
	}
	return out
}

func TestReviewIsPaged(t *testing.T) {
	t.Parallel()
	var d Data
	for i := range 45 {
		d.Things = append(d.Things, Thing{ID: fmt.Sprint(i), OrgID: fmt.Sprint("org", i%3), Status: Pending})
	}
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, d)
		var sizes []int
		seen := map[string]bool{}
		var next ddb.Cursor
		for {
			page, err := g.Review(t.Context(), next)
			require.NoError(t, err)
			sizes = append(sizes, len(page.Items))
			for _, thing := range page.Items {
				seen[thing.ID] = true
			}
			if next = page.Next; next == "" {
				break
			}
		}
		assert.Equal(t, []int{20, 20, 5}, sizes)
		assert.Len(t, seen, 45)
	})
}
