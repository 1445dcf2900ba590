// Package readme_test keeps the pages of the root true. What README.md compares is tested in bench/compare.
package readme_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const maxLines = 250

func TestTheReadmeIsShort(t *testing.T) {
	t.Parallel()
	assert.LessOrEqual(t, strings.Count(page(t, "README.md"), "\n"), maxLines, "lines of README.md")
}

func TestEveryLineOfCodeIsCompiledAndEveryLineOfOutputIsPrinted(t *testing.T) {
	t.Parallel()
	text := page(t, "README.md")
	assert.Greater(t, len(blocks(text)), 6, "blocks of README.md")
	assert.Empty(t, unknown(text, programs(t)))
}

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join(root, "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, name := range pages {
		assert.Empty(t, dead(page(t, filepath.Base(name))), "links of %s", filepath.Base(name))
	}
}

// A reader meets what the library is good for before its own words.
func TestTheBenefitComesBeforeTheTerms(t *testing.T) {
	t.Parallel()
	first, _, ok := strings.Cut(page(t, "README.md"), "\n## The ideas\n")
	require.True(t, ok)
	assert.Empty(t, regexp.MustCompile(`(?i)fold|injective|ledger`).FindAllString(first, -1))
}

// The commands of the page: programs that exist, and modules that are required.
func TestCommandsRun(t *testing.T) {
	t.Parallel()
	text := page(t, "README.md")
	_, try, ok := strings.Cut(text, "\n## Try it\n")
	require.True(t, ok)
	try, _, _ = strings.Cut(try, "\n## ")
	assert.Contains(t, try, "\ngo run ./examples/learning\ngo test work\n")
	for _, b := range blocks(text) {
		if b.language != "sh" {
			continue
		}
		for line := range strings.Lines(b.text) {
			words := strings.Fields(line)
			require.Greater(t, len(words), 2, line)
			for _, name := range words[2:] {
				switch words[1] {
				case "run":
					_, err := os.Stat(filepath.Join(root, name, "main.go"))
					assert.NoError(t, err, line)
				case "get":
					assert.Regexp(t, `(?m)^(module|require)?\s*`+regexp.QuoteMeta(name)+`( |$)`, page(t, "go.mod")+page(t, "examples/go.mod"), line)
				}
			}
		}
	}
}

// The lines of code of the two programs are those that are counted for the comparison.
func TestTheProgramsHaveAsManyLinesAsThePageSays(t *testing.T) {
	t.Parallel()
	text := page(t, "README.md")
	counted := regexp.MustCompile(`\| the task above, lines of code \| (\d+) \|.*\| (\d+) \|`).FindStringSubmatch(text)
	require.NotNil(t, counted)
	for i, program := range []string{"sdk", "ddb"} {
		says := regexp.MustCompile(`\[(\d+) lines\]\(bench/compare/` + program + `/library\.go\)`).FindStringSubmatch(text)
		require.NotNil(t, says, program)
		assert.Equal(t, counted[i+1], says[1], "lines of %s", program)
	}
	for _, name := range []string{"its requests: add; find; correct", "its read and write units"} {
		_, costs, ok := strings.Cut(text, "| "+name+" |")
		require.True(t, ok, name)
		costs, _, _ = strings.Cut(costs, "|\n")
		cells := strings.Split(costs, "|")
		assert.Len(t, cells, 4)
		for _, cell := range cells {
			assert.Equal(t, cells[0], cell, "%s: the same for all, as the page says", name)
		}
	}
}

func TestFaultsOfAPageAreFound(t *testing.T) {
	t.Parallel()
	known := []program{newProgram("a_test.go", "package a\n\nfunc f() {\n\t// one\n\tx := f(1)\n\n\ty()\n\t// Output:\n\t// printed\n}\n")}
	for _, tc := range []struct {
		name, page string
		faults     []string
	}{
		{"true", "```go\nx := f(1)\ny()\n```\n```\nprinted\n```\n`x := f(1)`\n```sh\ngo test\n```\n", nil},
		{"other order", "```go\ny()\nx := f(1)\n```\n", []string{"compiled nowhere: y()\nx := f(1)\n"}},
		{"a part of a line", "```go\n:= f(1)\n```\n", []string{"compiled nowhere: := f(1)\n"}},
		{"not printed", "```\nprint\n```\n", []string{"printed nowhere: print\n"}},
		{"in the text", "calls `f(2)` and `g()`", []string{"compiled nowhere: f(2)"}},
		{"another language", "```js\n```\n", []string{"a block of js"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.faults, unknown(tc.page, known))
		})
	}
	for _, tc := range []struct {
		name, page string
		faults     []string
	}{
		{"true", "## Try it\n[a](README.md) [b](#try-it) [c](https://example.org) <img src=\"examples\">", nil},
		{"file", "[a](NONE.md)", []string{"no file: NONE.md"}},
		{"picture", "<img src=\"none.svg\">", []string{"no file: none.svg"}},
		{"heading", "## Try\n[a](#try-it)", []string{"no heading: try-it"}},
		{"scheme", "[a](http://example.org)", []string{"not by https: http://example.org"}},
	} {
		t.Run("link/"+tc.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.faults, dead(tc.page))
		})
	}
}
