package ddbaccess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// requests returns the requests of a pattern with their estimates, and the charges of the estimates.
func (e *estimator) requests(calls []call, p *Pattern) ([]Request, []charge) {
	return e.each(calls, p, &growth{design: e.design})
}

func (e *estimator) each(calls []call, p *Pattern, grow *growth) (out []Request, charges []charge) {
	groups := grouped(calls, p)
	for _, g := range groups {
		if g.calls[0].Operation == "Query" {
			g.found = e.finds(g.calls, p)
		}
	}
	grow.learn(groups)
	for _, g := range groups {
		e.request(g, p, grow)
	}
	arrange(groups, p.kind == kindView)
	for _, g := range groups {
		out, charges = append(out, g.request), append(charges, g.charges...)
	}
	return out, charges
}

// request estimates a group.
func (e *estimator) request(g *group, p *Pattern, grow *growth) {
	pages := g.calls
	first := pages[0]
	q := Request{
		Operation: first.Operation, Pages: len(pages), Index: first.Index, Filter: e.filter(first.Filter),
		Projection: first.Projection, CountOnly: first.CountOnly, Descending: first.Descending, Limit: first.Limit, Consistent: first.Consistent,
		AtMost: atMost(&first.Request), subjects: len(first.Keys) + len(first.Writes),
	}
	if p.kind == kindPage {
		q.AtMost = strings.TrimSuffix(q.AtMost, " × pages")
	}
	for _, c := range pages {
		q.Measured = q.Measured.plus(unitsOf(c.Consumed()))
		q.Items += count(&c.Request)
	}
	if p.kind == kindView {
		first = unconditional(first)
	}
	switch {
	case len(first.Writes) > 0:
		q.Keys, g.charges = e.writes(&first, grow)
	case len(first.Keys) > 0:
		q.Keys, g.charges = e.reads(&first, grow)
	case first.Operation == "Query":
		q.Keys = []string{conditionInFields(e.design, &first.Request, p.entity)}
		g.charges = e.query(g)
		q.empty = q.Items == 0 && slices.ContainsFunc(g.charges, func(c charge) bool { return c.claim.Companion == "" })
		if ix, ok := e.design.Index(first.Index); ok && p.kind != kindOne {
			q.narrowed = bounded(e.design, ix, &first.Request, p.entity)
		}
	default:
		g.charges, q.narrowed = e.scan(pages), true
	}
	q.Measured = q.Measured.round()
	q.Estimated = sum(g.charges)
	g.request = q
}

func count(r *ddbobserve.Request) (n int) {
	for _, of := range r.Items {
		n += of.Count
	}
	return max(n, r.Counted)
}

// factor is what a request costs more than an eventually consistent read, in units of a strongly consistent one.
func factor(r *ddbobserve.Request) float64 {
	switch {
	case r.Operation == "TransactGetItems", r.Operation == "TransactWriteItems":
		return 2
	case r.Consistent, len(r.Writes) > 0:
		return 1
	}
	return 0.5
}

// reads are the items that a request reads by their keys.
func (e *estimator) reads(c *call, grow *growth) (keys []string, charges []charge) {
	for i, key := range c.Keys {
		keys = append(keys, keyInFields(e.design, key))
		read := e.read(key, size(c.images[i].after), factor(&c.Request))
		if c.images[i].after == nil { // nothing is read, which costs as much as the smallest item
			read.units.Read, read.lacks = factor(&c.Request), nil
		}
		charges = append(charges, grow.read(read, c, i))
	}
	return counted(keys), charges
}

// writes are the items that a request writes.
func (e *estimator) writes(c *call, grow *growth) (keys []string, charges []charge) {
	for i, w := range c.Writes {
		keys = append(keys, e.conditional(w.Action+" "+e.subject(w.Key)+keyInFields(e.design, w.Key), w))
		for _, write := range e.write(w, c.images[i], factor(&c.Request)) {
			charges = append(charges, grow.by(write))
		}
	}
	return counted(keys), charges
}

// subject is the name of the entity that is written, and a space; "" of the library's own items, whose keys say what they are for.
func (e *estimator) subject(key item) string {
	switch c := claimOf(e.design, key); {
	case c.Companion != "" || c.Entity == "":
		return ""
	case c.Version:
		return "version of " + c.Entity + " "
	default:
		return c.Entity + " "
	}
}

// counted returns lines without repetitions, each with its number if that is more than one.
func counted(lines []string) (out []string) {
	n := map[string]int{}
	for _, l := range lines {
		if n[l]++; n[l] == 1 {
			out = append(out, l)
		}
	}
	for i, l := range out {
		if n[l] > 1 {
			out[i] = fmt.Sprintf("%d × %s", n[l], l)
		}
	}
	return out
}

// scan is a read of the whole table, or of an index.
func (e *estimator) scan(pages []call) []charge {
	c := charge{index: pages[0].Index}
	bytes := 0.0
	for _, of := range e.design.Entities {
		if _, ok := entryOf(e.design, of.Name, c.index); !ok {
			continue
		}
		n, missing := e.volumes.entries(of.Name, c.index)
		each, also := e.volumes.entryBytes(of.Name, c.index)
		c.lacks = c.lacks.and(missing).and(also)
		bytes += n * each
	}
	c.units.Read = factor(&pages[0].Request) * pageUnits(bytes)
	return []charge{c}
}

// pageUnits is what reads of so many bytes cost, strongly consistent: each page is rounded up.
func pageUnits(bytes float64) float64 {
	whole := float64(int(bytes / pageBytes))
	rest := bytes - whole*pageBytes
	if rest == 0 && whole > 0 {
		return whole * pageBytes / readBlock
	}
	return whole*pageBytes/readBlock + blocks(rest, readBlock)
}

func (u Units) times(n float64) Units { return Units{u.Read * n, u.Write * n} }

// derived returns the requests of a view.
func (e *estimator) derived(v viewCalls, p *Pattern) ([]Request, []charge) {
	of := &Pattern{name: p.name, kind: kindView, finds: p.finds}
	grow := growth{design: e.design}
	for _, view := range e.design.Views {
		if view.Name == v.view && view.Kind == ddbdesign.KindFanOut {
			of.entity, grow = view.Into, growth{design: e.design, of: map[string]*tally{}, via: view.Via, into: view.Into}
		}
	}
	requests, charges := e.each(v.calls, of, &grow)
	for i := range charges {
		charges[i].view = v.view
	}
	return requests, charges
}
