package things

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
)

func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g, ctx := open(t, env, Data{}), t.Context()
		b := Booking{ID: "x", UserID: "user", ThingID: "thing", OrgID: "org", Date: 20261120}
		for want, err := range map[string]error{
			`there is no user "x"`:             second(g.User(ctx, "x")),
			`there is no thing "x"`:            second(g.Thing(ctx, "x")),
			`there is no thing "thing"`:        g.Book(ctx, b),
			`there is no child "x"`:            second(g.Child(ctx, "user", "x")),
			`there is no child "y"`:            second(g.RenameChild(ctx, "user", "y", "Ivo")),
			`there is no favourite "x"`:        second(g.Favourite(ctx, "user", "x")),
			`there is no favourite "y"`:        second(g.Unlike(ctx, "user", "y")),
			`there is no booking "x": ddb: ge`: second(g.Booking(ctx, "x")),
			`there is no booking "x": ddb: up`: second(g.Cancel(ctx, b)),
			`there is no complete booking "x"`: second(g.BookingDetails(ctx, b)),
		} {
			assert.ErrorAs(t, err, new(*NotFoundError), want)
			assert.ErrorIs(t, err, ddb.ErrNotFound, want)
			assert.ErrorContains(t, err, want)
		}
	})
}

// Which of several things are favourites is one request.
func TestFavouritesByID(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Data{Favourites: []Favourite{{UserID: "user", ThingID: "a"}, {UserID: "user", ThingID: "b"}, {UserID: "other", ThingID: "c"}}})
		ctx, meter := ddb.WithMeter(t.Context())
		found, err := g.FavouritesByID(ctx, "user", "b", "c", "a", "b")
		require.NoError(t, err)
		assert.Equal(t, 1, meter.Requests())
		require.Len(t, found, 4)
		for i, want := range []bool{true, false, true, true} {
			assert.Equal(t, want, found[i].Found(), i)
		}
		assert.Equal(t, "c", found[1].Item.ThingID)
	})
}
