package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/internal/golden"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

func TestReadmeShowsTheDesign(t *testing.T) { golden.Design(t, things.OneTable) }

func TestReadmeIsTrue(t *testing.T) {
	t.Parallel()
	apptest.Readme(t)
}

// Each access pattern is one request, finds the data without a filter, and costs what the README says.
func TestAccessPatterns(t *testing.T) {
	t.Parallel()
	d := things.Generate(things.DefaultSize)
	org, user, booking := d.Users[0].ID, d.Children[0].UserID, d.Bookings[0]
	number := func(of func(things.Thing) bool) int { return apptest.Number(d.Things, of) }
	ofOrg := func(status things.Status) int {
		return number(func(t things.Thing) bool { return t.OrgID == org && t.Status == status })
	}
	favourites := apptest.Number(d.Favourites, func(f things.Favourite) bool { return f.UserID == user })
	bookings := func(of func(things.Booking) bool) int {
		return apptest.Number(d.Bookings, func(b things.Booking) bool { return b.Status == things.Active && of(b) })
	}
	want := []struct {
		name, operation, index string
		items                  int
		capacity               float64
	}{
		{"user by id", "GetItem", "primary", 1, 0.5},
		{"thing by id", "GetItem", "primary", 1, 0.5},
		{"drafts of an organiser", "Query", "gsi-1", ofOrg(things.Draft), 0.5},
		{"published things of an organiser", "Query", "gsi-1", ofOrg(things.Published), 0.5},
		{"rejected things of an organiser", "Query", "gsi-1", ofOrg(things.Rejected), 0.5},
		{"pending things of all organisers", "Query", "gsi-1", number(func(t things.Thing) bool { return t.Status == things.Pending }), 0.5},
		{"child by id", "GetItem", "primary", 1, 0.5},
		{"children of a user", "Query", "gsi-1", apptest.Number(d.Children, func(c things.Child) bool { return c.UserID == user }), 0.5},
		{"favourite by thing", "GetItem", "primary", 1, 0.5},
		{"favourites of a user", "Query", "gsi-1", favourites, 0.5},
		{"things by ids", "BatchGetItem", "primary", 2, 1},
		{"organisers of things", "BatchGetItem", "primary", len(d.Things) / 5, 0.5 * float64(things.DefaultSize.Organisers)},
		{"booking by id", "GetItem", "primary", 1, 0.5},
		{"bookings of a user", "Query", "gsi-1", bookings(func(b things.Booking) bool { return b.UserID == booking.UserID }), 0.5},
		{"bookings of a user from a day", "Query", "gsi-1", bookings(func(b things.Booking) bool {
			return b.UserID == booking.UserID && b.Date >= booking.Date
		}), 0.5},
		{"bookings of an organiser from a day", "Query", "gsi-2", bookings(func(b things.Booking) bool {
			return b.OrgID == booking.OrgID && b.Date >= booking.Date
		}), 0.5},
		{"favourites of a user, as things", "Query, BatchGetItem", "gsi-1, primary", favourites, 0.5 + 0.5*float64(favourites)},
		{"which things are favourites", "BatchGetItem", "primary", 2, 1},
		{"booking with thing, user and organiser", "TransactGetItems", "primary", 4, 8},
	}
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		store, tr := open(t, env, d)
		results, err := app.Measure(t.Context(), tr, env.Has, accessPatterns(store, d))
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
