package ddbview

import (
	"cmp"
	"reflect"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/view"
)

// Rule is one line of an aggregate: which target a source counts for, or what one of the target's fields is. Fields are
// named by their addresses in the two structs that the function given to [Aggregate] receives.
type Rule struct{ r view.Rule }

// By finds the target: its field into has the value of the source's field from. Together the By rules of an aggregate
// say all of the target's primary key. A source whose from is empty counts for no target.
func By[V any](from, into *V) Rule { return Rule{view.Rule{Op: view.RuleBy, From: from, Into: into}} }

// When restricts the aggregate to sources for which all conds hold. As with [ddb.IndexKeys.When], the fields need attributes of
// their own, and [ddb.Expr] is not among the conditions.
func When(conds ...ddb.Cond) Rule { return Rule{view.Rule{Op: view.RuleWhen, Conds: clauses(conds)}} }

// Sum keeps into at the sum of from, in exact decimals.
func Sum[N number](from, into *N) Rule {
	return Rule{view.Rule{Op: view.RuleSum, From: from, Into: into}}
}

// Count keeps into at the number of sources.
func Count[N integer](into *N) Rule { return Rule{view.Rule{Op: view.RuleCount, Into: into}} }

// Min keeps into at the least value of from: a number, text by its bytes, a time or binary. An empty text or time does
// not count; a target without values has no such attribute.
func Min[V any](from, into *V) Rule { return Rule{view.Rule{Op: view.RuleMin, By: from, Into: into}} }

// Max keeps into at the greatest value of from; otherwise it is as [Min].
func Max[V any](from, into *V) Rule { return Rule{view.Rule{Op: view.RuleMax, By: from, Into: into}} }

// Distinct keeps into at the number of different values of from; an empty one does not count.
func Distinct[V comparable, N integer](from *V, into *N) Rule {
	return Rule{view.Rule{Op: view.RuleDistinct, From: from, Into: into}}
}

// Latest keeps at at the greatest value of by, and into at the value of from in that same source.
func Latest[O, V any](by, at *O, from, into *V) Rule {
	return Rule{view.Rule{Op: view.RuleLatest, By: by, At: at, From: from, Into: into}}
}

// Top keeps into at entry of the n sources that are greatest in by, greatest first. Entry depends on its argument alone.
func Top[S, E any, N cmp.Ordered](n int, by *N, into *[]E, entry func(S) E) Rule {
	r := view.Rule{Op: view.RuleTop, By: by, Into: into, N: n}
	if entry != nil {
		r.Entry = func(source reflect.Value) reflect.Value {
			e := entry(source.Interface().(S))
			return reflect.ValueOf(&e).Elem()
		}
	}
	return Rule{r}
}

// KeepExpired lets a source that DynamoDB deletes because its TTL has passed count for ever, as it was when it expired.
// Without it an expired source stops counting when it is deleted, as any other does. A source that expired while no
// stream was read is not kept.
var KeepExpired = Rule{view.Rule{Op: view.RuleKeep}}

// OwnItems says that the targets are items of the aggregate's own: small ones, made when the first source counts for them.
// All that they store comes from By and from the rules. They are not deleted when nothing counts for them any more.
// Without it the targets are items that something else creates, and what counts for one that is not there is kept until
// it is.
//
// An update of a target costs its whole size, and that of every index that projects it: where the entity to be
// counted for is large, let a small one of its own carry the numbers. To spread a hot one over n items, key it by
// [ddb.Shard] of a field of the source.
var OwnItems = Rule{view.Rule{Op: view.RuleOwn}}

func clauses(conds []ddb.Cond) []model.Clause {
	out := make([]model.Clause, len(conds))
	for i, c := range conds {
		out[i] = face.Clause(c)
	}
	return out
}

type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

type number interface{ integer | ~float32 | ~float64 }
