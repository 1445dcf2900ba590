package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
)

// Predicate is a condition that the program evaluates on an item's attributes, with DynamoDB's rules.
type Predicate func(attrs attr.Item) bool

// Declared compiles a condition of a definition. Its constants are fixed, so a Between with a lower bound above the upper one is a
// mistake, not an empty range.
func (e *Entity) Declared(c Clause) (Predicate, error) {
	if c.levels() > maxNested {
		return nil, fault.Model("conditions nest %d levels deep, %d are allowed: join them with And and Or of several", c.levels(), maxNested)
	}
	if cc, err := e.CompileCond(c); err == nil {
		if f := cc.crosses(); f != nil {
			return nil, fault.Model("field %s: the lower bound of Between is above the upper one", f.Name)
		}
	}
	return e.Predicate(c)
}

// maxNested is the number of levels of conditions that a design can describe.
const maxNested = 50

// levels is how deep conditions nest, 1 for a comparison.
func (c Clause) levels() int {
	n := 0
	for _, k := range c.Kids {
		n = max(n, k.levels())
	}
	return n + 1
}

// Predicate compiles a condition that the program evaluates. Its fields need attributes of their own.
func (e *Entity) Predicate(c Clause) (Predicate, error) {
	cc, err := e.CompileCond(c)
	switch {
	case err != nil:
		return nil, err
	case !cc.Local():
		return nil, fault.Model("the program cannot evaluate Expr: use other conditions of this package")
	}
	return cc.Holds, nil
}

// Holds compares have, nil where the attribute is absent, as DynamoDB would.
func Holds(op Operator, f *field.Field, have types.AttributeValue, vals []types.AttributeValue) bool {
	switch op {
	case OpPresent:
		return have != nil
	case OpAbsent:
		return have == nil
	case OpEq, OpNe, OpIn:
		equal := slices.ContainsFunc(vals, func(v types.AttributeValue) bool {
			return have != nil && attr.Equal(have, v) || have == nil && Omitted(f, v)
		})
		return equal == (op != OpNe)
	default:
		return have != nil && compares(op, have, vals)
	}
}

// compares is Holds for an attribute that is present.
func compares(op Operator, have types.AttributeValue, vals []types.AttributeValue) bool {
	switch op {
	case OpStartsWith:
		h, ok := have.(*types.AttributeValueMemberS)
		return ok && strings.HasPrefix(h.Value, vals[0].(*types.AttributeValueMemberS).Value)
	case OpContains, OpHas:
		return attr.Contains(have, vals[0])
	case OpBetween:
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
	case OpLt:
		return c < 0
	case OpLe:
		return c <= 0
	case OpGt:
		return c > 0
	case OpGe:
		return c >= 0
	default:
		panic(fmt.Sprintf("ddb: operator %q is not a comparison", op))
	}
}
