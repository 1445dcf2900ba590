package ddb

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/field"
)

// predicate is a condition evaluated here instead of in DynamoDB, on an item's attributes and with DynamoDB's rules.
type predicate func(attrs item) bool

// item is an item as it is stored.
type item = map[string]types.AttributeValue

// declared compiles a condition of When, whose constants are the program's: bounds that cross are a mistake there, and
// no empty range that somebody asked for.
func (e *entity) declared(c Cond) (predicate, error) {
	if cc, err := e.compileCond(c); err == nil {
		if f := cc.crosses(); f != nil {
			return nil, modelFault("field %s: the bounds of Between cross", f.Name)
		}
	}
	return e.predicate(c)
}

// predicate compiles a condition that is evaluated here. Its fields need attributes of their own.
func (e *entity) predicate(c Cond) (predicate, error) {
	cc, err := e.compileCond(c)
	switch {
	case err != nil:
		return nil, err
	case !cc.local():
		return nil, modelFault("Expr cannot be checked here: use the conditions of this package")
	}
	return cc.holds, nil
}

// lookup returns the value at a document path, nil if there is none.
func lookup(attrs item, path []string) types.AttributeValue {
	av := attrs[path[0]]
	for _, name := range path[1:] {
		m, ok := av.(*types.AttributeValueMemberM)
		if !ok {
			return nil
		}
		av = m.Value[name]
	}
	return av
}

// holds compares have, nil where the attribute is absent, as DynamoDB would.
func holds(op operator, f *field.Field, have types.AttributeValue, vals []types.AttributeValue) bool {
	switch op {
	case opPresent:
		return have != nil
	case opAbsent:
		return have == nil
	case opEq, opNe, opIn:
		equal := slices.ContainsFunc(vals, func(v types.AttributeValue) bool {
			return have != nil && equalValues(have, v) || have == nil && omitted(f, v)
		})
		return equal == (op != opNe)
	default:
		return have != nil && compares(op, have, vals)
	}
}

// compares is holds for an attribute that is there.
func compares(op operator, have types.AttributeValue, vals []types.AttributeValue) bool {
	switch op {
	case opStartsWith:
		h, ok := have.(*types.AttributeValueMemberS)
		return ok && strings.HasPrefix(h.Value, vals[0].(*types.AttributeValueMemberS).Value)
	case opContains, opHas:
		return contains(have, vals[0])
	case opBetween:
		lo, ok := compareValues(have, vals[0])
		hi, ok2 := compareValues(have, vals[1])
		return ok && ok2 && lo >= 0 && hi <= 0
	default:
	}
	c, ok := compareValues(have, vals[0])
	if !ok {
		return false
	}
	switch op {
	case opLt:
		return c < 0
	case opLe:
		return c <= 0
	case opGt:
		return c > 0
	case opGe:
		return c >= 0
	default:
		panic(fmt.Sprintf("ddb: operator %q is not a comparison", op))
	}
}

// compareValues orders two values of one scalar type; ok is false for others, which DynamoDB does not order.
func compareValues(a, b types.AttributeValue) (c int, ok bool) {
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
			return compareNumbers(a.Value, b.Value)
		}
	}
	return 0, false
}

// compareNumbers orders two numbers exactly, by their text.
func compareNumbers(a, b string) (c int, ok bool) {
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

// equalValues reports whether two values are the same to DynamoDB: numbers by value, sets without order.
func equalValues(a, b types.AttributeValue) bool {
	if c, ok := compareValues(a, b); ok {
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
		return ok && slices.EqualFunc(a.Value, b.Value, equalValues)
	case *types.AttributeValueMemberM:
		b, ok := b.(*types.AttributeValueMemberM)
		return ok && equalItems(a.Value, b.Value)
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

// equalItems reports whether two maps hold equal values under the same names.
func equalItems(a, b item) bool {
	if len(a) != len(b) {
		return false
	}
	for name, v := range a {
		if w, ok := b[name]; !ok || !equalValues(v, w) {
			return false
		}
	}
	return true
}

func sameNumber(x, y string) bool {
	c, ok := compareNumbers(x, y)
	return ok && c == 0
}

func sameSet[E any](a, b []E, same func(x, y E) bool) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x E) bool {
		return !slices.ContainsFunc(b, func(y E) bool { return same(x, y) })
	})
}

func contains(have, want types.AttributeValue) bool {
	switch h := have.(type) {
	case *types.AttributeValueMemberS:
		w, ok := want.(*types.AttributeValueMemberS)
		return ok && strings.Contains(h.Value, w.Value)
	case *types.AttributeValueMemberL:
		return slices.ContainsFunc(h.Value, func(e types.AttributeValue) bool { return equalValues(e, want) })
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
