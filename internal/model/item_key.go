package model

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/wire"
)

// AppendKey appends the primary key of an item in a canonical form: -0, 0 and 0.0 are the same number.
func (t *Table) AppendKey(dst []byte, s attr.Stored) []byte {
	for _, attrName := range t.Primary.Attrs() {
		if !s.JSON.IsZero() && s.JSON.Find(attrName).Kind() != wire.N {
			dst = s.JSON.Find(attrName).AppendKey(dst)
			continue
		}
		av := s.Attr(attrName)
		if n, ok := av.(*types.AttributeValueMemberN); ok {
			if d, err := decimal.Parse(n.Value); err == nil {
				av = &types.AttributeValueMemberN{Value: d.String()}
			}
		}
		dst = attr.AppendKeyValue(dst, av)
	}
	return dst
}

// KeyOf returns the primary key attributes of an item.
func (t *Table) KeyOf(s attr.Stored) attr.Item { return s.Only(t.Primary.Attrs()) }

// KeyText renders a primary key for errors: pk="s#1" sk="s#1".
func (t *Table) KeyText(attrs attr.Item) string {
	var b strings.Builder
	for i, attrName := range t.Primary.Attrs() {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(attrName + "=" + attr.Text(attrs[attrName]))
	}
	return b.String()
}

// ItemError returns the error of an item that cannot be read as one of e, which may be nil.
func (t *Table) ItemError(op string, e *Entity, s attr.Stored, err error) *fault.ItemError {
	out := &fault.ItemError{Op: op, Key: t.KeyText(t.KeyOf(s)), Item: s.Attributes(), Err: err}
	if e != nil {
		out.Entity = e.Name
	}
	return out
}
