package ddbaccess

import (
	"slices"

	"github.com/singletable-go/ddb/ddbdesign"
)

// lacks are the fields and methods that must be declared so that a number is known: "Volume.Bytes of order". It is empty if the
// number is known.
type lacks []string

// and adds those of another number.
func (l lacks) and(more lacks) lacks {
	for _, m := range more {
		if !slices.Contains(l, m) {
			l = append(l[:len(l):len(l)], m)
		}
	}
	return l
}

// lacking is the field of a volume, or of its Per in an index.
func lacking(field, entity, index string) lacks {
	if index != "" {
		return lacks{field + " of " + entity + " in " + index}
	}
	return lacks{field + " of " + entity}
}

// volumes looks up what is declared. A number that is not known is 0.
type volumes struct {
	design *ddbdesign.Table
	of     map[string]*Volume
	ones   map[[2]string]bool    // entity and index of which a pattern reads the one item of a partition key value
	sizes  map[[2]string]float64 // of the sample's entries, by entity and index, where an index does not project all
}

func (c *Catalog) volumes(design *ddbdesign.Table) volumes {
	v := volumes{design: design, of: map[string]*Volume{}, ones: map[[2]string]bool{}, sizes: map[[2]string]float64{}}
	for i := range c.Volumes {
		v.of[c.Volumes[i].Entity.Name()] = &c.Volumes[i]
	}
	return v
}

// declared is the volume of an entity, zero if there is none.
func (v volumes) declared(entity string) Volume {
	if of := v.of[entity]; of != nil {
		return *of
	}
	return Volume{}
}

// in is the Per of an entity in an index, zero if there is none.
func (v volumes) in(entity, index string) Per {
	for _, p := range v.declared(entity).Per {
		if p.Index.Name() == index {
			return p
		}
	}
	return Per{}
}

// bytes is the size of an item of the entity.
func (v volumes) bytes(entity string) (float64, lacks) {
	if n := v.declared(entity).Bytes; n > 0 {
		return n, nil
	}
	return 0, lacking("Volume.Bytes", entity, "")
}

// versions is the number of versions of an item.
func (v volumes) versions(entity string) (float64, lacks) {
	if n := v.declared(entity).Versions; n > 0 {
		return n, nil
	}
	return 0, lacking("Volume.Versions", entity, "")
}

// entries is the number of items of the entity that have an entry in the index. If the entry has a condition, that is not all of
// them.
func (v volumes) entries(entity, index string) (float64, lacks) {
	if n := v.in(entity, index).Entries; n > 0 {
		return n, nil
	}
	if e, ok := entryOf(v.design, entity, index); ok && (len(e.When) > 0 || e.ByAttributes) {
		return 0, lacking("Per.Entries", entity, index)
	}
	if n := v.declared(entity).Items; n > 0 {
		return n, nil
	}
	return 0, lacking("Volume.Items", entity, "")
}

// per is the number of items of a partition key value, typical and most.
func (v volumes) per(entity, index string) (typical, most float64, missing lacks) {
	if p := v.in(entity, index); p.Typical > 0 {
		return p.Typical, max(p.Typical, p.Most), nil
	}
	e, ok := entryOf(v.design, entity, index)
	switch {
	case !ok:
	case len(fieldsOf(e.Partition)) == 0: // all of them share the value
		n, missing := v.entries(entity, index)
		n /= shards(e.Partition)
		return n, n, missing
	case v.ones[[2]string{entity, index}] || alone(v.design, entity, e):
		return 1, 1, nil
	}
	return 0, 0, lacking("Per.Typical", entity, index)
}

// entryBytes is the size of an entry: that of the item, or as in the sample where the index does not project all of it.
func (v volumes) entryBytes(entity, index string) (float64, lacks) {
	if ix, ok := v.design.Index(index); !ok || ix.Projection == ddbdesign.ProjectAll {
		return v.bytes(entity)
	}
	if n := v.sizes[[2]string{entity, index}]; n > 0 {
		return n, nil
	}
	return 0, lacks{"an item of " + entity + " in " + index + " in Catalog.Seed"}
}

// weigh notes how large the entries of the sample are.
func (v volumes) weigh(all map[string]item) {
	n := map[[2]string]float64{}
	for _, of := range all {
		c := claimOf(v.design, keyOf(v.design, of))
		for i := range v.design.Indexes[1:] {
			ix := &v.design.Indexes[1+i]
			if e := entry(v.design, ix, of); e != nil {
				at := [2]string{c.Entity, ix.Name}
				n[at]++
				v.sizes[at] += size(e)
			}
		}
	}
	for at, n := range n {
		v.sizes[at] /= n
	}
}
