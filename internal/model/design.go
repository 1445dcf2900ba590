package model

import (
	"slices"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/field"
)

// Design returns the design of the table as data. It shares no memory with the table.
func (t *Table) Design() ddbdesign.Table {
	out := ddbdesign.Table{Format: ddbdesign.Format, Doc: t.doc, TypeAttribute: t.TypeAttr, TTL: t.TTL}
	for _, ix := range t.All() {
		out.Indexes = append(out.Indexes, ix.design())
	}
	for _, e := range t.Entities {
		out.Entities = append(out.Entities, e.design())
		for _, u := range e.Uniques {
			out.Companions = append(out.Companions, ddbdesign.Companion{Entity: e.Name, Purpose: ddbdesign.PurposeUnique, Key: u.keyDesign(e)})
		}
	}
	for _, v := range t.views {
		view, companions := v.design()
		out.Views = append(out.Views, view)
		out.Companions = append(out.Companions, companions...)
	}
	if len(t.views) > 0 {
		out.Companions = append(out.Companions, ddbdesign.Companion{Purpose: ddbdesign.PurposeGap, Key: LiteralDesign(GapPartition)})
	}
	return out
}

func (ix *Index) design() ddbdesign.Index {
	projected := ix.Projected()
	attributes := func(names []string) (out []ddbdesign.Attribute) {
		for _, name := range names {
			out = append(out, ddbdesign.Attribute{Name: name, Type: string(ix.Table.KeyType(name))})
		}
		return out
	}
	return ddbdesign.Index{
		Name:      ix.Name,
		Kind:      [...]string{PrimaryIndex: ddbdesign.KindPrimary, GlobalIndex: ddbdesign.KindGlobal, LocalIndex: ddbdesign.KindLocal}[ix.Kind],
		Partition: attributes(ix.Partition), Sort: attributes(ix.Sort),
		Projection: string(projected.ProjectionType), Include: projected.NonKeyAttributes,
	}
}

func (e *Entity) design() ddbdesign.Entity {
	out := ddbdesign.Entity{
		Name: e.Name, Doc: e.doc, Go: e.Proto.Type().String(), Aliases: slices.Clone(e.aliases), Schema: e.Schema, Upgrade: e.remade,
		Version: nameOf(e.Version), Revision: nameOf(e.Revision), TTL: nameOf(e.TTL), Created: nameOf(e.Created), Updated: nameOf(e.Updated),
		Refers: e.references(),
	}
	for _, f := range e.Proto.Fields() {
		if f.Embedded || e.insideOut(f) {
			continue
		}
		d := ddbdesign.Field{Name: f.Name, Go: f.Type.String(), Path: slices.Clone(f.Path), OmitEmpty: f.OmitEmpty, Derived: e.DerivedBy(f)}
		if f.Stored() {
			d.Type = f.StoredType()
		}
		out.Fields = append(out.Fields, d)
	}
	for _, r := range append(e.AllKeys(), e.Also...) {
		out.Entries = append(out.Entries, r.design())
	}
	for _, parent := range e.parents {
		out.Under = append(out.Under, parent.Name)
	}
	for _, u := range e.Uniques {
		out.Uniques = append(out.Uniques, ddbdesign.Unique{Name: u.Name, Value: TemplateDesign(u.Template)})
	}
	if e.History != nil {
		history := e.History.design()
		out.History = &history
	}
	for _, ix := range e.dropped {
		out.Dropped = append(out.Dropped, ix.Name)
	}
	return out
}

// insideOut reports a field inside one that encodes itself, such as Value of an AsText, unless a declaration names it.
func (e *Entity) insideOut(f *field.Field) bool {
	inside := func(g *field.Field) bool { return !f.Stored() && g.Stored() && f.Within(g) }
	if !slices.ContainsFunc(e.Proto.Fields(), inside) || slices.ContainsFunc(e.refers, func(r reference) bool { return r.f == f }) {
		return false
	}
	entries := append(e.AllKeys(), e.Also...)
	if e.History != nil {
		entries = append(entries, e.History)
	}
	return !slices.ContainsFunc(entries, func(r *IndexKeys) bool { return slices.Contains(r.Fields(), f) }) &&
		!slices.ContainsFunc(e.Uniques, func(u *Unique) bool { return u.Template.Holds(f) })
}

func (r *IndexKeys) design() ddbdesign.IndexEntry {
	out := ddbdesign.IndexEntry{
		Index: r.Index.Name, Partition: TemplateDesign(r.Partition), Sort: TemplateDesign(r.Sort),
		ByAttributes: slices.Contains(r.Entity.Also, r),
	}
	for _, c := range r.When {
		out.When = append(out.When, r.Entity.ConditionDesign(c))
	}
	return out
}

// ConditionDesign describes a condition that the entity's declarations accept.
func (e *Entity) ConditionDesign(c Clause) ddbdesign.Condition {
	out := ddbdesign.Condition{Op: string(c.Op), Text: e.Describe(c)}
	for _, kid := range c.Kids {
		out.Of = append(out.Of, e.ConditionDesign(kid))
	}
	if len(c.Kids) > 0 {
		return out
	}
	if f, values, err := e.Operands(c); err == nil {
		out.Field = f.Name
		for _, v := range values {
			if text, err := attr.ValueJSON(v); err == nil {
				out.Values = append(out.Values, text)
			}
		}
	}
	return out
}

func nameOf(f *field.Field) string {
	if f == nil {
		return ""
	}
	return f.Name
}
