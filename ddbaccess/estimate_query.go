package ddbaccess

import (
	"maps"
	"math"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// found is what a query reads of one entity.
type found struct {
	charge
	items, bytes float64 // of all of them
	measured     float64 // items in the sample
}

// query is what the pages of a query cost.
func (e *estimator) query(g *group) []charge {
	r := &g.calls[0].Request
	if _, ok := g.index(e.design); !ok {
		return []charge{{index: r.Index, lacks: lacks{"index " + r.Index + " of Catalog.Table"}}}
	}
	charges := split(g.found, factor(r))
	if len(g.calls) > 1 && limited(&g.calls[0], &g.calls[1]) {
		return paged(charges, g.found, float64(r.Limit), factor(r))
	}
	return charges
}

// finds is what the pages of a query read.
func (e *estimator) finds(pages []call, p *Pattern) []*found {
	r := &pages[0].Request
	ix, ok := e.design.Index(r.Index)
	if !ok {
		return nil
	}
	sample := map[string]ddbobserve.Items{}
	examined, returned := 0, 0
	for _, c := range pages {
		examined, returned = examined+c.Examined, returned+count(&c.Request)
		for name, n := range c.Items {
			of := sample[name]
			sample[name] = ddbobserve.Items{Count: of.Count + n.Count, Bytes: of.Bytes + n.Bytes}
		}
	}
	if len(sample) == 0 {
		for _, name := range e.sought(&ix, r, p) {
			sample[name] = ddbobserve.Items{Count: returned}
		}
	}
	if len(sample) == 0 {
		return []*found{{charge: charge{index: ix.Name, lacks: lacks{"an item in Catalog.Seed that the query finds"}}}}
	}
	var all []*found
	for _, name := range slices.Sorted(maps.Keys(sample)) {
		all = append(all, e.found(&ix, r, p, name, sample[name]))
	}
	if e.filter(r.Filter) != "" && r.Limit > 0 {
		filtered(all, p)
		return all
	}
	limit := float64(r.Limit)
	if len(pages) > 1 && limited(&pages[0], &pages[1]) { // the limit is that of a page
		return all
	}
	if returned > 0 && examined > returned { // a filter drops some, so more are read
		limit *= float64(examined) / float64(returned)
	}
	limitTo(all, limit)
	if p.kind == kindPage && r.Limit == 0 {
		pageOf(all)
	}
	return all
}

// sought returns the entities of a query whose response has no items: it finds none, or counts them.
func (e *estimator) sought(ix *ddbdesign.Index, r *ddbobserve.Request, p *Pattern) (names []string) {
	for _, name := range []string{r.Entity, p.entity} {
		if _, in := entryOf(e.design, name, ix.Name); in {
			return []string{name}
		}
	}
	for _, m := range entriesAt(e.design, ix.Name, "", partitionOf(*ix, r)) {
		if m.Version {
			return []string{ddbobserve.Companions}
		}
		if !slices.Contains(names, m.Entity) {
			names = append(names, m.Entity)
		}
	}
	if len(names) == 0 && r.Entity == ddbobserve.Companions {
		return []string{ddbobserve.Companions}
	}
	return names
}

// filtered makes what a query with a filter and a limit reads that of Pattern.Finds: it reads until the filter has left the limit.
func filtered(all []*found, p *Pattern) {
	if p.finds > 0 {
		limitTo(all, p.finds)
		return
	}
	for _, f := range all {
		f.lacks = f.lacks.and(lacks{"Pattern.Finds (the items that it reads until the filter leaves the limit)"})
	}
}

// found is what there is of one entity.
func (e *estimator) found(ix *ddbdesign.Index, r *ddbobserve.Request, p *Pattern, entity string, sample ddbobserve.Items) *found {
	f := &found{charge: charge{index: ix.Name, claim: ddbdesign.Claim{Entity: entity}}, measured: float64(sample.Count)}
	each := float64(sample.Bytes) / max(1, f.measured)
	partition := partitionOf(*ix, r)
	if entity == ddbobserve.Companions || entity == "" {
		return e.foundOwn(f, ix, partition, each)
	}
	entry, ok := entryOf(e.design, entity, ix.Name)
	if ok {
		f.partition = entry.Partition
	}
	size, missing := e.entryBytes(ix, f.claim, each)
	if ix.Projection != ddbdesign.ProjectAll && (sample.Bytes == 0 || len(r.Projection) > 0) {
		size, missing = e.volumes.entryBytes(entity, ix.Name)
	}
	if sample.Count == 0 && ix.Projection != ddbdesign.ProjectAll && !r.CountOnly { // it may go on to fetch what it finds
		missing = missing.and(lacks{"an item of " + entity + " in Catalog.Seed that the query in " + ix.Name + " finds"})
	}
	n, _, unknown := e.volumes.per(entity, ix.Name)
	switch {
	case p.kind == kindOne && entity == p.entity, ix.Kind == ddbdesign.KindPrimary && single(ix, r):
		n, unknown = 1, nil
	case bounded(e.design, *ix, r, entity) && p.finds > 0 && len(unknown) > 0:
		n, unknown = p.finds, nil
	case bounded(e.design, *ix, r, entity) && p.finds > 0:
		n = min(n, p.finds)
	case bounded(e.design, *ix, r, entity) && r.Limit > 0 && len(unknown) > 0:
		n, unknown = float64(r.Limit), nil
	case bounded(e.design, *ix, r, entity) && r.Limit == 0:
		unknown = lacks{"Pattern.Finds (the items within its bounds)"}
	}
	f.items, f.bytes, f.lacks = n, n*size, missing.and(unknown)
	return f
}

// foundOwn is what there is of the library's own items: the versions of an item, or as many as in the sample.
func (e *estimator) foundOwn(f *found, ix *ddbdesign.Index, partition types.AttributeValue, each float64) *found {
	f.claim = ddbdesign.Claim{Companion: ddbobserve.Companions}
	f.items, f.bytes = f.measured, f.measured*each
	for _, m := range entriesAt(e.design, ix.Name, "", partition) {
		if !m.Version {
			continue
		}
		f.partition, f.claim = m.Entry.Partition, ddbdesign.Claim{Entity: m.Entity, Version: true}
		size, missing := e.bytes(f.claim, each)
		n, unknown := e.volumes.versions(m.Entity)
		f.items, f.bytes, f.lacks = n, n*size, missing.and(unknown)
		break
	}
	return f
}

// single reports whether the key condition names one item: it has a value for each attribute of the sort key.
func single(ix *ddbdesign.Index, r *ddbobserve.Request) bool {
	n := 0
	for _, c := range r.Condition {
		if c.Op != "=" {
			return false
		}
		n++
	}
	return len(ix.Sort) > 0 && n == len(ix.Partition)+len(ix.Sort)
}

// limitTo leaves as many items as the limit of the query, if it has one: of each entity the same share.
func limitTo(all []*found, limit float64) {
	items := 0.0
	for _, f := range all {
		if len(f.lacks) > 0 {
			return
		}
		items += f.items
	}
	if limit == 0 || items <= limit {
		return
	}
	for _, f := range all {
		f.items, f.bytes = f.items*limit/items, f.bytes*limit/items
	}
}

// pageOf leaves what one request reads: of each entity the same share.
func pageOf(all []*found) {
	bytes := 0.0
	for _, f := range all {
		bytes += f.bytes
	}
	if bytes <= pageBytes {
		return
	}
	for _, f := range all {
		f.items, f.bytes = f.items*pageBytes/bytes, f.bytes*pageBytes/bytes
	}
}

// paged makes the units of a query those of pages of so many items: each is rounded, and the last one finds that there are no more.
func paged(charges []charge, all []*found, page, factor float64) []charge {
	items, bytes, units := 0.0, 0.0, 0.0
	for i, f := range all {
		items, bytes, units = items+f.items, bytes+f.bytes, units+charges[i].units.Read
	}
	if items == 0 || units == 0 {
		return charges
	}
	whole := math.Floor(items / page)
	want := factor * (whole*blocks(page*bytes/items, readBlock) + blocks((items-whole*page)*bytes/items, readBlock))
	for i := range charges {
		charges[i].units = charges[i].units.times(want / units)
	}
	return charges
}

// split divides what the pages of a query cost among the entities that it reads.
func split(all []*found, factor float64) (charges []charge) {
	bytes, missing := 0.0, lacks(nil)
	for _, f := range all {
		bytes, missing = bytes+f.bytes, missing.and(f.lacks)
	}
	units := factor * pageUnits(bytes)
	if len(all) == 0 {
		return []charge{{units: Units{Read: units}}}
	}
	for _, f := range all {
		c := f.charge
		share := 1 / float64(len(all))
		if bytes > 0 {
			share = f.bytes / bytes
		}
		c.units.Read, c.lacks = units*share, missing
		charges = append(charges, c)
	}
	return charges
}
