package ddbdraw

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

func (s Section) title(i int) string {
	if strings.TrimSpace(s.Title) == "" {
		return fmt.Sprintf("Table %d", i+1)
	}
	return s.Title
}

// html writes the section.
func (s Section) html(p *printer, i int) {
	id := fmt.Sprintf("section-%d", i)
	p.f(`<section id="%s" aria-labelledby="%s-heading"><h2 id="%s-heading">%s</h2>`+"\n", id, id, id, s.title(i))
	paragraphs(p, s.Intro)
	if len(s.Cells) > 0 {
		s.table(p, s.title(i), true, nil)
	}
	if len(s.Notes) > 0 {
		p.f(`<ul class="notes">`)
		for _, note := range s.Notes {
			p.f("<li>%s</li>\n", inline(note))
		}
		p.f("</ul>\n")
	}
	p.f("</section>\n")
}

// table writes the cells. A hidden caption is for those who hear the page. With hues, the first cell of a line is an entity in
// its colour.
func (s Section) table(p *printer, caption string, hidden bool, hues []int) {
	columns := len(s.Header)
	for _, line := range s.Cells {
		columns = max(columns, len(line))
	}
	p.f(`<table class="plain%s" role="table"><caption%s>%s</caption>`, when(columns > manyColumns, " many"), when(hidden, ` class="vh"`), caption)
	if len(s.Header) > 0 {
		p.f(`<thead role="rowgroup"><tr role="row">`)
		for c := range columns {
			p.f(`<th scope="col" role="columnheader"%s>%s</th>`, s.class(c, at(s.Header, c)), inline(at(s.Header, c)))
		}
		p.f("</tr></thead>\n")
	}
	p.f(`<tbody role="rowgroup">` + "\n")
	for i, line := range s.Cells {
		more := i > 0 && at(line, 0) == ""
		p.f(`<tr role="row"%s>`, when(more, ` class="more"`))
		for c := range columns {
			label, cell := at(s.Header, c), inline(at(line, c))
			switch {
			case cell == "":
				p.f(`<td role="cell"></td>`)
			case c == 0 && hues != nil:
				p.f(`<th scope="row" role="rowheader"%s data-label="%s"><span class="chip %s">%s</span></th>`, s.class(c, at(line, c)), label, class(hues[i]), cell)
			case c == 0:
				p.f(`<th scope="row" role="rowheader"%s data-label="%s">%s</th>`, s.class(c, at(line, c)), label, wrap(cell))
			default:
				p.f(`<td role="cell"%s data-label="%s">%s</td>`, s.class(c, at(line, c)), label, wrap(cell))
			}
		}
		p.f("</tr>\n")
	}
	p.f("</tbody></table>\n")
}

// wrap makes one element of a cell's text, for the cards.
func wrap(cell markup) markup { return "<div>" + cell + "</div>" }

// manyColumns is the number of columns that fit beside each other on most screens.
const manyColumns = 6

// maxWord is the length of words that are not broken, so that a column is not narrower than its words.
const maxWord = 24

// class says how a cell is aligned, and whether it has words that may be broken.
func (s Section) class(c int, text string) markup {
	right := c < len(s.Right) && s.Right[c]
	long := slices.ContainsFunc(strings.Fields(text), func(word string) bool { return utf8.RuneCountInString(word) > maxWord })
	switch {
	case right && long:
		return ` class="r long"`
	case right:
		return ` class="r"`
	}
	return when(long, ` class="long"`)
}

func at(line []string, c int) string {
	if c < len(line) {
		return line[c]
	}
	return ""
}

func when(on bool, m markup) markup {
	if on {
		return m
	}
	return ""
}
