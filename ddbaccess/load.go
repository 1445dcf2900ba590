package ddbaccess

import (
	"cmp"
	"slices"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// What one partition of DynamoDB can do in a second, and how large an item collection can be where there is a local index.
const (
	partitionRead   = 3000
	partitionWrite  = 1000
	collectionBytes = 10 << 30
)

// Family is the load of the partition keys of one shape, such as s#{ID} and s#{StudentID}, in the table or in a global index. The
// entries of a local index are in the partitions of the table.
type Family struct {
	Index     string `json:"index"`
	Partition string `json:"partition"` // the first template of the family

	// Busiest is what its busiest key takes in a second at peak; Share is the part of what one partition can do: 3,000 read
	// units and 1,000 write units.
	Busiest Units   `json:"busiest"`
	Share   float64 `json:"share"`

	// Unknown has the patterns with a rate that are not counted, because what [Family.Undeclared] names is not declared.
	Unknown    []string `json:"unknown,omitempty"`
	Undeclared []string `json:"undeclared,omitempty"`

	// Collection is the size in bytes of the largest item collection, which has a limit of 10 GB if the table has a local
	// index; 0 if there is no such index, or the size is not known.
	Collection float64 `json:"collection,omitempty"`
}

// families adds the load of the patterns up. The busiest one is first.
func families(v volumes, results []Result, c *Catalog) []Family {
	var all []*Family
	for i, r := range results {
		if r.Rate == 0 {
			continue
		}
		for _, ch := range r.charges {
			if ch.partition.IsZero() {
				continue
			}
			f := familyOf(&all, v, ch)
			share, unknown := v.share(ch, c.Patterns[i].hot)
			if missing := ch.lacks.and(unknown); len(missing) > 0 {
				f.Undeclared = lacks(f.Undeclared).and(missing)
				if !slices.Contains(f.Unknown, r.Name) {
					f.Unknown = append(f.Unknown, r.Name)
				}
				continue
			}
			f.Busiest = f.Busiest.plus(ch.units.times(share * r.Rate * c.peak()))
		}
	}
	out := make([]Family, len(all))
	for i, f := range all {
		f.Busiest = f.Busiest.round()
		f.Share = round(max(f.Busiest.Read/partitionRead, f.Busiest.Write/partitionWrite))
		out[i] = *f
	}
	slices.SortFunc(out, func(a, b Family) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Index, b.Index), cmp.Compare(a.Partition, b.Partition))
	})
	return out
}

// familyOf finds or adds the family of a charge.
func familyOf(all *[]*Family, v volumes, c charge) *Family {
	if ix, _ := v.design.Index(c.index); ix.Kind == ddbdesign.KindLocal { // its entries are in the partitions of the table
		c.index = ddbobserve.Primary
	}
	partition, collection := c.partition.Text, 0.0
	for _, f := range v.design.Families(c.index) {
		if slices.ContainsFunc(f.Members, func(m ddbdesign.Member) bool { return m.Entry.Partition.Text == partition }) {
			partition, collection = f.Partition.Text, v.collection(f)
			break
		}
	}
	for _, f := range *all {
		if f.Index == c.index && f.Partition == partition {
			return f
		}
	}
	f := &Family{Index: c.index, Partition: partition, Collection: collection}
	*all = append(*all, f)
	return f
}

// share is the part of the calls that go to the busiest key.
func (v volumes) share(c charge, hot float64) (float64, lacks) {
	if len(fieldsOf(c.partition)) == 0 && !slices.ContainsFunc(c.partition.Parts, func(p ddbdesign.Part) bool { return p.Kind == ddbdesign.PartTarget }) {
		return 1 / shards(c.partition), nil
	}
	if hot > 0 {
		return hot, nil
	}
	if share, missing, ok := v.targetShare(c); ok {
		return share, missing
	}
	items, missing := v.entries(c.claim.Entity, c.index)
	most, unknown := 1.0, lacks(nil)
	if c.claim.Companion == "" && !c.claim.Version {
		_, most, unknown = v.per(c.claim.Entity, c.index)
	}
	if missing = missing.and(unknown); len(missing) > 0 {
		return 0, missing
	}
	return min(1, most/items), nil
}

// targetShare is the part of the changes of an aggregate that go to the busiest target: as many as it has sources. An index whose
// partition key has the fields that lead to the target says how many that are. It is not ok if the charge is not for a target.
func (v volumes) targetShare(c charge) (share float64, missing lacks, ok bool) {
	i := slices.IndexFunc(v.design.Views, func(of ddbdesign.View) bool { return of.Name == c.view && of.Kind == ddbdesign.KindAggregate })
	if i < 0 || c.claim.View == "" && c.claim.Entity != v.design.Views[i].Into {
		return 0, nil, false
	}
	of := v.design.Views[i]
	var by []string
	for _, r := range of.Rules {
		if r.Op == "by" {
			by = append(by, r.From)
		}
	}
	slices.Sort(by)
	for _, ix := range v.design.Indexes {
		e, in := entryOf(v.design, of.From, ix.Name)
		if fields := slices.Sorted(slices.Values(fieldsOf(e.Partition))); !in || len(e.When) > 0 || !slices.Equal(slices.Compact(fields), by) {
			continue
		}
		items, missing := v.entries(of.From, ix.Name)
		_, most, unknown := v.per(of.From, ix.Name)
		if missing = missing.and(unknown); len(missing) > 0 {
			return 0, missing, true
		}
		return min(1, most/items), nil, true
	}
	return 0, lacks{"Pattern.Hot (the share of the busiest target of view " + of.Name + ")"}, true
}

// collection is the size of the largest item collection of a family of the table, with the entries of local indexes. It is 0 if
// there is no such index, or a volume is missing.
func (v volumes) collection(f ddbdesign.Family) float64 {
	local := 0.0
	for _, ix := range v.design.Indexes {
		if ix.Kind == ddbdesign.KindLocal {
			local++
		}
	}
	if f.Index != ddbobserve.Primary || local == 0 {
		return 0
	}
	sum := 0.0
	for _, m := range f.Members {
		_, most, unknown := v.per(m.Entity, f.Index)
		bytes, missing := v.bytes(m.Entity)
		if m.Version {
			most, unknown = v.versions(m.Entity)
		}
		if len(missing.and(unknown)) > 0 {
			return 0
		}
		each := bytes
		for _, ix := range v.design.Indexes {
			if _, in := entryOf(v.design, m.Entity, ix.Name); in && ix.Kind == ddbdesign.KindLocal && !m.Version {
				n, missing := v.entryBytes(m.Entity, ix.Name)
				if len(missing) > 0 {
					return 0
				}
				each += n
			}
		}
		sum += most * each
	}
	return sum
}
