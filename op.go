package ddb

import (
	"reflect"

	"github.com/singletable-go/ddb/internal/write"
)

// Op is a write as data, made by the verbs of an [Entity] and run by [DB.Do], [DB.Transact] and [DB.Batch]. It does
// nothing by itself, can be printed, and may run many times. The zero Op is refused.
//
// An Op has a copy of the item it was given. Pointers, maps and slices in it are shared with the caller, except for the
// fields that the library keeps.
type Op struct{ op write.Op }

// String explains what the op would do: the edits of an Update; each index entry that they rewrite, with the source of
// each of its values; what is missing and how to supply it; and the further items that are written with it.
func (op Op) String() string { return op.op.String() }

func opOf[T any](e *Entity[T], v write.Verb, it T) Op {
	return Op{write.NewOp(e.e, v, reflect.ValueOf(&it).Elem())}
}

func (op Op) with(opts []Option) Op {
	for _, o := range opts {
		op = op.changed(o)
	}
	return op
}

func (op Op) edited(es []Edit) Op {
	for _, e := range es {
		op = op.changed(e)
	}
	return op
}

func (op Op) changed(e Edit) Op {
	switch e := e.(type) {
	case anEdit:
		return Op{op.op.With(e.c)}
	case anOption:
		return Op{op.op.With(e.c)}
	case editList:
		return op.edited(e)
	default: // nil
		return Op{op.op.With(write.Change{Op: write.NilEdit})}
	}
}

func opsOf(to []write.Op, ops []Op) []write.Op {
	for _, op := range ops {
		to = append(to, op.op)
	}
	return to
}

// Create makes the op of [Repository.Create]. In a transaction of several writes it does not compare attributes: the
// idempotency token recognizes a repeated request.
func (e *Entity[T]) Create(item T) Op { return opOf(e, write.VerbCreate, item) }

// Put makes the op of [Repository.Put].
func (e *Entity[T]) Put(item T, opts ...Option) Op { return opOf(e, write.VerbPut, item).with(opts) }

// Replace makes the op of [Repository.Replace].
func (e *Entity[T]) Replace(item T, opts ...Option) Op {
	return opOf(e, write.VerbReplace, item).with(opts)
}

// Update makes the op of [Repository.Update].
func (e *Entity[T]) Update(key T, edits ...Edit) Op {
	return opOf(e, write.VerbUpdate, key).edited(edits)
}

// Upsert makes the op of [Repository.Upsert].
func (e *Entity[T]) Upsert(key T, edits ...Edit) Op {
	return opOf(e, write.VerbUpsert, key).edited(edits)
}

// Move makes the op of [Repository.Move].
func (e *Entity[T]) Move(from, to T, opts ...Option) Op {
	op := opOf(e, write.VerbMove, from).with(opts)
	return Op{op.op.MovesTo(reflect.ValueOf(&to).Elem())}
}

// Delete makes the op of [Repository.Delete].
func (e *Entity[T]) Delete(key T, opts ...Option) Op {
	return opOf(e, write.VerbDelete, key).with(opts)
}

// Check asserts, in a transaction, that the item exists and that conds hold, and changes nothing. A version in key that
// is not zero is asserted too. If another op of the transaction writes the same item, the check becomes a condition of
// that write. A check that fails matches [ErrNotFound], [ErrCondition] or [ErrConflict].
func (e *Entity[T]) Check(key T, conds ...Cond) Op {
	return Op{opOf(e, write.VerbCheck, key).op.Asks(clauses(nil, conds))}
}

// CheckAbsent asserts, in a transaction, that there is no such item. A check that fails matches [ErrExists].
func (e *Entity[T]) CheckAbsent(key T) Op { return opOf(e, write.VerbCheckAbsent, key) }
