package ddbaccess

import (
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// growth is how many more items the queries of a pattern would find at the declared volumes than they found in the sample. The
// requests that are made for each of these items grow with it: the items that an index does not project, and the targets of a
// fan-out. It is that of all the queries together: which of them was first does not matter.
type growth struct {
	design *ddbdesign.Table
	keys   []*group // the queries of indexes that do not project all
	fetch  map[[2]string]*tally
	of     map[string]*tally // of the items of an entity; nil but for a fan-out
	via    string            // the entity whose items lead to the targets; "" if there is none
	into   string            // the entity of the targets
}

// tally is numbers of items.
type tally struct {
	items, measured float64 // that the queries find
	fetched, limit  float64 // that batches then read, in the sample, and at most
}

// times is by what the number of items grows.
func (t *tally) times() float64 {
	if t == nil || t.measured == 0 {
		return 0
	}
	n := t.items / t.measured
	if t.limit > 0 && t.fetched > 0 {
		n = min(n, max(1, t.limit/t.fetched))
	}
	return n
}

// learn notes what the groups find and read.
func (g *growth) learn(groups []*group) {
	g.fetch = map[[2]string]*tally{}
	for _, q := range groups {
		ix, ok := q.index(g.design)
		if !ok || len(q.found) == 0 {
			continue
		}
		if ix.Projection != ddbdesign.ProjectAll {
			g.keys = append(g.keys, q)
		}
		for _, f := range q.found {
			if len(f.lacks) > 0 {
				continue
			}
			t := add(g.fetch, [2]string{ix.Name, f.claim.Entity}, f)
			t.limit = max(t.limit, float64(q.calls[0].Limit))
			if g.of != nil && f.claim.Entity != "" {
				add(g.of, f.claim.Entity, f)
			}
		}
	}
	for _, b := range groups {
		for i := range b.calls[0].Keys {
			if t := g.fetchOf(&b.calls[0], i); t != nil {
				t.fetched++
			}
		}
	}
}

func add[K comparable](all map[K]*tally, key K, f *found) *tally {
	t := all[key]
	if t == nil {
		t = &tally{}
		all[key] = t
	}
	t.items, t.measured = t.items+f.items, t.measured+f.measured
	return t
}

// fetchOf returns the tally of the queries that found the i-th item of a batch; nil if none of them did.
func (g *growth) fetchOf(c *call, i int) *tally {
	if c.Operation != "BatchGetItem" || i >= len(c.images) || c.images[i].after == nil {
		return nil
	}
	of := c.images[i].after
	for _, q := range g.keys {
		ix, _ := q.index(g.design)
		if entry(g.design, &ix, of) != nil && within(ix, &q.calls[0].Request, of) {
			return g.fetch[[2]string{ix.Name, claimOf(g.design, keyOf(g.design, of)).Entity}]
		}
	}
	return nil
}

// within reports whether an item has the partition key of a query.
func within(ix ddbdesign.Index, r *ddbobserve.Request, of item) bool {
	for _, c := range r.Condition {
		for _, a := range ix.Partition {
			if a.Name == c.Attribute && ddbobserve.Text(of[a.Name]) != ddbobserve.Text(c.Values[0]) {
				return false
			}
		}
	}
	return true
}

// read returns the charge of the i-th key of a batch for as many items as there would be.
func (g *growth) read(c charge, of *call, i int) charge {
	if n := g.fetchOf(of, i).times(); n > 0 {
		c.units = c.units.times(n)
		return c
	}
	return g.by(c)
}

// by returns the charge for as many targets as there would be.
func (g *growth) by(c charge) charge {
	n := g.of[c.claim.Entity].times()
	if n == 0 && g.via != "" && c.claim.Entity == g.into { // each item of via leads to one
		n = g.of[g.via].times()
	}
	if n > 0 && c.claim.Companion == "" {
		c.units = c.units.times(n)
	}
	return c
}
