package ddbaccess

import "github.com/singletable-go/ddb/ddbdesign"

// growth is how many more items a query would find at the declared volumes than it found in the sample. The requests that are made
// for each of these items grow with it: the items that an index does not project, and the targets of a fan-out.
type growth struct {
	fetch float64            // of the items that the last query leaves to be fetched; 0 if there are none
	of    map[string]float64 // of the items of an entity; nil but for a fan-out
	via   string             // the entity that leads to the targets, each with a query of its own; "" if there is none
}

// learn notes what a query finds.
func (g *growth) learn(ix *ddbdesign.Index, all []*found) {
	g.fetch = 0
	items, measured := 0.0, 0.0
	for _, f := range all {
		if f.unknown || f.measured == 0 {
			continue
		}
		items, measured = items+f.items, measured+f.measured
		if g.of != nil && f.claim.Entity != "" {
			g.of[f.claim.Entity] = g.members(f.claim.Entity) * f.items / f.measured
		}
	}
	if ix.Projection != ddbdesign.ProjectAll && measured > 0 {
		g.fetch = items / measured
	}
}

// members is how many queries for items of the entity there would be for each one in the sample.
func (g *growth) members(entity string) float64 {
	if n := g.of[g.via]; g.via != "" && entity != g.via && n > 0 {
		return n
	}
	return 1
}

// by returns the charge for as many items as there would be.
func (g *growth) by(c charge, of *call) charge {
	switch n := g.of[c.claim.Entity]; {
	case g.fetch > 0 && of.Operation == "BatchGetItem":
		c.units = c.units.times(g.fetch)
	case n > 0 && c.claim.Companion == "":
		c.units = c.units.times(n)
	}
	return c
}
