package ddb

import (
	"github.com/singletable-go/ddb/internal/write"
)

// Edit is one change of an Update or an Upsert, made by [Set], [Add] and the like. It names its field by the field's
// address in [Entity.Fields]; fields of nested structs can be named as well. An edit by itself does nothing.
//
// Edits of one call must not overlap: two of one field, or of a struct and a field in it, are refused. A field of the
// primary key cannot be edited (see [Repository.Move]), nor one that the library keeps: version, timestamps, and what
// an aggregate derives.
type Edit interface{ edit() }

// Option is what any write takes beside the item: [If], [ReturnOld] and [Once]. Each Option may stand among edits.
type Option interface {
	Edit
	option()
}

type anEdit struct{ c write.Change }

func (anEdit) edit() {}

type edits []Edit

func (edits) edit() {}

type option struct{ anEdit }

func (option) option() {}

// Edits is several edits as one: what a function returns that gives each update a stamp, say.
func Edits(of ...Edit) Edit { return edits(of) }

// If makes a write conditional on all of conds. Where one does not hold the error matches [ErrCondition], or
// [ErrNotFound] if there is no such item, and nothing is written. In an Upsert it says what must hold if the item is
// there. If a response is lost and the SDK sends the request again, an edit that makes its own condition false fails with
// [ErrOutcomeUnknown]; in an entity with a Version, or with [Once], it is recognized and succeeds.
//
// An [Eq] or [Absent] among conds also tells Update the value of a field that an index key needs. Conditions of an item of
// an older [Definition.Schema] are asked of the item as its upgrade makes it, which is written first.
func If(conds ...Cond) Option {
	return option{anEdit{write.Change{Op: write.OptionIf, Cond: clauses(nil, conds)}}}
}

// ReturnOld makes a write return the item as it was before, zero if there was none.
var ReturnOld Option = option{anEdit{write.Change{Op: write.OptionOld}}}

// Once makes a write apply once even if its response is lost and it is sent again: it goes as a transaction of one, with
// a token, at twice the capacity, and what it returns of an Update or Upsert is read back. It is for edits with operators ([Add], [Append], …) that must not happen twice. An
// entity with a Version has a stamp that tells a write from its own echo for nothing, but only as long as nobody else
// writes the item in between.
var Once Option = option{anEdit{write.Change{Op: write.OptionOnce}}}

// Set gives a field a value. The zero value is a value, unless the field is tagged omitempty: then its attribute
// becomes absent, as Put would leave it. A nil pointer is null. What is inside a struct, list or map that is absent
// cannot be set alone: set the whole.
func Set[V any](f *V, v V) Edit {
	return anEdit{write.Change{Op: write.EditSet, Ptr: f, Vals: []any{v}}}
}

// SetIfAbsent gives a field a value unless it has one.
func SetIfAbsent[V any](f *V, v V) Edit {
	return anEdit{write.Change{Op: write.EditDefault, Ptr: f, Vals: []any{v}}}
}

// Remove makes the field's attribute absent.
func Remove[V any](f *V) Edit { return anEdit{write.Change{Op: write.EditRemove, Ptr: f}} }

// Add adds n to a number; an absent one counts as zero.
func Add[N number](f *N, n N) Edit {
	return anEdit{write.Change{Op: write.EditAdd, Ptr: f, Vals: []any{n}}}
}

// Sub subtracts n from a number; an absent one counts as zero.
func Sub[N number](f *N, n N) Edit {
	return anEdit{write.Change{Op: write.EditSub, Ptr: f, Vals: []any{n}}}
}

// Append adds elements to the end of a list; an absent one counts as empty. A list that was put as a nil slice without
// omitempty is null, and cannot be appended to.
func Append[S ~[]E, E any](f *S, elems ...E) Edit {
	return anEdit{write.Change{Op: write.EditAppend, Ptr: f, Vals: []any{S(elems)}}}
}

// Prepend adds elements to the start of a list. Otherwise it is as [Append].
func Prepend[S ~[]E, E any](f *S, elems ...E) Edit {
	return anEdit{write.Change{Op: write.EditPrepend, Ptr: f, Vals: []any{S(elems)}}}
}

// AddTo adds elements to a set: a slice tagged stringset, numberset or binaryset.
func AddTo[S ~[]E, E any](f *S, elems ...E) Edit {
	return anEdit{write.Change{Op: write.EditAddTo, Ptr: f, Vals: []any{S(elems)}}}
}

// DeleteFrom deletes elements from a set. The attribute of a set that has become empty is absent.
func DeleteFrom[S ~[]E, E any](f *S, elems ...E) Edit {
	return anEdit{write.Change{Op: write.EditDeleteFrom, Ptr: f, Vals: []any{S(elems)}}}
}

// SetAt replaces element i of a list; behind the end it appends, as DynamoDB does.
func SetAt[S ~[]E, E any](f *S, i int, v E) Edit {
	return anEdit{write.Change{Op: write.EditSet, Ptr: f, At: i, Vals: []any{v}}}
}

// RemoveAt removes element i of a list; those behind it move up.
func RemoveAt[S ~[]E, E any](f *S, i int) Edit {
	return anEdit{write.Change{Op: write.EditRemove, Ptr: f, At: i}}
}

// SetEntry sets an entry of a map, under the text that Put stores the key as. The map must be there.
func SetEntry[M ~map[K]V, K ~string, V any](f *M, k K, v V) Edit {
	return anEdit{write.Change{Op: write.EditSet, Ptr: f, At: k, Vals: []any{v}}}
}

// RemoveEntry removes an entry of a map.
func RemoveEntry[M ~map[K]V, K ~string, V any](f *M, k K) Edit {
	return anEdit{write.Change{Op: write.EditRemove, Ptr: f, At: k}}
}
