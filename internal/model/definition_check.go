package model

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

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
	d.alsoRows()
	d.checkAttributes()
	d.checkMembership()
	d.checkHomes()
	d.checkWhen()
	d.checkOmitted()
	d.checkUniques()
	d.checkHistory()
	d.checkRevision()
	d.checkKept()
	d.checkDropped()
	for _, other := range d.E.Table.Entities {
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
	for _, parent := range e.under {
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
	err := d.E.Proto.Inherited(func(f *field.Field) bool { return d.E.Primary.Keeps(f) || f == d.E.Revision })
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
	case f == nil || d.holder(f) != nil: // told already
	case d.E.Table.TTL == "":
		d.fault("ttl: the table has no TTL attribute: NewTable(…).TTL(%q)", f.Attr())
	case f.Attr() != d.E.Table.TTL:
		d.fault("ttl: %s is stored as %q, the table's TTL attribute is %q", f.Name, strings.Join(f.Path, "."), d.E.Table.TTL)
	}
}

// maxAttributeName is what DynamoDB takes for the name of an attribute that is in no key.
const maxAttributeName = 65535

// checkAttributes makes sure that each key attribute has one source: a template, or a Native field.
func (d *Definition) checkAttributes() {
	source := map[string]string{}
	for _, r := range d.E.AllKeys() {
		for _, k := range r.Keys() {
			parts := k.Template.Parts()
			for i, attr := range k.Attrs {
				if r.faulty {
					continue // told already
				}
				text := k.Template.String()
				f := d.attribute(attr)
				if k.Template.Native() {
					if i >= len(parts) {
						continue // reported with the template
					}
					text = template.New(parts[i]).String()
					d.checkNative(r, parts[i].Field, attr)
				} else if f != nil {
					d.fault("%s: attribute %q is also field %s: use Native(&…), or tag the field with another name", r.Index.Name, attr, f.Name)
				}
				if have, ok := source[attr]; ok && have != text {
					d.fault("%s: attribute %q would be both %q and %q: rows that share an attribute render the same template", r.Index.Name, attr, have, text)
				}
				source[attr] = text
			}
		}
	}
}

func (d *Definition) checkNative(r *IndexKeys, f *field.Field, attr string) {
	if f.Stored() && !f.Nested() && f.Attr() != attr {
		d.fault("%s: Native(%s) is stored as %q, the index wants %q", r.Index.Name, f.Name, strings.Join(f.Path, "."), attr)
	}
}

// attribute returns the field that is stored as the top-level attribute attr, nil if there is none.
func (d *Definition) attribute(attr string) *field.Field {
	for _, f := range d.E.Proto.Fields() {
		if f.Attr() == attr && !f.Nested() {
			return f
		}
	}
	return nil
}

// alsoRows fills in the rows declared by AlsoIn from where the index's attributes come from.
func (d *Definition) alsoRows() {
	for _, r := range d.E.Also {
		var ok bool
		if r.Partition, ok = d.implied(r.Index.Partition); ok {
			r.Sort, ok = d.implied(r.Index.Sort)
		}
		r.Mixed = mixed(r.Index.Partition, r.Partition) || mixed(r.Index.Sort, r.Sort)
		r.types = d.impliedTypes(r.Index.Attrs())
		switch {
		case slices.ContainsFunc(d.E.Indexed, func(o *IndexKeys) bool { return o.Index == r.Index }):
			d.fault("also in %s: declared with Index already", r.Index.Name)
		case !ok:
			d.fault("also in %s: its items lack a key attribute of %v and are not in it", r.Index.Name, r.Index.Attrs())
		}
	}
}

