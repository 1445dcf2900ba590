// Package golden compares printed text with text in the repository. The flag -update rewrites that text.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

var mu sync.Mutex // one Section at a time: with -update it reads and writes a file

var update = flag.Bool("update", false, "rewrite the expected text in the repository")

// Design requires that the part "design" of README.md is the table's own description.
func Design(t *testing.T, table *ddb.Table) {
	t.Helper()
	var page strings.Builder
	require.NoError(t, table.Describe(&page))
	Section(t, "README.md", "design", "```\n"+page.String()+"```\n")
}

// File requires that a file has this content.
func File(t *testing.T, file, content string) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
		return
	}
	have, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(have), content, "%s: go test -update rewrites it", file)
}

// Section requires that the part of a Markdown file between <!-- name --> and <!-- /name --> is content.
func Section(t *testing.T, file, name, content string) {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	opening, closing := "<!-- "+name+" -->\n", "<!-- /"+name+" -->\n"
	before, rest, ok := strings.Cut(string(page), opening)
	require.True(t, ok, "%s has no %s", file, opening)
	have, after, ok := strings.Cut(rest, closing)
	require.True(t, ok, "%s has no %s", file, closing)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(before+opening+content+closing+after), 0o644))
		return
	}
	assert.Equal(t, content, have, "%s: go test -update rewrites it", file)
}
