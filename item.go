package ddb

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/template"
)

// encode returns item, an addressable struct, as it is stored.
func (e *mEntity) encode(op string, it reflect.Value) (attr.Item, error) {
	attrs := make(attr.Item, len(e.proto.Fields())+2*len(e.indexed)+3)
	if err := e.encodeFields(attrs, it); err != nil {
		if bad := e.badNative(op, it); bad != nil {
			err = bad
		} else {
			err = e.fail(op, it, err)
		}
		return nil, err
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
	for i := range e.lone {
		if err := e.lone[i].check(op, attrs); err != nil {
			return nil, err
		}
	}
	if e.table.typeAttr != "" {
		attrs[e.table.typeAttr] = &types.AttributeValueMemberS{Value: e.name}
	}
	if e.schema > 0 {
		attrs[schemaAttr] = attr.Number(int64(e.schema))
	}
	return attrs, nil
}

// fail adds to an error about an item what was done and to which: its key, where there is one.
func (e *mEntity) fail(op string, it reflect.Value, err error) error {
	if key, bad := e.key(op, it); bad == nil {
		return fmt.Errorf("ddb: %s %s %s: %w", op, e.name, e.table.keyText(key), err)
	}
	return fmt.Errorf("ddb: %s %s: %w", op, e.name, err)
}

// encodeFields adds the attributes of the fields of it to attrs.
func (e *mEntity) encodeFields(attrs attr.Item, it reflect.Value) error {
	if err := e.codec.EncodeTo(attrs, it); err != nil || !e.proto.Marshals() {
		return e.told(err)
	}
	for _, name := range e.table.ownNames() {
		if attrs[name] != nil {
			return fault.Model("MarshalDynamoDBAttributeValue returns %q, which is the library's to fill", name)
		}
	}
	return nil
}

// badNative returns what is wrong with a value of a Native key, nil if nothing is.
func (e *mEntity) badNative(op string, it reflect.Value) error {
	for _, r := range e.rows() {
		for _, k := range r.keys() {
			if !k.template.Native() {
				continue
			}
			for i, f := range k.template.Fields() {
				if _, err := codec.EncodeField(f, f.Get(it)); err == nil {
					continue
				}
				if _, err := r.native(op, k, i, f.Get(it)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// includes reports whether an item with these attributes has the row.
func (r *mIndexKeys) includes(attrs attr.Item) bool {
	for _, p := range r.unless {
		if !p(attrs) {
			return false
		}
	}
	return true
}

// fill adds the row's key attributes to attrs, which holds the item's own already.
func (r *mIndexKeys) fill(op string, it reflect.Value, attrs attr.Item) error {
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
func (r *mIndexKeys) within(attrs attr.Item, err error) error {
	key, ok := errors.AsType[*fault.KeyError](err)
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
		if r.kept {
			key.Err = fmt.Errorf("%w; items without it stay out of %s with When(Present(&…)) and the tag \",omitempty\"", template.ErrEmpty, r.index.name)
		}
	}
	return err
}

// render returns the text of a key that is not Native.
func (r *mIndexKeys) render(op string, k key, it reflect.Value) (string, error) {
	s, err := k.template.Encode(it)
	if err != nil {
		return "", r.keyError(op, k, err)
	}
	if len(s) > k.maxBytes {
		return "", r.keyError(op, k, k.tooLong(len(s)))
	}
	return s, nil
}

// checkNative refuses values of Native fields that DynamoDB, or the library, takes for no key.
func (r *mIndexKeys) checkNative(op string, k key, attrs attr.Item) error {
	for i := range k.template.Fields() {
		if err := k.template.CheckNative(i, attrs[k.attrs[i]], k.limits(r)); err != nil {
			return r.keyError(op, k, err)
		}
	}
	return nil
}

func (r *mIndexKeys) keyError(op string, k key, err error) error {
	out := &fault.KeyError{Op: op, Entity: r.entity.name, Index: r.index.name, Template: k.template.String(), Err: err}
	if v, ok := errors.AsType[*template.ValueError](err); ok {
		out.Field, out.Err = v.Field, v.Err
	}
	return out
}

// key returns the primary key of an item whose key fields it holds.
func (e *mEntity) key(op string, it reflect.Value) (attr.Item, error) {
	attrs := make(attr.Item, 2)
	for _, k := range e.primary.keys() {
		if !k.template.Native() {
			continue
		}
		for i, f := range k.template.Fields() {
			av, err := e.primary.native(op, k, i, f.Get(it))
			if err != nil {
				return nil, err
			}
			attrs[k.attrs[i]] = av
		}
	}
	return attrs, e.primary.fill(op, it, attrs)
}

// keyOf returns the primary key attributes of an item.
func (t *mTable) keyOf(s attr.Stored) attr.Item { return s.Only(t.primary.attrs()) }

// keyText renders a primary key for errors: pk="s#1" sk="s#1".
func (t *mTable) keyText(attrs attr.Item) string {
	var b strings.Builder
	for i, attrName := range t.primary.attrs() {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(attrName + "=" + attr.Text(attrs[attrName]))
	}
	return b.String()
}
