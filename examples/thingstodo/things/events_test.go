package things

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
)

// Every write leaves its event, with the id of its request.
func TestEveryWriteLeavesAnEvent(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Data{Things: []Thing{{ID: "thing", OrgID: "org", Status: Published}}})
		step := func(key string, want EventType, do func(ctx context.Context) error) {
			t.Helper()
			ctx := WithCorrelation(t.Context(), "for "+key)
			require.NoError(t, do(ctx))
			attrs := raw(t, env)[key]
			assert.Equal(t, string(want), text(entry(attrs, "__event__", "type")), key)
			assert.Equal(t, "for "+key, text(entry(attrs, "__context__", "correlation-id")), key)
		}
		step("user/USR", UserSaved, func(ctx context.Context) error { return second(g.SaveUser(ctx, Person, "user", "Ada")) })
		step("user/USR", UserSaved, func(ctx context.Context) error { return second(g.SaveUser(ctx, Person, "user", "Ada B.")) })
		step("child/CHL#user", ChildAdded, func(ctx context.Context) error {
			return second(g.AddChild(ctx, Child{ID: "child", UserID: "user", Name: "Ivo", Born: 2018}))
		})
		step("child/CHL#user", ChildUpdated, func(ctx context.Context) error {
			return second(g.RenameChild(ctx, "user", "child", "Iva"))
		})
		step("new/TTD", ThingCreated, func(ctx context.Context) error {
			return second(g.CreateThing(ctx, "new", "org", Details{Title: "new"}))
		})
		step("copy/TTD", NewVersionCreated, func(ctx context.Context) error {
			return second(g.NewVersion(ctx, "thing", "org", "copy"))
		})
		step("thing/FAV#user", FavouriteAdded, func(ctx context.Context) error { return g.Like(ctx, "user", "thing") })
		step("booking/BKG", BookingCreated, func(ctx context.Context) error {
			return g.Book(ctx, Booking{ID: "booking", UserID: "user", ThingID: "thing", OrgID: "org", Date: 20261120})
		})

		liked, err := g.Unlike(t.Context(), "user", "thing")
		require.NoError(t, err)
		assert.Equal(t, FavouriteAdded, liked.Event.Type)
		_, err = g.Unlike(t.Context(), "user", "thing")
		assert.ErrorIs(t, err, ddb.ErrNotFound)

		// A write without a request leaves none of an earlier one's.
		_, err = g.RenameChild(t.Context(), "user", "child", "Ivo")
		require.NoError(t, err)
		assert.NotContains(t, raw(t, env)["child/CHL#user"], "__context__")
	})
}
