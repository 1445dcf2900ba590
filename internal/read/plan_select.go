package read

import (
	"slices"
	"strings"

	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/plan"
)

// selection resolves the fields of Select. An embedded struct stands for the fields that it promotes.
func (b *planner) selection() {
	e := b.q.E
	for _, ptr := range b.q.Selected {
		f, err := e.Resolve(ptr)
		switch {
		case err != nil:
			b.fault("Select: %w", err)
		case f.Embedded:
			for _, g := range e.Proto.Fields() {
				if g.Within(f) && !g.Embedded && (g.Stored() || e.Primary.HoldsInFull(g)) {
					b.p.selected = append(b.p.selected, g)
				}
			}
		case f.Packing != nil && f.Nested():
			b.fault("Select: %s is inside a field that is compressed, which DynamoDB does not look into: select the field that contains it", f.Name)
		case !f.Stored() && !e.Primary.HoldsInFull(f):
			b.fault("Select: %s has no attribute of its own: select the field that contains it", f.Name)
		default:
			b.p.selected = append(b.p.selected, f)
		}
	}
	if b.q.Whole && b.q.Selected != nil {
		b.fault("Select: the items are written back and would lose the other fields: remove Select")
	}
	if b.q.Collection && b.q.Selected != nil {
		b.fault("Select: the entities of a collection have different fields: remove Select")
	}
	if b.q.Collection && len(b.q.Filters) > 0 {
		b.fault("Filter: the entities of a collection have different fields, so a filter would drop items without the field: remove Filter")
	}
}

// projection decides whether the index projects enough. Beside the fields, a read needs the TTL, to leave out expired items,
// and the schema number, to upgrade older items. If the index lacks one, each item is fetched. The type attribute is optional:
// no two entities share the shape of a primary key.
func (b *planner) projection(withExpired bool) {
	p, e, ix := b.p, b.q.E, b.p.ix
	ttl := e.Table.TTL
	expires := ttl != "" && !withExpired
	p.live = expires && ix.Projects(ttl)
	p.undated = expires && !p.live && (b.q.Collection || e.TTL != nil)
	whole := ix.Projection == model.ProjectAll
	if b.q.Collection || b.q.Whole {
		p.hydrate = !whole
		return
	}
	fields := e.Proto.Fields()
	if p.selected != nil {
		fields = p.selected
		p.kept = slices.Concat(p.selected, e.Primary.Fields())
	}
	lacks := func(f *field.Field) bool { return f.Stored() && !ix.Projects(f.Attr()) }
	told := func(f *field.Field) bool { return p.selected != nil && e.Primary.HoldsInFull(f) } // no attribute is needed
	unnumbered := e.Schema > 0 && !ix.Projects(model.SchemaAttr)
	p.keyAlone = !(expires && e.Ages()) && !slices.ContainsFunc(fields, func(f *field.Field) bool { return !told(f) }) && (unnumbered || slices.ContainsFunc(fields, lacks))
	p.hydrate = p.undated || unnumbered && !p.keyAlone || !whole && e.Proto.Marshals() ||
		slices.ContainsFunc(fields, func(f *field.Field) bool { return lacks(f) && !told(f) })
	p.partial = e.Schema > 0 && !p.keyAlone && !p.hydrate && (p.selected != nil || !whole)
}

// rechecks compiles the filter for items that are fetched after their index entries: they may have changed.
func (b *planner) rechecks() {
	if !b.p.hydrate && !b.p.partial {
		return
	}
	for _, c := range b.q.Filters {
		switch holds, err := b.q.E.Predicate(c); {
		case err == nil:
			b.p.recheck = append(b.p.recheck, holds)
		case b.p.hydrate:
			b.fault("Filter: the items behind %s are fetched, so the program has to evaluate the filter too: %w", b.p.ix.Name, err)
		}
	}
}

// projection lists the attributes that a selection needs: fields, keys, type, schema and TTL.
func (p *Plan) projection(x *plan.Expression) string {
	var paths []string
	seen := map[string]bool{}
	add := func(path ...string) {
		id := strings.Join(path, "\x00")
		for i := range path {
			if seen[strings.Join(path[:i+1], "\x00")] {
				return // it, or a field that contains it, is in the list
			}
		}
		seen[id] = true
		paths = append(paths, x.Path(path))
	}
	for _, attr := range append(p.ix.Position(), p.Q.E.Housekeeping()...) {
		if p.ix.Projects(attr) {
			add(attr)
		}
	}
	for depth := 1; depth <= 32; depth++ { // outer fields first
		for _, f := range p.selected {
			if len(f.Path) == depth && p.ix.Projects(f.Attr()) { // the others are read from a key
				add(f.Path...)
			}
		}
	}
	return strings.Join(paths, ", ")
}
