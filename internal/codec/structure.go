package codec

import (
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/wire"
)

// structure is a struct type that is stored as a map of its fields.
type structure struct {
	fields []member
	names  names
	known  *index // the names of the fields
	size   size
}

// member is a stored field.
type member struct {
	name   string // of the attribute
	head   string // the name in JSON
	goName string
	typ    reflect.Type
	first  int   // index
	rest   []int // through embedded structs
	behind bool  // with a pointer among them
	*node
}

// structure encodes and decodes a struct. A struct that stores an embedded value of an unexported type is left to
// attributevalue.
func (c compiler) structure(n *node, t reflect.Type) bool {
	attrs := field.Attributes(t)
	for _, a := range attrs {
		if !t.FieldByIndex(a.Index).IsExported() {
			return false
		}
	}
	s := &structure{fields: make([]member, len(attrs))}
	n.fields = s
	for i, a := range attrs {
		s.fields[i] = member{
			name:   a.Name,
			head:   wire.Member(a.Name),
			goName: t.FieldByIndex(a.Index).Name,
			typ:    a.Type,
			first:  a.Index[0],
			rest:   a.Index[1:],
			node:   c.node(a.Type, tagOf(a.Options)),
		}
		s.size = s.size.plus(s.fields[i].size)
		for at := range len(a.Index) - 1 {
			s.fields[i].behind = s.fields[i].behind || t.FieldByIndex(a.Index[:at+1]).Type.Kind() == reflect.Pointer
		}
	}
	s.names = newNames(attrs)
	s.known = newIndex(s.names.order)
	n.wire = wireStructure(s)
	n.bareJSON, n.stored = jsonStructure(s), storedStructure(s)
	n.size = s.size
	n.bare = func(a *arena, v reflect.Value) (types.AttributeValue, error) {
		m := make(map[string]types.AttributeValue, len(s.fields))
		if err := s.encode(m, a, v); err != nil {
			return nil, err
		}
		return &types.AttributeValueMemberM{Value: m}, nil
	}
	n.dec = func(av types.AttributeValue, v reflect.Value) error {
		if m, ok := av.(*types.AttributeValueMemberM); ok {
			return s.decode(m.Value, v, &s.names)
		}
		return decodeOther(av, v)
	}
	return true
}

func (s *structure) encode(dst map[string]types.AttributeValue, a *arena, v reflect.Value) error {
	for i := range s.fields {
		f := &s.fields[i]
		fv := v.Field(f.first)
		if len(f.rest) > 0 {
			var found bool
			if fv, found = promoted(fv, f.rest); !found {
				continue
			}
		}
		av, err := f.enc(a, fv)
		if err != nil {
			return within(f.goName, err)
		}
		if av != nil {
			dst[f.name] = av
		}
	}
	return nil
}

// promoted follows index through embedded structs, and returns false at a nil pointer.
func promoted(v reflect.Value, index []int) (reflect.Value, bool) {
	for _, i := range index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, true
}

// decode sets the fields of v, found by name.
func (s *structure) decode(attrs map[string]types.AttributeValue, v reflect.Value, n *names) error {
	known := 0
	for i := range s.fields {
		f := &s.fields[i]
		av, ok := attrs[f.name]
		if !ok {
			continue
		}
		known++
		if err := f.decode(av, v); err != nil {
			return err
		}
	}
	for _, name := range n.beside {
		if known == len(attrs) {
			return nil
		}
		if _, ok := attrs[name]; ok {
			known++
		}
	}
	if known == len(attrs) {
		return nil
	}
	folded := n.folded(attrs)
	for i := range s.fields {
		if name, ok := folded[i]; ok {
			if err := s.fields[i].decode(attrs[name], v); err != nil {
				return err
			}
		}
	}
	return nil
}

// decode sets the field of v, a struct.
func (f *member) decode(av types.AttributeValue, v reflect.Value) error {
	fv := v.Field(f.first)
	if len(f.rest) > 0 {
		var err error
		if fv, err = allocated(fv, f.rest); err != nil {
			return within(f.goName, err)
		}
	}
	if err := f.dec(av, fv); err != nil {
		return within(f.goName, err)
	}
	return nil
}

// allocated follows index through embedded structs, and allocates behind nil pointers.
func allocated(v reflect.Value, index []int) (reflect.Value, error) {
	for _, i := range index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				if !v.CanSet() {
					return v, fmt.Errorf("it is promoted from a nil pointer to the unexported %s", v.Type().Elem())
				}
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, nil
}
