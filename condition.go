package ddb

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
)

// Cond is a condition on an item: of [If] and Check, of [Query.Filter], of [Row.When]. It names fields by their
// addresses in [Entity.Fields], and is checked against an entity when it is used.
//
// As in DynamoDB, a comparison with an attribute that is absent is false, except for [Ne].
type Cond interface{ condition() clause }

// Bound is a condition that a sort key can answer: a comparison of one field with constants. Each Bound is a Cond.
type Bound interface {
	Cond
	bound()
}

type operator string

const (
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

// clause is what every Cond is made of.
type clause struct {
	op   operator
	ptr  any   // the field
	vals []any // constants
	kids []Cond
	expr expression.ConditionBuilder
}

type bound struct{ clause }

func (c clause) condition() clause { return c }
func (bound) bound()               {}

func compare(op operator, ptr any, vals ...any) Bound {
	return bound{clause{op: op, ptr: ptr, vals: vals}}
}

// Eq holds where the field equals v. The zero value of an omitempty field also equals an absent attribute.
func Eq[V any](f *V, v V) Bound { return compare(opEq, f, v) }

// Lt holds where the field is less than v. Like [Le], [Gt], [Ge] and [Between] it is for what DynamoDB orders as Go does:
// numbers, text, bytes, and times tagged unixtime or in a key; it is refused, with [ErrModel], for other times and for numbers tagged ",string",
// and with [ErrValue] for a v that is stored as NULL, such as a nil pointer.
func Lt[V any](f *V, v V) Bound { return compare(opLt, f, v) }

// Le holds where the field is at most v.
func Le[V any](f *V, v V) Bound { return compare(opLe, f, v) }

// Gt holds where the field is greater than v.
func Gt[V any](f *V, v V) Bound { return compare(opGt, f, v) }

// Ge holds where the field is at least v.
func Ge[V any](f *V, v V) Bound { return compare(opGe, f, v) }

// Between holds where lo <= field <= hi: for no item where lo is above hi, as in a range that a user typed. A query makes no request
// then, and a write fails with [ErrCondition]. In [Row.When], whose bounds are the program's own, it is [ErrModel].
func Between[V any](f *V, lo, hi V) Bound { return compare(opBetween, f, lo, hi) }

// StartsWith holds where the field's text begins with prefix. Like [Contains] it is refused, with [ErrModel], for a type that says itself how it
// is stored: what that makes of a part is no part of what it makes of the whole.
func StartsWith[S ~string](f *S, prefix S) Bound { return compare(opStartsWith, f, prefix) }

// Ne holds where the field differs from v, or is absent. It is the negation of [Eq]: the zero value of an omitempty
// field does not differ from an absent attribute.
func Ne[V any](f *V, v V) Cond { return clause{op: opNe, ptr: f, vals: []any{v}} }

// In holds where the field is one of vs, up to 100 of them: where [Eq] holds with any of them, so that the zero value of
// an omitempty field is an absent attribute here too.
func In[V any](f *V, vs ...V) Cond { return clause{op: opIn, ptr: f, vals: anys(vs)} }

// Contains holds where the field's text contains sub.
func Contains[S ~string](f *S, sub S) Cond { return clause{op: opContains, ptr: f, vals: []any{sub}} }

// Has holds where the field, a list or a set, holds elem.
func Has[S ~[]E, E any](f *S, elem E) Cond { return clause{op: opHas, ptr: f, vals: []any{elem}} }

// Present holds where the item has the field's attribute.
func Present[V any](f *V) Cond { return clause{op: opPresent, ptr: f} }

// Absent holds where the item does not have the field's attribute.
func Absent[V any](f *V) Cond { return clause{op: opAbsent, ptr: f} }

// And holds where all of conds do.
func And(conds ...Cond) Cond { return clause{op: opAnd, kids: conds} }

// Or holds where any of conds does.
func Or(conds ...Cond) Cond { return clause{op: opOr, kids: conds} }

// Not holds where c does not.
func Not(c Cond) Cond { return clause{op: opNot, kids: []Cond{c}} }

// Expr is the way out to the SDK's expression package, for what the other conditions cannot say. It speaks of
// attribute names, which nothing checks.
func Expr(c expression.ConditionBuilder) Cond { return clause{op: opExpr, expr: c} }

func anys[V any](vs []V) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v
	}
	return out
}

// describe renders a condition for people: Status = "DRAFT".
func (e *entity) describe(c Cond) string {
	cl := c.condition()
	switch cl.op {
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
