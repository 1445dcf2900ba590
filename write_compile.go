package ddb

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/wire"
)

// write is an op compiled: the actions that it consists of, its own item's first.
type write struct {
	op      Op
	index   int // in Transact or Batch
	e       *entity
	know    *knowledge
	now     time.Time
	item    reflect.Value // as it will be stored, where that is known
	attrs   item          // likewise
	bytes   int           // of attrs
	json    *wire.Writer  // in place of attrs
	stamp   types.AttributeValue
	actions []*action
}

// knowledge is what a write found out about its item before the request, or from one that failed.
type knowledge struct {
	read    bool
	old     item            // as read; nil if there is none
	raw     item            // likewise, but an item that has expired too
	number  int64           // the next number of the history, 0: one more than the version
	foreign map[string]bool // constraints that another item holds and that are not ours to give up
	reread  bool            // that what the caller holds is not to be relied on
}

func (w *write) main() *action { return w.actions[0] }

// action adds an action of the write.
func (w *write) action(kind actionKind, r role, key item) *action {
	a := &action{kind: kind, role: r, op: w.index, e: w.e, verb: w.op.verb, key: key}
	w.actions = append(w.actions, a)
	return a
}

// compile plans an op. It makes a request only where a verb needs to know the item and k does not.
func (db *DB) compile(ctx context.Context, index int, op Op, k *knowledge) (*write, error) {
	if err := op.valid(db.table); err != nil {
		return nil, err
	}
	w := &write{op: op, index: index, e: op.e, know: k, now: db.opts.Now().UTC().Round(0)}
	if w.e.version != nil {
		w.stamp = newWriteStamp()
	}
	switch op.verb {
	case verbCreate, verbPut, verbReplace:
		return w, db.compilePut(ctx, w)
	case verbUpdate, verbUpsert:
		return w, db.compileUpdate(ctx, w)
	case verbModify:
		return w, db.compileModify(ctx, w)
	case verbMove:
		return w, db.compileMove(ctx, w)
	case verbDelete, verbTake:
		return w, db.compileDelete(ctx, w)
	default:
		return w, db.compileCheck(w)
	}
}

// know reads the write's item, unless that has happened.
func (db *DB) know(ctx context.Context, w *write, key item) error {
	if w.know.read {
		return nil
	}
	attrs, err := db.Consistent().getItem(ctx, key)
	if err != nil {
		return w.op.fail(key, db.explain(err))
	}
	w.know.learn(db, attrs)
	return nil
}

func (k *knowledge) learn(db *DB, attrs item) {
	k.read, k.raw, k.old = true, attrs, present(attrs, db)
}

// present returns attrs unless they are none or expired.
func present(attrs item, db *DB) item {
	if len(attrs) == 0 || db.dead(attrs) {
		return nil
	}
	return attrs
}

// given returns the version that the op's item has.
func (w *write) given() int64 {
	if w.e.version == nil || w.op.verb == verbCreate {
		return 0
	}
	return w.e.version.Get(w.op.item).Int()
}

// copied returns an item of its own, so that an op can run again.
func (e *entity) copied(it reflect.Value) reflect.Value {
	v := e.newItem()
	v.Set(it)
	return v
}

// keep sets the fields that the library keeps: the version that the write makes, and the timestamps.
func (w *write) keep(it reflect.Value, version int64, creates bool) {
	if f := w.e.version; f != nil {
		f.Addr(it).SetInt(version)
	}
	for _, f := range []*field.Field{w.e.updated, w.e.created} {
		if f != nil && (f == w.e.updated || creates || f.Get(it).IsZero()) {
			f.Addr(it).Set(reflect.ValueOf(w.now.Truncate(precision(f))))
		}
	}
}

// precision is what the field's attribute keeps of a time.
func precision(f *field.Field) time.Duration {
	if f.UnixTime {
		return time.Second
	}
	return time.Nanosecond
}

