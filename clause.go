package ddb

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
)

// clause is what a condition is made of. Its zero value is a condition that is nil, a fault wherever it stands.
type clause struct {
	op   operator
	ptr  any   // the field
	vals []any // constants
	kids []clause
	expr expression.ConditionBuilder
}

type operator string

const (
	opNil        operator = ""
	opEq         operator = "="
	opNe         operator = "<>"
	opLt         operator = "<"
	opLe         operator = "<="
	opGt         operator = ">"
	opGe         operator = ">="
	opBetween    operator = "between"
	opStartsWith operator = "begins_with"
	opIn         operator = "in"
	opContains   operator = "contains"
	opHas        operator = "has"
	opPresent    operator = "attribute_exists"
	opAbsent     operator = "attribute_not_exists"
	opAnd        operator = "and"
	opOr         operator = "or"
	opNot        operator = "not"
	opExpr       operator = "expr"
)

// bounds reports a clause that a sort key can ask for.
func (c clause) bounds() bool {
	switch c.op {
	case opEq, opLt, opLe, opGt, opGe, opBetween, opStartsWith:
		return true
	default:
		return false
	}
}

// describe renders a condition for people: Status = "DRAFT".
func (e *mEntity) describe(cl clause) string {
	switch cl.op {
	case opNil:
		return "a nil condition"
	case opAnd, opOr:
		kids := make([]string, len(cl.kids))
		for i, k := range cl.kids {
			kids[i] = e.describe(k)
		}
		return "(" + strings.Join(kids, " "+string(cl.op)+" ") + ")"
	case opNot:
		return "not " + e.describe(cl.kids[0])
	case opExpr:
		return "expression"
	default: // a comparison
	}
	name := "?"
	if f, err := e.proto.Resolve(cl.ptr); err == nil {
		name = f.Name
	}
	vals := make([]string, len(cl.vals))
	for i, v := range cl.vals {
		vals[i] = literalText(v)
	}
	switch cl.op {
	case opPresent:
		return name + " present"
	case opAbsent:
		return name + " absent"
	case opBetween:
		return name + " between " + strings.Join(vals, " and ")
	case opIn:
		return name + " in (" + strings.Join(vals, ", ") + ")"
	case opStartsWith:
		return name + " starts with " + vals[0]
	default:
		return name + " " + string(cl.op) + " " + strings.Join(vals, ", ")
	}
}

// literalText renders a constant as a reader would write it.
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
