package ddbdraw

import (
	"strings"
)

// html writes a grid as a table: a body for each item collection. It has roles, since styles that make cards of it hide from
// assistive technology that it is a table.
func (g grid) html(p *printer, id string) {
	p.f(`<section id="%s" aria-labelledby="%s-heading"><h2 id="%s-heading">%s</h2>`+"\n", id, id, id, heading(g.index))
	p.f(`<p class="mu">%s.`, capital(about(g.index)))
	if len(g.absent) > 0 && len(g.entries) > 0 {
		p.f(" Without %s.", strings.Join(g.absent, ", "))
	}
	p.f("</p>\n")
	g.keysHTML(p)
	if len(g.groups) == 0 {
		p.f("<p>No sample item is in it.</p></section>\n")
		return
	}
	p.f(`<table class="grid" role="table"><caption>%s</caption>`, g.caption())
	p.f(`<thead role="rowgroup"><tr role="row">`)
	columns := 3
	p.f(`<th scope="col" role="columnheader">%s</th>`, attributeNames(g.index.Partition))
	if len(g.index.Sort) > 0 {
		columns++
		p.f(`<th scope="col" role="columnheader">%s</th>`, attributeNames(g.index.Sort))
	}
	p.f(`<th scope="col" role="columnheader">Entity</th><th scope="col" role="columnheader">Attributes</th></tr></thead>` + "\n")
	for _, gr := range g.groups {
		g.body(p, gr, columns)
	}
	p.f("</table>\n")
	for _, r := range g.more {
		p.f(`<p class="mu">%s</p>`+"\n", restOfGroups(r))
	}
	p.f("</section>\n")
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (g grid) caption() string {
	if g.templates {
		return "Templates of the keys, by partition key"
	}
	return "Sample items, by partition key"
}

// body writes an item collection.
func (g grid) body(p *printer, gr group, columns int) {
	p.f(`<tbody role="rowgroup">`)
	for i, it := range gr.items {
		classes := "it " + class(it.hue)
		if it.aside {
			classes += " aside"
		}
		p.f(`<tr role="row" class="%s">`, classes)
		if i == 0 {
			p.f(`<th scope="rowgroup" role="rowheader" class="pk k" rowspan="%d" data-label="%s"><bdi>%s</bdi></th>`,
				len(gr.items)+len(gr.more), attributeNames(g.index.Partition), gr.key)
		}
		sk := "k"
		if len(g.index.Sort) > 0 {
			p.f(`<td role="cell" class="sk k"><bdi>%s</bdi></td>`, join(it.sort))
		} else {
			sk = "sk"
		}
		p.f(`<td role="cell" class="%s"><span class="chip">%s</span></td><td role="cell">`, sk, it.label)
		for _, a := range it.attributes {
			p.f(`<span class="at"><span class="mu">%s</span> <bdi>%s</bdi></span> `, a.name, a.value)
		}
		p.f("</td></tr>\n")
	}
	for _, r := range gr.more {
		p.f(`<tr role="row" class="more"><td role="cell" colspan="%d">… and %d more %s</td></tr>`+"\n", columns-1, r.n, r.what)
	}
	p.f("</tbody>\n")
}

// keysHTML writes the templates of the keys, folded away. The grid shows them where there are no samples.
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
	p.f("<details><summary>How the keys are made</summary>\n")
	var hues []int
	for _, k := range g.entries {
		line := []string{k.entity, "`" + k.partition + "`", code(k.sort), code(k.when)}
		s.Cells = append(s.Cells, line[:len(s.Header)])
		hues = append(hues, k.hue)
	}
	s.table(p, "Templates of the keys in "+strings.ToLower(heading(g.index)[:1])+heading(g.index)[1:], hues)
	p.f("</details>\n")
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
