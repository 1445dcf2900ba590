package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/moto"
	"github.com/singletable-go/ddb/examples/internal/trace"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func TestMain(m *testing.M) {
	code := localtest.Main(m)
	moto.Stop()
	os.Exit(code)
}

// open returns a seeded guide and the client that watches it.
func open(t *testing.T, env *integration.Env, d things.Data) (*things.Store, *trace.Client) {
	t.Helper()
	tr := trace.Wrap(env.Client)
	env.Open(t, things.OneTable)
	db := ddb.New(tr, env.Table, things.OneTable, nil)
	require.NoError(t, d.Write(t.Context(), db, func(int, int) {}))
	env.CatchUp()
	return things.NewStore(db), tr
}
