package ddbdraw

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
)

// The sizes of the picture of a grid, in pixels.
const (
	gridLeast   = 360.0 // a telephone shows this without making it smaller
	gridHalf    = 416.0 // two of them stand beside each other in a README
	gridWidest  = 692.0 // as three entities beside each other
	gridPad     = 16.0
	groupHead   = 34.0
	groupGap    = 14.0
	itemPad     = 9.0
	textSize    = 13.0
	textLine    = 19.0
	restHeight  = 28.0
	maxAttrRows = 3
	fewAttrRows = 2 // a picture is as wide as it takes so that no item has more
	maxTextRows = 3
)

// picture is a grid as a picture of some width.
type picture struct {
	grid
	w float64 // of the picture
}

// gridSVG writes a grid as a standalone picture: item collections below each other, so that it stays narrow.
func gridSVG(p *printer, d Drawing, ix ddbdesign.Index) {
	g := picture{newGrid(d, ix, pictureBounds), 0}
	g.w = g.best()
	head, body := &printer{}, &printer{}
	title := fit(heading(ix), g.inner()/18, sans)
	head.f(`<text class="te b" x="%s" y="%s" font-size="18">%s</text>`+"\n", num(gridPad+2), num(gridPad+20), title)
	y := g.note(head, g.subtitle(), gridPad+41) + 3
	for i, gr := range g.groups {
		y = g.drawGroup(body, i, gr, y) + groupGap
	}
	if len(g.groups) == 0 {
		y = g.note(body, "No items", y+8)
	}
	for _, r := range g.more {
		y = g.note(body, r.collections(), y+8)
	}
	if text := g.ownText(); text != "" {
		y = g.note(body, "… "+text, y+8)
	}
	frame(p, g.w, y+gridPad-groupGap+6, "grid", heading(ix), g.describe(), true, len(d.Design.Entities))
	p.f("%s%s</svg>\n", markup(head.b.String()), markup(body.b.String()))
}

// inner is the width of what is in the picture.
func (g picture) inner() float64 { return g.w - 2*gridPad }

// best is the width at which no text is cut, or the widest. A picture that may be narrow is as wide as it takes for the fewest lines.
func (g picture) best() float64 {
	best, fewest := gridWidest, math.MaxInt
	for g.w = gridLeast; g.w <= gridHalf || fewest == math.MaxInt && g.w < gridWidest; g.w += 8 {
		if n := g.lines(); g.fits() && n < fewest {
			best, fewest = g.w, n
		}
	}
	return best
}

// lines is the number of lines that the attributes take.
func (g picture) lines() (n int) {
	for _, gr := range g.groups {
		for _, it := range gr.items {
			n += len(attributeLines(it.attributes, (g.inner()-38)/textSize))
		}
	}
	return n
}

// fits reports whether the keys and attributes are whole.
func (g picture) fits() bool {
	if width(heading(g.index), 18, sans) > g.inner() || len(wrapped(g.subtitle(), g.inner()/textSize)) > fewAttrRows {
		return false
	}
	for _, gr := range g.groups {
		if left, _ := g.keyName(); width(gr.key, 14, mono) > g.w-gridPad-14-left {
			return false
		}
		for _, it := range gr.items {
			label := fit(it.label, maxLabel, sans)
			if width(it.sortKey(), 14, mono) > g.inner()-50-width(label, 13, sans) {
				return false
			}
			most := (g.inner() - 38) / textSize
			if len(attributeLines(it.attributes, most)) > fewAttrRows || slices.ContainsFunc(it.attributes, func(a attribute) bool {
				return attributeWidth(a)-attributeGap > most
			}) {
				return false
			}
		}
	}
	return true
}

// note writes grey text whose first line is at y, and returns where the next one begins.
func (g picture) note(p *printer, text string, y float64) float64 {
	for _, line := range wrapped(text, g.inner()/textSize) {
		p.f(`<text class="mu" x="%s" y="%s" font-size="%s">%s</text>`+"\n", num(gridPad+2), num(y), num(textSize), line)
		y += textLine
	}
	return y - textLine + 14
}

// wrapped sets a text in lines that are at most width wide, for a font size of 1. The last of them is cut.
func wrapped(text string, most float64) (lines []string) {
	for word := range strings.FieldsSeq(clean(text)) {
		last := len(lines) - 1
		if last >= 0 && (word == "·" || width(lines[last]+" "+word, 1, sans) <= most || len(lines) == maxTextRows) {
			lines[last] += " " + word
		} else {
			lines = append(lines, word)
		}
		if len(lines) == maxTextRows && width(lines[maxTextRows-1], 1, sans) > most {
			break
		}
	}
	for i, line := range lines {
		lines[i] = fit(line, most, sans)
	}
	return lines
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
				b.WriteString(" " + it.sortKey())
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
	if text := g.ownText(); text != "" {
		b.WriteString(" There are " + strings.TrimPrefix(text, "and ") + ".")
	}
	return b.String()
}

