package ddb

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/plan"
	"github.com/singletable-go/ddb/internal/template"
)

// unique is a constraint of an entity: one further item for each value, which names the item that holds it.
type unique struct {
	name     string
	template template.Template
	fields   []*field.Field // those that the primary key does not hold
}

const (
	uniquePrefix = "~u#"
	ownerAttr    = "~o" // of a constraint: the key of the item that holds the value
)

// Unique keeps the value of parts unique among the items of the entity, and calls that name. The value is held by an
// item of the library's own, written in one transaction with each write that changes it; a write that meets a value
// that another item holds fails with [ErrNotUnique]. Where a part is empty there is no constraint. An item that has
// expired holds nothing any more.
//
// What deletes items behind the library's back, such as a raw client or a restore of some of them, leaves their constraints
// behind: the values stay taken by items that are not there. Delete such a constraint by its key, which the error names the
// holder of. No part is a [Shard]. A Unique whose parts change is another: give it a new name, and run EnsureUnique.
//
// It costs a transaction, so twice the capacity, and a unit for the constraint twice; and a read before each write that
// does not know the values it replaces. Upsert is refused. For a table that has items already, call
// [Repository.EnsureUnique] once.
func (d *mDefinition) Unique(name string, parts mParts) {
	ix := &mIndex{name: "unique " + name}
	u := &unique{name: name, template: d.template(ix, "value", parts, 1)}
	switch {
	case name == "" || strings.ContainsAny(name, "~=") || !utf8.ValidString(name):
		d.fault("unique: name %q must be valid UTF-8, not be empty, and not contain ~ or =", name)
	case u.template.Native():
		d.fault("unique %s: Native is for keys of an index: use Str, Fold, Num or Text", name)
	case slices.ContainsFunc(u.template.Parts(), func(p template.Part) bool { return p.Kind == template.Shard }):
		d.fault("unique %s: %q holds a Shard, which many values have in common: use Str or Fold", name, u.template)
	case len(parts) > 0 && len(u.template.Fields()) == 0 && !u.template.IsZero():
		d.fault("unique %s: %q has no field", name, u.template)
	}
	for _, other := range d.e.uniques {
		if other.name == name {
			d.fault("unique %s: declared twice", name)
		}
	}
	d.e.uniques = append(d.e.uniques, u)
	d.e.notes = append(d.e.notes, "unique\t"+name+"="+u.template.String()+"\t")
}

// checkUniques makes sure that the table can hold constraints.
func (d *mDefinition) checkUniques() {
	for _, u := range d.e.uniques {
		for _, f := range u.template.Fields() {
			if !d.e.primary.keeps(f) {
				u.fields = append(u.fields, f)
			}
		}
		for attr, t := range d.e.primary.keyTypes() {
			if t != types.ScalarAttributeTypeS {
				d.fault("unique %s: key attribute %q is of type %s: items of the library's own need string keys", u.name, attr, t)
			}
		}
	}
}

// text returns the value that an item holds, "" for none.
func (u *unique) text(it reflect.Value) (string, error) {
	s, err := u.template.Encode(it)
	if err != nil && u.template.Lacks(it) { // the error may be of another part
		return "", nil
	}
	return s, err
}

// key returns the key of the constraint for a value. A value that is too long for a key is hashed.
func (u *unique) key(e *mEntity, text string) attr.Item {
	s := uniquePrefix + e.name + "~" + u.name + "=" + text
	if len(s) > maxSortBytes {
		sum := sha256.Sum256([]byte(text))
		s = uniquePrefix + e.name + "~" + u.name + "~" + base64.RawURLEncoding.EncodeToString(sum[:])
	}
	key := attr.Item{}
	for _, attr := range e.table.primary.attrs() {
		key[attr] = &types.AttributeValueMemberS{Value: s}
	}
	return key
}

// holdsUniques reports whether an example has what its constraints are made of.
func (e *mEntity) holdsUniques(it reflect.Value) bool {
	for _, u := range e.uniques {
		if s, err := u.text(it); err != nil || s == "" {
			return false
		}
	}
	return true
}

// claims moves the constraints of an item from what is known of it to what will be stored; after is the zero Value where
// the item goes. The write asserts what was read.
func (w *write) claims(a *action, after reflect.Value) error {
	if len(w.e.uniques) == 0 {
		return nil
	}
	old, before := w.old(), reflect.Value{}
	if old != nil {
		before = w.e.holder(old)
	}
	switch {
	case w.tries.item.state == knownAbsent:
		a.guard(guardRead, isAbsent{absentAsRead})
	case old != nil:
		w.asserted(a, w.e.uniques)
	}
	return w.claim(w.e.uniques, a.key, a.key, before, after)
}

