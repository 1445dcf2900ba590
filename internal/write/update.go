package write

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/plan"
)

// diff adds the updates that turn the attributes from into to.
func (a *action) diff(from, to attr.Item) {
	for _, attrName := range attr.SortedNames(to) {
		if have := from[attrName]; have == nil || !attr.Equal(have, to[attrName]) {
			a.update.Set(a.x.Name(attrName), a.x.Value(to[attrName]))
		}
	}
	for _, attr := range attr.SortedNames(from) {
		if to[attr] == nil {
			a.update.Remove(a.x.Name(attr))
		}
	}
}

// compileUpdate compiles Update and Upsert.
func (db *DB) compileUpdate(w *prepared) error {
	e := w.e
	key, err := e.Key(string(w.op.Verb), w.op.item)
	if err != nil {
		return err
	}
	switch {
	case e.History != nil:
		return w.op.Fail(key, fault.Model("the entity has a History, which stores the complete item: use Modify"))
	case w.op.Verb == VerbUpsert && len(e.Uniques) > 0:
		return w.op.Fail(key, fault.Model("the entity has Unique constraints, and an Upsert does not know the stored values: use Update, Create or Modify"))
	case len(w.op.changes) == 0:
		return w.op.Fail(key, fault.Model("no edits: pass at least one"))
	}
	if len(e.Blobs) > 0 {
		if err := db.placeEdits(w, key); err != nil {
			return err
		}
	}
	a := w.action(updateAction, roleItem, key)
	p := newUpdate(e, w.op, a, w.now)
	if err := p.plan(); err != nil {
		if errors.Is(err, fault.ErrKey) {
			return err
		}
		return w.op.Fail(key, err)
	}
	if err := p.checkTTL(); err != nil {
		return w.op.Fail(key, err)
	}
	if w.op.Verb == VerbUpsert {
		a.orAbsent = true
	} else {
		a.guard(guardItem, isThere{})
	}
	if err := w.expect(a); err != nil {
		return err
	}
	w.guardKept(a)
	if w.givenVersion() == 0 && w.stamp != nil {
		a.guard(guardStamp, notOwnWrite{w.stamp})
	}
	a.requireSchema(true)
	p.apply()
	if err := a.addConditions(w.op.conds); err != nil {
		return w.op.Fail(key, fmt.Errorf("If: %w", err)) //nolint:staticcheck // If is the name of the option
	}
	w.setOwnAttributes(&a.update, &a.x, w.op.Verb == VerbUpsert)
	if w.op.Verb == VerbUpsert && !a.update.Makes() {
		return w.op.Fail(key, fault.Model("the edits only remove attributes, which creates no item: use Update, or set a field"))
	}
	if p.touchesUniques() {
		return w.updateUniques(p)
	}
	return nil
}

// setOwnAttributes adds the attributes of the library's own: the stamp, and for a new item its type and schema.
func (w *prepared) setOwnAttributes(u *plan.Update, x *plan.Expression, creates bool) {
	if w.stamp != nil {
		u.Set(x.Name(model.WriteStampAttr), x.Value(w.stamp))
	}
	if !creates {
		return
	}
	if t := w.e.Table.TypeAttr; t != "" {
		u.Set(x.Name(t), x.Value(&types.AttributeValueMemberS{Value: w.e.Name}))
	}
	if w.e.Schema > 0 {
		u.Set(x.Name(model.SchemaAttr), x.Value(attr.Number(int64(w.e.Schema))))
	}
}

// checkTTL checks the edits of the TTL field, see [checkExpiry].
func (p *updatePlan) checkTTL() error {
	for i := range p.edits {
		x := &p.edits[i]
		if p.e.TTL == nil || x.f != p.e.TTL {
			continue
		}
		if err := checkExpiry(p.e, x.v, p.now); err != nil {
			return err
		}
	}
	return nil
}

// touchesUniques reports whether an edit changes a field of a unique constraint.
func (p *updatePlan) touchesUniques() bool {
	for i := range p.edits {
		if len(editingOf(p.e).of(p.edits[i].f).uniques) > 0 {
			return true
		}
	}
	return false
}

// updateUniques needs the stored item for the values that the edits replace, and moves its unique values.
func (w *prepared) updateUniques(p *updatePlan) error {
	a := w.main()
	if err := w.needItem(a.key); err != nil {
		return err
	}
	old := w.old()
	if old == nil { // asserted, since it may have been created after the read
		a.guard(guardRead, isAbsent{absentAsRead})
		return nil
	}
	it := w.e.NewItem()
	if err := w.e.Decode(model.Loaded(old), it); err != nil {
		return w.op.Fail(a.key, err)
	}
	for i := range p.edits {
		x := &p.edits[i]
		if len(editingOf(w.e).of(x.f).uniques) == 0 {
			continue
		}
		if !x.whole() {
			return w.op.Fail(a.key, fault.Model("%s: the field is part of a Unique constraint, so its new value must be known: use Set or Modify", x))
		}
		x.f.Addr(it).Set(x.v)
	}
	return w.moveUniques(a, it)
}
