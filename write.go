package ddb

import (
	"context"
	"reflect"
)

// Edit is one change of Update or Upsert.
type Edit interface{ edit() change }

// Option is what any write takes beside the item: [If] and [ReturnOld]. Each Option may stand among edits.
type Option interface {
	Edit
	option()
}

// change is what every Edit is made of.
type change struct {
	op   string
	ptr  any
	at   any
	vals []any
	cond []Cond
}

func (c change) edit() change { return c }

type option struct{ change }

func (option) option() {}

// If makes a write conditional on all of conds. Where one does not hold the error matches [ErrCondition], or
// [ErrNotFound] if there is no such item, and nothing is written.
func If(conds ...Cond) Option { return option{change{op: "if", cond: conds}} }

// ReturnOld makes a write return the item as it was before, zero if there was none.
var ReturnOld Option = option{change{op: "old"}}

// Op is a write as data: made by the verbs of an [Entity], run by [DB.Do]. It does nothing by itself.
type Op struct {
	e         *entity
	verb      verb
	item      reflect.Value // addressable
	conds     []Cond
	returnOld bool
}

type verb string

const (
	verbCreate  verb = "create"
	verbPut     verb = "put"
	verbReplace verb = "replace"
	verbDelete  verb = "delete"
	verbTake    verb = "take"
)

func newOp[T any](e *Entity[T], v verb, it T, opts []Option) Op {
	op := Op{e: e.e, verb: v, item: reflect.ValueOf(&it).Elem()}
	for _, o := range opts {
		switch c := o.edit(); c.op {
		case "if":
			op.conds = append(op.conds, c.cond...)
		case "old":
			op.returnOld = true
		}
	}
	return op
}

// Create puts an item that must not exist.
func (e *Entity[T]) Create(item T) Op { return newOp(e, verbCreate, item, nil) }

// Put puts an item, whether it exists or not.
func (e *Entity[T]) Put(item T, opts ...Option) Op { return newOp(e, verbPut, item, opts) }

// Replace puts an item that must exist.
func (e *Entity[T]) Replace(item T, opts ...Option) Op { return newOp(e, verbReplace, item, opts) }

// Delete deletes an item; that there is none is no error, unless there are conditions.
func (e *Entity[T]) Delete(key T, opts ...Option) Op { return newOp(e, verbDelete, key, opts) }

// Create puts an item that must not exist, and returns it as stored: version and timestamps included. If it does exist
// the error matches [ErrExists], and [Entity.Current] gives the item that stood in the way. It is one PutItem; a unit
// for each KB of the item, and for each index that it is in.
func (r *Repository[T]) Create(ctx context.Context, item T) (T, error) {
	return r.put(ctx, newOp(r.e, verbCreate, item, nil))
}

// Put puts an item, whether it exists or not, and returns it as stored. It replaces the item as a whole: attributes
// that T does not know are removed. An entity with a Version asserts that of the item given (0: there must be none
// yet), else the error matches [ErrConflict]. It is one PutItem.
func (r *Repository[T]) Put(ctx context.Context, item T, opts ...Option) (T, error) {
	return r.put(ctx, newOp(r.e, verbPut, item, opts))
}

// Replace puts an item that must exist, and returns it as stored; if there is none, the error matches [ErrNotFound].
// Otherwise it is as Put.
func (r *Repository[T]) Replace(ctx context.Context, item T, opts ...Option) (T, error) {
	return r.put(ctx, newOp(r.e, verbReplace, item, opts))
}

// Delete deletes an item; that there is none is no error, unless an If asks for it. A version in key that is not zero
// is asserted. It is one DeleteItem.
func (r *Repository[T]) Delete(ctx context.Context, key T, opts ...Option) error {
	_, err := r.db.do(ctx, newOp(r.e, verbDelete, key, opts))
	return err
}

// Take deletes an item and returns it as it was; if there is none, the error matches [ErrNotFound]. Otherwise it is as
// Delete.
func (r *Repository[T]) Take(ctx context.Context, key T, opts ...Option) (T, error) {
	op := newOp(r.e, verbTake, key, opts)
	op.returnOld = true
	var zero T
	old, err := r.db.do(ctx, op)
	if err != nil {
		return zero, err
	}
	return r.decode("take", old)
}

// put runs a verb that puts, and returns the item as stored, or as it was before.
func (r *Repository[T]) put(ctx context.Context, op Op) (T, error) {
	var zero T
	old, err := r.db.do(ctx, op)
	switch {
	case err != nil:
		return zero, err
	case !op.returnOld:
		return op.item.Interface().(T), nil
	case old == nil:
		return zero, nil
	}
	return r.decode(string(op.verb), old)
}

// Do runs one op as one request and asks for nothing back.
func (db *DB) Do(ctx context.Context, op Op) error {
	if op.e == nil {
		return modelFault("ddb: do: an Op of no entity: make it with a verb of an Entity")
	}
	op.returnOld = false
	_, err := db.do(ctx, op)
	return err
}
