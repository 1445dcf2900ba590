package model

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
)

// Clause is a condition as data. The zero Clause is a nil condition, which is always an error.
type Clause struct {
	Op   Operator
	Ptr  any   // the field
	Vals []any // constants
	Kids []Clause
	Expr expression.ConditionBuilder
}

// Operator is the operator of a clause, as it is printed.
type Operator string

// The operators of clauses; OpNil is the operator of the zero Clause.
const (
	OpNil        Operator = ""
	OpEq         Operator = "="
	OpNe         Operator = "<>"
	OpLt         Operator = "<"
	OpLe         Operator = "<="
	OpGt         Operator = ">"
	OpGe         Operator = ">="
	OpBetween    Operator = "between"
	OpStartsWith Operator = "begins_with"
	OpIn         Operator = "in"
	OpContains   Operator = "contains"
	OpHas        Operator = "has"
	OpPresent    Operator = "attribute_exists"
	OpAbsent     Operator = "attribute_not_exists"
	OpAnd        Operator = "and"
	OpOr         Operator = "or"
	OpNot        Operator = "not"
	OpExpr       Operator = "expr"
)

// Bounds reports whether the clause can be a bound on a sort key.
func (c Clause) Bounds() bool {
	switch c.Op {
	case OpEq, OpLt, OpLe, OpGt, OpGe, OpBetween, OpStartsWith:
		return true
	default:
		return false
	}
}

// Describe renders a condition for people: Status = "DRAFT".
func (e *Entity) Describe(cl Clause) string {
	switch cl.Op {
	case OpNil:
		return "a nil condition"
	case OpAnd, OpOr:
		kids := make([]string, len(cl.Kids))
		for i, k := range cl.Kids {
			kids[i] = e.Describe(k)
		}
		return "(" + strings.Join(kids, " "+string(cl.Op)+" ") + ")"
	case OpNot:
		return "not " + e.Describe(cl.Kids[0])
	case OpExpr:
		return "expression"
	default: // a comparison
	}
	name := "?"
	if f, err := e.Proto.Resolve(cl.Ptr); err == nil {
		name = f.Name
	}
	vals := make([]string, len(cl.Vals))
	for i, v := range cl.Vals {
		vals[i] = literalText(v)
	}
	switch cl.Op {
	case OpPresent:
		return name + " present"
	case OpAbsent:
		return name + " absent"
	case OpBetween:
		return name + " between " + strings.Join(vals, " and ")
	case OpIn:
		return name + " in (" + strings.Join(vals, ", ") + ")"
	case OpStartsWith:
		return name + " starts with " + vals[0]
	default:
		return name + " " + string(cl.Op) + " " + strings.Join(vals, ", ")
	}
}

// literalText renders a constant for people.
func literalText(v any) string {
	if t, ok := v.(time.Time); ok {
		return t.UTC().Format(time.RFC3339Nano)
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.String:
		return fmt.Sprintf("%q", r.String())
	case reflect.Pointer:
		if r.IsNil() {
			return "null"
		}
		return literalText(r.Elem().Interface())
	default:
		return fmt.Sprint(v)
	}
}
