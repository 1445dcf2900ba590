package ddb

import (
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/singletable-go/ddb/internal/model"
)

// Cond is a condition on an item, for [If] and Check, [Query.Filter] and [IndexKeys.When]. It names fields by their
// addresses in [Entity.Fields], and is checked against an entity when it is used.
//
// As in DynamoDB, a comparison with an absent attribute is false, except for [Ne].
type Cond interface{ condition() model.Clause }

// Bound is a condition that a sort key can express: a comparison of one field with constants. Each Bound is a Cond.
type Bound interface {
	Cond
	bound()
}

type aCond struct{ clause model.Clause }

type aBound struct{ aCond }

func (c aCond) condition() model.Clause { return c.clause }
func (aBound) bound()                   {}

func compare(op model.Operator, ptr any, vals ...any) Bound {
	return aBound{aCond{model.Clause{Op: op, Ptr: ptr, Vals: vals}}}
}

// clauses appends what conditions are made of; a nil one is the zero clause.
func clauses[C Cond](to []model.Clause, conds []C) []model.Clause {
	for _, c := range conds {
		if any(c) == nil {
			to = append(to, model.Clause{})
			continue
		}
		to = append(to, c.condition())
	}
	return to
}

// Eq holds if the field equals v. The zero value of an omitempty field also equals an absent attribute.
func Eq[V any](f *V, v V) Bound { return compare(model.OpEq, f, v) }

// Lt holds if the field is less than v.
//
// Like [Le], [Gt], [Ge] and [Between] it is for values that DynamoDB orders as Go does: numbers, text, bytes, and times
// that are tagged unixtime or stand in a key. Other times, and numbers tagged ",string", are refused with [ErrModel]. A
// v that is stored as NULL, such as a nil pointer, is refused with [ErrValue].
func Lt[V any](f *V, v V) Bound { return compare(model.OpLt, f, v) }

// Le holds if the field is at most v.
func Le[V any](f *V, v V) Bound { return compare(model.OpLe, f, v) }

// Gt holds if the field is greater than v.
func Gt[V any](f *V, v V) Bound { return compare(model.OpGt, f, v) }

// Ge holds if the field is at least v.
func Ge[V any](f *V, v V) Bound { return compare(model.OpGe, f, v) }

// Between holds if lo <= field <= hi. If lo is above hi, as in a range that a user typed, it holds for no item: a query
// makes no request, and a write fails with [ErrCondition]. In [IndexKeys.When], whose bounds are constants of the
// program, that is [ErrModel].
func Between[V any](f *V, lo, hi V) Bound { return compare(model.OpBetween, f, lo, hi) }

// StartsWith holds if the field's text begins with prefix. Like [Contains] it is refused, with [ErrModel], for a type
// that marshals itself: how such a type stores a part of a text need not be a part of how it stores the whole.
func StartsWith[S ~string](f *S, prefix S) Bound { return compare(model.OpStartsWith, f, prefix) }

// Ne holds if the field differs from v, or is absent. It is the negation of [Eq]: the zero value of an omitempty field
// does not differ from an absent attribute.
func Ne[V any](f *V, v V) Cond { return aCond{model.Clause{Op: model.OpNe, Ptr: f, Vals: []any{v}}} }

// In holds if the field equals one of vs, up to 100 values. As with [Eq], the zero value of an omitempty field also
// equals an absent attribute.
func In[V any](f *V, vs ...V) Cond {
	return aCond{model.Clause{Op: model.OpIn, Ptr: f, Vals: anys(vs)}}
}

// Contains holds if the field's text contains sub.
func Contains[S ~string](f *S, sub S) Cond {
	return aCond{model.Clause{Op: model.OpContains, Ptr: f, Vals: []any{sub}}}
}

// Has holds if the field, a list or a set, contains elem.
func Has[S ~[]E, E any](f *S, elem E) Cond {
	return aCond{model.Clause{Op: model.OpHas, Ptr: f, Vals: []any{elem}}}
}

// Present holds if the item has the field's attribute.
func Present[V any](f *V) Cond { return aCond{model.Clause{Op: model.OpPresent, Ptr: f}} }

// Absent holds if the item does not have the field's attribute.
func Absent[V any](f *V) Cond { return aCond{model.Clause{Op: model.OpAbsent, Ptr: f}} }

// And holds if all of conds hold.
func And(conds ...Cond) Cond { return aCond{model.Clause{Op: model.OpAnd, Kids: clauses(nil, conds)}} }

// Or holds if any of conds holds.
func Or(conds ...Cond) Cond { return aCond{model.Clause{Op: model.OpOr, Kids: clauses(nil, conds)}} }

// Not holds if c does not.
func Not(c Cond) Cond { return aCond{model.Clause{Op: model.OpNot, Kids: clauses(nil, []Cond{c})}} }

// Expr is a condition built with the SDK's expression package, for what the other conditions cannot express. It uses
// attribute names, which are not checked.
func Expr(c expression.ConditionBuilder) Cond { return aCond{model.Clause{Op: model.OpExpr, Expr: c}} }

func anys[V any](vs []V) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v
	}
	return out
}
