package write

import (
	"fmt"
	"maps"
	"reflect"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

func (db *DB) compileMove(w *prepared) error {
	e := w.e
	from, err := e.Key("move", w.op.item)
	if err != nil {
		return err
	}
	to, err := e.Key("move", w.op.to)
	if err != nil {
		return err
	}
	if err := w.needItem(from); err != nil {
		return err
	}
	old := w.old()
	if old == nil {
		return w.notFound(from)
	}
	if model.SchemaOf(model.Loaded(old)) > e.Schema || len(w.op.conds) > 0 || db.Lapsed(e, model.Loaded(old)) {
		if err := w.inSchema(from); err != nil {
			return err
		}
	}
	up, err := e.UpgradedToStore(old)
	if err != nil {
		return w.op.Fail(nil, err) // which names the key
	}
	before := e.NewItem()
	if err := e.Decode(model.Loaded(up), before); err != nil {
		return w.op.Fail(from, err)
	}
	version := int64(0)
	if e.Version != nil {
		version = e.Version.Get(before).Int()
	}
	next, err := w.nextNumber(version, before)
	if err != nil {
		return err
	}
	if hasKeyOnly(e, w.op.to) && !hasKeyOnly(e, before) {
		return w.op.Fail(to, fault.Model("only key fields of \"to\" are set: pass the complete new item, such as a changed copy of one that was read"))
	}
	after := e.CopyOf(w.op.to)
	if err := db.placeBlobs(w, after, to, keepSame, before); err != nil {
		return err
	}
	for _, d := range e.Derived {
		d.F.Addr(after).Set(d.F.Get(before))
	}
	w.setKeptFields(after, next, before)
	if err := checkTTL(e, after, w.now); err != nil {
		return w.op.Fail(to, err)
	}
	want, err := w.movedItem(up, to, before, after)
	if err != nil {
		return err
	}
	w.setRevision(after)
	w.item, w.attrs = after, want
	if err := w.addMove(from, to, want); err != nil {
		return err
	}
	if len(e.Uniques) > 0 {
		if err := w.claim(e.Uniques, from, to, e.Holder(old), after); err != nil {
			return err
		}
	}
	if e.History == nil {
		return nil
	}
	was, is := attr.Item{}, attr.Item{}
	if err := e.HistoryKey(string(w.op.Verb), before, next, was); err != nil {
		return err
	}
	if err := e.HistoryKey(string(w.op.Verb), after, next, is); err != nil {
		return err
	}
	if !attr.EqualItems(was, is) {
		return w.op.Fail(from, fault.Model("the move would change the key of the history, so the item would lose its versions: create a new item instead"))
	}
	return w.addVersion(want, next)
}

// addMove adds the actions on the item itself: an update if the key stays the same, else a delete and a put.
func (w *prepared) addMove(from, to, want attr.Item) error {
	var source *action
	if attr.EqualItems(from, to) {
		source = w.action(updateAction, roleItem, from)
		source.diff(w.old(), want)
	} else {
		put := w.action(putAction, roleItem, to)
		put.attrs = want
		put.guard(guardItem, isAbsent{absentToCreate})
		source = w.action(deleteAction, roleSource, from)
	}
	source.guard(guardItem, isThere{})
	if err := w.expect(source); err != nil {
		return err
	}
	if err := source.addConditions(w.op.conds); err != nil {
		return w.op.Fail(from, fmt.Errorf("If: %w", err)) //nolint:staticcheck // If is the name of the option
	}
	source.sameAs(guardItem, w.tries.item) // no retry: the caller decided by the item that it read
	return nil
}

// movedItem returns the attributes to store at the new key: those that were read, with the changes of the new item.
func (w *prepared) movedItem(up, key attr.Item, before, after reflect.Value) (attr.Item, error) {
	e := w.e
	was, err := e.Values(before)
	if err != nil {
		return nil, w.op.Fail(key, err)
	}
	fields, err := e.Values(after)
	if err != nil {
		return nil, w.op.Fail(key, err)
	}
	want := maps.Clone(up)
	for _, f := range e.Mapped {
		if e.DerivedBy(f) != "" {
			continue
		}
		attrName := f.Attr()
		if delete(want, attrName); fields[attrName] == nil {
			continue
		}
		if want[attrName], err = e.Merged(f, up[attrName], was[attrName], fields[attrName]); err != nil {
			return nil, w.op.Fail(key, err)
		}
	}
	maps.Copy(want, key)
	if w.stamp != nil {
		want[model.WriteStampAttr] = w.stamp
	}
	if err := e.Rekey("move", after, want); err != nil {
		return nil, err
	}
	return want, w.checkSize(want)
}

// hasKeyOnly reports an item in which only fields of the primary key, and those that the library sets, are not zero.
func hasKeyOnly(e *model.Entity, it reflect.Value) bool {
	for _, f := range e.Mapped {
		kept := f == e.Version || f == e.Created || f == e.Updated || e.DerivedBy(f) != ""
		if !kept && !e.Primary.HoldsInFull(f) && !f.Get(it).IsZero() {
			return false
		}
	}
	return true
}
