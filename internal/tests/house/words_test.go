package house_test

import (
	"go/ast"
	"go/parser"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// avoided are words that have a plainer one: "no program", "another program", "response", "again", "item", "index entry".
// A series of failures is "in a row".
var avoided = regexp.MustCompile(`(?i)\b(somebody|nobody|whoever|answer(s|ed)?|anew|bury|buried|echo(es)?|(?:in a )?rows?)\b`)

// wordsOf returns the words to avoid in a text, without names and other code in backticks.
func wordsOf(text string) []string {
	found := avoided.FindAllString(quoted.ReplaceAllString(text, ""), -1)
	return slices.DeleteFunc(found, func(word string) bool { return strings.EqualFold(word, "in a row") })
}

// prose returns the comments of a Go file and its texts, which are those of errors for the most part.
func prose(file *ast.File) string {
	var b strings.Builder
	for _, group := range file.Comments {
		b.WriteString(group.Text())
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && strings.Contains(lit.Value, " ") {
			b.WriteString(lit.Value + "\n")
		}
		return true
	})
	return b.String()
}

func TestWordsArePlain(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join(root, "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, page := range pages {
		assert.Empty(t, wordsOf(text(t, filepath.Base(page))), "words of %s", filepath.Base(page))
	}
	for _, name := range sources(t) {
		dir := strings.Split(name, "/")
		support := slices.Contains([]string{"bench", "ddbmem", "examples"}, dir[0]) || dir[0] == "internal" && slices.Contains(supports, dir[1])
		if !support {
			assert.Empty(t, wordsOf(prose(parse(t, name, parser.ParseComments))), "words of %s", name)
		}
	}
}

func TestWordsToAvoidAreFound(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"Nobody", "answers", "row", "rows"}, wordsOf("Nobody answers: a row of rows, `anew`, three in a row, arrows, an answering."))
}