// implied returns the template of key attributes that other rows of the entity, or its fields, fill.
func (d *Definition) implied(attrs []string) (template.Template, bool) {
	var parts []template.Part
	for _, attr := range attrs {
		if f := d.attribute(attr); f != nil {
			parts = append(parts, template.Part{Kind: template.Native, Field: f})
			continue
		}
		i := slices.IndexFunc(d.E.AllKeys(), func(r *IndexKeys) bool { return r.Index.IsKey(attr) })
		if i < 0 {
			return template.Template{}, false
		}
		for _, k := range d.E.AllKeys()[i].Keys() {
			if at := slices.Index(k.Attrs, attr); at >= 0 {
				if len(attrs) == 1 {
					return k.Template, true
				}
				if ps := k.Template.Parts(); k.Template.Native() && at < len(ps) {
					parts = append(parts, ps[at])
				} else {
					parts = append(parts, ps...)
				}
			}
		}
	}
	return template.New(parts...), true
}

// impliedTypes returns the types of key attributes that other rows of the entity, or its fields, fill.
func (d *Definition) impliedTypes(attrs []string) map[string]types.ScalarAttributeType {
	out := map[string]types.ScalarAttributeType{}
	for _, attr := range attrs {
		if f := d.attribute(attr); f != nil {
			out[attr] = nativeType(f)
			continue
		}
		for _, r := range d.E.AllKeys() {
			if t, ok := r.keyTypes()[attr]; ok {
				out[attr] = t
			}
		}
	}
	return out
}

// mixed reports several key attributes of which not each is a field's own.
func mixed(attrs []string, t template.Template) bool {
	return len(attrs) > 1 && slices.ContainsFunc(t.Parts(), func(p template.Part) bool { return p.Kind != template.Native })
}

// checkMembership refuses items that are in an index by accident of their attributes.
func (d *Definition) checkMembership() {
	_, wrong := d.E.Table.faults()
	for _, ix := range d.E.Table.Indexes {
		if d.E.KeysIn(ix) != nil || wrong[ix] {
			continue
		}
		if _, in := d.implied(ix.Attrs()); in {
			d.fault("its attributes put it into %s %v, which it does not declare: call Index, or AlsoIn to accept that", ix.Name, ix.Attrs())
		}
	}
}

// checkHomes makes sure that every field of a key can be read back, and that every field has a place.
func (d *Definition) checkHomes() {
	rows := append(d.E.AllKeys(), d.E.Also...)
	told := map[field.Unstored]bool{} // a struct that lies in itself is met again
	for _, f := range d.E.Proto.Fields() {
		if d.E.Proto.Marshals() || d.insideHome(f) {
			continue // somebody else stores it
		}
		err := f.Lost()
		deep, unstored := errors.AsType[*field.Unstored](err)
		if err != nil && (!unstored || !told[*deep]) {
			d.fault("field %s: %w", f.Name, err)
		}
		if unstored {
			told[*deep] = true
		}
		if f.Stored() || f.Embedded {
			continue
		}
		var in []string
		for _, r := range rows {
			if slices.Contains(r.Fields(), f) {
				in = append(in, r.Index.Name)
			}
		}
		here := f.Unstored()
		switch {
		case d.E.Primary.Keeps(f), d.isKept(f), told[here]:
		case slices.ContainsFunc(rows, func(r *IndexKeys) bool { return r.faulty }):
			// told already: it may be meant for the key that is wrong
		case slices.Contains(in, "primary"):
			d.fault("field %s is dynamodbav:\"-\", and the primary key holds it in part only: it needs an attribute", f.Name)
		case len(in) > 0:
			d.fault("field %s is dynamodbav:\"-\" and only in the keys of %v, which an item can leave: it needs an attribute", f.Name, in)
		case f.Type == d.revision && d.E.Revision == nil && d.holder(f) == nil:
			d.fault("field %s is a Revision, and nothing fills it: declare it with d.Revision", f.Name)
		case !tagged(d.E.Proto.Type(), f):
			d.fault("field %s is hidden by another of its name, as attributevalue has it: it would not be stored", f.Name)
		default:
			d.fault("field %s is dynamodbav:\"-\" and in no key: it would be lost", f.Name)
			told[here] = true
		}
	}
}

