package write

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/plan"
)

// edit is a change of one field, resolved and encoded.
type edit struct {
	op    editOp
	f     *field.Field
	at    any                  // an int for a list, the text of the key for a map
	value types.AttributeValue // nil if the edit removes the attribute, or changes nothing
	v     reflect.Value        // the field's value after the edit, if whole
}

// whole reports whether the edit determines the field's new value.
func (x *edit) whole() bool { return x.at == nil && (x.op == EditSet || x.op == EditRemove) }

// String names the edit: "add Score", "set Tags[2]".
func (x *edit) String() string { return string(x.op) + " " + x.f.Name + x.element() }

func (x *edit) element() string {
	switch at := x.at.(type) {
	case int:
		return "[" + strconv.Itoa(at) + "]"
	case string:
		return "[" + strconv.Quote(at) + "]"
	}
	return ""
}

// overlaps reports whether both edits are about one document path, or one path contains the other.
func (x *edit) overlaps(y *edit) bool {
	if x.f == y.f && x.at != nil && y.at != nil {
		return x.at == y.at
	}
	return x.f.Overlaps(y.f)
}

// editsOf compiles changes. It returns an error if one is invalid or two overlap.
func editsOf(e *model.Entity, changes []Change) ([]edit, error) {
	out := make([]edit, 0, len(changes))
	for _, c := range changes {
		x, err := oneEdit(e, c)
		if err != nil {
			return nil, err
		}
		for i := range out {
			if out[i].overlaps(&x) {
				return nil, fault.Model("%s and %s overlap: DynamoDB refuses that in one update: remove one", &out[i], &x)
			}
		}
		out = append(out, x)
	}
	return out, nil
}

func oneEdit(e *model.Entity, c Change) (edit, error) {
	f, err := e.Resolve(c.Ptr)
	if err != nil {
		return edit{}, fmt.Errorf("%s: %w", c.Op, err)
	}
	x := edit{op: c.Op, f: f, at: c.At}
	bad := x.textKey()
	if why := editingOf(e).of(f).refused; why != "" {
		return edit{}, fault.Model("%s: %s", &x, why)
	}
	if why := x.misfit(); why != "" {
		return edit{}, fault.Model("%s: %s", &x, why)
	}
	if bad != nil {
		return edit{}, fmt.Errorf("%s: %w", &x, bad)
	}
	if x.op == EditRemove {
		x.v = reflect.Zero(f.Type)
		return x, nil
	}
	v := reflect.ValueOf(c.Vals[0])
	if !v.IsValid() {
		v = reflect.Zero(x.operandType())
	}
	if (x.op != EditSet && x.op != EditDefault && x.op != EditAdd && x.op != EditSub) && v.Len() == 0 {
		return x, nil // without elements the edit changes nothing
	}
	encode := codec.EncodeField
	if x.at != nil {
		encode = codec.EncodeElem
	}
	g := f
	if x.op != EditSet || x.at != nil {
		g = model.KeepEmpty(f)
	}
	if x.value, err = encode(g, v); err != nil {
		return edit{}, fmt.Errorf("%s: %w", &x, e.WithAdvice(err))
	}
	if f.Packing != nil {
		if x.value, err = f.Packing.Pack(x.value); err != nil {
			return edit{}, fmt.Errorf("%s: %w", &x, err)
		}
	}
	if f == e.TTL && v.IsZero() {
		x.value = nil // the zero time means that the item never expires
	}
	if (x.op == EditSet || x.op == EditDefault) && x.at == nil {
		x.v = v
	}
	if x.value == nil && x.op != EditSet {
		return edit{}, fault.Model("%s: this value of type %s is stored as no attribute: use Remove", &x, v.Type())
	}
	if x.op == EditAdd || x.op == EditSub {
		if _, ok := x.value.(*types.AttributeValueMemberN); !ok {
			why := "stored as text (tag \",string\")"
			if f.Marshals() {
				why = fmt.Sprintf("of type %s, whose marshaler does not write a number", f.Type)
			}
			return edit{}, fault.Model("%s: the field is %s, and DynamoDB adds numbers only", &x, why)
		}
	}
	return x, nil
}

// textKey replaces the map key in x.at by its text, as a Put stores it.
func (x *edit) textKey() error {
	if _, position := x.at.(int); position || x.at == nil {
		return nil
	}
	key := reflect.ValueOf(x.at)
	x.at = key.String()
	text, err := codec.KeyText(key)
	if err == nil {
		x.at, err = text, codec.CheckKey(text)
	}
	return err
}

// operandType is the type of the value that the edit stores.
func (x *edit) operandType() reflect.Type {
	if x.at != nil {
		return x.f.Type.Elem()
	}
	return x.f.Type
}

