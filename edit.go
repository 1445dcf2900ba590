package ddb

import (
	"github.com/singletable-go/ddb/internal/write"
)

// Edit is one change of an Update or an Upsert, made by [Set], [Add] and the like. It names its field by the field's
// address in [Entity.Fields]; fields of nested structs can be named as well. An edit by itself does nothing.
//
// Edits of one call must not overlap: two edits of one field, or of a struct and a field in it, are refused. A field of
// the primary key cannot be edited (see [Repository.Move]), nor one that the library keeps: version, timestamps, and
// what an aggregate derives.
type Edit interface{ edit() }

// Option is what a write takes besides the item: [If], [ReturnOld] and [Once]. An Option may stand among edits.
type Option interface {
	Edit
	option()
}

type anEdit struct{ c write.Change }

func (anEdit) edit() {}

type editList []Edit

func (editList) edit() {}

type anOption struct{ anEdit }

func (anOption) option() {}

// Edits combines several edits into one, for example as the result of a function that stamps each update.
func Edits(of ...Edit) Edit { return editList(of) }

// If makes a write conditional on all of conds. If one does not hold, nothing is written and the error matches
// [ErrCondition], or [ErrNotFound] if there is no such item. In an Upsert the conditions apply only if the item exists.
//
// An [Eq] or [Absent] among conds also gives Update the value of a field that an index key needs. For an item of an
// older [Definition.Schema], conditions are evaluated on the upgraded item, which is written first.
//
// If a response is lost and the SDK sends the request again, an edit that makes its own condition false fails with
// [ErrOutcomeUnknown]. In an entity with a Version, or with [Once], the retry is detected and succeeds.
func If(conds ...Cond) Option {
	return anOption{anEdit{write.Change{Op: write.OptionIf, Cond: clauses(nil, conds)}}}
}

// ReturnOld makes a write return the item as it was before, or the zero value if there was none.
var ReturnOld Option = anOption{anEdit{write.Change{Op: write.OptionOld}}}

// Once makes a write apply once even if its response is lost and the request is sent again. It sends the write as a
// transaction with an idempotency token, at twice the capacity. The result of an Update or Upsert is then read with one
// consistent GetItem. Use it for edits with operators ([Add], [Append], …) that must not be applied twice.
//
// An entity with a Version detects its own retries at no cost, by a stamp, as long as the item is not modified
// concurrently.
var Once Option = anOption{anEdit{write.Change{Op: write.OptionOnce}}}

// Set gives a field a value. The zero value is a value, unless the field is tagged omitempty: then its attribute
// becomes absent, as with Put. A nil pointer is stored as NULL. A value inside a struct, list or map that is absent
// cannot be set alone: set the whole field.
func Set[V any](f *V, v V) Edit {
	return anEdit{write.Change{Op: write.EditSet, Ptr: f, Vals: []any{v}}}
}

// SetIfAbsent gives a field a value, unless its attribute exists.
func SetIfAbsent[V any](f *V, v V) Edit {
	return anEdit{write.Change{Op: write.EditDefault, Ptr: f, Vals: []any{v}}}
}

// Remove makes the field's attribute absent.
func Remove[V any](f *V) Edit { return anEdit{write.Change{Op: write.EditRemove, Ptr: f}} }

// Add adds n to a number; an absent attribute counts as zero.
func Add[N number](f *N, n N) Edit {
	return anEdit{write.Change{Op: write.EditAdd, Ptr: f, Vals: []any{n}}}
}

// Sub subtracts n from a number; an absent attribute counts as zero.
func Sub[N number](f *N, n N) Edit {
	return anEdit{write.Change{Op: write.EditSub, Ptr: f, Vals: []any{n}}}
}

// Append adds elements to the end of a list; an absent attribute counts as empty. A list that was put as a nil slice
// without omitempty is NULL, and cannot be appended to.
func Append[S ~[]E, E any](f *S, elems ...E) Edit {
	return anEdit{write.Change{Op: write.EditAppend, Ptr: f, Vals: []any{S(elems)}}}
}

// Prepend adds elements to the start of a list. Otherwise it is as [Append].
func Prepend[S ~[]E, E any](f *S, elems ...E) Edit {
	return anEdit{write.Change{Op: write.EditPrepend, Ptr: f, Vals: []any{S(elems)}}}
}

// AddTo adds elements to a set: a slice tagged stringset, numberset or binaryset. An absent attribute counts as empty. A set
// that was put empty without omitempty is NULL, and cannot be added to.
func AddTo[S ~[]E, E any](f *S, elems ...E) Edit {
	return anEdit{write.Change{Op: write.EditAddTo, Ptr: f, Vals: []any{S(elems)}}}
}

// DeleteFrom deletes elements from a set. If the set becomes empty, its attribute becomes absent.
func DeleteFrom[S ~[]E, E any](f *S, elems ...E) Edit {
	return anEdit{write.Change{Op: write.EditDeleteFrom, Ptr: f, Vals: []any{S(elems)}}}
}

// SetAt replaces element i of a list. An index past the end appends, as in DynamoDB.
func SetAt[S ~[]E, E any](f *S, i int, v E) Edit {
	return anEdit{write.Change{Op: write.EditSet, Ptr: f, At: i, Vals: []any{v}}}
}

// RemoveAt removes element i of a list; the elements after it move up.
func RemoveAt[S ~[]E, E any](f *S, i int) Edit {
	return anEdit{write.Change{Op: write.EditRemove, Ptr: f, At: i}}
}

// SetEntry sets an entry of a map, under the text that Put stores for the key. The map must exist: put the item with an
// empty one, not nil and without omitempty, or make its first entry with [Set] of the whole map and [Absent] in [If].
func SetEntry[M ~map[K]V, K ~string, V any](f *M, k K, v V) Edit {
	return anEdit{write.Change{Op: write.EditSet, Ptr: f, At: k, Vals: []any{v}}}
}

// RemoveEntry removes an entry of a map.
func RemoveEntry[M ~map[K]V, K ~string, V any](f *M, k K) Edit {
	return anEdit{write.Change{Op: write.EditRemove, Ptr: f, At: k}}
}
