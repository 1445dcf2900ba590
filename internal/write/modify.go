package write

import (
	"errors"
	"fmt"
	"maps"
	"reflect"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// errUnchanged ends a Modify whose function changed nothing.
var errUnchanged = errors.New("nothing changed")

// compileModify compiles one try of Modify.
func (db *DB) compileModify(w *prepared) error {
	e := w.e
	key, err := e.Key("modify", w.op.item)
	switch {
	case err != nil:
		return err
	case e.Version == nil:
		return w.op.Fail(key, fault.Model("the entity has no Version, by which Modify detects a concurrent modification: declare one"))
	}
	if err := w.needItem(key); err != nil {
		return err
	}
	old := w.old()
	if old == nil {
		return w.notFound(key)
	}
	if seen, ok, err := w.revision(); ok {
		have, _ := e.StateOf(model.Loaded(old))
		if err == nil && have.Revision() != seen.Revision() {
			err = isState{}.why(nil, nil)
		}
		if err != nil {
			return &fault.WriteError{Op: w.index, Verb: "modify", Entity: e.Name, Key: db.Table.KeyText(key), Current: db.current(e, old), Err: err}
		}
	}
	if claimed, err := db.Table.Claim(model.Loaded(old)); err != nil || claimed != e {
		return w.op.Fail(key, fmt.Errorf("%w: not a %s", fault.ErrUnknown, e.Name))
	}
	if model.SchemaOf(model.Loaded(old)) > e.Schema || len(w.op.conds) > 0 || db.Lapsed(e, model.Loaded(old)) {
		if err := w.inSchema(key); err != nil {
			return err
		}
	}
	up, err := e.UpgradedToStore(old)
	if err != nil {
		return w.op.Fail(nil, err) // which names the key
	}
	before, after := e.NewItem(), e.NewItem()
	for _, it := range []reflect.Value{before, after} { // decoded twice, so that they share no pointer, map or slice
		if err := e.Decode(model.Loaded(up), it); err != nil {
			return w.op.Fail(key, err)
		}
		db.Bind(e, it)
	}
	if err := w.op.Modify(after); err != nil {
		return &callerError{err}
	}
	e.Owned(after)
	if err := db.placeBlobs(w, after, key, keepSame, before); err != nil {
		return err
	}
	want, err := w.changed(up, before, after)
	if err != nil {
		return err
	}
	version := e.Version.Get(before).Int()
	if attr.EqualItems(want, old) {
		w.item = after
		return errUnchanged
	}
	next, err := w.nextNumber(version, before)
	if err != nil {
		return err
	}
	w.setKeptFields(after, next, before)
	for _, f := range e.Mapped {
		if f == e.Version || f == e.Updated || f == e.Created {
			if err := w.replace(want, f.Attr(), after); err != nil {
				return err
			}
		}
	}
	if err := e.Rekey("modify", after, want); err != nil {
		return err
	}
	want[model.WriteStampAttr] = w.stamp
	if err := w.checkSize(want); err != nil {
		return err
	}
	w.setRevision(after)
	w.item, w.attrs = after, want
	a := w.action(updateAction, roleItem, key)
	a.diff(old, want)
	a.guard(guardItem, isThere{})
	a.guard(guardRead, attributeIs{e.Version.Attr(), old[e.Version.Attr()]})
	a.guard(guardRead, attributeIs{model.WriteStampAttr, old[model.WriteStampAttr]})
	w.guardBlobs(a)
	if err := a.addConditions(w.op.conds); err != nil {
		return w.op.Fail(key, fmt.Errorf("If: %w", err)) //nolint:staticcheck // If is the name of the option
	}
	if err := w.moveUniques(a, after); err != nil {
		return err
	}
	return w.addVersion(want, next)
}

// changed returns the attributes of up, with those of after where before and after differ.
func (w *prepared) changed(up attr.Item, before, after reflect.Value) (attr.Item, error) {
	e := w.e
	key := e.Table.KeyOf(model.Loaded(up))
	newKey, err := e.Key("modify", after)
	switch {
	case err != nil:
		return nil, err
	case !attr.EqualItems(key, newKey):
		return nil, w.op.Fail(key, fault.Model("the function changed the primary key to %s: use Move", e.Table.KeyText(newKey)))
	case e.Version.Get(before).Int() != e.Version.Get(after).Int():
		return nil, w.op.Fail(key, fault.Model("the function changed the version, which the library sets: leave it as it is"))
	}
	was, err := e.Values(before)
	if err != nil {
		return nil, w.op.Fail(key, err)
	}
	is, err := e.Values(after)
	if err != nil {
		return nil, w.op.Fail(key, err)
	}
	want := maps.Clone(up)
	for _, f := range e.Mapped {
		attrName := f.Attr()
		a, b := was[attrName], is[attrName]
		if a == nil && b == nil || a != nil && b != nil && attr.Equal(a, b) {
			continue
		}
		if by := e.DerivedBy(f); by != "" {
			return nil, w.op.Fail(key, fault.Model("the function changed %s, a derived field that only the view %s writes: leave it as it is", f.Name, by))
		}
		if delete(want, attrName); b != nil {
			if want[attrName], err = e.Merged(f, up[attrName], a, b); err != nil {
				return nil, w.op.Fail(key, err)
			}
		}
	}
	if err := checkTTL(e, after, w.now); err != nil && !reflect.DeepEqual(e.TTL.Get(before).Interface(), e.TTL.Get(after).Interface()) {
		return nil, w.op.Fail(key, err)
	}
	return want, e.Rekey("modify", after, want)
}

// replace encodes one field of it again, by the name of its attribute.
func (w *prepared) replace(attrs attr.Item, attr string, it reflect.Value) error {
	for _, f := range w.e.Mapped {
		if f.Attr() != attr {
			continue
		}
		av, err := w.e.Value(f, f.Get(it))
		if err != nil {
			return err
		}
		if delete(attrs, attr); av != nil {
			attrs[attr] = av
		}
	}
	return nil
}

// callerError is an error of the caller's function. It is returned without a wrapper.
type callerError struct{ err error }

func (e *callerError) Error() string { return e.err.Error() }
