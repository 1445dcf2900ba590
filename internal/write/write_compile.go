package write

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
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
		err = w.answerable()
	}
	return w, err
}

// answerable makes sure that what the caller wants back can be had: a transaction returns nothing, so that the item as it
// was has to be read, and asserted.
func (w *prepared) answerable() error {
	asserted := w.op.Verb == VerbModify || w.op.Verb == VerbMove // which read it anyway
	if !w.op.ReturnOld || !w.transactional() || asserted {
		return nil
	}
	if err := w.know(w.main().key); err != nil {
		return err
	}
	w.main().same(w.tries.item)
	return nil
}

// transactional reports that the write goes as a transaction.
func (w *prepared) transactional() bool {
	return len(w.actions) > 1 || w.op.once || w.main().kind == checkAction
}

// know asks for the item, unless it is known.
func (w *prepared) know(key attr.Item) error {
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

// missing is the error of a write whose item is known not to be there.
func (w *prepared) missing(key attr.Item) error {
	return &fault.WriteError{Op: w.index, Verb: string(w.op.Verb), Entity: w.e.Name, Key: w.e.Table.KeyText(key), Err: fault.ErrNotFound}
}

// number returns the number of the version that the write makes of an item at version.
func (w *prepared) number(version int64, it reflect.Value) (int64, error) {
	n := &w.tries.newest
	switch {
	case w.e.History == nil || !n.found && !n.wanted:
		return version + 1, nil
	case !n.found:
		row := attr.Item{}
		if err := w.e.HistoryKey(string(w.op.Verb), it, 1, row); err != nil {
			return 0, err
		}
		return 0, &needs{key: row, newest: row}
	}
	return max(n.number, version) + 1, nil
}

// given returns the version that the op's item has, if it was given one.
func (w *prepared) given() int64 {
	if w.e.Version == nil || w.op.Verb == VerbCreate {
		return 0
	}
	return w.e.Version.Get(w.op.item).Int()
}

// keep sets the fields that the library keeps: the version that the write makes, and the timestamps. before is the item
// as it was read, the zero Value where the verb does not read it.
func (w *prepared) keep(it reflect.Value, version int64, before reflect.Value) {
	if f := w.e.Version; f != nil {
		f.Addr(it).SetInt(version)
	}
	if f := w.e.Updated; f != nil {
		f.Addr(it).Set(reflect.ValueOf(w.now.Truncate(Precision(f))))
	}
	f := w.e.Created
	if f == nil || !f.Get(it).IsZero() {
		return
	}
	if before.IsValid() && !f.Get(before).IsZero() {
		f.Addr(it).Set(f.Get(before))
		return
	}
	f.Addr(it).Set(reflect.ValueOf(w.now.Truncate(Precision(f))))
}

// Precision is what the field's attribute keeps of a time.
func Precision(f *field.Field) time.Duration {
	if f.UnixTime {
		return time.Second
	}
	return time.Nanosecond
}

// stored returns the attributes of an item that is about to be written.
func (w *prepared) stored(it reflect.Value) (attr.Item, error) {
	attrs, err := w.e.Encode(string(w.op.Verb), it)
	if err != nil {
		return nil, err
	}
	if w.stamp != nil {
		attrs[model.WriteStampAttr] = w.stamp
	}
	if err := checkTTL(w.e, it, w.now); err != nil {
		return nil, w.op.Fail(w.e.Table.KeyOf(model.Loaded(attrs)), err)
	}
	return attrs, w.checkSize(attrs)
}

func (w *prepared) checkSize(attrs attr.Item) error {
	if w.bytes = attr.Size(attrs); w.bytes > attr.MaxItemBytes {
		return w.op.Fail(w.e.Table.KeyOf(model.Loaded(attrs)), fmt.Errorf("%w: the item has %d bytes, DynamoDB allows %d", fault.ErrTooLarge, w.bytes, attr.MaxItemBytes))
	}
	return nil
}

// compilePut compiles Create, Put and Replace.
func (db *DB) compilePut(w *prepared) error {
	e, version := w.e, w.given()
	seen, given, _ := w.revision()
	if given && version == 0 {
		version = seen.Version
	}
	creates := w.op.Verb == VerbCreate || w.op.Verb == VerbPut && e.Version != nil && version == 0
	if creates && e.History != nil && e.TTL != nil { // DynamoDB deletes what has expired, and leaves no mark
		w.tries.newest.wanted = true
	}
	next, err := w.number(version, w.op.item)
	if err != nil {
		return err
	}
	w.item = e.CopyOf(w.op.item)
	w.keep(w.item, next, reflect.Value{})
	w.wrote(w.item)
	var key attr.Item
	written := false
	if w.op.alone && db.JSON {
		key, written = w.writeJSON()
	}
	if !written {
		if w.attrs, err = w.stored(w.item); err != nil {
			return err
		}
		key = e.Table.KeyOf(model.Loaded(w.attrs))
	}
	if len(e.Uniques) > 0 && !creates || w.tries.wanted { // after the checks of the item: they need no request
		if err := w.know(key); err != nil {
			return err
		}
	}
	kind := putAction
	if len(e.Derived) > 0 {
		kind = updateAction
	}
	a := w.action(kind, roleItem, key)
	if a.attrs, a.bytes = w.attrs, w.bytes; kind == updateAction {
		w.keepDerived(a)
	}
	switch {
	case w.op.Verb == VerbCreate:
		a.guard(guardItem, isAbsent{absentToCreate})
	case creates:
		a.guard(guardItem, isAbsent{absentAtZero})
	case w.op.Verb == VerbPut && e.Version != nil:
		a.guard(guardItem, isThere{version})
	case w.op.Verb == VerbReplace, len(w.op.conds) > 0:
		a.guard(guardItem, isThere{})
	}
	if !creates && e.Version != nil {
		a.guard(guardItem, hasVersion{version})
	}
	if err := w.expectRevision(a); err != nil {
		return err
	}
	a.schema(!creates && (len(w.op.conds) > 0 || e.Ages() && (w.op.Verb == VerbReplace || e.Version != nil)))
	if err := a.given(w.op.conds); err != nil {
		return w.op.Fail(key, fmt.Errorf("If: %w", err))
	}
	if err := w.claims(a, w.item); err != nil {
		return err
	}
	if kind == updateAction && e.TTL != nil && w.op.Verb == VerbPut && e.Version == nil && len(w.op.conds) == 0 {
		w.mixesWithNothing(a)
	}
	return w.remember(w.attrs, next)
}

// mixesWithNothing keeps a put that is an update from mixing with what is left of an expired item.
func (w *prepared) mixesWithNothing(a *action) {
	switch w.tries.item.state {
	case knownNothing:
		a.orAbsent = true
	case knownPresent:
		a.guard(guardRead, isThere{})
	case knownAbsent: // asserted
	}
}

// keepDerived makes an update of a put, which leaves alone what the write does not know.
func (w *prepared) keepDerived(a *action) {
	attrs := a.attrs
	a.attrs = nil
	for _, f := range w.e.Mapped {
		if w.e.DerivedBy(f) != "" {
			delete(attrs, f.Attr())
		} else if attrs[f.Attr()] == nil {
			a.update.Remove(a.x.Name(f.Attr()))
		}
	}
	for _, r := range w.e.Indexed {
		for _, attr := range r.Owns() {
			if attrs[attr] == nil {
				a.update.Remove(a.x.Name(attr))
			}
		}
	}
	for _, attr := range attr.SortedNames(attrs) {
		if !w.e.Table.Primary.IsKey(attr) {
			a.update.Set(a.x.Name(attr), a.x.Value(attrs[attr]))
		}
	}
}

// compileDelete compiles Delete and Take.
func (db *DB) compileDelete(w *prepared) error {
	e, version := w.e, w.given()
	key, err := e.Key(string(w.op.Verb), w.op.item)
	if err != nil {
		return err
	}
	t := w.tries
	example := len(e.Uniques) > 0 && t.item.state == knownNothing && !t.wanted && !w.op.ReturnOld && holdsUniques(e, w.op.item)
	if len(e.Uniques) > 0 && !example || e.History != nil || t.wanted {
		if err := w.know(key); err != nil {
			return err
		}
	}
	_, given, _ := w.revision()
	asks := w.op.Verb == VerbTake || version != 0 || given || len(w.op.conds) > 0
	if t.item.state == knownAbsent && asks {
		return w.missing(key)
	}
	if e.History != nil && t.item.state == knownAbsent { // nothing to delete, and so no tombstone
		w.action(checkAction, roleItem, key).same(t.item)
		return nil
	}
	a := w.action(deleteAction, roleItem, key)
	if asks {
		a.guard(guardItem, isThere{})
	}
	if err := w.expect(a); err != nil {
		return err
	}
	a.schema(len(w.op.conds) > 0 || asks && e.Ages())
	if err := a.given(w.op.conds); err != nil {
		return w.op.Fail(key, fmt.Errorf("If: %w", err))
	}
	if example {
		err = w.giveUp(a, w.op.item)
	} else {
		err = w.claims(a, reflect.Value{})
	}
	if err != nil {
		return err
	}
	if e.History != nil {
		return w.bury(a)
	}
	return nil
}

// compileCheck compiles Check and CheckAbsent.
func (db *DB) compileCheck(w *prepared) error {
	key, err := w.e.Key(string(w.op.Verb), w.op.item)
	if err != nil {
		return err
	}
	a := w.action(checkAction, roleItem, key)
	if w.op.Verb == VerbCheckAbsent {
		a.guard(guardItem, isAbsent{absentToCreate})
		return nil
	}
	a.guard(guardItem, isThere{})
	if err := w.expect(a); err != nil {
		return err
	}
	if len(w.op.conds) > 0 || w.e.Ages() {
		a.schema(true)
	}
	if err := a.given(w.op.conds); err != nil {
		return w.op.Fail(key, err)
	}
	return nil
}

// same asks that the item is as it is known: by version and stamp where it has them, else by all attributes.
func (a *action) same(k known) { a.sameAs(guardRead, k) }

func (a *action) sameAs(kind guardKind, k known) {
	if a.orAbsent {
		if a.orAbsent = false; k.state == knownPresent {
			a.guard(kind, isThere{})
		} else {
			a.guards = nil // they ask something of an item that is there
		}
	}
	if k.state != knownPresent {
		a.guard(kind, isAbsent{absentAsRead})
		return
	}
	e, old := a.e, k.item
	if e.Version != nil && old[model.WriteStampAttr] != nil && len(e.Derived) == 0 {
		a.guard(kind, attributeIs{e.Version.Attr(), old[e.Version.Attr()]})
		a.guard(kind, attributeIs{model.WriteStampAttr, old[model.WriteStampAttr]})
		return
	}
	for _, attr := range attr.SortedNames(old) {
		if !e.Table.Primary.IsKey(attr) {
			a.guard(kind, attributeIs{attr, old[attr]})
		}
	}
	for _, attr := range e.Kept() {
		if old[attr] == nil {
			a.guard(kind, attributeIs{attr, nil})
		}
	}
}

// ttlHorizon is how long ago DynamoDB still deletes what has expired. AWS: "Using time to live in DynamoDB".
const ttlHorizon = 5

// maxTTL is where seconds end and somebody's milliseconds begin.
const maxTTL = 100_000_000_000

var errTTL = errors.New("DynamoDB never deletes an item by it")

// checkTTL refuses times that DynamoDB would take for never.
func checkTTL(e *model.Entity, it reflect.Value, now time.Time) error {
	if e.TTL == nil {
		return nil
	}
	return checkExpiry(e, e.TTL.Get(it), now)
}

func checkExpiry(e *model.Entity, v reflect.Value, now time.Time) error {
	at, ok := reflect.TypeAssert[time.Time](v)
	switch {
	case !ok || at.IsZero():
		return nil
	case at.Unix() > maxTTL:
		return fault.Model("%s is %d, which looks like milliseconds: %w", e.TTL.Name, at.Unix(), errTTL)
	case at.Before(now.AddDate(-ttlHorizon, 0, 0)):
		return fault.Model("%s is %s, more than five years past: %w", e.TTL.Name, at.UTC().Format(time.RFC3339), errTTL)
	}
	return nil
}