// stored returns the attributes of an item that is about to be written.
func (w *write) stored(it reflect.Value) (item, error) {
	attrs, err := w.e.encode(string(w.op.verb), it)
	if err != nil {
		return nil, err
	}
	if w.stamp != nil {
		attrs[writeStampAttr] = w.stamp
	}
	if err := w.e.checkTTL(it, w.now); err != nil {
		return nil, w.op.fail(w.e.table.keyOf(attrs), err)
	}
	return attrs, w.checkSize(attrs)
}

func (w *write) checkSize(attrs item) error {
	if w.bytes = itemSize(attrs); w.bytes > maxItemBytes {
		return w.op.fail(w.e.table.keyOf(attrs), fmt.Errorf("%w: the item has %d bytes, DynamoDB allows %d", ErrTooLarge, w.bytes, maxItemBytes))
	}
	return nil
}

// compilePut compiles Create, Put and Replace.
func (db *DB) compilePut(ctx context.Context, w *write) error {
	e, version := w.e, w.given()
	var key item
	var err error
	creates := w.op.verb == verbCreate || w.op.verb == verbPut && e.version != nil && version == 0
	if len(e.uniques) > 0 && !creates {
		if key, err = e.key(string(w.op.verb), w.op.item); err != nil {
			return err
		}
		if err := db.know(ctx, w, key); err != nil {
			return err
		}
	}
	next := version + 1
	if w.know.number > 0 {
		next = w.know.number
	}
	w.item = e.copied(w.op.item)
	w.keep(w.item, next, creates)
	written := false
	if w.op.alone && db.json {
		key, written = w.writeJSON()
	}
	if !written {
		if w.attrs, err = w.stored(w.item); err != nil {
			return err
		}
		key = e.table.keyOf(w.attrs)
	}
	a := w.action(putAction, roleItem, key)
	a.attrs, a.bytes = w.attrs, w.bytes
	switch {
	case w.op.verb == verbCreate:
		a.absent(db, func(item) error { return ErrExists })
	case creates:
		a.absent(db, func(old item) error { return e.staleVersion(0, old) })
	case w.op.verb == verbPut && e.version != nil:
		a.there(db, func(old item) error { return e.staleVersion(version, old) })
	case w.op.verb == verbReplace, len(w.op.conds) > 0:
		a.there(db, notThere)
	}
	if !creates && e.version != nil {
		a.version(version)
	}
	a.schema(false)
	if err := a.given(w.op.conds); err != nil {
		return w.op.fail(key, fmt.Errorf("If: %w", err))
	}
	if w.op.returnOld && w.know.read {
		a.same(db, w.know.old)
	}
	if len(e.derived) > 0 {
		w.keepDerived(a, creates)
	}
	if err := db.claims(w, a, w.know.old, w.item); err != nil {
		return err
	}
	return w.remember(w.attrs, next)
}

// keepDerived turns a put into an update that leaves alone what the write does not know.
func (w *write) keepDerived(a *action, creates bool) {
	attrs := a.attrs
	a.kind, a.attrs = updateAction, nil
	for _, f := range w.e.editing().mapped {
		if w.e.derivedBy(f) != "" {
			delete(attrs, f.Attr())
		} else if attrs[f.Attr()] == nil {
			a.update.Remove(a.x.Name(f.Attr()))
		}
	}
	for _, r := range w.e.indexed {
		for _, attr := range r.owns() {
			if attrs[attr] == nil {
				a.update.Remove(a.x.Name(attr))
			}
		}
	}
	for _, attr := range sortedNames(attrs) {
		if !w.e.table.primary.isKey(attr) {
			a.update.Set(a.x.Name(attr), a.x.Value(attrs[attr]))
		}
	}
	if creates && w.e.ttl != nil { // what is left of an expired item would mix with the new one
		a.guards[0].text = "attribute_not_exists(" + a.pk() + ")"
		a.guards[0].kind = guardAlive
	}
}

