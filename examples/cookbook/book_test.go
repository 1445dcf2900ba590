package main

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
	"github.com/singletable-go/ddb/examples/internal/golden"
	"github.com/singletable-go/ddb/examples/internal/readmetest"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func TestMain(m *testing.M) { os.Exit(localtest.Main(m)) }

// each runs a test for each recipe.
func each(t *testing.T, f func(t *testing.T, c chapter, p recipe.Recipe)) {
	for _, c := range book {
		for _, p := range c.recipes {
			t.Run(c.directory+"/"+p.Name, func(t *testing.T) { f(t, c, p) })
		}
	}
}

var names = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func TestEveryRecipeSaysWhatItIsFor(t *testing.T) {
	seen := map[string]bool{}
	each(t, func(t *testing.T, c chapter, p recipe.Recipe) {
		assert.Regexp(t, names, p.Name)
		assert.False(t, seen[p.Name], "two recipes of one name")
		seen[p.Name] = true
		assert.NotEmpty(t, p.Problem)
		assert.False(t, strings.HasSuffix(p.Problem, "."))
		for _, sentence := range []string{p.Pattern, p.Not} {
			assert.Regexp(t, `^[A-Z"].*\.$`, sentence)
		}
		assert.NotEmpty(t, p.Costs)
	})
}

func TestCodeToCopyNeedsNothingOfTheCookbook(t *testing.T) {
	each(t, func(t *testing.T, c chapter, p recipe.Recipe) {
		file, err := parser.ParseFile(token.NewFileSet(), c.file(p), nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, i := range file.Imports {
			assert.NotContains(t, i.Path.Value, "/ddb/examples/")
			assert.NotContains(t, i.Path.Value, "/ddb/internal/")
		}
	})
}

func TestEveryRecipeHasAnExample(t *testing.T) {
	for _, c := range book {
		tests, err := filepath.Glob(c.directory + "/*_test.go")
		require.NoError(t, err)
		var text strings.Builder
		for _, file := range tests {
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			text.Write(content)
		}
		examples := regexp.MustCompile(`recipe\.Example\(`+c.directory+`\.\w+\)\n\t// Output:\n`).FindAllString(text.String(), -1)
		distinct := map[string]bool{}
		for _, e := range examples {
			distinct[e] = true
		}
		assert.Len(t, distinct, len(c.recipes), "%s: an Example with output for each recipe", c.directory)
	}
}

// What a recipe prints is the same on each engine, unless it says why not.
func TestRecipesRunOnTheEngineInAContainer(t *testing.T) {
	client := localtest.Client(t)
	each(t, func(t *testing.T, c chapter, p recipe.Recipe) {
		var here, there bytes.Buffer
		require.NoError(t, p.Show(t.Context(), ddbmem.New().Client(), &here))
		require.NoError(t, p.Show(t.Context(), client, &there))
		if p.Varies == "" {
			assert.Equal(t, here.String(), there.String())
		}
	})
}

// The index of the book has what the recipes measure.
func TestReadmeHasTheIndex(t *testing.T) {
	var b strings.Builder
	for _, c := range book {
		fmt.Fprintf(&b, "\n## %s\n\n| problem | recipe | cost | not when |\n|---|---|---|---|\n", c.title)
		for _, p := range c.recipes {
			cost, err := p.Cost(t.Context(), ddbmem.New().Client())
			require.NoError(t, err)
			fmt.Fprintf(&b, "| %s | [%s](%s): %s | %s | %s |\n", p.Problem, p.Name, c.file(p), p.Pattern, cost, p.Not)
		}
	}
	golden.Section(t, "README.md", "index", b.String()+"\n")
}

func TestReadmeIsTrue(t *testing.T) { readmetest.True(t) }