// misfit says why the edit does not fit its field. It returns "" if the edit fits.
func (x *edit) misfit() string {
	set := x.f.StringSet || x.f.NumberSet || x.f.BinarySet
	switch {
	case !x.f.Stored():
		return "the field has no attribute of its own"
	case x.f.Packing != nil && x.f.Nested():
		return "the field that contains it is compressed, which DynamoDB does not look into: set the whole of that field, or use Modify"
	case x.f.Packing != nil && (x.at != nil || x.op != EditSet && x.op != EditDefault && x.op != EditRemove):
		return "the field is compressed, which DynamoDB does not look into: use Set, SetIfAbsent, Remove or Modify"
	case model.IsBytes(x.f.Type) && x.op != EditSet && x.op != EditDefault && x.op != EditRemove || model.IsBytes(x.f.Type) && x.at != nil:
		return "the field is binary: DynamoDB sets it as a whole only: use Set"
	case (x.op == EditAddTo || x.op == EditDeleteFrom) && !set:
		return "the field is a list: tag it stringset, numberset or binaryset to make it a set, or use Append"
	case (x.op == EditAppend || x.op == EditPrepend) && set:
		return "the field is a set, which has no order: use AddTo"
	case x.at != nil && set:
		return "the field is a set, which has no positions: use AddTo and DeleteFrom"
	}
	if at, ok := x.at.(int); ok && at < 0 {
		return "a position must not be negative"
	}
	return ""
}

// addTo adds the edit to an update expression.
func (x *edit) addTo(u *plan.Update, ex *plan.Expression) {
	if x.value == nil && x.op != EditSet && x.op != EditRemove {
		return // without elements the edit changes nothing
	}
	path := ex.Path(x.f.Path)
	switch at := x.at.(type) {
	case int:
		path += "[" + strconv.Itoa(at) + "]"
	case string:
		path += "." + ex.Name(at)
	}
	switch {
	case x.value == nil && (x.op == EditSet || x.op == EditRemove):
		u.Remove(path)
	case x.op == EditSet:
		u.Set(path, ex.Value(x.value))
	case x.op == EditDefault:
		u.Set(path, "if_not_exists("+path+", "+ex.Value(x.value)+")")
	case x.op == EditAdd, x.op == EditSub:
		sign := " + "
		if x.op == EditSub {
			sign = " - "
		}
		u.Set(path, "if_not_exists("+path+", "+ex.Value(&types.AttributeValueMemberN{Value: "0"})+")"+sign+ex.Value(x.value))
	case x.op == EditAppend, x.op == EditPrepend:
		have := "if_not_exists(" + path + ", " + ex.Value(&types.AttributeValueMemberL{Value: []types.AttributeValue{}}) + ")"
		parts := []string{have, ex.Value(x.value)}
		if x.op == EditPrepend {
			slices.Reverse(parts)
		}
		u.Set(path, "list_append("+strings.Join(parts, ", ")+")")
	case x.op == EditAddTo:
		u.Add(path, ex.Value(x.value))
	case x.op == EditDeleteFrom:
		u.Delete(path, ex.Value(x.value))
	}
}

// editing has the plan for an edit of each field of an entity. It is compiled once.
type editing struct {
	fields map[*field.Field]*editPlan
}

// editPlan says what an edit of one field affects.
type editPlan struct {
	refused  string             // why the field cannot be edited
	rendered []indexKey         // index keys that are rendered from it
	when     []*model.IndexKeys // sparse indexes whose When has a condition on it
	native   []*model.IndexKeys // indexes of which it is a Native key attribute
	uniques  []*model.Unique
}

// indexKey is the partition key or the sort key of an index.
type indexKey struct {
	keys *model.IndexKeys
	side int // its position in keys.Keys()
}

// editingOf compiles on first use: views declare derived fields after the entity, and before any write.
func editingOf(e *model.Entity) *editing {
	return e.Editor.Get(func() any {
		ed := &editing{fields: map[*field.Field]*editPlan{}}
		for _, f := range e.Proto.Fields() {
			ed.fields[f] = planEdit(e, f)
		}
		return ed
	}).(*editing)
}

func (ed *editing) of(f *field.Field) *editPlan { return ed.fields[f] }

func planEdit(e *model.Entity, f *field.Field) *editPlan {
	p := &editPlan{}
	switch by := e.DerivedBy(f); {
	case slices.ContainsFunc(e.Primary.Fields(), f.Overlaps):
		p.refused = "the field is part of the primary key: use Move"
	case e.Version != nil && e.Version.Overlaps(f):
		p.refused = "the library sets the version: remove the edit"
	case e.Created != nil && e.Created.Overlaps(f), e.Updated != nil && e.Updated.Overlaps(f):
		p.refused = "the library sets the timestamp: remove the edit"
	case by != "":
		p.refused = "only the view " + by + " writes this derived field: remove the edit"
	}
	for _, r := range e.Indexed {
		for i, k := range r.Keys() {
			for _, part := range k.Template.Parts() {
				switch {
				case part.Field == nil || !part.Field.Overlaps(f):
				case k.Template.Native():
					p.native = append(p.native, r)
				case !slices.Contains(p.rendered, indexKey{r, i}):
					p.rendered = append(p.rendered, indexKey{r, i})
				}
			}
		}
		if slices.ContainsFunc(conditionFields(r), f.Overlaps) {
			p.when = append(p.when, r)
		}
	}
	for _, u := range e.Uniques {
		if slices.ContainsFunc(u.Template.Fields(), f.Overlaps) || e.TTL != nil && e.TTL.Overlaps(f) {
			p.uniques = append(p.uniques, u)
		}
	}
	return p
}

// conditionFields returns the fields of the conditions in When.
func conditionFields(r *model.IndexKeys) (fs []*field.Field) {
	for _, c := range r.When {
		fs = append(fs, r.Entity.FieldsOf(c)...)
	}
	return fs
}
