package ddb

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

// mDefinition collects what the function given to [Define] says about an entity. It is of use only inside that
// function.
type mDefinition struct {
	e        *mEntity
	faults   []error
	panicked bool
	wrongTTL bool // the field of TTL is none of the entity
	revision reflect.Type
}

// Primary gives the entity's primary key; no sort template for a table without a sort key.
//
// A field that the primary key holds in full (not through Fold or Shard) may be tagged dynamodbav:"-": it is then
// stored in the key alone.
func (d *mDefinition) Primary(partition mParts, sort ...mParts) {
	if d.e.primary != nil {
		d.fault("primary: declared twice")
		return
	}
	d.e.primary = d.row(d.e.table.primary, partition, sort)
}

// Index gives the entity's keys in a secondary index. Without [Row.When] every item is in it, and an item that lacks
// a part of the key is refused on write.
func (d *mDefinition) Index(ix *mIndex, partition mParts, sort ...mParts) *mIndexKeys {
	switch {
	case ix == nil:
		d.fault("index: nil is no index")
		return &mIndexKeys{}
	case ix.table != d.e.table:
		d.fault("index %s: not an index of this table", ix.name)
		return &mIndexKeys{}
	case ix.kind == primaryIndex:
		d.fault("index: the table's own key is declared by Primary")
		return &mIndexKeys{}
	case slices.ContainsFunc(d.e.indexed, func(r *mIndexKeys) bool { return r.index == ix }):
		d.fault("%s: declared twice", ix.name)
		return &mIndexKeys{}
	}
	r := d.row(ix, partition, sort)
	d.e.indexed = append(d.e.indexed, r)
	return r
}

// Under says that this entity's sort keys continue parent's, so that one Query reads a parent with what is under it:
//
//	order  order#{ID}#
//	line   order#{OrderID}#line#{ID}
//
// The parent's sort key must end in a literal, and this one go on with a literal of its own. A plain Query of the parent is refused from then on, since it would
// read both: use [Query.Collection].
func (d *mDefinition) Under(parent *mEntity) {
	if parent == nil {
		d.fault("under: nil is no entity: define the parent first, and see that its Define had no error")
		return
	}
	d.e.under = append(d.e.under, parent)
}

// AlsoIn accepts that the entity's attributes put its items into ix, which it does not declare: without it that is a
// fault, since queries of others would meet them.
func (d *mDefinition) AlsoIn(ix *mIndex) {
	if ix == nil || ix.table != d.e.table || ix.kind == primaryIndex {
		d.fault("also in: not a secondary index of this table")
		return
	}
	d.e.also = append(d.e.also, &mIndexKeys{entity: d.e, index: ix})
}

// Alias accepts items whose type attribute has one of these older names. Writes use the entity's own.
func (d *mDefinition) Alias(names ...string) { d.e.aliases = append(d.e.aliases, names...) }

// Version makes f the item's version, a number that the library keeps: Create writes 1; Put and Replace assert the
// version of the item given (0: there is none yet) and write the next, else the error is [ErrConflict].
//
// f is a field of the item itself, or of a struct that the item embeds without a tag, as all fields are that the library keeps.
// It is stored as a number, so without the tag option "string". What each write changes, a version, a Revision or an Updated, stands neither in the primary key nor in a Unique.
func (d *mDefinition) Version(f *int64) {
	if d.e.version = d.note("version", f); d.e.version != nil && d.e.version.AsString {
		d.fault("version: %s is stored as text (tag \",string\"), which no write counts on: drop the option", d.e.version.Name)
	}
}

