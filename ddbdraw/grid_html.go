package ddbdraw

import (
	"strings"
)

// html writes a grid as a table: a body for each item collection. It has roles, since styles that make cards of it hide from
// assistive technology that it is a table.
func (g grid) html(p *printer, id string) {
	p.f(`<section id="%s" aria-labelledby="%s-heading"><h2 id="%s-heading">%s</h2>`+"\n", id, id, id, heading(g.index))
	p.f(`<p class="mu">%s.`, about(g.index))
	if len(g.absent) > 0 && len(g.entries) > 0 {
		p.f(" It does not hold %s.", strings.Join(g.absent, ", "))
	}
	p.f("</p>\n")
	if len(g.groups) == 0 {
		p.f("<p>No sample item is in it.</p>\n")
		if text := g.ownText(); text != "" {
			p.f(`<p class="rest">… %s</p>`+"\n", text)
		}
		g.keysHTML(p)
		p.f("</section>\n")
		return
	}
	p.f(`<table class="grid" role="table"><caption>%s</caption>`, g.caption())
	p.f(`<thead role="rowgroup"><tr role="row">`)
	columns := 3
	p.f(`<th scope="col" role="columnheader" class="pk">%s</th>`, attributeNames(g.index.Partition))
	if len(g.index.Sort) > 0 {
		columns++
		p.f(`<th scope="col" role="columnheader" class="sk">%s</th>`, attributeNames(g.index.Sort))
	}
	p.f(`<th scope="col" role="columnheader" class="en">Entity</th><th scope="col" role="columnheader">Attributes</th></tr></thead>` + "\n")
	for _, gr := range g.groups {
		g.body(p, gr, columns)
	}
	g.ownHTML(p, columns)
	p.f("</table>\n")
	for _, r := range g.more {
		p.f(`<p class="rest">%s</p>`+"\n", r.collections())
	}
	g.keysHTML(p)
	p.f("</section>\n")
}

func (g grid) caption() string {
	if g.templates {
		return "Templates of the keys, by partition key"
	}
	return "Sample items, by partition key"
}

// body writes an item collection.
func (g grid) body(p *printer, gr group, columns int) {
	p.f(`<tbody role="rowgroup">`)
	first := true
	line := func(class string) {
		p.f(`<tr role="row" class="%s">`, class)
		if first {
			p.f(`<th scope="rowgroup" role="rowheader" class="pk k" rowspan="%d" data-label="%s"><bdi>%s</bdi></th>`,
				len(gr.items)+len(gr.more), attributeNames(g.index.Partition), gr.key)
		}
		first = false
	}
	for i := range len(gr.items) + 1 {
		for _, r := range gr.more {
			if r.at == i {
				line("more")
				p.f(`<td role="cell" colspan="%d">%s</td></tr>`+"\n", columns-1, r.items())
			}
		}
		if i < len(gr.items) {
			it := gr.items[i]
			classes := "it " + class(it.hue)
			if it.aside {
				classes += " aside"
			}
			line(classes)
			g.cells(p, it)
		}
	}
	p.f("</tbody>\n")
}

// cells writes what of an item stands beside its partition key.
func (g grid) cells(p *printer, it item) {
	name := "en"
	if len(g.index.Sort) > 0 {
		p.f(`<td role="cell" class="sk k"><bdi>%s</bdi></td>`, it.sortKey())
	} else {
		name = "sk en"
	}
	p.f(`<td role="cell" class="%s">%s</td><td role="cell" class="as">`, name, cut(it.label, maxValue))
	for i, a := range it.attributes {
		if i > 0 {
			p.f(" ")
		}
		p.f(`<span class="at"><span class="mu">%s</span> <bdi>%s</bdi></span>`, a.name, a.value)
	}
	p.f("</td></tr>\n")
}

// keysHTML writes the templates of the keys. The grid shows them where there are no samples.
func (g grid) keysHTML(p *printer) {
	if g.templates || len(g.entries) == 0 {
		return
	}
	s := Section{Header: []string{"Entity", attributeNames(g.index.Partition), attributeNames(g.index.Sort), "Only when"}}
	sparse := false
	for _, k := range g.entries {
		sparse = sparse || k.when != ""
	}
	if !sparse {
		s.Header = s.Header[:3]
	}
	var hues []int
	for _, k := range g.entries {
		line := []string{k.entity, code(k.partition), code(k.sort), code(k.when)}
		s.Cells = append(s.Cells, line[:len(s.Header)])
		hues = append(hues, k.hue)
	}
	s.table(p, "How the keys are made", false, hues)
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(s, " · ", "` · `") + "`"
}
