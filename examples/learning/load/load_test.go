package load_test

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/learning/graph"
	"github.com/singletable-go/ddb/examples/learning/load"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	db := ddb.New(client, "learning", platform.Table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	d, store := school.Generate(school.DefaultSize), platform.NewStore(db)
	require.NoError(t, d.Write(t.Context(), store, func(int, int) {}))
	server := httptest.NewServer(graph.NewHandler(client, "learning", &graph.Options{
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Limits: graph.Limits{Time: time.Minute}, // a slow machine
	}))
	t.Cleanup(server.Close)

	r, err := load.Run(t.Context(), server.URL, d, 8, 300*time.Millisecond)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, r.Operations(), 8)
	assert.Empty(t, r.Failed())
	var out strings.Builder
	r.Print(&out)
	assert.Contains(t, out.String(), "exploreDb")
	assert.Contains(t, out.String(), " 0 errors\n")

	r, err = load.Run(t.Context(), "http://127.0.0.1:1", d, 2, time.Millisecond)
	require.NoError(t, err)
	assert.Len(t, r.Failed(), r.Operations())
}
