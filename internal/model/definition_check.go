package model

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/template"
)

// check checks the complete definition: names, fields, the index keys with each other, and with those of other entities.
func (d *Definition) check() {
	d.checkNames()
	d.checkFields()
	d.checkTTL()
	d.fillAlsoIn()
	d.checkAttributes()
	d.checkMembership()
	d.checkStoredFields()
	d.checkWhen()
	d.checkOmitted()
	d.checkUniques()
	d.checkHistory()
	d.checkRevision()
	d.checkKept()
	d.checkBlobs()
	d.checkDropped()
	d.checkPacked()
	for _, other := range d.rivals() {
		if other.Name == d.E.Name {
			continue // reported by its name, and its keys are likely the same
		}
		d.checkTypes(other)
		d.checkKeyFields(other)
		d.checkOverlaps(other)
	}
}

// isName reports whether an entity may have the name.
func isName(name string) bool {
	return name != "" && !strings.Contains(name, "~") && utf8.ValidString(name)
}

func (d *Definition) checkNames() {
	e := d.E
	for i, name := range append([]string{e.Name}, e.aliases...) {
		switch other := e.Table.byName[name]; {
		case name == "" || strings.Contains(name, "~"):
			d.fault("name %q must not be empty or contain ~", name)
		case !utf8.ValidString(name):
			d.fault("name %q is not valid UTF-8", name)
		case i > 0 && name == e.Name:
			d.fault("alias %q is the entity's own name: remove it", name)
		case other != nil && other != e && name == other.Name:
			d.fault("name %q is taken by another entity of the table: use another name", name)
		case other != nil && other != e:
			d.fault("name %q is taken as an alias of %s: use another name", name, other.Name)
		}
	}
	for _, parent := range e.parents {
		if parent.Table != e.Table {
			d.fault("under %s: the parent belongs to another table", parent.Name)
		}
	}
}

// checkFields reports attribute names that the library reserves, and misleading names and tags.
func (d *Definition) checkFields() {
	t := d.E.Table
	for _, f := range d.E.Proto.Fields() {
		if err := f.BadTag(); err != nil {
			d.fault("field %s: %w", f.Name, err)
		}
		if !f.Stored() {
			continue
		}
		if name := f.Path[len(f.Path)-1]; !utf8.ValidString(name) || len(name) > maxAttributeName {
			d.fault("field %s: attribute %.40q must be valid UTF-8 of up to %d bytes", f.Name, name, maxAttributeName)
			continue
		}
		switch attr := f.Attr(); {
		case f.Nested():
		case attr == t.TypeAttr:
			d.fault("field %s: attribute %q holds the entity's name: tag the field with another name, or call TypeAttribute", f.Name, attr)
		case strings.HasPrefix(attr, "~"):
			d.fault("field %s: attribute %q begins with ~, which is reserved for the library: tag the field with another name", f.Name, attr)
		case attr == t.TTL && d.E.TTL == nil && !d.wrongTTL:
			d.fault("field %s: attribute %q is the table's TTL: declare it with d.TTL", f.Name, attr)
		}
	}
	if err := d.E.Proto.WriteOnly(); err != nil {
		d.fault("%w", err)
		return
	}
	err := d.E.Proto.Inherited(func(f *field.Field) bool { return d.E.Primary.HoldsInFull(f) || f == d.E.Revision })
	if err != nil && !d.E.Primary.faulty {
		d.fault("%w", err)
		return
	}
	if !d.E.Proto.Marshals() {
		if err := field.Unreadable(d.E.Proto.Type()); err != nil {
			d.fault("%w", err)
		}
		return
	}
	attrs := attr.Item{}
	if err := d.probe(attrs); errors.Is(err, fault.ErrModel) {
		d.fault("%w", err)
	}
}

// probe encodes the zero item of a type with a marshaler of its own.
func (d *Definition) probe(attrs attr.Item) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the marshaler panicked: %v", p)
		}
	}()
	return d.E.encodeFields(d.E.Codec, attrs, d.E.NewItem())
}

// checkTTL compares the TTL field with the table's TTL attribute.
func (d *Definition) checkTTL() {
	switch f := d.E.TTL; {
	case f == nil || d.outerField(f) != nil: // reported already
	case d.E.Table.TTL == "":
		d.fault("ttl: the table has no TTL attribute: NewTable(…).TTL(%q)", f.Attr())
	case f.Attr() != d.E.Table.TTL:
		d.fault("ttl: %s is stored as %q, the table's TTL attribute is %q", f.Name, strings.Join(f.Path, "."), d.E.Table.TTL)
	}
}

// checkDistinctKeys reports a primary key in which only a shard distinguishes items: many items share it. The totals of an
// aggregate are an exception: there is one for each shard.
func (d *Definition) checkDistinctKeys() {
	shards := 0
	for _, k := range d.E.Primary.Keys() {
		for _, p := range k.Template.Parts() {
			switch p.Kind {
			case template.Literal:
			case template.Shard:
				shards++
			default:
				return
			}
		}
	}
	if shards == 0 || d.E.Made {
		return
	}
	d.fault("primary: in the key %s only a Shard distinguishes items, so items of one shard would overwrite each other: add the field itself, with Str", d.E.Shape())
}
