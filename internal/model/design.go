package model

import (
	"slices"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/internal/attr"
)

// Design returns the design of the table as data. It shares no memory with the table.
func (t *Table) Design() ddbdesign.Table {
	out := ddbdesign.Table{Format: ddbdesign.Format, Doc: t.doc, TypeAttribute: t.TypeAttr, TTL: t.TTL}
	for _, ix := range t.All() {
		out.Indexes = append(out.Indexes, ix.design())
	}
	names := Names{}
	for _, e := range t.Entities {
		out.Entities = append(out.Entities, e.design(names))
		for _, u := range e.Uniques {
			out.Companions = append(out.Companions, ddbdesign.Companion{Entity: e.Name, Purpose: ddbdesign.PurposeUnique, Key: u.keyDesign(names, e)})
		}
	}
	for _, v := range t.views {
		view, companions := v.design(names)
		out.Views = append(out.Views, view)
		out.Companions = append(out.Companions, companions...)
	}
	for i, e := range t.Entities {
		out.Entities[i].Fields = e.fieldDesigns(names)
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

func (e *Entity) design(names Names) ddbdesign.Entity {
	out := ddbdesign.Entity{
		Name: e.Name, Doc: e.doc, Go: e.Proto.Type().String(), Aliases: slices.Clone(e.aliases), Schema: e.Schema, Upgrade: e.remade,
		Version: names.Of(e.Version), Revision: names.Of(e.Revision), TTL: names.Of(e.TTL), Created: names.Of(e.Created), Updated: names.Of(e.Updated),
		Refers: e.references(names),
	}
	for _, r := range append(e.AllKeys(), e.Also...) {
		out.Entries = append(out.Entries, r.design(names))
	}
	for _, parent := range e.parents {
		out.Under = append(out.Under, parent.Name)
	}
	for _, u := range e.Uniques {
		out.Uniques = append(out.Uniques, ddbdesign.Unique{Name: u.Name, Value: names.Template(u.Template)})
	}
	if e.History != nil {
		history := e.History.design(names)
		out.History = &history
	}
	for _, ix := range e.dropped {
		out.Dropped = append(out.Dropped, ix.Name)
	}
	return out
}

// fieldDesigns describes the fields of the entity, of which a design has called names.
func (e *Entity) fieldDesigns(names Names) (out []ddbdesign.Field) {
	for _, f := range e.Proto.Fields() {
		if !names.lists(e, f) {
			continue
		}
		d := ddbdesign.Field{Name: f.Name, Go: f.Type.String(), Path: slices.Clone(f.Path), OmitEmpty: f.OmitEmpty, Derived: e.DerivedBy(f), Compressed: f.Packing != nil && !f.Nested()}
		if f.Stored() {
			if d.Type = f.StoredType(); IsBlob(f.Type) {
				d.Type = "M"
			}
		}
		out = append(out, d)
	}
	return out
}

func (r *IndexKeys) design(names Names) ddbdesign.IndexEntry {
	out := ddbdesign.IndexEntry{
		Index: r.Index.Name, Partition: names.Template(r.Partition), Sort: names.Template(r.Sort),
		ByAttributes: slices.Contains(r.Entity.Also, r),
	}
	for _, c := range r.When {
		out.When = append(out.When, names.Condition(r.Entity, c))
	}
	return out
}

// Condition describes a condition that the entity's declarations accept.
func (n Names) Condition(e *Entity, c Clause) ddbdesign.Condition {
	out := ddbdesign.Condition{Op: string(c.Op), Text: e.Describe(c)}
	for _, kid := range c.Kids {
		out.Of = append(out.Of, n.Condition(e, kid))
	}
	if len(c.Kids) > 0 {
		return out
	}
	if f, values, err := e.Operands(c); err == nil {
		out.Field = n.Of(f)
		for _, v := range values {
			if text, err := attr.ValueJSON(v); err == nil {
				out.Values = append(out.Values, text)
			}
		}
	}
	return out
}
