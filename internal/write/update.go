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

// diff writes what turns one set of attributes into another.
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
		return w.op.Fail(key, fault.Model("the entity keeps a history, which needs the whole item: use Modify"))
	case w.op.Verb == VerbUpsert && len(e.Uniques) > 0:
		return w.op.Fail(key, fault.Model("the entity has Unique constraints, which need to know the item: use Update, Create or Modify"))
	case len(w.op.changes) == 0:
		return w.op.Fail(key, fault.Model("no edits"))
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
		return w.op.Fail(key, fault.Model("the edits only remove, which makes no item where there is none: use Update, or set a field"))
	}
	if p.touchesUniques() {
		return w.updateUniques(p)
	}
	return nil
}

// setOwnAttributes adds what the library keeps in each item beside the fields.
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

// checkTTL refuses a time to live that DynamoDB would not honour.
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

// touchesUniques reports whether an edit changes what a constraint is made of.
func (p *updatePlan) touchesUniques() bool {
	for i := range p.edits {
		if len(editingOf(p.e).of(p.edits[i].f).uniques) > 0 {
			return true
		}
	}
	return false
}

// updateUniques reads the item, to know the values that the edits replace, and moves its constraints.
func (w *prepared) updateUniques(p *updatePlan) error {
	a := w.main()
	if err := w.needItem(a.key); err != nil {
		return err
	}
	old := w.old()
	if old == nil { // unless it has been created since
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
			return w.op.Fail(a.key, fault.Model("%s: the field is part of a Unique constraint: set it, or use Modify", x))
		}
		x.f.Addr(it).Set(x.v)
	}
	return w.moveUniques(a, it)
}
