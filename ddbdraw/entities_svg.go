package ddbdraw

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
)

// The heights in the drawing of entities, in pixels.
const (
	headHeight  = 30.0
	fieldHeight = 20.0
	boxPad      = 7.0
	labelHeight = 15.0
	channelPad  = 46.0
	portGap     = 30.0
	legendSpace = 40.0
	leastWidth  = gridLeast
)

// box is an entity in the drawing.
type box struct {
	entity  ddbdesign.Entity
	hue     int
	fields  []field
	more    int
	x, y, h float64
	ports   []int // links above it, from left to right
}

func (b box) lines() int {
	n := max(1, len(b.fields))
	if b.more > 0 {
		n++
	}
	return n
}

// chart is the drawing of entities.
type chart struct {
	*layout
	refs          []reference
	boxes         []box // by entity
	top           []float64
	bottom        []float64 // of each layer
	width, height float64
}

func newChart(entities []ddbdesign.Entity) *chart {
	refs := references(entities)
	c := &chart{layout: arrange(len(entities), refs), refs: refs}
	c.width = c.spread()
	for i, e := range entities {
		b := box{entity: e, hue: hue(i), x: c.nodes[i].x}
		b.fields, b.more = fieldsOf(e)
		b.h = headHeight + float64(b.lines())*fieldHeight + 2*boxPad
		for k, link := range c.links {
			if link.bottom == i {
				b.ports = append(b.ports, k)
			}
		}
		slices.SortStableFunc(b.ports, func(p, q int) int {
			return cmp.Compare(c.nodes[c.links[p].top].x, c.nodes[c.links[q].top].x)
		})
		c.boxes = append(c.boxes, b)
	}
	y := margin
	for i, layer := range c.layers {
		labels, h := 0, 0.0
		for _, n := range layer {
			if n < len(c.boxes) {
				labels = max(labels, (len(c.boxes[n].ports)+1)/2)
				h = max(h, c.boxes[n].h)
			}
		}
		if i > 0 {
			y += channelPad + float64(labels)*labelHeight
		}
		for _, n := range layer {
			if n < len(c.boxes) {
				c.boxes[n].y = y
			}
		}
		c.top, c.bottom = append(c.top, y), append(c.bottom, y+h)
		y += h
	}
	c.height = y + margin + legendSpace
	return c
}

// onePage reports whether the drawing can be read when it is printed on a part of one page.
func (c *chart) onePage() bool { return c.height <= 2*c.width }

// svg writes the drawing; one that stands alone has a style and a ground of its own.
func (c *chart) svg(p *printer, alone bool) {
	frame(p, c.width, c.height, "entities", "Entities and how they refer to each other", c.describe(), alone, len(c.boxes))
	for k := range c.links {
		c.line(p, k)
	}
	for i, b := range c.boxes {
		c.box(p, i, b)
	}
	for k := range c.links {
		c.label(p, k)
	}
	if len(c.boxes) == 0 {
		p.f(`<text class="mu" x="%s" y="%s" font-size="14">No entities</text>`, num(margin), num(margin+14))
	} else {
		y := c.height - 20
		diamond(p, margin+6, y-4, "fn")
		p.f(`<text class="mu" x="%s" y="%s" font-size="12">in the primary key</text>`, num(margin+18), num(y))
		diamond(p, margin+156, y-4, "z sn")
		p.f(`<text class="mu" x="%s" y="%s" font-size="12">in the key of an index</text>`, num(margin+168), num(y))
	}
	p.f("</svg>\n")
}

// frame opens a picture; one that stands alone has a style for so many entities, and a ground.
func frame(p *printer, w, h float64, id, title, desc string, alone bool, entities int) {
	p.f(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img" aria-labelledby="%s-title %s-desc">`,
		num(w), num(h), num(w), num(h), id, id)
	p.f(`<title id="%s-title">%s</title><desc id="%s-desc">%s</desc>`+"\n", id, title, id, desc)
	if alone {
		p.f("<style>%s</style>\n", markup(svgStyle(entities)))
		p.f(`<rect class="gr ru" x="0.5" y="0.5" width="%s" height="%s" rx="10"/>`+"\n", num(w-1), num(h-1))
	}
}

