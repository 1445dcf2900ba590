package attr

import (
	"bytes"
	"math/big"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Compare orders two values of one scalar type; ok is false for others, which DynamoDB does not order.
func Compare(a, b types.AttributeValue) (c int, ok bool) {
	switch a := a.(type) {
	case *types.AttributeValueMemberS:
		if b, same := b.(*types.AttributeValueMemberS); same {
			return strings.Compare(a.Value, b.Value), true
		}
	case *types.AttributeValueMemberB:
		if b, same := b.(*types.AttributeValueMemberB); same {
			return bytes.Compare(a.Value, b.Value), true
		}
	case *types.AttributeValueMemberN:
		if b, same := b.(*types.AttributeValueMemberN); same {
			return CompareNumbers(a.Value, b.Value)
		}
	}
	return 0, false
}

// CompareNumbers orders two numbers exactly, by their text.
func CompareNumbers(a, b string) (c int, ok bool) {
	if a == b {
		return 0, true
	}
	x, ok := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	if !ok || !ok2 {
		return 0, false
	}
	return x.Cmp(y), true
}

// Equal reports whether two values are the same to DynamoDB: numbers by value, sets without order.
func Equal(a, b types.AttributeValue) bool {
	if c, ok := Compare(a, b); ok {
		return c == 0
	}
	switch a := a.(type) {
	case *types.AttributeValueMemberBOOL:
		b, ok := b.(*types.AttributeValueMemberBOOL)
		return ok && a.Value == b.Value
	case *types.AttributeValueMemberNULL:
		_, ok := b.(*types.AttributeValueMemberNULL)
		return ok
	case *types.AttributeValueMemberL:
		b, ok := b.(*types.AttributeValueMemberL)
		return ok && slices.EqualFunc(a.Value, b.Value, Equal)
	case *types.AttributeValueMemberM:
		b, ok := b.(*types.AttributeValueMemberM)
		return ok && EqualItems(a.Value, b.Value)
	case *types.AttributeValueMemberSS:
		b, ok := b.(*types.AttributeValueMemberSS)
		return ok && sameSet(a.Value, b.Value, func(x, y string) bool { return x == y })
	case *types.AttributeValueMemberNS:
		b, ok := b.(*types.AttributeValueMemberNS)
		return ok && sameSet(a.Value, b.Value, sameNumber)
	case *types.AttributeValueMemberBS:
		b, ok := b.(*types.AttributeValueMemberBS)
		return ok && sameSet(a.Value, b.Value, bytes.Equal)
	}
	return false
}

// EqualItems reports whether two maps hold equal values under the same names.
func EqualItems(a, b Item) bool {
	if len(a) != len(b) {
		return false
	}
	for name, v := range a {
		if w, ok := b[name]; !ok || !Equal(v, w) {
			return false
		}
	}
	return true
}

func sameNumber(x, y string) bool {
	c, ok := CompareNumbers(x, y)
	return ok && c == 0
}

func sameSet[E any](a, b []E, same func(x, y E) bool) bool {
	if len(a) != len(b) {
		return false
	}
	for i, x := range a { // mostly in one order
		if !same(x, b[i]) && !slices.ContainsFunc(b, func(y E) bool { return same(x, y) }) {
			return false
		}
	}
	return true
}

// Contains reports whether want is a part of the string have, or an element of the list or set have.
func Contains(have, want types.AttributeValue) bool {
	switch h := have.(type) {
	case *types.AttributeValueMemberS:
		w, ok := want.(*types.AttributeValueMemberS)
		return ok && strings.Contains(h.Value, w.Value)
	case *types.AttributeValueMemberL:
		return slices.ContainsFunc(h.Value, func(e types.AttributeValue) bool { return Equal(e, want) })
	case *types.AttributeValueMemberSS:
		w, ok := want.(*types.AttributeValueMemberS)
		return ok && slices.Contains(h.Value, w.Value)
	case *types.AttributeValueMemberNS:
		w, ok := want.(*types.AttributeValueMemberN)
		return ok && slices.ContainsFunc(h.Value, func(e string) bool { return sameNumber(e, w.Value) })
	case *types.AttributeValueMemberBS:
		w, ok := want.(*types.AttributeValueMemberB)
		return ok && slices.ContainsFunc(h.Value, func(e []byte) bool { return bytes.Equal(e, w.Value) })
	}
	return false
}