// holder returns a stored item as it was written, without an upgrade of its schema: its constraints are of those values. It
// is the zero Value where that cannot be told, since the upgrade renames or changes what they are made of.
func (e *mEntity) holder(attrs attr.Item) reflect.Value {
	it := e.newItem()
	if e.codec.Decode(attrs, it) != nil || e.decodeKey(loaded(attrs), it) != nil {
		return reflect.Value{}
	}
	return it
}

// asserted asks that what the item holds of some constraints, and for how long, is as it was read.
func (w *write) asserted(a *action, uniques []*unique) {
	var attrs []string
	for _, u := range uniques {
		for _, f := range u.fields {
			attrs = append(attrs, f.Attr())
		}
	}
	if t := w.e.ttl; t != nil {
		attrs = append(attrs, t.Attr())
	}
	slices.Sort(attrs)
	for _, attr := range slices.Compact(attrs) {
		a.guard(guardRead, attributeIs{attr, w.old()[attr]})
	}
}

// claim adds the actions that give up what before holds of some constraints and take what after will.
func (w *write) claim(uniques []*unique, oldKey, newKey attr.Item, before, after reflect.Value) error {
	from, to := &types.AttributeValueMemberM{Value: oldKey}, &types.AttributeValueMemberM{Value: newKey}
	moved := !attr.EqualItems(oldKey, newKey)
	for _, u := range uniques {
		have, want := "", ""
		var err error
		if before.IsValid() {
			if have, err = u.text(before); err != nil {
				have = "" // it was written before there was this constraint
			}
		}
		if after.IsValid() {
			if want, err = u.text(after); err != nil {
				return w.op.fail(newKey, fmt.Errorf("unique %s: %w: %w", u.name, fault.ErrKey, err))
			}
		}
		same := have == want
		if have != "" && !same {
			kind := deleteAction
			if w.tries.foreign[u.name] {
				kind = checkAction // that it still is: the item may have been made anew since, with the value as its own
			}
			r := w.action(kind, roleRelease, u.key(w.e, have))
			r.unique, r.owners = u, []types.AttributeValue{from}
			r.guard(guardItem, heldBy{})
		}
		if want == "" || same && !moved && !w.newTTL(before, after) {
			continue
		}
		c := w.action(putAction, roleClaim, u.key(w.e, want))
		c.unique, c.owners = u, []types.AttributeValue{to}
		c.guard(guardItem, heldBy{})
		c.attrs = attr.Item{ownerAttr: to}
		maps.Copy(c.attrs, c.key)
		if moved {
			c.owners = append(c.owners, from)
		}
		if t := w.e.ttl; t != nil {
			if av, err := w.e.value(t, t.Get(after)); err == nil && av != nil {
				c.attrs[t.Attr()] = av
			}
		}
	}
	return nil
}

func (w *write) newTTL(before, after reflect.Value) bool {
	t := w.e.ttl
	if t == nil || !before.IsValid() {
		return false
	}
	a, _ := w.e.value(t, t.Get(before))
	b, _ := w.e.value(t, t.Get(after))
	return (a == nil) != (b == nil) || a != nil && !attr.Equal(a, b)
}

// giveUp releases the constraints of an item that is to be deleted and of which the caller gave the values: they are
// asserted.
func (w *write) giveUp(a *action, it reflect.Value) error {
	for _, u := range w.e.uniques {
		for _, f := range u.fields {
			av, err := w.e.value(f, f.Get(it))
			if err != nil {
				return w.op.fail(a.key, err)
			}
			if av != nil {
				a.guard(guardRead, fieldIs{f, av})
			}
		}
	}
	return w.claim(w.e.uniques, a.key, a.key, it, reflect.Value{})
}

// heldBy asks that a constraint is free, or held by one of the action's owners: by more than one where ops of a
// transaction meet on it. Of a check it asks that none of them holds it.
type heldBy struct{}

func (heldBy) text(a *action) string {
	name := a.x.Name(ownerAttr)
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
	if ttl := a.e.table.ttl; ttl != "" && a.role == roleClaim {
		text.WriteString(" OR " + a.x.Name(ttl) + " <= " + a.x.Value(ttlOf(a.now)))
	}
	return text.String()
}

func (heldBy) holds(*action, attr.Item) (bool, bool) { return false, false }

func (heldBy) why(a *action, old attr.Item) error {
	holder, _ := old[ownerAttr].(*types.AttributeValueMemberM)
	if holder == nil {
		return fmt.Errorf("%w: unique %s", fault.ErrNotUnique, a.unique.name)
	}
	return fmt.Errorf("%w: unique %s: item %s holds it", fault.ErrNotUnique, a.unique.name, a.e.table.keyText(holder.Value))
}
