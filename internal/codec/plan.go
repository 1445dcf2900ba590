package codec

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/field"
)

// Plan encodes and decodes one struct type. It is immutable and safe for concurrent use.
type Plan struct {
	typ      reflect.Type
	compiled func() *compiled // on first use, as few programs use all types that they define
}

type compiled struct {
	fields   *structure
	names    names
	known    *index // the names of the fields, then those beside
	encWhole bool   // attributevalue encodes
	decWhole bool   // attributevalue decodes

	packings map[string]*Packing // of the attributes that are compressed
}

var plans sync.Map // of reflect.Type to *Plan

// For returns the plan of t, a struct type.
func For(t reflect.Type) *Plan {
	if p, ok := plans.Load(t); ok {
		return p.(*Plan)
	}
	kept, _ := plans.LoadOrStore(t, &Plan{t, sync.OnceValue(func() *compiled { return compile(t) })})
	return kept.(*Plan)
}

func compile(t reflect.Type) *compiled {
	n := nodeOf(t, 0)
	c := &compiled{
		fields:   n.fields,
		encWhole: n.fields == nil || reflect.PointerTo(t).Implements(marshalerType),
		decWhole: n.fields == nil || reflect.PointerTo(t).Implements(unmarshalerType),
	}
	if c.fields == nil {
		c.fields = &structure{names: newNames(field.Attributes(t))}
	}
	c.names = c.fields.names
	c.known = c.fields.known
	return c
}

// Beside returns a plan for items in which these attribute names match only their exact spelling. Attributes beside the
// fields, such as keys and the type, are never decoded into a field that differs only in case, and a field of such a
// name is decoded from no other. The plan is also faster if it knows all attribute names, because otherwise it must
// look for such fields.
func (p *Plan) Beside(names ...string) *Plan {
	return &Plan{p.typ, sync.OnceValue(func() *compiled {
		with := *p.compiled()
		with.names = with.names.apart(names...)
		with.known = newIndex(slices.Concat(with.fields.names.order, with.names.beside))
		return &with
	})}
}

// Type returns the struct type.
func (p *Plan) Type() reflect.Type { return p.typ }

// Size returns the maximum number of attributes of an item, 0 if only attributevalue knows it.
func (p *Plan) Size() int { return len(p.compiled().fields.fields) }

// Encode returns the attributes of item, as attributevalue.MarshalMap does. As there, a marshaler with a pointer
// receiver is used only if its value is addressable: pass reflect.ValueOf(&item).Elem().
func (p *Plan) Encode(item reflect.Value) (map[string]types.AttributeValue, error) {
	dst := make(map[string]types.AttributeValue, p.Size())
	if err := p.EncodeTo(dst, item); err != nil {
		return nil, err
	}
	return dst, nil
}

// EncodeTo is Encode into a map of the caller. After an error the map contains some of the attributes.
func (p *Plan) EncodeTo(dst map[string]types.AttributeValue, item reflect.Value) error {
	if item.Type() != p.typ {
		return fmt.Errorf("a %s where a %s is expected", item.Type(), p.typ)
	}
	c := p.compiled()
	if c.encWhole {
		return marshalMap(dst, item) // whose values are not compressed: it marshals itself
	}
	if err := c.fields.flat(item, maxLevels); err != nil {
		return err
	}
	a := &arena{next: c.fields.size}
	if err := c.fields.encode(dst, a, item); err != nil {
		return err
	}
	return c.fields.flatAttributes(dst)
}

// Decode sets the fields of dst, an addressable zero struct, from attrs, as attributevalue.UnmarshalMap does. An
// attribute name that differs from a field's only in case matches too, except for the names of Beside. Of several
// matches the exact name wins, then the least one, where attributevalue's choice is random. An item that unmarshals
// itself gets all attributes. After an error dst has some of the values.
func (p *Plan) Decode(attrs map[string]types.AttributeValue, dst reflect.Value) error {
	if dst.Type() != p.typ {
		return fmt.Errorf("a %s where a %s is expected", dst.Type(), p.typ)
	}
	c := p.compiled()
	if c.decWhole {
		if !unmarshals(p.typ) {
			attrs = c.names.cleared(attrs)
		}
		attrs, err := c.unpacked(attrs)
		if err != nil {
			return err
		}
		return unmarshalMap(attrs, dst)
	}
	return c.fields.decode(attrs, dst, &c.names)
}

func marshalMap(dst map[string]types.AttributeValue, item reflect.Value) (err error) {
	defer refuse(&err)
	if !marshals(item.Type()) && fieldsTooDeep(item, 1, maxLevels) {
		return errNested
	}
	if err := sound(item, 0); err != nil {
		return err
	}
	in := item
	if item.CanAddr() {
		in = item.Addr()
	}
	av, err := attributevalue.Marshal(in.Interface())
	if err != nil {
		return err
	}
	m, ok := av.(*types.AttributeValueMemberM)
	if !ok || m == nil {
		return valueError(fmt.Sprintf("a %s marshals itself as a %T: an item is a map of attributes", item.Type(), av))
	}
	for name, av := range m.Value {
		if levels(av) > maxLevels {
			return withinKey(name, errNested)
		}
	}
	if err := checkMap(m.Value); err != nil {
		return err
	}
	maps.Copy(dst, m.Value)
	return nil
}

func unmarshalMap(attrs map[string]types.AttributeValue, dst reflect.Value) (err error) {
	defer refuse(&err)
	return attributevalue.UnmarshalMap(attrs, dst.Addr().Interface())
}
