package things

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func TestMain(m *testing.M) { os.Exit(localtest.Main(m)) }

// guide is a seeded table.
type guide struct {
	*Store
	Data
}

// small is enough of everything where numbers do not matter.
var small = Size{Seed: 1, Organisers: 2, Things: 6, Users: 3, Children: 2, Favourites: 2, Bookings: 2}

func open(t *testing.T, env *integration.Env, d Data) guide {
	t.Helper()
	env.Open(t, OneTable)
	db := ddb.New(env.Client, env.Table, OneTable, nil)
	require.NoError(t, d.Write(t.Context(), db, func(int, int) {}))
	env.CatchUp()
	return guide{NewStore(db), d}
}
