package write

import (
	"fmt"
	"reflect"
)

// compileDelete compiles Delete and Take.
func (db *DB) compileDelete(w *prepared) error {
	e, version := w.e, w.givenVersion()
	key, err := e.Key(string(w.op.Verb), w.op.item)
	if err != nil {
		return err
	}
	t := w.tries
	example := len(e.Uniques) > 0 && t.item.state == knownNothing && !t.wanted && !w.op.ReturnOld && holdsUniques(e, w.op.item)
	if len(e.Uniques) > 0 && !example || e.History != nil || t.wanted {
		if err := w.needItem(key); err != nil {
			return err
		}
	}
	_, given, _ := w.revision()
	asks := w.op.Verb == VerbTake || version != 0 || given || len(w.op.conds) > 0
	if t.item.state == knownAbsent && asks {
		return w.notFound(key)
	}
	if e.History != nil && t.item.state == knownAbsent { // a tombstone needs an item to delete
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
	a.requireSchema(len(w.op.conds) > 0 || asks && e.Ages())
	if err := a.addConditions(w.op.conds); err != nil {
		return w.op.Fail(key, fmt.Errorf("If: %w", err)) //nolint:staticcheck // If is the name of the option
	}
	if example {
		err = w.releaseUniques(a, w.op.item)
	} else {
		err = w.moveUniques(a, reflect.Value{})
	}
	if err != nil {
		return err
	}
	if e.History != nil {
		return w.addTombstone(a)
	}
	return nil
}
