package main

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A measured Rebuild and a served engine run this program once more.
func TestMain(m *testing.M) {
	if task := os.Getenv(rebuildEnv); task != "" {
		check(rebuild(context.Background(), task, os.Stdout))
		return
	}
	if os.Getenv(serveEnv) != "" {
		check(serveEngine(context.Background(), os.Stdin, os.Stdout))
		return
	}
	os.Exit(m.Run())
}

func TestRebuildsAreMeasured(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, rebuilds(t.Context(), &out, 300))
	assert.Equal(t, 9, strings.Count(out.String(), "\n| 100 |")+strings.Count(out.String(), "\n| 300 |"), out.String())
}
