package write

import (
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
)

// prepared is a compiled op. The first action is the one on the op's own item.
type prepared struct {
	op      Op
	index   int // in Transact or Batch
	e       *model.Entity
	tries   *tries
	now     time.Time
	item    reflect.Value // as it will be stored, if that is known
	attrs   attr.Item     // likewise
	bytes   int           // the size of attrs
	stamp   types.AttributeValue
	actions []*action
	placed  *placed // the Blobs, nil without one
}

func (w *prepared) main() *action { return w.actions[0] }

// action adds an action of the write.
func (w *prepared) action(kind actionKind, r role, key attr.Item) *action {
	a := &action{kind: kind, role: r, op: w.index, e: w.e, verb: w.op.Verb, key: key, now: w.now}
	w.actions = append(w.actions, a)
	return a
}

// compile compiles an op without a request. If it has to know a stored item, the error is a *needs.
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
	if err == nil && op.seen != nil {
		w.assertSeen()
	}
	if err == nil {
		err = w.needOld()
	}
	return w, err
}

// needOld makes a transaction able to return the old item: DynamoDB returns none, so the item is read and asserted.
func (w *prepared) needOld() error {
	asserted := w.op.Verb == VerbModify || w.op.Verb == VerbMove // these read it anyway
	if !w.op.ReturnOld || !w.transactional() || asserted {
		return nil
	}
	if err := w.needItem(w.main().key); err != nil {
		return err
	}
	w.main().same(w.tries.item)
	return nil
}

// transactional reports whether the write is sent as a transaction.
func (w *prepared) transactional() bool {
	return len(w.actions) > 1 || w.op.once || w.main().kind == checkAction
}

// needItem returns a *needs of the item, nil if it is known.
func (w *prepared) needItem(key attr.Item) error {
	if w.tries.item.state == knownNothing {
		return &needs{key: key, item: true}
	}
	return nil
}

// old is the item as it was read, nil if it was absent or not read.
func (w *prepared) old() attr.Item { return w.tries.item.item }

// inSchema returns a *needs of a rewrite if the item has an older schema, and an error if it has a newer one.
func (w *prepared) inSchema(key attr.Item) error {
	switch n := model.SchemaOf(model.Loaded(w.old())); {
	case w.old() == nil || n == w.e.Schema:
		return nil
	case n > w.e.Schema:
		return w.op.Fail(key, w.e.OtherSchema(w.old()))
	}
	return &needs{key: key, rewrite: true}
}

// notFound is the error of a write whose item is known to be absent.
func (w *prepared) notFound(key attr.Item) error {
	return &fault.WriteError{Op: w.index, Verb: string(w.op.Verb), Entity: w.e.Name, Key: w.e.Table.KeyText(key), Err: fault.ErrNotFound}
}
