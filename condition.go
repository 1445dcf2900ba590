package ddb

import (
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/singletable-go/ddb/internal/model"
)

// Cond is a condition on an item: of [If] and Check, of [Query.Filter], of [Row.When]. It names fields by their
// addresses in [Entity.Fields], and is checked against an entity when it is used.
//
// As in DynamoDB, a comparison with an attribute that is absent is false, except for [Ne].
type Cond interface{ condition() model.Clause }

// Bound is a condition that a sort key can answer: a comparison of one field with constants. Each Bound is a Cond.
type Bound interface {
	Cond
	bound()
}

type cond struct{ clause model.Clause }

type bound struct{ cond }

func (c cond) condition() model.Clause { return c.clause }
func (bound) bound()                   {}

func compare(op model.Operator, ptr any, vals ...any) Bound {
	return bound{cond{model.Clause{Op: op, Ptr: ptr, Vals: vals}}}
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

// Eq holds where the field equals v. The zero value of an omitempty field also equals an absent attribute.
func Eq[V any](f *V, v V) Bound { return compare(model.OpEq, f, v) }

// Lt holds where the field is less than v. Like [Le], [Gt], [Ge] and [Between] it is for what DynamoDB orders as Go does:
// numbers, text, bytes, and times tagged unixtime or in a key; it is refused, with [ErrModel], for other times and for numbers tagged ",string",
// and with [ErrValue] for a v that is stored as NULL, such as a nil pointer.
func Lt[V any](f *V, v V) Bound { return compare(model.OpLt, f, v) }

// Le holds where the field is at most v.
func Le[V any](f *V, v V) Bound { return compare(model.OpLe, f, v) }

// Gt holds where the field is greater than v.
func Gt[V any](f *V, v V) Bound { return compare(model.OpGt, f, v) }

// Ge holds where the field is at least v.
func Ge[V any](f *V, v V) Bound { return compare(model.OpGe, f, v) }

// Between holds where lo <= field <= hi: for no item where lo is above hi, as in a range that a user typed. A query makes no request
// then, and a write fails with [ErrCondition]. In [Row.When], whose bounds are the program's own, it is [ErrModel].
func Between[V any](f *V, lo, hi V) Bound { return compare(model.OpBetween, f, lo, hi) }

// StartsWith holds where the field's text begins with prefix. Like [Contains] it is refused, with [ErrModel], for a type that says itself how it
// is stored: what that makes of a part is no part of what it makes of the whole.
func StartsWith[S ~string](f *S, prefix S) Bound { return compare(model.OpStartsWith, f, prefix) }

// Ne holds where the field differs from v, or is absent. It is the negation of [Eq]: the zero value of an omitempty
// field does not differ from an absent attribute.
func Ne[V any](f *V, v V) Cond { return cond{model.Clause{Op: model.OpNe, Ptr: f, Vals: []any{v}}} }

// In holds where the field is one of vs, up to 100 of them: where [Eq] holds with any of them, so that the zero value of
// an omitempty field is an absent attribute here too.
func In[V any](f *V, vs ...V) Cond { return cond{model.Clause{Op: model.OpIn, Ptr: f, Vals: anys(vs)}} }

// Contains holds where the field's text contains sub.
func Contains[S ~string](f *S, sub S) Cond {
	return cond{model.Clause{Op: model.OpContains, Ptr: f, Vals: []any{sub}}}
}

// Has holds where the field, a list or a set, holds elem.
func Has[S ~[]E, E any](f *S, elem E) Cond {
	return cond{model.Clause{Op: model.OpHas, Ptr: f, Vals: []any{elem}}}
}

// Present holds where the item has the field's attribute.
func Present[V any](f *V) Cond { return cond{model.Clause{Op: model.OpPresent, Ptr: f}} }

// Absent holds where the item does not have the field's attribute.
func Absent[V any](f *V) Cond { return cond{model.Clause{Op: model.OpAbsent, Ptr: f}} }

// And holds where all of conds do.
func And(conds ...Cond) Cond { return cond{model.Clause{Op: model.OpAnd, Kids: clauses(nil, conds)}} }

// Or holds where any of conds does.
func Or(conds ...Cond) Cond { return cond{model.Clause{Op: model.OpOr, Kids: clauses(nil, conds)}} }

// Not holds where c does not.
func Not(c Cond) Cond { return cond{model.Clause{Op: model.OpNot, Kids: clauses(nil, []Cond{c})}} }

// Expr is the way out to the SDK's expression package, for what the other conditions cannot say. It speaks of
// attribute names, which nothing checks.
func Expr(c expression.ConditionBuilder) Cond { return cond{model.Clause{Op: model.OpExpr, Expr: c}} }

func anys[V any](vs []V) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v
	}
	return out
}
