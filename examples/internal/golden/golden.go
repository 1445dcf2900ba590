// Package golden compares printed text with text in the repository. The flag -update rewrites that text.
package golden

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var mu sync.Mutex // one Section at a time: with -update it reads and writes a file

var update = flag.Bool("update", false, "rewrite the expected text in the repository")

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
	compare(t, file, string(have), content)
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
	compare(t, file, have, content)
}

// compare fails the test with the lines that differ.
func compare(t *testing.T, file, have, content string) {
	t.Helper()
	if have != content {
		t.Errorf("%s is not what the program prints: go test -update rewrites it\n%s", file, diff(filepath.Base(file), have, content))
	}
}

// diff returns the lines of the file with - and those of the program with +, without those at the beginning and at the
// end that are the same.
func diff(file, have, content string) string {
	was, is := strings.SplitAfter(have, "\n"), strings.SplitAfter(content, "\n")
	first := 0
	for first < min(len(was), len(is)) && was[first] == is[first] {
		first++
	}
	last := 0
	for last < min(len(was), len(is))-first && was[len(was)-1-last] == is[len(is)-1-last] {
		last++
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ the program\n@@ line %d\n", file, first+1)
	for _, side := range []struct {
		sign  string
		lines []string
	}{{"-", was[first : len(was)-last]}, {"+", is[first : len(is)-last]}} {
		for _, line := range side.lines {
			b.WriteString(side.sign + strings.TrimSuffix(line, "\n") + "\n")
		}
	}
	return b.String()
}
