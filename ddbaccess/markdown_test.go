package ddbaccess_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
)

// Whatever stands in a catalog, the page has the headings, columns and links that are its own.
func TestTextOfACatalogIsNoMarkup(t *testing.T) {
	t.Parallel()
	s := newShop()
	page := func(text string) string {
		note := &s.orders.Fields().Note
		return pageOf(t, &ddbaccess.Catalog{
			Title: text, Doc: text, Table: s.table, Seed: s.seed,
			Prices: &ddbaccess.Prices{Region: text, Currency: text, Date: text, Source: text, ReadMillion: 1, WriteMillion: 1, GBMonth: 1},
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.Many("x"+text, func(c string) ddb.Query[Order] { return s.ordersOf(c).Filter(ddb.Ne(note, text)) }, "1").Rate(1).Accept(ddbaccess.Filter, text),
			},
		})
	}
	code := regexp.MustCompile("`[^`\n]*`")
	shape := func(page string) (headings, bars int, links []string) {
		for line := range strings.Lines(page) {
			if strings.HasPrefix(line, "#") {
				headings++
			}
			if strings.HasPrefix(line, "|") {
				bars += strings.Count(strings.ReplaceAll(strings.ReplaceAll(line, `\\`, ""), `\|`, ""), "|")
			}
			line = code.ReplaceAllString(line, "")
			if strings.Contains(strings.ReplaceAll(line, `\[`, ""), "[x") {
				links = append(links, line)
			}
		}
		return headings, bars, links
	}
	headings, bars, _ := shape(page("plain"))
	for _, text := range []string{
		"a\n# b", "a\n\n## b\n\n| c |", "a\rb", "a\u2028# b", `a|b`, `a\|b`, `a\`, "[x](y)", "![x](y)", "<b>", "a&lt;b", "1. a", "- a", "a\n===", "a``b`", "\x1b[31m", "a\u202eb", "\x00",
	} {
		got := page(text)
		h, b, links := shape(got)
		assert.Equal(t, headings, h, "headings with %q", text)
		assert.Equal(t, bars, b, "columns with %q", text)
		assert.Empty(t, links, "with %q", text)
		assert.NotRegexp(t, "[\\x00-\\x09\\x0b-\\x1f\u2028\u202e]", got)
		got = code.ReplaceAllString(got, "")
		assert.NotContains(t, got, "<b>")
		assert.NotContains(t, got, "a&lt;b")
	}
	assert.Contains(t, page("1. a"), "\n1\\. a\n")
	assert.Contains(t, page("a\n\n# b"), "\na\n\n\\# b\n")
}

func pageOf(t *testing.T, c *ddbaccess.Catalog) string {
	t.Helper()
	rep := measure(t, c)
	var b strings.Builder
	require.NoError(t, rep.Markdown(&b))
	before, _, found := strings.Cut(b.String(), "\n## Design\n")
	require.True(t, found)
	return before
}

// Code ends where it should, whatever it has in it.
func TestCodeEndsWhereItShould(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a = 1":  "`a = 1`",
		"a|b":    "`a\\|b`",
		"a``b`":  "``` a``b` ```",
		`a\|b[*`: "<code>a&#92;&#124;b&#91;&#42;</code>",
	} {
		assert.Equal(t, want, ddbaccess.CodeSpan(text))
	}
	assert.Equal(t, "```\na `` b\n```\n", ddbaccess.Fence("a `` b\n"))
	assert.Equal(t, "`````\na\n````\nb\n`````\n", ddbaccess.Fence("a\n````\nb\n"))
}