// TTL makes f the time after which an item is gone: reads leave out what is expired, whether DynamoDB has deleted it
// or not, and writes treat it as absent. The field is tagged ",unixtime" and named as [Table.TTL] says; the zero time
// means never, and is not stored.
//
// It is kept in whole seconds, as DynamoDB expires: a fraction is cut off, so that the item is gone at the time that is read back, up to a second
// before the one that was given. Give a whole second, rounded up, where that is too early.
func (d *mDefinition) TTL(f *time.Time) {
	if d.e.ttl = d.note("ttl", f); d.e.ttl == nil {
		d.wrongTTL = true
		return
	}
	d.e.ttl.OmitEmpty = true // as the library stores it: the zero time is no attribute
	if d.holder(d.e.ttl) == nil && !d.e.ttl.UnixTime {
		d.fault("ttl: %s needs the tag `dynamodbav:\"%s,unixtime\"`: DynamoDB expires by whole seconds", d.e.ttl.Name, d.e.ttl.Attr())
	}
}

// Created keeps in f when the item was made: now, by the clock of [Options], unless the item that is written says a time.
// So every verb stores a time that is not zero, and what was read and is written back stays, and an import keeps its times.
// Zero counts as not said: Modify and Move, which read the item, keep the stored time then; Create, Put and Replace, which
// write a whole item, and an Upsert that makes one, set it to now. Update and Upsert leave that of an item that is there.
func (d *mDefinition) Created(f *time.Time) { d.e.created = d.note("created", f) }

// Updated sets f to the time of each write, by the clock of [Options].
func (d *mDefinition) Updated(f *time.Time) { d.e.updated = d.note("updated", f) }

// note resolves a field that the library keeps, and adds it to the design page.
func (d *mDefinition) note(what string, ptr any) *field.Field {
	f, err := d.e.proto.Resolve(ptr)
	for _, have := range d.e.keptFields() {
		switch {
		case err != nil:
		case have.what == what:
			d.fault("%s: declared twice, as %s and as %s", what, have.f.Name, f.Name)
		case have.f == f:
			d.fault("%s: field %s is kept as %s already", what, f.Name, have.what)
		}
	}
	switch {
	case err != nil:
		d.fault("%s: %w", what, d.foreign(err))
		return nil
	case !d.atTop(what, f):
	case !f.Stored():
		d.fault("%s: field %s is dynamodbav:\"-\": it needs an attribute", what, f.Name)
	}
	d.e.notes = append(d.e.notes, what+"\t"+f.Name+"\t")
	return f
}

func newDefinition(table *mTable, name string, t, revision reflect.Type) (*mDefinition, error) {
	proto, err := field.New(t)
	if err != nil {
		return nil, fault.Model("ddb: define %s: %w: an entity's items are of a struct type, and neither pointers to one nor maps", name, err)
	}
	return &mDefinition{revision: revision, e: &mEntity{
		name: name, table: table, proto: proto, codec: codec.For(t),
		newItem: func() reflect.Value { return reflect.New(t).Elem() },
	}}, nil
}

// run calls the user's function; a panic in it is one more fault.
func (d *mDefinition) run(f func()) {
	defer func() {
		if p := recover(); p != nil {
			d.fault("the function panicked: %v", p)
			d.panicked = true // what it did not come to is no fault of its own
		}
	}()
	f()
}

// finish checks the definition and adds the entity to its table, or reports every fault.
func (d *mDefinition) finish() error {
	if err := d.e.proto.Changed(); err != nil {
		d.fault("%w", err)
	}
	switch {
	case d.panicked:
	case d.e.primary == nil:
		d.fault("no primary key: call Primary")
	default:
		d.check()
	}
	d.e.table.refuse(d.e.name, d.faults)
	if err := joinFaults(append(d.e.table.news(), d.faults...)); err != nil {
		return err
	}
	for _, r := range d.e.rows() {
		for _, parent := range d.e.ancestors() {
			if above := parent.row(r.index); above != nil {
				r.sort = r.sort.Under(above.sort)
			}
		}
	}
	for _, r := range append(d.e.rows(), d.e.also...) {
		r.halves, r.beside, r.kept = r.keys(), r.others(), r.keptByItself()
	}
	for _, k := range d.e.primary.keys() {
		for _, p := range k.template.Parts() {
			if p.Field != nil && !p.Field.Stored() {
				d.e.keyOnly = append(d.e.keyOnly, p)
			}
		}
	}
	for _, f := range d.e.proto.Fields() {
		if f.Stored() && !f.Nested() && !f.Embedded {
			d.e.mapped = append(d.e.mapped, f)
		}
	}
	d.e.lend()
	d.e.join()
	return nil
}

