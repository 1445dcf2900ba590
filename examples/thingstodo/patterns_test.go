package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/internal/golden"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

func TestReadmeShowsTheDesign(t *testing.T) { golden.Design(t, OneTable) }

// Each access pattern is one request, finds the data without a filter, and costs what the README says.
func TestAccessPatterns(t *testing.T) {
	t.Parallel()
	d := Generate(DefaultSize)
	org, user, booking := d.Users[0].ID, d.Children[0].UserID, d.Bookings[0]
	things := func(of func(Thing) bool) int { return apptest.Number(d.Things, of) }
	ofOrg := func(status Status) int {
		return things(func(t Thing) bool { return t.OrgID == org && t.Status == status })
	}
	favourites := apptest.Number(d.Favourites, func(f Favourite) bool { return f.UserID == user })
	bookings := func(of func(Booking) bool) int {
		return apptest.Number(d.Bookings, func(b Booking) bool { return b.Status == Active && of(b) })
	}
	want := []struct {
		name, operation, index string
		items                  int
		capacity               float64
	}{
		{"user by id", "GetItem", "primary", 1, 0.5},
		{"thing by id", "GetItem", "primary", 1, 0.5},
		{"drafts of an organiser", "Query", "gsi-1", ofOrg(Draft), 0.5},
		{"published things of an organiser", "Query", "gsi-1", ofOrg(Published), 0.5},
		{"rejected things of an organiser", "Query", "gsi-1", ofOrg(Rejected), 0.5},
		{"pending things of all organisers", "Query", "gsi-1", things(func(t Thing) bool { return t.Status == Pending }), 0.5},
		{"child by id", "GetItem", "primary", 1, 0.5},
		{"children of a user", "Query", "gsi-1", apptest.Number(d.Children, func(c Child) bool { return c.UserID == user }), 0.5},
		{"favourite by thing", "GetItem", "primary", 1, 0.5},
		{"favourites of a user", "Query", "gsi-1", favourites, 0.5},
		{"things by ids", "BatchGetItem", "primary", 2, 1},
		{"organisers of things", "BatchGetItem", "primary", len(d.Things) / 5, 0.5 * float64(DefaultSize.Organisers)},
		{"booking by id", "GetItem", "primary", 1, 0.5},
		{"bookings of a user", "Query", "gsi-1", bookings(func(b Booking) bool { return b.UserID == booking.UserID }), 0.5},
		{"bookings of a user from a day", "Query", "gsi-1", bookings(func(b Booking) bool {
			return b.UserID == booking.UserID && b.Date >= booking.Date
		}), 0.5},
		{"bookings of an organiser from a day", "Query", "gsi-2", bookings(func(b Booking) bool {
			return b.OrgID == booking.OrgID && b.Date >= booking.Date
		}), 0.5},
		{"favourites of a user, as things", "Query, BatchGetItem", "gsi-1, primary", favourites, 0.5 + 0.5*float64(favourites)},
		{"booking with thing, user and organiser", "TransactGetItems", "primary", 4, 8},
	}
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, d)
		results, err := app.Measure(t.Context(), g.trace, env.Has, accessPatterns(g.Store, d))
		require.NoError(t, err)
		require.Len(t, results, len(want))
		for i, r := range results {
			w := want[i]
			assert.Equal(t, w.name, r.Name)
			assert.Equal(t, i >= 14, r.Extra, r.Name)
			var operations, indexes []string
			for _, read := range r.Reads {
				operations, indexes = append(operations, read.Operation), append(indexes, read.Index)
				assert.Empty(t, read.Filter, r.Name)
			}
			assert.Equal(t, w.operation, strings.Join(operations, ", "), r.Name)
			assert.Equal(t, w.index, strings.Join(indexes, ", "), r.Name)
			assert.Equal(t, len(r.Reads), r.Requests, r.Name)
			if !r.Extra {
				assert.Equal(t, 1, r.Requests, r.Name)
			}
			if r.Refused {
				assert.Equal(t, capability.MultiAttributeKeys, r.Needs, r.Name)
				continue
			}
			assert.Equal(t, w.items, r.Items, r.Name)
			if w.operation != "TransactGetItems" || env.Has(capability.TransactionCapacity) {
				assert.InDelta(t, w.capacity, r.Capacity, 0, r.Name)
			}
		}
		if !env.Has(capability.TransactionCapacity) || !env.Has(capability.MultiAttributeKeys) {
			return // and the report says otherwise
		}
		golden.Section(t, "README.md", "patterns", app.Report(results).Markdown())
	})
}

// A batch returns results in the order of the ids, twice for an id that occurs twice, and says which are missing.
func TestThingsByIDAnswersEachIDInOrder(t *testing.T) {
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
