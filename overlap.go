package ddb

import (
	"fmt"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/internal/template"
)

// checkOverlaps refuses rows that a read of the other entity would meet: in every index, two entities whose partitions
// can be the same have sort keys of which none begins as the other's do, unless one stands Under the other.
func (d *mDefinition) checkOverlaps(other *mEntity) {
	for _, r := range append(d.e.rows(), d.e.also...) {
		if o := other.row(r.index); o != nil && !(r.mixed && o.mixed) { // which nothing reads
			d.checkOverlap(r, o)
		}
	}
	if h := d.e.history; h != nil {
		d.checkOverlap(h, other.primary)
		if other.history != nil {
			d.checkOverlap(h, other.history)
		}
	}
	if other.history != nil {
		d.checkOverlap(d.e.primary, other.history)
	}
}

func (d *mDefinition) checkOverlap(r, o *mIndexKeys) {
	if r.faulty || o.faulty || !template.MayEqual(r.partition, o.partition) {
		return
	}
	if slices.Contains(d.e.ancestors(), o.entity) {
		if r.sort.Continues(o.sort) {
			return
		}
		if r.index.kind == primaryIndex {
			d.fault("primary: sort key %q does not continue %s's %q with a literal of its own; that must end in a literal so that 1 never matches 12", r.sort, o.entity.name, o.sort)
			return
		}
	}
	mine, theirs := r.sort, o.sort
	if parent := d.commonParent(o); parent != nil {
		mine, theirs = mine.After(parent.sort), theirs.After(parent.sort)
	}
	switch {
	case len(r.index.sort) == 0:
		d.fault("%s: key %q of %s is %q of %s too, and there is no sort key to tell them apart%s: begin them with different literals, or give the index a sort key",
			r.index.name, r.partition, d.e.name, o.partition, o.entity.name, d.example(o, r.partition, o.partition))
	case template.MayMeet(mine, theirs):
		d.fault("%s: sort key %q of %s runs into %s's %q, in partition keys %q and %q%s: begin the sort keys with literals of which none begins the other (end each in a separator such as %q), declare one Under the other, or give the partition keys different literals",
			r.index.name, r.sort, d.e.name, o.entity.name, o.sort, r.partition, o.partition, d.example(o, mine, theirs), "#")
	}
}

// example shows values whose keys meet.
func (d *mDefinition) example(o *mIndexKeys, mine, theirs template.Template) string {
	m, ok := template.Meet(mine, theirs)
	if !ok {
		return ""
	}
	named := func(name, values string) string { return strings.TrimSpace("a " + name + " " + values) }
	mineSays, theirsSays := mine.Values(m.Key), theirs.Values(m.Key)
	switch {
	case m.Both:
		return fmt.Sprintf(": %s and %s have both %q", named(d.e.name, mineSays), named(o.entity.name, theirsSays), m.Key)
	case mineSays != "" || m.Of.String() == mine.String():
		return fmt.Sprintf(": a read of all %s, which begin with %q, would find %s at %q", o.entity.name, m.Prefix, named(d.e.name, mineSays), m.Key)
	default:
		return fmt.Sprintf(": a read of all %s, which begin with %q, would find %s at %q", d.e.name, m.Prefix, named(o.entity.name, theirsSays), m.Key)
	}
}

// ancestors returns the entities that e stands under, near ones first.
func (e *mEntity) ancestors() (out []*mEntity) {
	for _, p := range e.under {
		out = append(out, p)
		out = append(out, p.ancestors()...)
	}
	return out
}

// commonParent returns the row of the longest sort key that both d's entity and o's continue in o's index.
func (d *mDefinition) commonParent(o *mIndexKeys) (best *mIndexKeys) {
	mine := d.e.row(o.index)
	for _, p := range d.e.ancestors() {
		if !slices.Contains(append(o.entity.ancestors(), o.entity), p) {
			continue
		}
		r := p.row(o.index)
		if r == nil || r.entity == o.entity || !mine.sort.Continues(r.sort) || !o.sort.Continues(r.sort) {
			continue
		}
		if best == nil || len(r.sort.Parts()) > len(best.sort.Parts()) {
			best = r
		}
	}
	return best
}

// parentIn returns the row of e's nearest parent whose sort keys e's continue in ix, nil if there is none.
func (e *mEntity) parentIn(ix *mIndex) (best *mIndexKeys) {
	mine := e.row(ix)
	for _, p := range e.ancestors() {
		if r := p.row(ix); r != nil && mine.sort.Continues(r.sort) && (best == nil || len(r.sort.Parts()) > len(best.sort.Parts())) {
			best = r
		}
	}
	return best
}

// childrenIn returns the names of the entities whose sort keys continue e's in ix, at any depth: one between may not be in ix.
func (e *mEntity) childrenIn(ix *mIndex) (names []string) {
	mine := e.row(ix)
	for _, c := range e.descendants() {
		if r := c.row(ix); r != nil && r.sort.Continues(mine.sort) && !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	return names
}

// descendants returns the entities that stand under e, near ones first; one that does so in two ways is there twice.
func (e *mEntity) descendants() (out []*mEntity) {
	for _, c := range e.covers {
		out = append(out, c)
		out = append(out, c.descendants()...)
	}
	return out
}
