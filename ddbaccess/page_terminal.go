package ddbaccess

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// width is that of a terminal of which nothing is known.
const width = 80

// terminal writes the patterns and the findings for a terminal of 80 columns: a few lines for each pattern.
func (rep *Report) terminal(w io.Writer) error {
	var b strings.Builder
	for i, p := range rep.Patterns {
		fmt.Fprintf(&b, "%3d  %s\n", i+1, clean(p.Name))
		cost := []string{plural(requestCount(p.Requests), "request"), p.Measured.String(), "estimated " + estimate(p.Estimated)}
		if p.Items > 0 {
			cost = append([]string{plural(p.Items, "item")}, cost...)
		}
		if p.Rate > 0 {
			cost = append(cost, number(p.Rate)+" a second")
		}
		if rep.Prices != nil {
			cost = append(cost, rep.monthOf(p)+" "+rep.Prices.Currency+" a month")
		}
		wrap(&b, strings.Join(cost, ", "))
		lines(&b, p.Requests)
		for _, d := range p.Derived {
			wrap(&b, fmt.Sprintf("derived: %s, %s, %s, estimated %s", d.View, plural(requestCount(d.Requests), "request"), d.Measured.String(), estimate(d.Estimated)))
			lines(&b, d.Requests)
		}
	}
	if len(rep.Findings) > 0 {
		b.WriteString("\nfindings\n")
		for _, f := range rep.Findings {
			wrap(&b, f.String())
		}
	}
	b.WriteString("\n")
	notes := rep.patternSection().notes
	for _, n := range notes[:len(notes)-1] { // the last one is the legend of a column that is not here
		wrap(&b, n)
	}
	wrap(&b, "-wide prints this as one table. The verb page has the busiest keys and the storage too.")
	_, err := io.WriteString(w, b.String())
	return err
}

// lines are the requests of a pattern.
func lines(b *strings.Builder, requests []Request) {
	for _, q := range requests {
		wrap(b, q.Operation+" "+q.Index+q.bounds())
		for _, k := range q.Keys {
			wrap(b, "  "+k)
		}
	}
}

// wrap writes text with an indent of five, in lines of up to 80 columns that end between words.
func wrap(b *strings.Builder, text string) {
	indent := strings.Repeat(" ", 5+len(text)-len(strings.TrimLeft(text, " ")))
	column := 0
	for word := range strings.SplitSeq(unbroken(clean(text)), " ") {
		if word == "" {
			continue
		}
		n := utf8.RuneCountInString(word)
		switch {
		case column == 0:
			b.WriteString(indent)
			column = len(indent)
		case column+1+n > width:
			b.WriteString("\n" + indent + "  ")
			column = len(indent) + 2
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(strings.ReplaceAll(word, "\u00a0", " "))
		column += n
	}
	b.WriteString("\n")
}
