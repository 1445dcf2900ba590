package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/internal/template"
)

// checkOverlaps reports keys that a read of the other entity would include. If two entities can share a partition key in an
// index, no sort key of one may begin like those of the other, unless one is declared Under the other.
func (d *Definition) checkOverlaps(other *Entity) {
	for _, r := range append(d.E.AllKeys(), d.E.Also...) {
		if o := other.KeysIn(r.Index); o != nil && !(r.Mixed && o.Mixed) { // no query reads such an index by entity
			d.checkOverlap(r, o)
		}
	}
	if h := d.E.History; h != nil {
		d.checkOverlap(h, other.Primary)
		if other.History != nil {
			d.checkOverlap(h, other.History)
		}
	}
	if other.History != nil {
		d.checkOverlap(d.E.Primary, other.History)
	}
}

func (d *Definition) checkOverlap(r, o *IndexKeys) {
	if r.faulty || o.faulty || !template.MayEqual(r.Partition, o.Partition) {
		return
	}
	if slices.Contains(d.E.ancestors(), o.Entity) {
		if r.Sort.Continues(o.Sort) {
			return
		}
		if r.Index.Kind == PrimaryIndex {
			d.fault("primary: sort key %q does not continue %s's %q with a further literal; the parent's sort key must end in a literal, so that 1 does not match 12", r.Sort, o.Entity.Name, o.Sort)
			return
		}
	}
	mine, theirs := r.Sort, o.Sort
	if parent := d.commonParent(r, o); parent != nil {
		mine, theirs = mine.After(parent.Sort), theirs.After(parent.Sort)
	}
	switch {
	case len(r.Index.Sort) == 0:
		d.fault("%s: keys %q of %s and %q of %s can be equal, and the index has no sort key%s: begin them with different literals, or add a sort key",
			r.Index.Name, r.Partition, d.E.Name, o.Partition, o.Entity.Name, d.example(o, r.Partition, o.Partition))
	case template.MayMeet(mine, theirs):
		d.fault("%s: sort key %q of %s overlaps %s's %q, in partition keys %q and %q%s: begin the sort keys with literals of which none is a prefix of the other (end each with a separator such as %q), declare one Under the other, or give the partition keys different literals",
			r.Index.Name, r.Sort, d.E.Name, o.Entity.Name, o.Sort, r.Partition, o.Partition, d.example(o, mine, theirs), "#")
	}
}

// example shows values whose keys overlap.
func (d *Definition) example(o *IndexKeys, mine, theirs template.Template) string {
	m, ok := template.Meet(mine, theirs)
	if !ok {
		return ""
	}
	named := func(name, values string) string { return strings.TrimSpace("a " + name + " " + values) }
	mineSays, theirsSays := mine.Values(m.Key), theirs.Values(m.Key)
	switch {
	case m.Both:
		return fmt.Sprintf(": %s and %s both have %q", named(d.E.Name, mineSays), named(o.Entity.Name, theirsSays), m.Key)
	case mineSays != "" || m.Of.String() == mine.String():
		return fmt.Sprintf(": a query of all %s, with prefix %q, would also read %s at %q", o.Entity.Name, m.Prefix, named(d.E.Name, mineSays), m.Key)
	default:
		return fmt.Sprintf(": a query of all %s, with prefix %q, would also read %s at %q", d.E.Name, m.Prefix, named(o.Entity.Name, theirsSays), m.Key)
	}
}

// rivals returns the entities that the definition may be at odds with, in the order of their definition: those whose keys begin
// like its own, and all where a key attribute is new or of another type than before.
func (d *Definition) rivals() []*Entity {
	if d.changesTypes() {
		return d.E.Table.Entities
	}
	near := map[*Entity]bool{}
	all := append(d.E.AllKeys(), d.E.Also...)
	if d.E.History != nil {
		all = append(all, d.E.History)
	}
	for _, r := range all {
		d.E.Table.shapesIn(r.Index).near(r, func(other *IndexKeys) { near[other.Entity] = true })
	}
	for _, parent := range d.E.ancestors() {
		near[parent] = true
	}
	return slices.SortedFunc(maps.Keys(near), func(a, b *Entity) int { return a.place - b.place })
}

// ancestors returns the entities that e is declared Under, nearest first.
func (e *Entity) ancestors() (out []*Entity) {
	for _, p := range e.parents {
		out = append(out, p)
		out = append(out, p.ancestors()...)
	}
	return out
}

// commonParent returns the keys with the longest sort key that both r, of d's entity, and o continue in o's index.
func (d *Definition) commonParent(r, o *IndexKeys) (best *IndexKeys) {
	for _, p := range d.E.ancestors() {
		if !slices.Contains(append(o.Entity.ancestors(), o.Entity), p) {
			continue
		}
		above := p.KeysIn(o.Index)
		if above == nil || above.Entity == o.Entity || !r.Sort.Continues(above.Sort) || !o.Sort.Continues(above.Sort) {
			continue
		}
		if best == nil || len(above.Sort.Parts()) > len(best.Sort.Parts()) {
			best = above
		}
	}
	return best
}

// ParentIn returns the keys of e's nearest parent whose sort keys e's continue in ix, nil if there is none.
func (e *Entity) ParentIn(ix *Index) (best *IndexKeys) {
	mine := e.KeysIn(ix)
	for _, p := range e.ancestors() {
		if r := p.KeysIn(ix); r != nil && mine.Sort.Continues(r.Sort) && (best == nil || len(r.Sort.Parts()) > len(best.Sort.Parts())) {
			best = r
		}
	}
	return best
}

// ChildrenIn returns the names of the entities whose sort keys continue e's in ix, at any depth. An entity in between may have no
// keys in ix.
func (e *Entity) ChildrenIn(ix *Index) (names []string) {
	mine := e.KeysIn(ix)
	for _, c := range e.descendants() {
		if r := c.KeysIn(ix); r != nil && r.Sort.Continues(mine.Sort) && !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}

// descendants returns the entities that are declared Under e, nearest first. One that is so in two ways is listed twice.
func (e *Entity) descendants() (out []*Entity) {
	for _, c := range e.children {
		out = append(out, c)
		out = append(out, c.descendants()...)
	}
	return out
}
