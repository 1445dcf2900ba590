package groups

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbcache"
	"github.com/singletable-go/ddb/ddbmem"
)

// behindCaches returns two stores of two programs on one table, each behind a cache of its own.
func behindCaches(t *testing.T) (here, there *Store) {
	t.Helper()
	engine := ddbmem.New()
	require.NoError(t, ddb.New(engine.Client(), "cruddur", Cruddur, nil).CreateTable(t.Context()))
	store := func() *Store {
		cache := ddbcache.New(engine.Client(), &ddbcache.Options{QueryTTL: -1})
		return NewStore(ddb.New(cache, "cruddur", Cruddur, nil), &Options{Cached: true})
	}
	return store(), store()
}

// A member is looked up once, and then every read of the group costs a request less.
func TestACacheKnowsTheMembers(t *testing.T) {
	t.Parallel()
	here, _ := behindCaches(t)
	first, err := here.Start(t.Context(), ada, "Hello!", bayo)
	require.NoError(t, err)
	for _, want := range []struct{ hits, gets int }{{0, 1}, {1, 0}, {1, 0}} {
		ctx, m := ddb.WithMeter(t.Context())
		_, err := here.Messages(ctx, ada.UserID, first.GroupID, Window{}, 20, "")
		require.NoError(t, err)
		assert.Equal(t, []int{want.hits, want.gets, 1}, []int{m.Hits(), m.RequestsOf("GetItem"), m.RequestsOf("Query")})
	}
}

// Who is added by another program may read at once, although the cache knew that they are no member.
func TestACacheLetsNewMembersIn(t *testing.T) {
	t.Parallel()
	here, there := behindCaches(t)
	first, err := here.Start(t.Context(), ada, "Hello!", bayo)
	require.NoError(t, err)
	for range 2 {
		_, err = here.Messages(t.Context(), lena.UserID, first.GroupID, Window{}, 20, "")
		require.ErrorIs(t, err, ErrNotMember)
		_, err = here.Messages(t.Context(), lena.UserID, "none", Window{}, 20, "")
		require.ErrorIs(t, err, ErrNoGroup)
	}
	require.NoError(t, there.Add(t.Context(), bayo, first.GroupID, lena))
	page, err := here.Messages(t.Context(), lena.UserID, first.GroupID, Window{}, 20, "")
	require.NoError(t, err)
	assert.Len(t, page.Items, 1)
	_, err = here.Send(t.Context(), lena, first.GroupID, "Hello to you!")
	require.NoError(t, err)
	_, err = here.MarkRead(t.Context(), lena.UserID, first.GroupID, time.Now())
	require.NoError(t, err)
	_, err = here.Messages(t.Context(), otis.UserID, first.GroupID, Window{}, 20, "")
	require.ErrorIs(t, err, ErrNotMember)
}