// insideHome reports whether f lies inside a field that is itself without an attribute, which is reported, or that says itself
// how it is stored.
func (d *Definition) insideHome(f *field.Field) bool {
	return slices.ContainsFunc(d.E.Proto.Fields(), func(outer *field.Field) bool {
		return outer != f && (!outer.Stored() || outer.Marshals()) && !outer.Embedded && len(outer.Index) < len(f.Index) && slices.Equal(outer.Index, f.Index[:len(outer.Index)])
	})
}

// tagged reports whether the field says dynamodbav:"-" itself.
func tagged(t reflect.Type, f *field.Field) bool {
	sf := t.FieldByIndex(f.Index)
	name, _, _ := strings.Cut(sf.Tag.Get("dynamodbav"), ",")
	return name == "-"
}

// checkWhen compiles predicates, and makes sure that a sparse row can be left.
func (d *Definition) checkWhen() {
	for _, r := range d.E.Indexed {
		if len(r.When) == 0 || r.faulty {
			continue
		}
		for _, c := range r.When {
			p, err := d.E.Declared(c)
			if err != nil {
				d.fault("%s: When: %w", r.Index.Name, err)
				continue
			}
			r.Unless = append(r.Unless, p)
		}
		if len(r.Owns()) == 0 && !r.sparseByItself() && len(r.unasked()) == 0 {
			d.fault("%s: When cannot take an item out: each of %v is a field's own attribute or shared with another row: say Present of such a field, tagged omitempty", r.Index.Name, r.Index.Attrs())
		}
	}
}

// checkTold refuses a primary key that tells items apart by shards alone, which many of them share. The totals of an
// aggregate are such items: one a shard.
func (d *Definition) checkTold() {
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

// checkOmitted refuses Native numbers that are left out when they are 0, unless the row says that they may be missing.
func (d *Definition) checkOmitted() {
	for _, r := range d.E.AllKeys() {
		if r.faulty {
			continue // told already
		}
		for _, f := range r.unasked() {
			d.fault("%s: Native(%s) is omitted when it is 0, and the item would be missing from the index: a number is never empty; drop \",omitempty\", or leave such items out with When(Present(&…))", r.Index.Name, f.Name)
		}
	}
}

// unasked returns the row's Native numbers that are left out when they are 0, and of which no When asks that they are there.
func (r *IndexKeys) unasked() (fs []*field.Field) {
	for _, f := range r.Fields() {
		if f.OmitEmpty && IsNumber(f.Type) && r.Index.IsKey(f.Attr()) && !r.asks(f) {
			fs = append(fs, f)
		}
	}
	return fs
}

// asks reports whether the row's When asks that the field is there.
func (r *IndexKeys) asks(f *field.Field) bool {
	return slices.ContainsFunc(r.When, func(c Clause) bool {
		if c.Op != OpPresent {
			return false
		}
		g, err := r.Entity.Proto.Resolve(c.Ptr)
		return err == nil && g == f
	})
}

// sparseByItself reports whether the row is left because each condition is that one of its Native fields is there.
func (r *IndexKeys) sparseByItself() bool {
	for _, c := range r.When {
		f, vals, err := r.Entity.Operands(c)
		if err != nil || !f.OmitEmpty || !slices.Contains(r.Fields(), f) || f.Attr() == "" || !r.Index.IsKey(f.Attr()) {
			return false
		}
		switch c.Op {
		case OpPresent:
		case OpNe:
			if !Omitted(f, vals[0]) || IsNumber(f.Type) { // an Add makes a zero that is there
				return false
			}
		default:
			return false
		}
	}
	return true
}

// keptByItself reports whether DynamoDB keeps the row: each key attribute is a field's own, or the table's, and the item is
// out of the index where one is absent.
func (r *IndexKeys) keptByItself() bool {
	native := false
	for _, k := range r.Keys() {
		switch {
		case k.Template.Native():
			native = true
		case !r.Entity.Table.Primary.IsKey(k.Attrs[0]):
			return false
		}
	}
	return native && r.sparseByItself()
}