// compileDelete compiles Delete and Take.
func (db *DB) compileDelete(ctx context.Context, w *write) error {
	e, version := w.e, w.given()
	key, err := e.key(string(w.op.verb), w.op.item)
	if err != nil {
		return err
	}
	example := len(e.uniques) > 0 && !w.know.reread && !w.op.returnOld && e.holdsUniques(w.op.item)
	if len(e.uniques) > 0 && !example || e.history != nil {
		if err := db.know(ctx, w, key); err != nil {
			return err
		}
	}
	if e.history != nil && w.know.old == nil {
		return db.deleteNothing(w, key, version)
	}
	a := w.action(deleteAction, roleItem, key)
	if w.op.verb == verbTake || version != 0 || len(w.op.conds) > 0 {
		a.there(db, notThere)
	}
	if version != 0 {
		a.version(version)
	}
	a.schema(false)
	if err := a.given(w.op.conds); err != nil {
		return w.op.fail(key, fmt.Errorf("If: %w", err))
	}
	if w.op.returnOld && w.know.read {
		a.same(db, w.know.old)
	}
	if example {
		err = w.giveUp(a, w.op.item)
	} else {
		err = db.claims(w, a, w.know.old, reflect.Value{})
	}
	if err != nil {
		return err
	}
	if e.history != nil {
		return w.bury(a)
	}
	return nil
}

// compileCheck compiles Check and CheckAbsent.
func (db *DB) compileCheck(w *write) error {
	key, err := w.e.key(string(w.op.verb), w.op.item)
	if err != nil {
		return err
	}
	a := w.action(checkAction, roleItem, key)
	if w.op.verb == verbCheckAbsent {
		a.absent(db, func(item) error { return ErrExists })
		return nil
	}
	a.there(db, notThere)
	if v := w.given(); v != 0 {
		a.version(v)
	}
	if err := a.given(w.op.conds); err != nil {
		return w.op.fail(key, err)
	}
	return nil
}

// same asks that the item is as it was read: by version and stamp where it has them, else by all attributes.
func (a *action) same(db *DB, old item) {
	if old == nil {
		a.stillAbsent(db)
		return
	}
	e := a.e
	if e.version != nil && old[writeStampAttr] != nil && len(e.derived) == 0 {
		a.attribute(e.version.Attr(), old[e.version.Attr()])
		a.attribute(writeStampAttr, old[writeStampAttr])
		return
	}
	for _, attr := range sortedNames(old) {
		if !e.table.primary.isKey(attr) {
			a.attribute(attr, old[attr])
		}
	}
	for _, f := range e.editing().mapped {
		if old[f.Attr()] == nil {
			a.attribute(f.Attr(), nil)
		}
	}
}

// stillAbsent asks that there is no item, as when it was looked for.
func (a *action) stillAbsent(db *DB) {
	a.absent(db, func(item) error { return fmt.Errorf("%w: the item was not there before", ErrConflict) })
	a.guards[len(a.guards)-1].kind = guardRead
}

func sortedNames(attrs item) []string {
	names := make([]string, 0, len(attrs))
	for name := range attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// ttlHorizon is how long ago DynamoDB still deletes what has expired. AWS: "Using time to live in DynamoDB".
const ttlHorizon = 5

// maxTTL is where seconds end and somebody's milliseconds begin.
const maxTTL = 100_000_000_000

var errTTL = errors.New("DynamoDB never deletes an item by it")

// checkTTL refuses times that DynamoDB would take for never.
func (e *entity) checkTTL(it reflect.Value, now time.Time) error {
	if e.ttl == nil {
		return nil
	}
	return e.checkExpiry(e.ttl.Get(it), now)
}

func (e *entity) checkExpiry(v reflect.Value, now time.Time) error {
	at, ok := reflect.TypeAssert[time.Time](v)
	switch {
	case !ok || at.IsZero():
		return nil
	case at.Unix() > maxTTL:
		return modelFault("%s is %d, which looks like milliseconds: %w", e.ttl.Name, at.Unix(), errTTL)
	case at.Before(now.AddDate(-ttlHorizon, 0, 0)):
		return modelFault("%s is %s, more than five years past: %w", e.ttl.Name, at.UTC().Format(time.RFC3339), errTTL)
	}
	return nil
}
