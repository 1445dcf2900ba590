package ddb

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/template"
)

// encode returns item, an addressable struct, as it is stored.
func (e *entity) encode(op string, it reflect.Value) (item, error) {
	attrs := make(item, len(e.proto.Fields())+2*len(e.indexed)+3)
	if err := e.codec.EncodeTo(attrs, it); err != nil {
		return nil, fmt.Errorf("ddb: %s %s: %w", op, e.name, err)
	}
	if e.ttl != nil && e.ttl.Get(it).IsZero() {
		delete(attrs, e.ttl.Attr()) // attributevalue would store a time long past
	}
	if err := e.primary.fill(op, it, attrs); err != nil {
		return nil, err
	}
	for _, r := range e.indexed {
		if !r.includes(attrs) {
			continue
		}
		if err := r.fill(op, it, attrs); err != nil {
			return nil, err
		}
	}
	if e.table.typeAttr != "" {
		attrs[e.table.typeAttr] = &types.AttributeValueMemberS{Value: e.name}
	}
	if e.schema > 0 {
		attrs[schemaAttr] = numberValue(int64(e.schema))
	}
	return attrs, nil
}

// includes reports whether an item with these attributes has the row.
func (r *Row) includes(attrs item) bool {
	for _, p := range r.unless {
		if !p(attrs) {
			return false
		}
	}
	return true
}

// fill adds the row's key attributes to attrs, which holds the item's own already.
func (r *Row) fill(op string, it reflect.Value, attrs item) error {
	ks := r.keys()
	texts := make([]types.AttributeValueMemberS, len(ks))
	for i, k := range ks {
		if k.template.Native() {
			if err := r.checkNative(op, k, attrs); err != nil {
				return r.within(attrs, err)
			}
			continue
		}
		if attrs[k.attrs[0]] != nil {
			continue // of a row that shares the attribute, and so the template
		}
		s, err := r.render(op, k, it)
		if err != nil {
			return r.within(attrs, err)
		}
		texts[i].Value = s
		attrs[k.attrs[0]] = &texts[i]
	}
	return nil
}

// within adds to an error of an index row which item it is of, and that it may stay out of the index.
func (r *Row) within(attrs item, err error) error {
	key, ok := errors.AsType[*KeyError](err)
	if !ok || r.index.kind == primaryIndex {
		return err
	}
	key.Key = r.index.table.keyText(attrs)
	if errors.Is(key.Err, template.ErrEmpty) {
		zero := `""`
		for _, f := range r.fields() {
			if f.Name == key.Field && f.Type == reflect.TypeFor[time.Time]() {
				zero = "time.Time{}"
			}
		}
		key.Err = fmt.Errorf("%w; items without it stay out of %s with When(Ne(&…, %s))", key.Err, r.index.name, zero)
	}
	return err
}

// render returns the text of a key that is not Native.
func (r *Row) render(op string, k key, it reflect.Value) (string, error) {
	s, err := k.template.Encode(it)
	if err != nil {
		return "", r.keyError(op, k, err)
	}
	if len(s) > k.maxBytes {
		return "", r.keyError(op, k, fmt.Errorf("has %d bytes, DynamoDB allows %d in a %s key", len(s), k.maxBytes, k.side))
	}
	return s, nil
}

// checkNative refuses values of Native fields that DynamoDB takes for no key.
func (r *Row) checkNative(op string, k key, attrs item) error {
	size := 0
	for i, p := range k.template.Parts() {
		switch av := attrs[k.attrs[i]].(type) {
		case *types.AttributeValueMemberS:
			size = len(av.Value)
		case *types.AttributeValueMemberB:
			size = len(av.Value)
		case *types.AttributeValueMemberN:
			size = 1
		default:
			size = 0
		}
		switch {
		case size == 0:
			return r.keyError(op, k, &template.ValueError{Field: p.Field.Name, Err: template.ErrEmpty})
		case size > k.maxBytes:
			return r.keyError(op, k, &template.ValueError{Field: p.Field.Name, Err: fmt.Errorf("has %d bytes, DynamoDB allows %d in a %s key", size, k.maxBytes, k.side)})
		}
	}
	return nil
}

func (r *Row) keyError(op string, k key, err error) error {
	out := &KeyError{Op: op, Entity: r.entity.name, Index: r.index.name, Template: k.template.String(), Err: err}
	if v, ok := errors.AsType[*template.ValueError](err); ok {
		out.Field, out.Err = v.Field, v.Err
	}
	return out
}

// key returns the primary key of an item whose key fields it holds.
func (e *entity) key(op string, it reflect.Value) (item, error) {
	attrs := make(item, 2)
	for _, k := range e.primary.keys() {
		if !k.template.Native() {
			continue
		}
		for i, p := range k.template.Parts() {
			av, err := encodeOperand(opEq, p.Field, p.Field.Get(it).Interface())
			if err != nil {
				return nil, fmt.Errorf("ddb: %s %s: field %s: %w", op, e.name, p.Field.Name, err)
			}
			attrs[k.attrs[i]] = av
		}
	}
	return attrs, e.primary.fill(op, it, attrs)
}

// keyOf returns the primary key attributes of an item.
func (t *Table) keyOf(s stored) item { return s.only(t.primary.attrs()) }

// keyText renders a primary key for errors: pk="s#1" sk="s#1".
func (t *Table) keyText(attrs item) string {
	var b strings.Builder
	for i, attr := range t.primary.attrs() {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(attr + "=" + valueText(attrs[attr]))
	}
	return b.String()
}

func valueText(av types.AttributeValue) string {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return fmt.Sprintf("%q", av.Value)
	case *types.AttributeValueMemberN:
		return av.Value
	case *types.AttributeValueMemberB:
		return fmt.Sprintf("0x%x", av.Value)
	case nil:
		return "(none)"
	}
	return fmt.Sprintf("(%T)", av)
}
