// Package codec turns structs into attribute maps and back, with the semantics of attributevalue and its default options,
// compiled once per type. Whatever is not proved identical goes to attributevalue itself.
package codec

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Plan encodes and decodes one struct type. It is immutable and safe for concurrent use.
type Plan struct {
	typ reflect.Type
}

var plans sync.Map // of reflect.Type to *Plan

// For returns the plan of t, a struct type, compiled on first use.
func For(t reflect.Type) *Plan {
	if p, ok := plans.Load(t); ok {
		return p.(*Plan)
	}
	p, _ := plans.LoadOrStore(t, &Plan{typ: t})
	return p.(*Plan)
}

// Type returns the struct type.
func (p *Plan) Type() reflect.Type { return p.typ }

// Encode returns the attributes of item, as attributevalue.MarshalMap does. As there, a marshaler with a pointer receiver
// is used only where its value can be addressed: pass reflect.ValueOf(&item).Elem().
func (p *Plan) Encode(item reflect.Value) (map[string]types.AttributeValue, error) {
	dst := map[string]types.AttributeValue{}
	if err := p.EncodeTo(dst, item); err != nil {
		return nil, err
	}
	return dst, nil
}

// EncodeTo is Encode into a map of the caller. After an error the map holds some of the attributes.
func (p *Plan) EncodeTo(dst map[string]types.AttributeValue, item reflect.Value) error {
	if item.Type() != p.typ {
		return fmt.Errorf("a %s where a %s is expected", item.Type(), p.typ)
	}
	in := item
	if item.CanAddr() {
		in = item.Addr()
	}
	m, err := attributevalue.MarshalMap(in.Interface())
	if err != nil {
		return err
	}
	for k, av := range m {
		dst[k] = av
	}
	return nil
}

// Decode sets the fields of dst, an addressable zero struct, from attrs, as attributevalue.UnmarshalMap does.
// After an error dst holds some of the values.
func (p *Plan) Decode(attrs map[string]types.AttributeValue, dst reflect.Value) error {
	if dst.Type() != p.typ {
		return fmt.Errorf("a %s where a %s is expected", dst.Type(), p.typ)
	}
	return attributevalue.UnmarshalMap(attrs, dst.Addr().Interface())
}
