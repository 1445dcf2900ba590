package ddbdraw

import "slices"

// upper is where a link begins, at its upper end.
func (c *chart) upper(k link) (x, y float64) {
	n := c.nodes[k.top]
	if n.entity < 0 {
		return n.x, c.bottom[n.layer]
	}
	return n.x, c.boxes[n.entity].y + c.boxes[n.entity].h
}

// lower is where a link ends, at its lower end, and the place of its port.
func (c *chart) lower(k int) (x, y float64, at, ports int) {
	n := c.nodes[c.links[k].bottom]
	if n.entity < 0 {
		return n.x, c.top[n.layer], 0, 1
	}
	b := c.boxes[n.entity]
	at, ports = slices.Index(b.ports, k), len(b.ports)
	gap := min(portGap, (boxWidth-40)/float64(ports))
	return b.x + (float64(at)-float64(ports-1)/2)*gap, b.y, at, ports
}

// target is the hue of a link: that of the entity referred to.
func (c *chart) target(k link) int { return hue(c.refs[k.ref].to) }

// line draws a link: down from the upper node, a curve through the channel between the layers, and down past the labels.
func (c *chart) line(p *printer, i int) {
	k := c.links[i]
	x1, y1 := c.upper(k)
	x2, y2, _, ports := c.lower(i)
	layer := c.nodes[k.top].layer
	from, to := c.bottom[layer]+8, y2
	if c.nodes[k.bottom].entity >= 0 {
		to -= float64((ports+1)/2)*labelHeight + 4
		if k.flipped {
			y2 -= 9
		}
	} else {
		y2 = c.bottom[c.nodes[k.bottom].layer] // past the layer
	}
	arrow := c.nodes[k.top].entity >= 0 && !k.flipped
	if arrow {
		y1 += 9
		from = max(from, y1)
	}
	mid := (from + to) / 2
	p.f(`<path class="z %s" stroke-width="1.6" d="M%s %sV%sC%s %s %s %s %s %sV%s"/>`, svgClass("s", c.target(k)),
		num(x1), num(y1), num(from), num(x1), num(mid), num(x2), num(mid), num(x2), num(to), num(y2))
	switch {
	case arrow:
		p.f(`<path class="%s" d="M%s %sl5 10h-10z"/>`, svgClass("f", c.target(k)), num(x1), num(y1-9))
	case k.flipped && c.nodes[k.bottom].entity >= 0:
		p.f(`<path class="%s" d="M%s %sl5 -10h-10z"/>`, svgClass("f", c.target(k)), num(x2), num(y2+9))
	}
	p.f("\n")
}

// label writes the fields of a reference beside the lower end of its line. The outer ones stand lowest, so that labels of one
// box do not meet.
func (c *chart) label(p *printer, i int) {
	k := c.links[i]
	if c.nodes[k.bottom].entity < 0 {
		return
	}
	x, y, at, ports := c.lower(i)
	level, anchor, dx := min(at, ports-1-at), "start", 5.0
	if at < ports/2 {
		anchor, dx = "end", -5
	}
	if ports == 1 && x+5+width(c.refs[k.ref].fields, 11.5, sans) > c.width-4 {
		anchor, dx = "end", -5
	}
	p.f(`<text class="te ha" x="%s" y="%s" font-size="11.5" text-anchor="%s">%s</text>`+"\n",
		num(x+dx), num(y-9-float64(level)*labelHeight), markup(anchor), fit(c.refs[k.ref].fields, 108/11.5, sans))
}
