package ddbaccess

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Markdown writes the page: the tables of the patterns, of the busiest keys, of storage, the findings, and the design. It is
// the same for the same measurement.
func (rep *Report) Markdown(w io.Writer) error {
	_, err := io.WriteString(w, rep.page(nil))
	return err
}

// page is the page, with pictures of these files.
func (rep *Report) page(pictures []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", prose(rep.Title))
	if rep.Doc != "" {
		fmt.Fprintf(&b, "\n%s\n", paragraphs(rep.Doc))
	}
	for _, p := range pictures {
		fmt.Fprintf(&b, "\n![%s](%s)\n", strings.TrimSuffix(p, ".svg"), p)
		if alone := rep.unrelated(); p == entitiesFile && len(alone) > 0 {
			fmt.Fprintf(&b, "\nNo reference leads from or to %s. One that is not drawn is declared with Definition.Refers.\n", prose(list(alone)))
		}
	}
	for _, s := range rep.sections() {
		b.WriteString("\n")
		s.markdown(&b)
	}
	if rep.describe != "" {
		fmt.Fprintf(&b, "\n## Design\n\n%s", fence(rep.describe))
	}
	return b.String()
}

// patternsMarkdown is what stands between the markers of a README.
func (rep *Report) patternsMarkdown() string {
	var b strings.Builder
	rep.patternSection().tidied().table(&b)
	return b.String()
}

func (s section) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "## %s\n", s.title)
	if s.intro != "" {
		fmt.Fprintf(b, "\n%s\n", s.intro)
	}
	b.WriteString("\n")
	s.table(b)
	for _, n := range s.notes {
		fmt.Fprintf(b, "\n%s\n", paragraphs(clean(n)))
	}
}

func (s section) table(b *strings.Builder) {
	line := func(cells []string) { fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | ")) }
	header := slices.Clone(s.header)
	for i, text := range header {
		header[i] = prose(text)
	}
	line(header)
	rule := make([]string, len(s.header))
	for i := range rule {
		if rule[i] = "---"; s.right[i] {
			rule[i] = "--:"
		}
	}
	line(rule)
	for _, cells := range s.cells {
		out := slices.Clone(cells)
		for i, text := range out {
			out[i] = cell(text, s.code[i])
		}
		line(out)
	}
}

// cell is the text of a cell. Each of its lines is code if code is set.
func cell(text string, code bool) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		switch {
		case l == "":
		case code:
			lines[i] = codeSpan(l)
		default:
			lines[i] = prose(l)
		}
	}
	return strings.TrimRight(strings.Join(lines, "<br>"), " ")
}
