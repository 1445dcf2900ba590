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

// check finds what is wrong with a definition as a whole: with its names, its fields, its rows beside each other, and
// its rows beside those of other entities.
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
	d.checkDropped()
	for _, other := range d.rivals() {
		if other.Name == d.E.Name {
			continue // told already, and likely the same keys
		}
		d.checkTypes(other)
		d.checkKeyFields(other)
		d.checkOverlaps(other)
	}
}

// isName reports a name that an entity may have.
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
			d.fault("alias %q is its own name", name)
		case other != nil && other != e && name == other.Name:
			d.fault("name %q is taken: another entity of the table is called so", name)
		case other != nil && other != e:
			d.fault("name %q is taken: it is an alias of %s", name, other.Name)
		}
	}
	for _, parent := range e.parents {
		if parent.Table != e.Table {
			d.fault("under %s: an entity of another table", parent.Name)
		}
	}
}

// checkFields refuses attributes that the library keeps for itself, and names and tags that do not say what they seem to.
func (d *Definition) checkFields() {
	t := d.E.Table
	for _, f := range d.E.Proto.Fields() {
		if err := f.BadTag(); err != nil {
			d.fault("field %s: %w", f.Name, err)
		}
		if !f.Stored() || f.Nested() {
			continue
		}
		switch attr := f.Attr(); {
		case !utf8.ValidString(attr) || len(attr) > maxAttributeName:
			d.fault("field %s: attribute %.40q must be valid UTF-8 of up to %d bytes", f.Name, attr, maxAttributeName)
		case attr == t.TypeAttr:
			d.fault("field %s: attribute %q carries the entity's name: call TypeAttribute with another name", f.Name, attr)
		case strings.HasPrefix(attr, "~"):
			d.fault("field %s: attribute %q begins with ~, as the library's own do", f.Name, attr)
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

// probe encodes the zero item of a type that marshals itself, as far as it does that.
func (d *Definition) probe(attrs attr.Item) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it panicked: %v", p)
		}
	}()
	return d.E.encodeFields(attrs, d.E.NewItem())
}

// checkTTL compares the TTL field with the table's TTL attribute.
func (d *Definition) checkTTL() {
	switch f := d.E.TTL; {
	case f == nil || d.outerField(f) != nil: // told already
	case d.E.Table.TTL == "":
		d.fault("ttl: the table has no TTL attribute: NewTable(…).TTL(%q)", f.Attr())
	case f.Attr() != d.E.Table.TTL:
		d.fault("ttl: %s is stored as %q, the table's TTL attribute is %q", f.Name, strings.Join(f.Path, "."), d.E.Table.TTL)
	}
}

// checkDistinctKeys refuses a primary key that tells items apart by shards alone, which many of them share. The totals of an
// aggregate are such items: one a shard.
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
	d.fault("primary: the key %s has a Shard and nothing that tells the items of one shard apart: they would overwrite each other; let it hold the field itself, too, by Str", d.E.Shape())
}
