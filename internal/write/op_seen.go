package write

import (
	"maps"
	"reflect"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
)

// Key returns the key of the item that the op writes, or moves away from.
func (op Op) Key() (attr.Item, error) { return op.e.Key(string(op.Verb), op.item) }

// OnSeen makes the op require that the stored item is still what was read of it. If it is not, the error matches ErrConflict.
func (op Op) OnSeen(item attr.Item) Op {
	op.seen = maps.Clone(item)
	return op
}

// assertSeen adds that requirement. A Move has it anyway.
func (w *prepared) assertSeen() {
	if w.op.Verb != VerbMove {
		w.main().sameAs(guardItem, known{state: knownPresent, item: w.op.seen})
	}
}

// Marked makes the op store v in a field too.
func (op Op) Marked(ptr, v any) (Op, error) {
	f, err := op.e.Resolve(ptr)
	if err != nil {
		return op, err
	}
	switch op.Verb {
	case VerbUpdate, VerbUpsert:
		return op.With(Change{Op: EditSet, Ptr: ptr, Vals: []any{v}}), nil
	case VerbPut, VerbReplace, VerbCreate:
		op.item = op.e.CopyOf(op.item)
		f.Addr(op.item).Set(reflect.ValueOf(v))
	case VerbMove:
		op.to = op.e.CopyOf(op.to)
		f.Addr(op.to).Set(reflect.ValueOf(v))
	case VerbDelete:
	default:
		return op, fault.Model("a %s writes no item", op.Verb)
	}
	return op, nil
}
