package compare_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the table of the README")

// work is a line of the comparison: what each program does with it. The text of a cell holds if its test passes.
type work struct {
	name  string
	cells func() [4]cell // in the order of contenders
}

type cell struct {
	text  string
	holds func(t *testing.T) string // returns the text, if that is measured
}

// says is a cell that a test backs.
func says(text string, test func(t *testing.T)) cell {
	return cell{text, func(t *testing.T) string { test(t); return text }}
}

// without is a cell for what a program has not, as far as its documentation says.
func without(text string) cell {
	return cell{text, func(*testing.T) string { return text }}
}

// The table of the README is what these tests found.
func TestTheComparisonIsTrue(t *testing.T) {
	t.Parallel()
	found := make([][4]string, len(works))
	t.Run("cells", func(t *testing.T) {
		for i, w := range works {
			for j, c := range w.cells() {
				found[i][j] = c.text
				t.Run(w.name+"/"+contenders[j].name, func(t *testing.T) {
					t.Parallel()
					found[i][j] = c.holds(t)
				})
			}
		}
	})
	if t.Failed() {
		return
	}
	var page strings.Builder
	fmt.Fprint(&page, "| |")
	for _, c := range contenders {
		fmt.Fprintf(&page, " %s |", c.title)
	}
	fmt.Fprint(&page, "\n|---|---|---|---|---|\n")
	for i, w := range works {
		fmt.Fprintf(&page, "| %s | %s |\n", w.name, strings.Join(found[i][:], " | "))
	}
	section(t, page.String())
}

// section requires that the README has the table. Without npm it is not complete: the test skips.
func section(t *testing.T, printed string) {
	t.Helper()
	const file, opening, closing = "../../README.md", "<!-- comparison -->\n", "<!-- /comparison -->\n"
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(text), opening)
	require.True(t, ok, "%s has no %s", file, opening)
	have, after, ok := strings.Cut(rest, closing)
	require.True(t, ok, "%s has no %s", file, closing)
	if _, err := install(); err != nil {
		t.Skipf("needs %s from npm: %v", electroDB, err)
	}
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(before+opening+printed+closing+after), 0o644))
		return
	}
	assert.Equal(t, have, printed, "the table in the README: go test ./bench/compare -update rewrites it")
}
