package ddb

import (
	"cmp"
	"fmt"
	"reflect"

	"github.com/singletable-go/ddb/internal/model"
)

// Rule is one line of an aggregate: which target a source counts for, or what one of the target's fields is. Fields are
// named by their addresses in the two structs that the function given to [Aggregate] receives.
type Rule struct {
	op       ruleOp
	from, by any // of the source
	into, at any // of the target
	n        int
	conds    []model.Clause
	entry    func(reflect.Value) reflect.Value
}

type ruleOp string

const (
	ruleBy       ruleOp = "by"
	ruleWhen     ruleOp = "when"
	ruleSum      ruleOp = "sum"
	ruleCount    ruleOp = "count"
	ruleMin      ruleOp = "min"
	ruleMax      ruleOp = "max"
	ruleDistinct ruleOp = "distinct"
	ruleLatest   ruleOp = "latest"
	ruleTop      ruleOp = "top"
	ruleKeep     ruleOp = "keep expired"
	ruleOwn      ruleOp = "own items"
)

// By finds the target: its field into has the value of the source's field from. Together the By rules of an aggregate
// say all of the target's primary key. A source whose from is empty counts for no target.
func By[V any](from, into *V) Rule { return Rule{op: ruleBy, from: from, into: into} }

// When restricts the aggregate to sources for which all conds hold. As with [Row.When], the fields need attributes of
// their own, and [Expr] is not among the conditions.
func When(conds ...Cond) Rule { return Rule{op: ruleWhen, conds: clauses(nil, conds)} }

// Sum keeps into at the sum of from, in exact decimals.
func Sum[N number](from, into *N) Rule { return Rule{op: ruleSum, from: from, into: into} }

// Count keeps into at the number of sources.
func Count[N integer](into *N) Rule { return Rule{op: ruleCount, into: into} }

// Min keeps into at the least value of from: a number, text by its bytes, a time or binary. An empty text or time does
// not count; a target without values has no such attribute.
func Min[V any](from, into *V) Rule { return Rule{op: ruleMin, by: from, into: into} }

// Max keeps into at the greatest value of from; otherwise it is as [Min].
func Max[V any](from, into *V) Rule { return Rule{op: ruleMax, by: from, into: into} }

// Distinct keeps into at the number of different values of from; an empty one does not count.
func Distinct[V comparable, N integer](from *V, into *N) Rule {
	return Rule{op: ruleDistinct, from: from, into: into}
}

// Latest keeps at at the greatest value of by, and into at the value of from in that same source.
func Latest[O, V any](by, at *O, from, into *V) Rule {
	return Rule{op: ruleLatest, by: by, at: at, from: from, into: into}
}

// Top keeps into at entry of the n sources that are greatest in by, greatest first. Entry depends on its argument alone.
func Top[S, E any, N cmp.Ordered](n int, by *N, into *[]E, entry func(S) E) Rule {
	r := Rule{op: ruleTop, by: by, into: into, n: n}
	if entry != nil {
		r.entry = func(source reflect.Value) reflect.Value {
			e := entry(source.Interface().(S))
			return reflect.ValueOf(&e).Elem()
		}
	}
	return r
}

// KeepExpired lets a source that DynamoDB deletes because its TTL has passed count for ever, as it was when it expired.
// Without it an expired source stops counting when it is deleted, as any other does. A source that expired while no
// stream was read is not kept.
var KeepExpired = Rule{op: ruleKeep}

// OwnItems says that the targets are items of the aggregate's own: small ones, made when the first source counts for them.
// All that they store comes from By and from the rules. They are not deleted when nothing counts for them any more.
// Without it the targets are items that something else creates, and what counts for one that is not there is kept until
// it is.
//
// An update of a target costs its whole size, and that of every index that projects it: where the entity to be
// counted for is large, let a small one of its own carry the numbers. To spread a hot one over n items, key it by
// [Shard] of a field of the source.
var OwnItems = Rule{op: ruleOwn}

// label names the rule in ledger items: it survives a change of the rules' order.
func (r Rule) label(attr string) string { return fmt.Sprintf("%s %s", r.op, attr) }
