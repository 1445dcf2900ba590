package write

import (
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/wire"
)

// write is an op compiled: the actions that it consists of, its own item's first.
type prepared struct {
	op      Op
	index   int // in Transact or Batch
	e       *model.Entity
	tries   *tries
	now     time.Time
	item    reflect.Value // as it will be stored, where that is known
	attrs   attr.Item     // likewise
	bytes   int           // of attrs
	json    *wire.Writer  // in place of attrs
	stamp   types.AttributeValue
	actions []*action
}

func (w *prepared) main() *action { return w.actions[0] }

// action adds an action of the write.
func (w *prepared) action(kind actionKind, r role, key attr.Item) *action {
	a := &action{kind: kind, role: r, op: w.index, e: w.e, verb: w.op.Verb, key: key, now: w.now}
	w.actions = append(w.actions, a)
	return a
}

// compile plans an op from what is known, or says what it needs to know. It makes no request.
func (db *DB) compile(index int, op Op, t *tries) (*prepared, error) {
	if err := op.valid(db.Table); err != nil {
		return nil, err
	}
	w := &prepared{op: op, index: index, e: op.e, tries: t, now: db.Opts.Now().UTC().Round(0)}
	if w.e.Version != nil {
		if t.stamp == nil {
			t.stamp = read.NewWriteStamp()
		}
		w.stamp = t.stamp
	}
	var err error
	switch op.Verb {
	case VerbCreate, VerbPut, VerbReplace:
		err = db.compilePut(w)
	case VerbUpdate, VerbUpsert:
		err = db.compileUpdate(w)
	case VerbModify:
		err = db.compileModify(w)
	case VerbMove:
		err = db.compileMove(w)
	case VerbDelete, VerbTake:
		err = db.compileDelete(w)
	default:
		err = db.compileCheck(w)
	}
	if err == nil {
		err = w.needOld()
	}
	return w, err
}

// needOld makes sure that what the caller wants back can be had: a transaction returns nothing, so that the item as it
// was has to be read, and asserted.
func (w *prepared) needOld() error {
	asserted := w.op.Verb == VerbModify || w.op.Verb == VerbMove // which read it anyway
	if !w.op.ReturnOld || !w.transactional() || asserted {
		return nil
	}
	if err := w.needItem(w.main().key); err != nil {
		return err
	}
	w.main().same(w.tries.item)
	return nil
}

// transactional reports that the write goes as a transaction.
func (w *prepared) transactional() bool {
	return len(w.actions) > 1 || w.op.once || w.main().kind == checkAction
}

// needItem asks for the item, unless it is known.
func (w *prepared) needItem(key attr.Item) error {
	if w.tries.item.state == knownNothing {
		return &needs{key: key, item: true}
	}
	return nil
}

// old is the item as it was read, nil if there was none or nobody read it.
func (w *prepared) old() attr.Item { return w.tries.item.item }

// inSchema asks for a rewrite of the known item where it is of an older schema; one of a newer schema is refused.
func (w *prepared) inSchema(key attr.Item) error {
	switch n := model.SchemaOf(model.Loaded(w.old())); {
	case w.old() == nil || n == w.e.Schema:
		return nil
	case n > w.e.Schema:
		return w.op.Fail(key, w.e.OtherSchema(w.old()))
	}
	return &needs{key: key, rewrite: true}
}

// notFound is the error of a write whose item is known not to be there.
func (w *prepared) notFound(key attr.Item) error {
	return &fault.WriteError{Op: w.index, Verb: string(w.op.Verb), Entity: w.e.Name, Key: w.e.Table.KeyText(key), Err: fault.ErrNotFound}
}
