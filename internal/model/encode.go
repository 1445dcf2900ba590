package model

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/template"
)

// Encode returns the attributes of an item, an addressable struct, as they are stored.
func (e *Entity) Encode(op string, it reflect.Value) (attr.Item, error) {
	return e.encode(e.Codec, op, it)
}

// EncodePlain is Encode without compression, for comparisons.
func (e *Entity) EncodePlain(op string, it reflect.Value) (attr.Item, error) {
	return e.encode(e.plain, op, it)
}

func (e *Entity) encode(by *codec.Plan, op string, it reflect.Value) (attr.Item, error) {
	attrs := make(attr.Item, len(e.Proto.Fields())+2*len(e.Indexed)+3)
	if err := e.encodeFields(by, attrs, it); err != nil {
		if bad := e.badNative(op, it); bad != nil {
			err = bad
		} else {
			err = e.fail(op, it, err)
		}
		return nil, err
	}
	if e.TTL != nil && e.TTL.Get(it).IsZero() {
		delete(attrs, e.TTL.Attr()) // attributevalue would store a time in the distant past
	}
	if err := e.Primary.fill(op, it, attrs); err != nil {
		return nil, err
	}
	for _, r := range e.Indexed {
		if !r.includes(attrs) {
			continue
		}
		if err := r.fill(op, it, attrs); err != nil {
			return nil, err
		}
	}
	for i := range e.IndexFields {
		if err := e.IndexFields[i].Check(op, attrs); err != nil {
			return nil, err
		}
	}
	if e.Table.TypeAttr != "" {
		attrs[e.Table.TypeAttr] = &types.AttributeValueMemberS{Value: e.Name}
	}
	if e.Schema > 0 {
		attrs[SchemaAttr] = attr.Number(int64(e.Schema))
	}
	return attrs, nil
}

// fail adds operation, entity and, if it can be rendered, the key to an error about an item.
func (e *Entity) fail(op string, it reflect.Value, err error) error {
	if key, bad := e.Key(op, it); bad == nil {
		return fmt.Errorf("ddb: %s %s %s: %w", op, e.Name, e.Table.KeyText(key), err)
	}
	return fmt.Errorf("ddb: %s %s: %w", op, e.Name, err)
}

// encodeFields adds the attributes of the fields of it to attrs.
func (e *Entity) encodeFields(by *codec.Plan, attrs attr.Item, it reflect.Value) error {
	if err := by.EncodeTo(attrs, it); err != nil || !e.Proto.Marshals() {
		return e.WithAdvice(err)
	}
	for _, name := range e.Table.ownNames() {
		if attrs[name] != nil {
			return fault.Model("MarshalDynamoDBAttributeValue returns attribute %q, which the library sets: leave it out", name)
		}
	}
	return nil
}

// badNative returns the error of an invalid value of a Native key, nil if there is none.
func (e *Entity) badNative(op string, it reflect.Value) error {
	for _, r := range e.AllKeys() {
		for _, k := range r.Keys() {
			if !k.Template.Native() {
				continue
			}
			for i, f := range k.Template.Fields() {
				if _, err := codec.EncodeField(f, f.Get(it)); err == nil {
					continue
				}
				if _, err := r.Native(op, k, i, f.Get(it)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// includes reports whether an item with these attributes has an entry in the index.
func (r *IndexKeys) includes(attrs attr.Item) bool {
	for _, p := range r.Unless {
		if !p(attrs) {
			return false
		}
	}
	return true
}

// fill adds the key attributes of the index to attrs, which has those of the fields.
func (r *IndexKeys) fill(op string, it reflect.Value, attrs attr.Item) error {
	ks := r.Keys()
	texts := make([]types.AttributeValueMemberS, len(ks))
	for i, k := range ks {
		if k.Template.Native() {
			if err := r.CheckNative(op, k, attrs); err != nil {
				return r.within(attrs, err)
			}
			continue
		}
		if attrs[k.Attrs[0]] != nil {
			continue // set by an index that shares the attribute and the template
		}
		s, err := r.Render(op, k, it)
		if err != nil {
			return r.within(attrs, err)
		}
		texts[i].Value = s
		attrs[k.Attrs[0]] = &texts[i]
	}
	return nil
}

// within adds the item's key to an error of an index key, and how items without the value can stay out of the index.
func (r *IndexKeys) within(attrs attr.Item, err error) error {
	key, ok := errors.AsType[*fault.KeyError](err)
	if !ok || r.Index.Kind == PrimaryIndex {
		return err
	}
	key.Key = r.Index.Table.KeyText(attrs)
	if errors.Is(key.Err, template.ErrEmpty) {
		zero := `""`
		for _, f := range r.Fields() {
			if f.Name == key.Field && f.Type == reflect.TypeFor[time.Time]() {
				zero = "time.Time{}"
			}
		}
		key.Err = fmt.Errorf("%w; items without it stay out of %s with When(Ne(&…, %s))", key.Err, r.Index.Name, zero)
		if r.NativeOnly {
			key.Err = fmt.Errorf("%w; items without it stay out of %s with When(Present(&…)) and the tag \",omitempty\"", template.ErrEmpty, r.Index.Name)
		}
	}
	return err
}

// Render returns the text of a key that is not Native.
func (r *IndexKeys) Render(op string, k Key, it reflect.Value) (string, error) {
	s, err := k.Template.Encode(it)
	if err != nil {
		return "", r.KeyError(op, k, err)
	}
	if len(s) > k.MaxBytes {
		return "", r.KeyError(op, k, k.TooLong(len(s)))
	}
	return s, nil
}

// CheckNative reports values of Native fields that are invalid in a key.
func (r *IndexKeys) CheckNative(op string, k Key, attrs attr.Item) error {
	for i := range k.Template.Fields() {
		if err := k.Template.CheckNative(i, attrs[k.Attrs[i]], k.Limits(r)); err != nil {
			return r.KeyError(op, k, err)
		}
	}
	return nil
}

// KeyError returns err as the error of rendering k in operation op. A [template.ValueError] also names the field.
func (r *IndexKeys) KeyError(op string, k Key, err error) error {
	out := &fault.KeyError{Op: op, Entity: r.Entity.Name, Index: r.Index.Name, Template: k.Template.String(), Err: err}
	if v, ok := errors.AsType[*template.ValueError](err); ok {
		out.Field, out.Err = v.Field, v.Err
	}
	return out
}

// Key returns the primary key of an item. Only the fields of the key need to be set.
func (e *Entity) Key(op string, it reflect.Value) (attr.Item, error) {
	attrs := make(attr.Item, 2)
	for _, k := range e.Primary.Keys() {
		if !k.Template.Native() {
			continue
		}
		for i, f := range k.Template.Fields() {
			av, err := e.Primary.Native(op, k, i, f.Get(it))
			if err != nil {
				return nil, err
			}
			attrs[k.Attrs[i]] = av
		}
	}
	return attrs, e.Primary.fill(op, it, attrs)
}

// PartitionOf returns the value of the first attribute of the partition key. Only the fields of that key need to be set.
func (e *Entity) PartitionOf(op string, it reflect.Value) (types.AttributeValue, error) {
	k := e.Primary.Keys()[0]
	if k.Template.Native() {
		return e.Primary.Native(op, k, 0, k.Template.Fields()[0].Get(it))
	}
	text, err := e.Primary.Render(op, k, it)
	return &types.AttributeValueMemberS{Value: text}, err
}
