package ddbdraw

import (
	"fmt"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
)

// The sizes of the picture of a grid, in pixels.
const (
	gridWidth   = 692.0 // as three entities beside each other
	gridPad     = 16.0
	groupHead   = 34.0
	groupGap    = 14.0
	itemPad     = 9.0
	textSize    = 13.0
	textLine    = 19.0
	restHeight  = 28.0
	maxAttrRows = 3
)

// gridSVG writes a grid as a standalone picture: item collections below each other, so that it stays narrow.
func gridSVG(p *printer, d Drawing, ix ddbdesign.Index) {
	g := newGrid(d, ix, pictureBounds)
	body := &printer{}
	y := gridPad + 54
	for i, gr := range g.groups {
		y = g.drawGroup(body, i, gr, y) + groupGap
	}
	if r := g.rest(); r.n > 0 {
		body.f(`<text class="mu" x="%s" y="%s" font-size="13">%s</text>`+"\n", num(gridPad+2), num(y+8), r.collections())
		y += 22
	}
	if len(g.groups) == 0 {
		body.f(`<text class="mu" x="%s" y="%s" font-size="14">No items</text>`+"\n", num(gridPad+2), num(y+10))
		y += 30
	}
	frame(p, gridWidth, y+gridPad-groupGap+6, "grid", heading(ix), g.describe(), true, len(d.Design.Entities))
	p.f(`<text class="te b" x="%s" y="%s" font-size="18">%s</text>`, num(gridPad+2), num(gridPad+20), fit(heading(ix), 30, sans))
	p.f(`<text class="mu" x="%s" y="%s" font-size="13">%s</text>`+"\n", num(gridPad+2), num(gridPad+41), fit(g.subtitle(), 50, sans))
	p.f("%s</svg>\n", markup(body.b.String()))
}

func (g grid) subtitle() string {
	if g.templates {
		return about(g.index) + " · templates of keys"
	}
	return about(g.index)
}

// describe says in words what the grid shows.
func (g grid) describe() string {
	var b strings.Builder
	for i, gr := range g.groups {
		if i > 0 {
			b.WriteString(" ")
		}
		fmt.Fprintf(&b, "%s %s:", attributeNames(g.index.Partition), gr.key)
		for j, it := range gr.items {
			if j > 0 {
				b.WriteString(",")
			}
			b.WriteString(" " + it.label)
			if len(it.sort) > 0 {
				b.WriteString(" " + join(it.sort))
			}
		}
		for _, r := range gr.more {
			b.WriteString(", " + r.items())
		}
		b.WriteString(".")
	}
	if b.Len() == 0 {
		return "There are no items."
	}
	return b.String()
}

// drawGroup draws an item collection below y, and returns where it ends.
func (g grid) drawGroup(p *printer, i int, gr group, y float64) float64 {
	inner, w := &printer{}, gridWidth-2*gridPad
	at := y + groupHead
	for i := range len(gr.items) + 1 {
		for _, r := range gr.more {
			if r.at == i {
				inner.f(`<rect class="gr" x="%s" y="%s" width="%s" height="%s"/><path class="li" d="M%s %sh%s"/>`, num(gridPad), num(at), num(w),
					num(restHeight), num(gridPad), num(at), num(w))
				inner.f(`<text class="mu" x="%s" y="%s" font-size="13">%s</text>`+"\n", num(gridPad+18), num(at+19), fit(r.items(), 46, sans))
				at += restHeight
			}
		}
		if i < len(gr.items) {
			at = drawItem(inner, gr.items[i], at)
		}
	}
	p.f(`<clipPath id="group-%d"><rect x="%s" y="%s" width="%s" height="%s" rx="7"/></clipPath><g clip-path="url(#group-%d)">`,
		i, num(gridPad), num(y), num(w), num(at-y), i)
	p.f(`<rect class="pa" x="%s" y="%s" width="%s" height="%s"/>`, num(gridPad), num(y), num(w), num(groupHead))
	name := fit(attributeNames(g.index.Partition), 16, sans)
	left := gridPad + 14
	p.f(`<text class="mu" x="%s" y="%s" font-size="12">%s</text>`, num(left), num(y+22), name)
	left += width(name, 12, sans) + 10
	p.f(`<text class="te m b" x="%s" y="%s" font-size="14">%s</text>`+"\n", num(left), num(y+22), fit(gr.key, (gridWidth-gridPad-14-left)/14, mono))
	p.f("%s", markup(inner.b.String()))
	p.f(`</g><rect class="z ru" x="%s" y="%s" width="%s" height="%s" rx="7"/>`+"\n", num(gridPad), num(y), num(w), num(at-y))
	return at
}

// drawItem draws an item below y, and returns where it ends.
func drawItem(p *printer, it item, y float64) float64 {
	w := gridWidth - 2*gridPad
	lines := attributeLines(it.attributes, (w-38)/textSize)
	h := itemPad + 20 + float64(len(lines))*textLine + itemPad - 3
	back, text := svgClass("t", it.hue), "te"
	if it.aside {
		back, text = "pa", "mu"
	}
	p.f(`<rect class="gr" x="%s" y="%s" width="%s" height="%s"/>`, num(gridPad), num(y), num(w), num(h))
	p.f(`<rect class="%s" x="%s" y="%s" width="%s" height="%s"/><path class="li" d="M%s %sh%s"/><rect class="%s" x="%s" y="%s" width="5" height="%s"/>`,
		back, num(gridPad), num(y), num(w), num(h), num(gridPad), num(y), num(w), svgClass("f", it.hue), num(gridPad), num(y), num(h))
	label := fit(it.label, 18, sans)
	base := y + itemPad + 14
	p.f(`<text class="%s m" x="%s" y="%s" font-size="14">%s</text>`, text, num(gridPad+18), num(base),
		fit(join(it.sort), (w-50-width(label, 13, sans))/14, mono))
	name := svgClass("f", it.hue)
	if it.aside {
		name = "mu"
	}
	p.f(`<text class="%s b" x="%s" y="%s" font-size="13" text-anchor="end">%s</text>`, name, num(gridPad+w-14), num(base), label)
	for i, line := range lines {
		p.f(`<text x="%s" y="%s" font-size="%s">`, num(gridPad+18), num(base+float64(i+1)*textLine), num(textSize))
		for j, a := range line {
			if j > 0 {
				p.f("\u00a0\u00a0\u00a0 ")
			}
			p.f("<tspan class=\"mu i\">%s</tspan>\u00a0<tspan class=\"%s i\">%s</tspan>", a.name, text, a.value)
		}
		p.f("</text>")
	}
	p.f("\n")
	return y + h
}

// attributeLines sets attributes in lines that are at most width wide, for a font size of 1.
func attributeLines(attributes []attribute, most float64) (lines [][]attribute) {
	var left float64
	for i, a := range attributes {
		a.name = fit(a.name, most/3, sans)
		need := width(a.name, 1, sans) + width(a.value, 1, sans) + 20/textSize
		if len(lines) == 0 || need > left {
			if len(lines) == maxAttrRows {
				last := lines[len(lines)-1]
				lines[len(lines)-1] = append(last[:max(1, len(last)-1)], attribute{"…", fmt.Sprintf("and %d more", len(attributes)-i+min(1, len(last)-1))})
				return lines
			}
			lines, left = append(lines, nil), most
			if need > left {
				a.value = fit(a.value, left-width(a.name, 1, sans)-20/textSize, sans)
				need = left
			}
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], a)
		left -= need
	}
	return lines
}
