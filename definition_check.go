package ddb

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
func (d *mDefinition) check() {
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
	for _, other := range d.e.table.entities {
		if other.name == d.e.name {
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

func (d *mDefinition) checkNames() {
	e := d.e
	for i, name := range append([]string{e.name}, e.aliases...) {
		switch other := e.table.byName[name]; {
		case name == "" || strings.Contains(name, "~"):
			d.fault("name %q must not be empty or contain ~", name)
		case !utf8.ValidString(name):
			d.fault("name %q is not valid UTF-8", name)
		case i > 0 && name == e.name:
			d.fault("alias %q is its own name", name)
		case other != nil && other != e && name == other.name:
			d.fault("name %q is taken: another entity of the table is called so", name)
		case other != nil && other != e:
			d.fault("name %q is taken: it is an alias of %s", name, other.name)
		}
	}
	for _, parent := range e.under {
		if parent.table != e.table {
			d.fault("under %s: an entity of another table", parent.name)
		}
	}
}

// checkFields refuses attributes that the library keeps for itself, and names and tags that do not say what they seem to.
func (d *mDefinition) checkFields() {
	t := d.e.table
	for _, f := range d.e.proto.Fields() {
		if err := f.BadTag(); err != nil {
			d.fault("field %s: %w", f.Name, err)
		}
		if !f.Stored() || f.Nested() {
			continue
		}
		switch attr := f.Attr(); {
		case !utf8.ValidString(attr) || len(attr) > maxAttributeName:
			d.fault("field %s: attribute %.40q must be valid UTF-8 of up to %d bytes", f.Name, attr, maxAttributeName)
		case attr == t.typeAttr:
			d.fault("field %s: attribute %q carries the entity's name: call TypeAttribute with another name", f.Name, attr)
		case strings.HasPrefix(attr, "~"):
			d.fault("field %s: attribute %q begins with ~, as the library's own do", f.Name, attr)
		case attr == t.ttl && d.e.ttl == nil && !d.wrongTTL:
			d.fault("field %s: attribute %q is the table's TTL: declare it with d.TTL", f.Name, attr)
		}
	}
	if err := d.e.proto.WriteOnly(); err != nil {
		d.fault("%w", err)
		return
	}
	err := d.e.proto.Inherited(func(f *field.Field) bool { return d.e.primary.keeps(f) || f == d.e.revision })
	if err != nil && !d.e.primary.faulty {
		d.fault("%w", err)
		return
	}
	if !d.e.proto.Marshals() {
		if err := field.Unreadable(d.e.proto.Type()); err != nil {
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
func (d *mDefinition) probe(attrs attr.Item) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it panicked: %v", p)
		}
	}()
	return d.e.encodeFields(attrs, d.e.newItem())
}

// checkTTL compares the TTL field with the table's TTL attribute.
func (d *mDefinition) checkTTL() {
	switch f := d.e.ttl; {
	case f == nil || d.holder(f) != nil: // told already
	case d.e.table.ttl == "":
		d.fault("ttl: the table has no TTL attribute: NewTable(…).TTL(%q)", f.Attr())
	case f.Attr() != d.e.table.ttl:
		d.fault("ttl: %s is stored as %q, the table's TTL attribute is %q", f.Name, strings.Join(f.Path, "."), d.e.table.ttl)
	}
}

// maxAttributeName is what DynamoDB takes for the name of an attribute that is in no key.
const maxAttributeName = 65535

// checkAttributes makes sure that each key attribute has one source: a template, or a Native field.
func (d *mDefinition) checkAttributes() {
	source := map[string]string{}
	for _, r := range d.e.rows() {
		for _, k := range r.keys() {
			parts := k.template.Parts()
			for i, attr := range k.attrs {
				if r.faulty {
					continue // told already
				}
				text := k.template.String()
				f := d.attribute(attr)
				if k.template.Native() {
					if i >= len(parts) {
						continue // reported with the template
					}
					text = template.New(parts[i]).String()
					d.checkNative(r, parts[i].Field, attr)
				} else if f != nil {
					d.fault("%s: attribute %q is also field %s: use Native(&…), or tag the field with another name", r.index.name, attr, f.Name)
				}
				if have, ok := source[attr]; ok && have != text {
					d.fault("%s: attribute %q would be both %q and %q: rows that share an attribute render the same template", r.index.name, attr, have, text)
				}
				source[attr] = text
			}
		}
	}
}

func (d *mDefinition) checkNative(r *mIndexKeys, f *field.Field, attr string) {
	if f.Stored() && !f.Nested() && f.Attr() != attr {
		d.fault("%s: Native(%s) is stored as %q, the index wants %q", r.index.name, f.Name, strings.Join(f.Path, "."), attr)
	}
}

// attribute returns the field that is stored as the top-level attribute attr, nil if there is none.
func (d *mDefinition) attribute(attr string) *field.Field {
	for _, f := range d.e.proto.Fields() {
		if f.Attr() == attr && !f.Nested() {
			return f
		}
	}
	return nil
}

// alsoRows fills in the rows declared by AlsoIn from where the index's attributes come from.
func (d *mDefinition) alsoRows() {
	for _, r := range d.e.also {
		var ok bool
		if r.partition, ok = d.implied(r.index.partition); ok {
			r.sort, ok = d.implied(r.index.sort)
		}
		r.mixed = mixed(r.index.partition, r.partition) || mixed(r.index.sort, r.sort)
		r.types = d.impliedTypes(r.index.attrs())
		switch {
		case slices.ContainsFunc(d.e.indexed, func(o *mIndexKeys) bool { return o.index == r.index }):
			d.fault("also in %s: declared with Index already", r.index.name)
		case !ok:
			d.fault("also in %s: its items lack a key attribute of %v and are not in it", r.index.name, r.index.attrs())
		}
	}
}

// implied returns the template of key attributes that other rows of the entity, or its fields, fill.
func (d *mDefinition) implied(attrs []string) (template.Template, bool) {
	var parts []template.Part
	for _, attr := range attrs {
		if f := d.attribute(attr); f != nil {
			parts = append(parts, template.Part{Kind: template.Native, Field: f})
			continue
		}
		i := slices.IndexFunc(d.e.rows(), func(r *mIndexKeys) bool { return r.index.isKey(attr) })
		if i < 0 {
			return template.Template{}, false
		}
		for _, k := range d.e.rows()[i].keys() {
			if at := slices.Index(k.attrs, attr); at >= 0 {
				if len(attrs) == 1 {
					return k.template, true
				}
				if ps := k.template.Parts(); k.template.Native() && at < len(ps) {
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
func (d *mDefinition) impliedTypes(attrs []string) map[string]types.ScalarAttributeType {
	out := map[string]types.ScalarAttributeType{}
	for _, attr := range attrs {
		if f := d.attribute(attr); f != nil {
			out[attr] = nativeType(f)
			continue
		}
		for _, r := range d.e.rows() {
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
func (d *mDefinition) checkMembership() {
	_, wrong := d.e.table.faults()
	for _, ix := range d.e.table.indexes {
		if d.e.row(ix) != nil || wrong[ix] {
			continue
		}
		if _, in := d.implied(ix.attrs()); in {
			d.fault("its attributes put it into %s %v, which it does not declare: call Index, or AlsoIn to accept that", ix.name, ix.attrs())
		}
	}
}

// checkHomes makes sure that every field of a key can be read back, and that every field has a place.
func (d *mDefinition) checkHomes() {
	rows := append(d.e.rows(), d.e.also...)
	told := map[field.Unstored]bool{} // a struct that lies in itself is met again
	for _, f := range d.e.proto.Fields() {
		if d.e.proto.Marshals() || d.insideHome(f) {
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
			if slices.Contains(r.fields(), f) {
				in = append(in, r.index.name)
			}
		}
		here := f.Unstored()
		switch {
		case d.e.primary.keeps(f), d.isKept(f), told[here]:
		case slices.ContainsFunc(rows, func(r *mIndexKeys) bool { return r.faulty }):
			// told already: it may be meant for the key that is wrong
		case slices.Contains(in, "primary"):
			d.fault("field %s is dynamodbav:\"-\", and the primary key holds it in part only: it needs an attribute", f.Name)
		case len(in) > 0:
			d.fault("field %s is dynamodbav:\"-\" and only in the keys of %v, which an item can leave: it needs an attribute", f.Name, in)
		case f.Type == d.revision && d.e.revision == nil && d.holder(f) == nil:
			d.fault("field %s is a Revision, and nothing fills it: declare it with d.Revision", f.Name)
		case !tagged(d.e.proto.Type(), f):
			d.fault("field %s is hidden by another of its name, as attributevalue has it: it would not be stored", f.Name)
		default:
			d.fault("field %s is dynamodbav:\"-\" and in no key: it would be lost", f.Name)
			told[here] = true
		}
	}
}

// insideHome reports whether f lies inside a field that is itself without an attribute, which is reported, or that says itself
// how it is stored.
func (d *mDefinition) insideHome(f *field.Field) bool {
	return slices.ContainsFunc(d.e.proto.Fields(), func(outer *field.Field) bool {
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
func (d *mDefinition) checkWhen() {
	for _, r := range d.e.indexed {
		if len(r.when) == 0 || r.faulty {
			continue
		}
		for _, c := range r.when {
			p, err := d.e.declared(c)
			if err != nil {
				d.fault("%s: When: %w", r.index.name, err)
				continue
			}
			r.unless = append(r.unless, p)
		}
		if len(r.owns()) == 0 && !r.sparseByItself() && len(r.unasked()) == 0 {
			d.fault("%s: When cannot take an item out: each of %v is a field's own attribute or shared with another row: say Present of such a field, tagged omitempty", r.index.name, r.index.attrs())
		}
	}
}

// checkTold refuses a primary key that tells items apart by shards alone, which many of them share. The totals of an
// aggregate are such items: one a shard.
func (d *mDefinition) checkTold() {
	shards := 0
	for _, k := range d.e.primary.keys() {
		for _, p := range k.template.Parts() {
			switch p.Kind {
			case template.Literal:
			case template.Shard:
				shards++
			default:
				return
			}
		}
	}
	if shards == 0 || d.e.made {
		return
	}
	d.fault("primary: the key %s has a Shard and nothing that tells the items of one shard apart: they would overwrite each other; let it hold the field itself, too, by Str", d.e.shape())
}

// checkOmitted refuses Native numbers that are left out when they are 0, unless the row says that they may be missing.
func (d *mDefinition) checkOmitted() {
	for _, r := range d.e.rows() {
		if r.faulty {
			continue // told already
		}
		for _, f := range r.unasked() {
			d.fault("%s: Native(%s) is omitted when it is 0, and the item would be missing from the index: a number is never empty; drop \",omitempty\", or leave such items out with When(Present(&…))", r.index.name, f.Name)
		}
	}
}

// unasked returns the row's Native numbers that are left out when they are 0, and of which no When asks that they are there.
func (r *mIndexKeys) unasked() (fs []*field.Field) {
	for _, f := range r.fields() {
		if f.OmitEmpty && isNumber(f.Type) && r.index.isKey(f.Attr()) && !r.asks(f) {
			fs = append(fs, f)
		}
	}
	return fs
}

// asks reports whether the row's When asks that the field is there.
func (r *mIndexKeys) asks(f *field.Field) bool {
	return slices.ContainsFunc(r.when, func(c clause) bool {
		if c.op != opPresent {
			return false
		}
		g, err := r.entity.proto.Resolve(c.ptr)
		return err == nil && g == f
	})
}

// sparseByItself reports whether the row is left because each condition is that one of its Native fields is there.
func (r *mIndexKeys) sparseByItself() bool {
	for _, c := range r.when {
		f, vals, err := r.entity.operands(c)
		if err != nil || !f.OmitEmpty || !slices.Contains(r.fields(), f) || f.Attr() == "" || !r.index.isKey(f.Attr()) {
			return false
		}
		switch c.op {
		case opPresent:
		case opNe:
			if !omitted(f, vals[0]) || isNumber(f.Type) { // an Add makes a zero that is there
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
func (r *mIndexKeys) keptByItself() bool {
	native := false
	for _, k := range r.keys() {
		switch {
		case k.template.Native():
			native = true
		case !r.entity.table.primary.isKey(k.attrs[0]):
			return false
		}
	}
	return native && r.sparseByItself()
}
