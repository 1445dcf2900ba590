package ddbaccess

import "github.com/singletable-go/ddb/ddbdesign"

// growth is how many more items a query would find at the declared volumes than it found in the sample. The requests that are made
// for each of these items grow with it: the items that an index does not project, and the targets of a fan-out.
type growth struct {
	fetch float64            // of the items that the last query leaves to be fetched; 0 if there are none
	of    map[string]float64 // of the items of an entity; nil but for a fan-out
	via   string             // the entity whose items lead to the targets; "" if there is none
	into  string             // the entity of the targets
}

// learn notes what a query finds.
func (g *growth) learn(ix *ddbdesign.Index, all []*found) {
	g.fetch = 0
	items, measured := 0.0, 0.0
	for _, f := range all {
		if len(f.lacks) > 0 || f.measured == 0 {
			continue
		}
		items, measured = items+f.items, measured+f.measured
		if g.of != nil && f.claim.Entity != "" {
			g.of[f.claim.Entity] = f.items / f.measured
		}
	}
	if ix.Projection != ddbdesign.ProjectAll && measured > 0 {
		g.fetch = items / measured
	}
}

// by returns the charge for as many items as there would be.
func (g *growth) by(c charge, of *call) charge {
	n := g.of[c.claim.Entity]
	if n == 0 && g.via != "" && c.claim.Entity == g.into { // each item of via leads to one
		n = g.of[g.via]
	}
	switch {
	case g.fetch > 0 && of.Operation == "BatchGetItem":
		c.units = c.units.times(g.fetch)
	case n > 0 && c.claim.Companion == "":
		c.units = c.units.times(n)
	}
	return c
}
