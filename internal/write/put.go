package write

import (
	"fmt"
	"reflect"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/wire"
)

// compilePut compiles Create, Put and Replace.
func (db *DB) compilePut(w *prepared) error {
	e, version := w.e, w.givenVersion()
	seen, given, _ := w.revision()
	if given && version == 0 {
		version = seen.Version
	}
	creates := w.op.Verb == VerbCreate || w.op.Verb == VerbPut && e.Version != nil && version == 0
	if creates && e.History != nil && e.TTL != nil { // DynamoDB deletes expired items without a tombstone
		w.tries.newest.wanted = true
	}
	next, err := w.nextNumber(version, w.op.item)
	if err != nil {
		return err
	}
	w.item = e.CopyOf(w.op.item)
	w.setKeptFields(w.item, next, reflect.Value{})
	w.setRevision(w.item)
	if len(e.Blobs) > 0 {
		if err := db.placePut(w, creates); err != nil {
			return err
		}
	}
	var key attr.Item
	var json *wire.Writer
	if db.JSON {
		key, json = w.toJSON()
	}
	if json == nil {
		if w.attrs, err = w.encode(w.item); err != nil {
			return err
		}
		key = e.Table.KeyOf(model.Loaded(w.attrs))
	}
	if len(e.Uniques) > 0 && !creates || w.tries.wanted { // after the checks that need no request
		if err := w.needItem(key); err != nil {
			return err
		}
	}
	kind := putAction
	if len(e.Derived) > 0 {
		kind = updateAction
	}
	a := w.action(kind, roleItem, key)
	if a.attrs, a.bytes, a.json = w.attrs, w.bytes, json; kind == updateAction {
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
	w.guardKept(a)
	a.requireSchema(!creates && (len(w.op.conds) > 0 || e.Ages() && (w.op.Verb == VerbReplace || e.Version != nil)))
	if err := a.addConditions(w.op.conds); err != nil {
		return w.op.Fail(key, fmt.Errorf("If: %w", err)) //nolint:staticcheck // If is the name of the option
	}
	if err := w.moveUniques(a, w.item); err != nil {
		return err
	}
	if kind == updateAction && e.TTL != nil && w.op.Verb == VerbPut && e.Version == nil && len(w.op.conds) == 0 && !w.keeps() {
		w.refuseLeftover(a)
	}
	return w.addVersion(w.attrs, next)
}

// placePut places the Blobs of a put. An item that is created has no reference to keep.
func (db *DB) placePut(w *prepared, creates bool) error {
	key, err := w.e.Key(string(w.op.Verb), w.item)
	if err != nil {
		return err
	}
	how := keepAsserted
	if creates {
		how = keepNone
	}
	return db.placeBlobs(w, w.item, key, how, reflect.Value{})
}

// refuseLeftover keeps an update that stands for a put from keeping attributes of an expired item.
func (w *prepared) refuseLeftover(a *action) {
	switch w.tries.item.state {
	case knownNothing:
		a.orAbsent = true
	case knownPresent:
		a.guard(guardRead, isThere{})
	case knownAbsent: // moveUniques asserts that
	}
}

// keepDerived turns a put into an update that leaves derived fields, and attributes unknown to this program, as they are.
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
