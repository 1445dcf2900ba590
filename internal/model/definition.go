package model

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/template"
)

// Definition collects the declarations of the function given to Define.
type Definition struct {
	E        *Entity
	faults   []error
	panicked bool
	wrongTTL bool // the argument of TTL is no field of the entity
	revision reflect.Type
}

// Primary gives the entity's primary key; no sort template for a table without a sort key.
func (d *Definition) Primary(partition Parts, sort ...Parts) {
	if d.E.Primary != nil {
		d.fault("primary: declared twice: remove one")
		return
	}
	d.E.Primary = d.indexKeys(d.E.Table.Primary, partition, sort)
}

// Index gives the entity's keys in a secondary index.
func (d *Definition) Index(ix *Index, partition Parts, sort ...Parts) *IndexKeys {
	switch {
	case ix == nil:
		d.fault("index: the index is nil: is the variable set by then?")
		return &IndexKeys{}
	case ix.Table != d.E.Table:
		d.fault("index %s: it belongs to another table", ix.Name)
		return &IndexKeys{}
	case ix.Kind == PrimaryIndex:
		d.fault("index: the table's own key is declared by Primary")
		return &IndexKeys{}
	case slices.ContainsFunc(d.E.Indexed, func(r *IndexKeys) bool { return r.Index == ix }):
		d.fault("%s: declared twice: remove one", ix.Name)
		return &IndexKeys{}
	}
	r := d.indexKeys(ix, partition, sort)
	d.E.Indexed = append(d.E.Indexed, r)
	return r
}

// Under declares that this entity's sort keys continue parent's, so that one Query reads a parent with its children.
func (d *Definition) Under(parent *Entity) {
	if parent == nil {
		d.fault("under: the parent is nil: define it first, and check the error of its Define")
		return
	}
	d.E.parents = append(d.E.parents, parent)
}

// AlsoIn accepts that the entity's attributes put its items into ix, which it does not declare with Index. Without it that is
// a fault, since queries of other entities would read these items.
func (d *Definition) AlsoIn(ix *Index) {
	if ix == nil || ix.Table != d.E.Table || ix.Kind == PrimaryIndex {
		d.fault("also in: the index is nil, the table itself, or belongs to another table")
		return
	}
	d.E.Also = append(d.E.Also, &IndexKeys{Entity: d.E, Index: ix})
}

// Alias accepts items whose type attribute has one of these older names. Writes use the entity's own.
func (d *Definition) Alias(names ...string) { d.E.aliases = append(d.E.aliases, names...) }

// Version makes f the item's version, a number that the library sets: Create writes 1; Put and Replace assert the version of
// the given item (0: no item is stored) and write the next one. Otherwise the error matches ErrConflict.
func (d *Definition) Version(f *int64) {
	if d.E.Version = d.resolveKept("version", f); d.E.Version != nil && d.E.Version.AsString {
		d.fault("version: %s is stored as text (tag \",string\"), and DynamoDB adds numbers only: remove the option", d.E.Version.Name)
	}
}

// TTL makes f the time at which an item expires. Reads leave out expired items, whether DynamoDB has deleted them or not, and
// writes treat them as absent.
func (d *Definition) TTL(f *time.Time) {
	if d.E.TTL = d.resolveKept("ttl", f); d.E.TTL == nil {
		d.wrongTTL = true
		return
	}
	d.E.TTL.OmitEmpty = true // the library stores no attribute for the zero time
	if d.outerField(d.E.TTL) == nil && !d.E.TTL.UnixTime {
		d.fault("ttl: %s needs the tag `dynamodbav:\"%s,unixtime\"`: DynamoDB reads seconds", d.E.TTL.Name, d.E.TTL.Attr())
	}
}

// Created sets f to the time of creation, by the clock of Options, unless the given item has a time.
func (d *Definition) Created(f *time.Time) { d.E.Created = d.resolveKept("created", f) }

// Updated sets f to the time of each write, by the clock of Options.
func (d *Definition) Updated(f *time.Time) { d.E.Updated = d.resolveKept("updated", f) }

// resolveKept resolves a field that the library sets.
func (d *Definition) resolveKept(what string, ptr any) *field.Field {
	f, err := d.E.Proto.Resolve(ptr)
	for _, have := range d.E.keptFields() {
		switch {
		case err != nil:
		case have.what == what:
			d.fault("%s: declared twice, as %s and as %s: remove one", what, have.f.Name, f.Name)
		case have.f == f:
			d.fault("%s: field %s is declared as %s too: use two fields", what, f.Name, have.what)
		}
	}
	switch {
	case err != nil:
		d.fault("%s: %w", what, d.foreign(err))
		return nil
	case !d.atTop(what, f):
	case !f.Stored():
		d.fault("%s: field %s is dynamodbav:\"-\": give it an attribute name", what, f.Name)
	}
	return f
}

// NewDefinition begins the definition of an entity of table whose items are of type t; revision is the type of a
// Revision field.
func NewDefinition(table *Table, name string, t, revision reflect.Type) (*Definition, error) {
	proto, err := field.New(t)
	if err != nil {
		return nil, fault.Model("ddb: define %s: %w: the items of an entity have a struct type, not a pointer or a map", name, err)
	}
	return &Definition{revision: revision, E: &Entity{
		Name: name, Table: table, Proto: proto, Codec: codec.For(t),
		NewItem: func() reflect.Value { return reflect.New(t).Elem() },
	}}, nil
}

// Run calls the user's function; a panic in it is one more fault.
func (d *Definition) Run(f func()) {
	defer func() {
		if p := recover(); p != nil {
			d.fault("the function panicked: %v", p)
			d.panicked = true // missing declarations are a consequence, not faults
		}
	}()
	f()
}

