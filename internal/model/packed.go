package model

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/field"
)

// packed says why a condition on a field cannot be evaluated in DynamoDB, because the field is compressed, or inside one that
// is; "" if it can.
func packed(op Operator, f *field.Field) string {
	switch {
	case f.Packing == nil:
	case f.Nested():
		return "it is inside a field that is compressed, which DynamoDB does not look into: compare in the program, or store what is compared in a field of its own"
	case op != OpPresent && op != OpAbsent:
		return "it is compressed, so only Present and Absent hold of it in DynamoDB: compare in the program, or store what is compared in a field of its own"
	}
	return ""
}

// At returns the value of a stored field in the attributes of an item, not compressed; nil if there is none.
func At(f *field.Field, attrs attr.Item) (types.AttributeValue, error) {
	if f.Packing == nil {
		return attr.At(attrs, f.Path), nil
	}
	av, err := f.Packing.Unpack(attrs[f.Attr()])
	if err != nil || av == nil {
		return nil, err
	}
	return attr.At(attr.Item{f.Attr(): av}, f.Path), nil
}

// Merged returns what is to be stored of a field that was read as was and is to be is, neither of them compressed: what is
// stored, with what differs between the two; is if nothing is stored. A value that stays the same stays as it is stored, so
// that no write sends it again.
func (e *Entity) Merged(f *field.Field, stored, was, is types.AttributeValue) (types.AttributeValue, error) {
	if f.Packing == nil {
		return orElse(attr.Merge(stored, was, is), is), nil
	}
	if stored != nil && was != nil && is != nil && attr.Equal(was, is) {
		return stored, nil
	}
	plain, err := f.Packing.Unpack(stored)
	if err == nil {
		plain, err = f.Packing.Pack(orElse(attr.Merge(plain, was, is), is))
	}
	if err != nil {
		return nil, &codec.Error{Path: f.Name, Err: err}
	}
	return plain, nil
}

func orElse(av, other types.AttributeValue) types.AttributeValue {
	if av == nil {
		return other
	}
	return av
}

// unpacked returns a copy of attrs with the values that are stored compressed. A binary that is no compressed value stays: the
// field may have been bytes in an older schema, and else it cannot be decoded afterwards.
func (e *Entity) unpacked(attrs attr.Item) attr.Item {
	out := attr.DeepCopy(&types.AttributeValueMemberM{Value: attrs}).(*types.AttributeValueMemberM).Value
	for name, p := range e.packings {
		if av, err := p.Unpack(attrs[name]); err == nil && av != nil {
			out[name] = av
		}
	}
	return out
}

// SameItem reports whether two stored items have the same values, each in whatever form.
func (e *Entity) SameItem(a, b attr.Item) bool {
	return attr.EqualItems(a, b) || len(e.packings) > 0 && attr.EqualItems(e.unpacked(a), e.unpacked(b))
}

// repack compresses values that are not those of from, the item before a change. The others are stored as they were.
func (e *Entity) repack(attrs, from attr.Item) error {
	for name, p := range e.packings {
		av := attrs[name]
		if av == nil {
			continue
		}
		if was, err := p.Unpack(from[name]); err == nil && was != nil && attr.Equal(was, av) {
			attrs[name] = from[name]
			continue
		}
		if _, stored := av.(*types.AttributeValueMemberB); stored {
			continue // which the program wrote in this form
		}
		av, err := p.Pack(av)
		if err != nil {
			return &codec.Error{Path: name, Err: err}
		}
		attrs[name] = av
	}
	return nil
}