// num prints a length, to a tenth of a pixel.
func num(f float64) markup {
	return markup(strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0"))
}

func diamond(p *printer, x, y float64, class string) {
	p.f(`<path class="%s" d="M%s %sl4.5 4.5l-4.5 4.5l-4.5 -4.5z"/>`, class, num(x), num(y-4.5))
}

// describe says in words what the drawing shows.
func (c *chart) describe() string {
	if len(c.boxes) == 0 {
		return "There are no entities."
	}
	var b strings.Builder
	for i, box := range c.boxes {
		b.WriteString(box.entity.Name)
		var to []string
		for _, r := range c.refs {
			if r.from == i {
				to = append(to, c.boxes[r.to].entity.Name+" "+by(r))
			}
		}
		if len(to) > 0 {
			b.WriteString(" refers to " + strings.Join(to, " and to "))
		}
		b.WriteString(". ")
	}
	return strings.TrimSpace(b.String())
}

func by(r reference) string {
	if r.fields == "under" {
		return "by standing under it"
	}
	return "by " + r.fields
}

func (c *chart) box(p *printer, i int, b box) {
	x := b.x - boxWidth/2
	p.f(`<g><rect class="gr %s" x="%s" y="%s" width="%s" height="%s" rx="7" stroke-width="1.5"/>`, svgClass("s", b.hue), num(x), num(b.y), num(boxWidth), num(b.h))
	p.f(`<path class="%s" d="M%s %sv-23a7 7 0 0 1 7 -7h%sa7 7 0 0 1 7 7v23z"/>`, svgClass("f", b.hue), num(x), num(b.y+headHeight), num(boxWidth-14))
	p.f(`<text class="on b" x="%s" y="%s" font-size="14">%s</text>`, num(x+12), num(b.y+20), fit(b.entity.Name, (boxWidth-24)/14, sans))
	y := b.y + headHeight + boxPad + 14
	for _, f := range b.fields {
		if f.primary {
			diamond(p, x+13, y-4, svgClass("f", b.hue))
		}
		if f.index {
			diamond(p, x+13, y-4, "z "+svgClass("s", b.hue))
		}
		name := fit(f.name, 110/12.0, mono)
		p.f(`<text class="te m" x="%s" y="%s" font-size="12">%s</text>`, num(x+24), num(y), name)
		p.f(`<text class="mu" x="%s" y="%s" font-size="11" text-anchor="end">%s</text>`, num(x+boxWidth-10), num(y),
			f.note((boxWidth-42-width(name, 12, mono))/11))
		y += fieldHeight
	}
	switch {
	case b.more > 0:
		p.f(`<text class="mu" x="%s" y="%s" font-size="12">… and %d more fields</text>`, num(x+24), num(y), b.more)
	case len(b.fields) == 0:
		p.f(`<text class="mu" x="%s" y="%s" font-size="12">no fields</text>`, num(x+24), num(y))
	}
	p.f("</g>\n")
	for _, r := range c.refs {
		if r.from == i && r.to == i {
			c.loop(p, b, r)
		}
	}
}

// note is what stands beside a field's name: its marks, and its type if there is room.
func (f field) note(room float64) string {
	marks := strings.Join(f.marks, ", ")
	if marks == "" {
		return fit(f.typ, room, sans)
	}
	if all := marks + " · " + f.typ; width(all, 1, sans) <= room {
		return all
	}
	return fit(marks, room, sans)
}

// loop draws a reference of an entity to itself, at its right side.
func (c *chart) loop(p *printer, b box, r reference) {
	y := b.y + headHeight + boxPad + 10
	for i, f := range b.fields {
		if f.refers == b.entity.Name {
			y += float64(i) * fieldHeight
			break
		}
	}
	x, head := b.x+boxWidth/2, b.y+headHeight/2
	p.f(`<path class="z %s" stroke-width="1.5" d="M%s %sh5q6 0 6 -6V%sq0 -6 -6 -6h-1"><title>%s</title></path>`,
		svgClass("s", b.hue), num(x), num(y), num(head+6), "refers to itself "+by(r))
	p.f(`<path class="%s" d="M%s %sl8 -4v8z"/>`+"\n", svgClass("f", b.hue), num(x+1), num(head))
}
