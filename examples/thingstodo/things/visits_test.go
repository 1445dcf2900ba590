package things

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

func TestCancelMovesABookingInBothIndexes(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Data{Things: []Thing{{ID: "thing", OrgID: "org", Status: Published}}})
		ctx := WithCorrelation(t.Context(), "request-1")
		for i, day := range []Date{20261231, 20270101, 20261120} {
			require.NoError(t, g.Book(ctx, Booking{ID: fmt.Sprint(i), UserID: "user", ThingID: "thing", OrgID: "org", Date: day}))
		}
		listed := func() (user, later, org []string) {
			env.CatchUp()
			for b, err := range g.BookingsOf(ctx, "user") {
				require.NoError(t, err)
				user = append(user, b.ID)
			}
			for b, err := range g.BookingsFrom(ctx, "user", 20261201) {
				require.NoError(t, err)
				later = append(later, b.ID)
			}
			for b, err := range g.BookingsAt(ctx, "org", 20261201) {
				if !env.Has(capability.MultiAttributeKeys) {
					require.ErrorContains(t, err, "ValidationException")
					break
				}
				require.NoError(t, err)
				org = append(org, b.ID)
			}
			return user, later, org
		}
		user, later, org := listed()
		assert.Equal(t, []string{"2", "0", "1"}, user)
		assert.Equal(t, []string{"0", "1"}, later)
		if env.Has(capability.MultiAttributeKeys) {
			assert.Equal(t, []string{"0", "1"}, org)
		}

		b, err := g.bookings.Consistent().Get(ctx, Booking{ID: "0"})
		require.NoError(t, err)
		now, err := g.Cancel(ctx, b)
		require.NoError(t, err)
		want := b
		want.Status, want.Outbox = Cancelled, outbox(ctx, BookingCancelled)
		assert.Equal(t, want, now)
		assert.Equal(t, "CANCELLED#user#20261231#thing", text(raw(t, env)["0/BKG"]["gsi1sk"]))
		user, later, org = listed()
		assert.Equal(t, []string{"2", "1"}, user)
		assert.Equal(t, []string{"1"}, later)
		if env.Has(capability.MultiAttributeKeys) {
			assert.Equal(t, []string{"1"}, org)
		}

		before := raw(t, env)
		_, err = g.Cancel(ctx, b)
		assert.Equal(t, &StateError{"0", Active, Cancelled}, err)
		wrong := Booking{ID: "1", UserID: "user", ThingID: "thing", OrgID: "org", Date: 20270102}
		_, err = g.Cancel(ctx, wrong)
		assert.ErrorIs(t, err, ddb.ErrConflict, "it is not as it was read")
		_, err = g.Cancel(ctx, Booking{ID: "1"})
		assert.ErrorContains(t, err, "gsi-1 needs UserID and Date and ThingID")
		_, err = g.Cancel(ctx, Booking{ID: "nothing", UserID: "user", ThingID: "thing", Date: 20270102})
		assert.ErrorIs(t, err, ddb.ErrNotFound)
		assert.Equal(t, before, raw(t, env))
		assertFresh(t, env)
	})
}

func TestFavouriteThingsMarksWhatIsGone(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		var d Data
		for i := range 25 {
			d.Things = append(d.Things, Thing{ID: fmt.Sprint(i), OrgID: "org", Status: Published, Details: Details{Title: fmt.Sprint("thing ", i)}})
			d.Favourites = append(d.Favourites, Favourite{UserID: "user", ThingID: fmt.Sprint(i)})
		}
		g := open(t, env, d)
		require.NoError(t, g.things.Delete(t.Context(), Thing{ID: "7"}))
		env.CatchUp()
		seen := map[string]bool{}
		var next ddb.Cursor
		for range 2 {
			ctx, meter := ddb.WithMeter(t.Context())
			things, after, err := g.FavouriteThings(ctx, "user", next)
			require.NoError(t, err)
			assert.Equal(t, 2, meter.Requests())
			for _, l := range things {
				seen[l.Item.ID] = l.Found()
			}
			next = after
		}
		assert.Empty(t, next)
		assert.Len(t, seen, 25)
		for id, found := range seen {
			assert.Equal(t, id != "7", found, id)
		}
	})
}

func TestBookingDetailsAreAsOfOneMoment(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Generate(small))
		b := g.Bookings[0]
		ctx, meter := ddb.WithMeter(t.Context())
		d, err := g.BookingDetails(ctx, Booking{ID: b.ID, ThingID: b.ThingID, UserID: b.UserID, OrgID: b.OrgID})
		require.NoError(t, err)
		assert.Equal(t, 1, meter.Requests())
		assert.Equal(t, b, d.Booking)
		assert.Equal(t, []string{b.ThingID, b.UserID, b.OrgID}, []string{d.Thing.ID, d.User.ID, d.Organiser.ID})
		assert.NotEmpty(t, d.Thing.Title)
		assert.NotEmpty(t, d.User.Name)
		assert.NotEmpty(t, d.Organiser.Name)

		b.UserID = b.OrgID // who books with themselves
		d, err = g.BookingDetails(t.Context(), b)
		require.NoError(t, err)
		assert.Equal(t, d.User, d.Organiser)

		b.UserID = "missing"
		d, err = g.BookingDetails(t.Context(), b)
		assert.ErrorIs(t, err, ddb.ErrNotFound)
		assert.ErrorContains(t, err, "missing")
		assert.Zero(t, d)
	})
}