// join makes the entity part of its table.
func (e *mEntity) join() {
	e.table.entities = append(e.table.entities, e)
	if e.ages() {
		e.table.ages = max(e.table.ages, e.schema)
	}
	for _, name := range append([]string{e.name}, e.aliases...) {
		e.table.byName[name] = e
	}
	for _, parent := range e.under {
		parent.covers = append(parent.covers, e)
	}
	for _, r := range append(e.rows(), e.also...) {
		maps.Copy(e.table.keyTypes, r.keyTypes())
	}
	e.table.renamed()
}

func (d *mDefinition) fault(format string, args ...any) {
	d.faults = append(d.faults, fmt.Errorf("ddb: define %s: %w", d.e.name, fmt.Errorf(format, args...)))
}

// foreign says where, inside a definition, fields are named.
func (d *mDefinition) foreign(err error) error {
	return fmt.Errorf("%w; inside Define, name fields through the function's argument", err)
}

// row resolves the templates of a declaration.
func (d *mDefinition) row(ix *mIndex, partition mParts, sort []mParts) *mIndexKeys {
	before := len(d.faults)
	r := &mIndexKeys{entity: d.e, index: ix, partition: d.template(ix, "partition", partition, len(ix.partition))}
	defer func() {
		r.faulty = len(d.faults) > before
		if _, wrong := d.e.table.faults(); wrong[ix] {
			r.faulty, d.faults = true, d.faults[:before] // it follows from what is wrong with the index
		}
	}()
	switch {
	case len(sort) == 0 && len(ix.sort) > 0:
		d.fault("%s: needs a sort key", ix.name)
	case len(sort) > 1:
		d.fault("%s: takes one sort key: join its parts with Key", ix.name)
	case len(sort) == 1 && len(ix.sort) == 0:
		d.fault("%s: has no sort key attribute", ix.name)
	case len(sort) == 1:
		r.sort = d.template(ix, "sort", sort[0], len(ix.sort))
	}
	return r
}

// template resolves the fields of a template and checks it by itself. attrs is the number of key attributes.
func (d *mDefinition) template(ix *mIndex, side string, t mParts, attrs int) template.Template {
	parts := make([]template.Part, 0, len(t))
	ok := true
	for i, p := range t {
		if p.missing {
			d.fault("%s: %s key, part %d is nil: is the variable set by then?", ix.name, side, i+1)
			ok = false
			continue
		}
		if p.kind == template.Literal {
			parts = append(parts, template.Part{Kind: p.kind, Text: p.text})
			continue
		}
		f, err := d.e.proto.Resolve(p.ptr)
		if err != nil {
			d.fault("%s: %s key, part %d: %w", ix.name, side, i+1, d.foreign(err))
			ok = false
			continue
		}
		parts = append(parts, template.Part{Kind: p.kind, Field: f, Width: p.width, N: p.n})
	}
	if !ok {
		return template.Template{}
	}
	out := template.New(parts...)
	for _, err := range out.Faults() {
		d.fault("%s: %s key %q: %w", ix.name, side, out, err)
	}
	switch {
	case len(out.Faults()) > 0:
	case out.Native() && len(parts) != attrs:
		d.fault("%s: %s key %q has %d parts for the attributes %v", ix.name, side, out, len(parts), ix.attrs())
	case !out.Native() && attrs > 1:
		d.fault("%s: %s key %q: several attributes need a Native part each", ix.name, side, out)
	}
	return out
}