// Finish checks the definition and adds the entity to its table, or reports every fault.
func (d *Definition) Finish() error {
	if err := d.E.Proto.Changed(); err != nil {
		d.fault("%w", err)
	}
	switch {
	case d.panicked:
	case d.E.Primary == nil:
		d.fault("no primary key: declare one with Primary")
	default:
		d.check()
	}
	d.E.Table.Refuse(d.E.Name, d.faults)
	if err := joinFaults(append(d.E.Table.newFaults(), d.faults...)); err != nil {
		return err
	}
	for _, r := range d.E.AllKeys() {
		for _, parent := range d.E.ancestors() {
			if above := parent.KeysIn(r.Index); above != nil {
				r.Sort = r.Sort.Under(above.Sort)
			}
		}
	}
	for _, r := range append(d.E.AllKeys(), d.E.Also...) {
		r.keys = nil // Under may have made it another
		r.keys, r.others, r.NativeOnly = r.Keys(), r.Others(), r.isNativeOnly()
	}
	for _, k := range d.E.Primary.Keys() {
		for _, p := range k.Template.Parts() {
			if p.Field != nil && !p.Field.Stored() {
				d.E.KeyOnly = append(d.E.KeyOnly, p)
			}
		}
	}
	for _, f := range d.E.Proto.Fields() {
		if f.Stored() && !f.Nested() && !f.Embedded {
			d.E.Mapped = append(d.E.Mapped, f)
		}
	}
	d.E.Blobs = d.blobs()
	d.E.findPointers()
	d.E.join()
	return nil
}

// join makes the entity part of its table.
func (e *Entity) join() {
	e.place, e.checked = len(e.Table.Entities), e.Table.revised
	e.Table.Entities = append(e.Table.Entities, e)
	if e.Ages() {
		e.Table.ages = max(e.Table.ages, e.Schema)
	}
	for _, name := range append([]string{e.Name}, e.aliases...) {
		e.Table.byName[name] = e
	}
	for _, parent := range e.parents {
		parent.children = append(parent.children, e)
	}
	for _, r := range append(e.AllKeys(), e.Also...) {
		maps.Copy(e.Table.KeyTypes, r.keyTypes())
		e.Table.shapesIn(r.Index).add(r)
	}
	if e.History != nil {
		e.Table.shapesIn(e.Table.Primary).add(e.History)
		e.Table.versions = true
	}
	e.updateCodec()
}

func (d *Definition) fault(format string, args ...any) {
	d.faults = append(d.faults, fmt.Errorf("ddb: define %s: %w", d.E.Name, fmt.Errorf(format, args...)))
}

// foreign adds how fields are named inside a definition.
func (d *Definition) foreign(err error) error {
	return fmt.Errorf("%w; inside Define, name fields through the function's argument", err)
}

// indexKeys resolves the templates of the entity's keys in ix.
func (d *Definition) indexKeys(ix *Index, partition Parts, sort []Parts) *IndexKeys {
	before := len(d.faults)
	r := &IndexKeys{Entity: d.E, Index: ix, Partition: d.template(ix, "partition", partition, len(ix.Partition))}
	defer func() {
		r.faulty = len(d.faults) > before
		r.keys = r.Keys()
		r.types = r.keyTypes()
		if d.E.Table.faults().in[ix] {
			r.faulty, d.faults = true, d.faults[:before] // the index itself is wrong, which is reported
		}
	}()
	switch {
	case len(sort) == 0 && len(ix.Sort) > 0:
		d.fault("%s: the %s has a sort key: pass a second template", ix.Name, ix.noun())
	case len(sort) > 1:
		d.fault("%s: more than one sort key template: combine the parts with Key", ix.Name)
	case len(sort) == 1 && len(ix.Sort) == 0:
		d.fault("%s: the %s has no sort key: remove the second template", ix.Name, ix.noun())
	case len(sort) == 1:
		r.Sort = d.template(ix, "sort", sort[0], len(ix.Sort))
	}
	return r
}

// template resolves the fields of a template and checks it. attrs is the number of key attributes.
func (d *Definition) template(ix *Index, side string, t Parts, attrs int) template.Template {
	parts := make([]template.Part, 0, len(t))
	ok := true
	for i, p := range t {
		if p.Missing {
			d.fault("%s: %s key, part %d is nil: is the variable set by then?", ix.Name, side, i+1)
			ok = false
			continue
		}
		if p.Kind == template.Literal {
			parts = append(parts, template.Part{Kind: p.Kind, Text: p.Text})
			continue
		}
		f, err := d.E.Proto.Resolve(p.Ptr)
		if err != nil {
			d.fault("%s: %s key, part %d: %w", ix.Name, side, i+1, d.foreign(err))
			ok = false
			continue
		}
		parts = append(parts, template.Part{Kind: p.Kind, Field: f, Width: p.Width, N: p.N})
	}
	if !ok {
		return template.Template{}
	}
	out := template.New(parts...)
	for _, err := range out.Faults() {
		d.fault("%s: %s key %q: %w", ix.Name, side, out, err)
	}
	switch {
	case len(out.Faults()) > 0:
	case out.Native() && len(parts) != attrs:
		d.fault("%s: %s key %q has %d Native parts, the attributes are %v: use one part for each", ix.Name, side, out, len(parts), ix.Attrs())
	case !out.Native() && attrs > 1:
		d.fault("%s: %s key %q: the key has several attributes: use one Native part for each", ix.Name, side, out)
	}
	return out
}
