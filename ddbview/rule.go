package ddbview

import (
	"cmp"
	"reflect"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/view"
)

// Rule is one rule of an aggregate: to which target a source contributes, or how a field of the target is computed. Name fields by
// their addresses in the two structs that the function given to [Aggregate] receives. Make rules with the functions of this
// package; the zero Rule is an error of Aggregate, as is any rule that does not fit the entities. Rules make no requests; what
// they cost when a source changes is said at each. A Rule is immutable.
type Rule struct{ r view.Rule }

// By determines the target: its field into has the value of the source's field from. The By rules of an aggregate must cover the
// complete primary key of the target. A source with an empty from contributes to no target. If from changes, the source moves to
// another target, and both targets are written.
func By[V any](from, into *V) Rule { return Rule{view.Rule{Op: view.RuleBy, From: from, Into: into}} }

// When restricts the aggregate to sources for which all conds hold. As with [ddb.IndexKeys.When], the fields need attributes of
// their own, and [ddb.Expr] is not allowed. The program evaluates the conditions, at no extra cost.
func When(conds ...ddb.Cond) Rule { return Rule{view.Rule{Op: view.RuleWhen, Conds: clauses(conds)}} }

// Sum sets into to the sum of from, in exact decimals. A sum beyond the type of into makes the record fail. It is part of the
// target's write and adds no request.
func Sum[N number](from, into *N) Rule {
	return Rule{view.Rule{Op: view.RuleSum, From: from, Into: into}}
}

// Count sets into to the number of sources. Otherwise it is like [Sum].
func Count[N integer](into *N) Rule { return Rule{view.Rule{Op: view.RuleCount, Into: into}} }

// Min sets into to the least value of from: a number, a text (compared by bytes), a time or binary. An empty text or time does not
// count. If there is no value, the target has no such attribute. Min keeps an item for each source: a change of from adds 2 write
// units for each item that it replaces, one query and one update of the target for each batch.
func Min[V any](from, into *V) Rule { return Rule{view.Rule{Op: view.RuleMin, By: from, Into: into}} }

// Max sets into to the greatest value of from. Otherwise it is like [Min].
func Max[V any](from, into *V) Rule { return Rule{view.Rule{Op: view.RuleMax, By: from, Into: into}} }

// Distinct sets into to the number of different values of from; an empty value does not count. It keeps an item for each value with
// the number of its sources: a change of from reads and writes the items of the old and the new value. A number beyond the type of
// into makes the record fail.
func Distinct[V comparable, N integer](from *V, into *N) Rule {
	return Rule{view.Rule{Op: view.RuleDistinct, From: from, Into: into}}
}

// Latest sets at to the greatest value of by, and into to the value of from in the same source. Its costs are those of [Min].
func Latest[O, V any](by, at *O, from, into *V) Rule {
	return Rule{view.Rule{Op: view.RuleLatest, By: by, At: at, From: from, Into: into}}
}

// Top sets into to the entries of the n sources with the greatest by, greatest first. entry makes the entry of a source; it must
// depend on its argument only and may be called concurrently. Its costs are those of [Min]. A list that makes the target larger
// than 400 KB makes the record fail.
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

// KeepExpired keeps the contribution of a source that DynamoDB deletes because its TTL has passed, as it was then. Without it, an
// expired source stops contributing when it is deleted, like any other. If no stream was read when a source expired, its
// contribution is not kept. The rule is immutable.
var KeepExpired = Rule{view.Rule{Op: view.RuleKeep}}

// OwnItems makes the targets items of the aggregate: it creates a target with the first source that contributes to it. All
// attributes of such an item come from By and the other rules. It is not deleted when no source contributes any more. Without
// OwnItems the program creates the targets, and contributions to a missing target are kept until it exists. The rule is immutable.
//
// An update of a target costs its complete size, and that in every index that projects it. So for a large entity, keep the numbers in
// a small one. To spread the writes of a hot target over n items, add a [ddb.Shard] of a field of the source to its key.
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
