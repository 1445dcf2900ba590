package ddbdraw

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
)

//go:embed style.css
var pageStyle string

// cardStyle makes cards of the lines of a table.
//
//go:embed cards.css
var cardStyle string

// cards is the style for screens that are too narrow for a table, sooner if the table has many columns.
func cards() string {
	return "@media screen and (max-width:40rem){\n" + cardStyle + "}\n@media screen and (max-width:71.99rem){\n" +
		strings.ReplaceAll(cardStyle, ".plain", ".many") + "}\n"
}

// page writes the page. It is well-formed XML as well as HTML.
func page(p *printer, d Drawing) {
	p.f("<!DOCTYPE html>\n" + `<html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width,initial-scale=1"/>`)
	p.f("<title>%s</title>\n<style>\n%s%s%s%s</style></head>\n<body>\n",
		d.title(), markup(variables()), markup(svgStyle(len(d.Design.Entities))), markup(pageStyle), markup(cards()))
	p.f("<header><h1>%s</h1>\n", d.title())
	paragraphs(p, d.Doc)
	paragraphs(p, d.Design.Doc)
	p.f(`<nav aria-label="Contents"><ul><li><a href="#entities">Entities</a></li>`)
	for i, ix := range d.Design.Indexes {
		p.f(`<li><a href="#index-%d">%s</a></li>`, i, heading(ix))
	}
	for i, s := range d.Sections {
		p.f(`<li><a href="#section-%d">%s</a></li>`, i, s.title(i))
	}
	p.f("</ul></nav></header>\n<main>\n")
	entities(p, d.Design)
	for i, ix := range d.Design.Indexes {
		newGrid(d, ix, pageBounds).html(p, fmt.Sprintf("index-%d", i))
	}
	for i, s := range d.Sections {
		s.html(p, i)
	}
	p.f("</main>\n</body></html>\n")
}

// paragraphs writes text that has blank lines between its paragraphs.
func paragraphs(p *printer, text string) {
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if paragraph = strings.Join(strings.Fields(paragraph), " "); paragraph != "" {
			p.f("<p>%s</p>\n", inline(paragraph))
		}
	}
}

// inline returns text with code where backticks are, and with its line breaks.
func inline(text string) markup {
	p := &printer{}
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			p.f("<br/>")
		}
		spans := strings.Split(line, "`")
		for j, span := range spans {
			switch {
			case j%2 == 1 && j < len(spans)-1:
				p.f("<code>")
				phrases(p, span)
				p.f("</code>")
			case j%2 == 1: // a backtick without another
				p.f("%s", "`"+span)
			default:
				p.f("%s", span)
			}
		}
	}
	return markup(p.b.String())
}

// entities writes the drawing, and the same as a list for small screens.
func entities(p *printer, d ddbdesign.Table) {
	p.f(`<section id="entities" aria-labelledby="entities-heading"><h2 id="entities-heading">Entities</h2>` + "\n")
	if len(d.Entities) == 0 {
		p.f("<p>There are no entities.</p></section>\n")
		return
	}
	p.f(`<p class="mu">What is stored, and which field holds the key of what.</p>` + "\n")
	c := newChart(d.Entities)
	p.f(`<figure class="wide frame%s">`, when(c.onePage(), " page"))
	c.svg(p, false)
	p.f("</figure>\n" + `<ul class="boxes">` + "\n")
	refs := references(d.Entities)
	for i, e := range d.Entities {
		p.f(`<li class="%s"><h3>%s</h3>`, class(hue(i)), e.Name)
		if e.Doc != "" {
			p.f("<p>%s</p>", e.Doc)
		}
		fields, more := fieldsOf(e)
		p.f("<ul>")
		for _, f := range fields {
			marks := f.marks
			switch {
			case f.primary:
				marks = append([]string{"primary key"}, marks...)
			case f.index:
				marks = append([]string{"index key"}, marks...)
			}
			p.f(`<li><span class="k">%s</span><span class="mu">%s</span></li>`, f.name, strings.Join(append(marks, f.typ), " · "))
		}
		if more > 0 {
			p.f(`<li class="mu"><span>… and %d more fields</span></li>`, more)
		}
		p.f("</ul>")
		for _, r := range refs {
			if r.from == i {
				p.f("<p>→ refers to <strong>%s</strong> %s</p>", d.Entities[r.to].Name, by(r))
			}
		}
		for _, r := range refs {
			if r.to == i && r.from != i {
				p.f(`<p class="mu">← <strong>%s</strong> refers to it</p>`, d.Entities[r.from].Name)
			}
		}
		p.f("</li>\n")
	}
	p.f("</ul></section>\n")
}
