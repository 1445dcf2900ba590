package write

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/plan"
)

// holdsUniques reports whether an example has the fields of all unique constraints.
func holdsUniques(e *model.Entity, it reflect.Value) bool {
	for _, u := range e.Uniques {
		if s, err := u.Text(it); err != nil || s == "" {
			return false
		}
	}
	return true
}

// moveUniques releases the unique values of the item as it was read, and takes those of after, the zero Value if the item is
// deleted. It asserts what was read.
func (w *prepared) moveUniques(a *action, after reflect.Value) error {
	if len(w.e.Uniques) == 0 {
		return nil
	}
	old, before := w.old(), reflect.Value{}
	if old != nil {
		before = w.e.Holder(old)
	}
	switch {
	case w.tries.item.state == knownAbsent:
		a.guard(guardRead, isAbsent{absentAsRead})
	case old != nil:
		w.asserted(a, w.e.Uniques)
	}
	return w.claim(w.e.Uniques, a.key, a.key, before, after)
}

// asserted requires that the fields of the given constraints, and the TTL, are as they were read.
func (w *prepared) asserted(a *action, uniques []*model.Unique) {
	var attrs []string
	for _, u := range uniques {
		for _, f := range u.Fields {
			attrs = append(attrs, f.Attr())
		}
	}
	if t := w.e.TTL; t != nil {
		attrs = append(attrs, t.Attr())
	}
	slices.Sort(attrs)
	for _, attr := range slices.Compact(attrs) {
		a.guard(guardRead, attributeIs{attr, w.old()[attr]})
	}
}

// claim adds the actions that release the values of before and take those of after, for the given constraints.
func (w *prepared) claim(uniques []*model.Unique, oldKey, newKey attr.Item, before, after reflect.Value) error {
	from, to := &types.AttributeValueMemberM{Value: oldKey}, &types.AttributeValueMemberM{Value: newKey}
	moved := !attr.EqualItems(oldKey, newKey)
	for _, u := range uniques {
		have, want := "", ""
		var err error
		if before.IsValid() {
			if have, err = u.Text(before); err != nil {
				have = "" // the item is older than the constraint
			}
		}
		if after.IsValid() {
			if want, err = u.Text(after); err != nil {
				return w.op.Fail(newKey, fmt.Errorf("unique %s: %w: %w", u.Name, fault.ErrKey, err))
			}
		}
		same := have == want
		if have != "" && !same {
			kind := deleteAction
			if w.tries.foreign[u.Name] {
				kind = checkAction // that this item does not hold it: it may have been created again, with this value
			}
			r := w.action(kind, roleReleased, u.Key(w.e, have))
			r.unique, r.owners = u, []types.AttributeValue{from}
			r.guard(guardItem, heldBy{})
		}
		if want == "" || same && !moved && !w.newTTL(before, after) {
			continue
		}
		c := w.action(putAction, roleUnique, u.Key(w.e, want))
		c.unique, c.owners = u, []types.AttributeValue{to}
		c.guard(guardItem, heldBy{})
		c.attrs = attr.Item{model.OwnerAttr: to}
		maps.Copy(c.attrs, c.key)
		if moved {
			c.owners = append(c.owners, from)
		}
		if t := w.e.TTL; t != nil {
			if av, err := w.e.Value(t, t.Get(after)); err == nil && av != nil {
				c.attrs[t.Attr()] = av
			}
		}
	}
	return nil
}

func (w *prepared) newTTL(before, after reflect.Value) bool {
	t := w.e.TTL
	if t == nil || !before.IsValid() {
		return false
	}
	a, _ := w.e.Value(t, t.Get(before))
	b, _ := w.e.Value(t, t.Get(after))
	return (a == nil) != (b == nil) || a != nil && !attr.Equal(a, b)
}

// releaseUniques releases the unique values that the caller gave of an item to delete, without reading it. It asserts that
// the stored item has these values.
func (w *prepared) releaseUniques(a *action, it reflect.Value) error {
	for _, u := range w.e.Uniques {
		for _, f := range u.Fields {
			av, err := w.e.Value(f, f.Get(it))
			if err != nil {
				return w.op.Fail(a.key, err)
			}
			if av != nil {
				a.guard(guardRead, fieldIs{f, av})
			}
		}
	}
	return w.claim(w.e.Uniques, a.key, a.key, it, reflect.Value{})
}

// heldBy requires that a unique value is free, or held by one of the action's owners. There are several owners if ops of one
// transaction share the value. For a check it requires that none of the owners holds it.
type heldBy struct{}

func (heldBy) text(a *action) string {
	name := a.x.Name(model.OwnerAttr)
	if a.kind == checkAction {
		var others []string
		for _, o := range a.owners {
			others = append(others, name+" <> "+a.x.Value(o))
		}
		return plan.And(others...)
	}
	var text strings.Builder
	text.WriteString("attribute_not_exists(" + a.pk() + ")")
	for _, o := range a.owners {
		text.WriteString(" OR " + name + " = " + a.x.Value(o))
	}
	if ttl := a.e.Table.TTL; ttl != "" && a.role == roleUnique {
		text.WriteString(" OR " + a.x.Name(ttl) + " <= " + a.x.Value(model.TTLOf(a.now)))
	}
	return text.String()
}

func (heldBy) holds(*action, attr.Item) (bool, bool) { return false, false }

func (heldBy) why(a *action, old attr.Item) error {
	holder, _ := old[model.OwnerAttr].(*types.AttributeValueMemberM)
	if holder == nil {
		return fmt.Errorf("%w: unique %s", fault.ErrNotUnique, a.unique.Name)
	}
	return fmt.Errorf("%w: unique %s: item %s holds the value", fault.ErrNotUnique, a.unique.Name, a.e.Table.KeyText(holder.Value))
}
