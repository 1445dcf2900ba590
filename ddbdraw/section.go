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
			p.f(`<th scope="col" role="columnheader"%s>%s</th>`, s.class(c, at(s.Header, c), false, false), inline(at(s.Header, c)))
		}
		p.f("</tr></thead>\n")
	}
	short := s.short(columns)
	p.f(`<tbody role="rowgroup">` + "\n")
	of := ""
	for i, line := range s.Cells {
		more := i > 0 && at(line, 0) == ""
		if !more {
			of = s.name(line, short)
		}
		p.f(`<tr role="row"%s>`, when(more, ` class="more"`))
		for c := range columns {
			label, cell := at(s.Header, c), inline(s.text(line, c))
			classes := s.class(c, at(line, c), c == 1 && s.numbered(short), short[c])
			switch {
			case cell == "" && c == 0 && more:
				p.f(`<td role="cell" data-of="%s"></td>`, of)
			case cell == "":
				p.f(`<td role="cell"></td>`)
			case c == 0 && hues != nil:
				p.f(`<th scope="row" role="rowheader"%s data-label="%s"><span class="chip %s">%s</span></th>`, classes, label, class(hues[i]), cell)
			case c == 0:
				p.f(`<th scope="row" role="rowheader"%s data-label="%s">%s</th>`, classes, label, wrap(cell))
			default:
				p.f(`<td role="cell"%s data-label="%s">%s</td>`, classes, label, wrap(cell))
			}
		}
		p.f("</tr>\n")
	}
	p.f("</tbody></table>\n")
}

// text is the text of a cell. In a column of numbers, a number stays with its unit.
func (s Section) text(line []string, c int) string {
	if c < len(s.Right) && s.Right[c] {
		return together(at(line, c))
	}
	return at(line, c)
}

// maxShort is the number of characters in cells that stand beside each other in a card.
const maxShort = 22

// short are the columns that have short cells alone.
func (s Section) short(columns int) []bool {
	short := make([]bool, columns)
	for c := range short {
		short[c] = true
		for _, line := range append([][]string{s.Header}, s.Cells...) {
			short[c] = short[c] && utf8.RuneCountInString(at(line, c)) <= maxShort && !strings.Contains(at(line, c), "\n")
		}
	}
	return short
}

// numbered reports whether the first column numbers the lines, which have their names in the second one.
func (s Section) numbered(short []bool) bool {
	return len(short) > 2 && short[0] && len(s.Right) > 0 && s.Right[0] && (len(s.Right) == 1 || !s.Right[1])
}

// name is what a line is called in the cards of those that continue it.
func (s Section) name(line []string, short []bool) string {
	name := at(line, 0)
	if s.numbered(short) {
		name += " " + at(line, 1)
	}
	return cut(strings.Join(strings.Fields(strings.ReplaceAll(name, "`", "")), " "), 2*maxValue)
}

// wrap makes one element of a cell's text, for the cards.
func wrap(cell markup) markup { return "<div>" + cell + "</div>" }

// manyColumns is the number of columns that fit beside each other on most screens.
const manyColumns = 6

// maxWord is the length of words that are not broken, so that a column is not narrower than its words.
const maxWord = 24

// class says how a cell is aligned, whether it has words that may be broken, and how it stands in a card.
func (s Section) class(c int, text string, lead, short bool) markup {
	var classes []string
	if c < len(s.Right) && s.Right[c] {
		classes = append(classes, "r")
	}
	if slices.ContainsFunc(strings.Fields(text), func(word string) bool { return utf8.RuneCountInString(word) > maxWord }) {
		classes = append(classes, "long")
	}
	if lead {
		classes = append(classes, "ld")
	} else if short {
		classes = append(classes, "sh")
	}
	if classes == nil {
		return ""
	}
	return markup(` class="` + strings.Join(classes, " ") + `"`)
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
