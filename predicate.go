package ddb

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
)

// predicate is a condition evaluated here instead of in DynamoDB, on an item's attributes and with DynamoDB's rules.
type predicate func(attrs attr.Item) bool

// declared compiles a condition of When, whose constants are the program's: bounds that cross are a mistake there, and
// no empty range that somebody asked for.
func (e *mEntity) declared(c clause) (predicate, error) {
	if cc, err := e.compileCond(c); err == nil {
		if f := cc.crosses(); f != nil {
			return nil, fault.Model("field %s: the bounds of Between cross", f.Name)
		}
	}
	return e.predicate(c)
}

// predicate compiles a condition that is evaluated here. Its fields need attributes of their own.
func (e *mEntity) predicate(c clause) (predicate, error) {
	cc, err := e.compileCond(c)
	switch {
	case err != nil:
		return nil, err
	case !cc.local():
		return nil, fault.Model("Expr cannot be checked here: use the conditions of this package")
	}
	return cc.holds, nil
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
			return have != nil && attr.Equal(have, v) || have == nil && omitted(f, v)
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
		return attr.Contains(have, vals[0])
	case opBetween:
		lo, ok := attr.Compare(have, vals[0])
		hi, ok2 := attr.Compare(have, vals[1])
		return ok && ok2 && lo >= 0 && hi <= 0
	default:
	}
	c, ok := attr.Compare(have, vals[0])
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