// drawGroup draws an item collection below y, and returns where it ends.
func (g picture) drawGroup(p *printer, i int, gr group, y float64) float64 {
	inner, w := &printer{}, g.inner()
	at := y + groupHead
	for i := range len(gr.items) + 1 {
		for _, r := range gr.more {
			if r.at == i {
				inner.f(`<rect class="gr" x="%s" y="%s" width="%s" height="%s"/><path class="li" d="M%s %sh%s"/>`, num(gridPad), num(at), num(w),
					num(restHeight), num(gridPad), num(at), num(w))
				inner.f(`<text class="mu" x="%s" y="%s" font-size="13">%s</text>`+"\n", num(gridPad+18), num(at+19), fit(r.items(), (w-32)/13, sans))
				at += restHeight
			}
		}
		if i < len(gr.items) {
			at = g.drawItem(inner, gr.items[i], at)
		}
	}
	p.f(`<clipPath id="group-%d"><rect x="%s" y="%s" width="%s" height="%s" rx="7"/></clipPath><g clip-path="url(#group-%d)">`,
		i, num(gridPad), num(y), num(w), num(at-y), i)
	p.f(`<rect class="pa" x="%s" y="%s" width="%s" height="%s"/>`, num(gridPad), num(y), num(w), num(groupHead))
	left, name := g.keyName()
	p.f(`<text class="mu" x="%s" y="%s" font-size="12">%s</text>`, num(gridPad+14), num(y+22), name)
	p.f(`<text class="te m b" x="%s" y="%s" font-size="14">%s</text>`+"\n", num(left), num(y+22), fit(gr.key, (g.w-gridPad-14-left)/14, mono))
	p.f("%s", markup(inner.b.String()))
	p.f(`</g><rect class="z ru" x="%s" y="%s" width="%s" height="%s" rx="7"/>`+"\n", num(gridPad), num(y), num(w), num(at-y))
	return at
}

// keyName is the name of the partition key above an item collection, and where its value begins.
func (g picture) keyName() (left float64, name string) {
	name = fit(attributeNames(g.index.Partition), 16, sans)
	left = gridPad + 14
	if name != "" {
		left += width(name, 12, sans) + 10
	}
	return left, name
}

// maxLabel is the width of the name of an item, for a font size of 1.
const maxLabel = 18

// drawItem draws an item below y, and returns where it ends.
func (g picture) drawItem(p *printer, it item, y float64) float64 {
	w := g.inner()
	lines := attributeLines(it.attributes, (w-38)/textSize)
	h := itemPad + 20 + float64(len(lines))*textLine + itemPad - 3
	back, text := svgClass("t", it.hue), "te"
	if it.aside {
		back, text = "pa", "mu"
	}
	p.f(`<rect class="gr" x="%s" y="%s" width="%s" height="%s"/>`, num(gridPad), num(y), num(w), num(h))
	p.f(`<rect class="%s" x="%s" y="%s" width="%s" height="%s"/><path class="li" d="M%s %sh%s"/><rect class="%s" x="%s" y="%s" width="5" height="%s"/>`,
		back, num(gridPad), num(y), num(w), num(h), num(gridPad), num(y), num(w), svgClass("f", it.hue), num(gridPad), num(y), num(h))
	label := fit(it.label, maxLabel, sans)
	base := y + itemPad + 14
	p.f(`<text class="%s m" x="%s" y="%s" font-size="14">%s</text>`, text, num(gridPad+18), num(base),
		fit(it.sortKey(), (w-50-width(label, 13, sans))/14, mono))
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

// attributeGap is the space after an attribute, for a font size of 1.
const attributeGap = 1.4

// attributeWidth is what an attribute takes with the space after it, for a font size of 1.
func attributeWidth(a attribute) float64 {
	return width(a.name, 1, sans) + 0.3 + width(a.value, 1, sans) + attributeGap
}

// attributeLines sets attributes in lines that are at most width wide, for a font size of 1.
func attributeLines(attributes []attribute, most float64) (lines [][]attribute) {
	var left float64
	for i, a := range attributes {
		a.name = fit(a.name, most/3, sans)
		need := attributeWidth(a)
		if len(lines) == 0 || need-attributeGap > left {
			if len(lines) == maxAttrRows {
				last := lines[len(lines)-1]
				lines[len(lines)-1] = append(last[:max(1, len(last)-1)], attribute{"…", fmt.Sprintf("and %d more", len(attributes)-i+min(1, len(last)-1))})
				return lines
			}
			lines, left = append(lines, nil), most
			if need-attributeGap > left {
				a.value = fit(a.value, left-width(a.name, 1, sans)-0.3, sans)
				need = left
			}
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], a)
		left -= need
	}
	return lines
}
