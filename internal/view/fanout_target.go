package view

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/plan"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// copied is an item that a fan-out may change: as it was read, and as it will be.
type copied struct {
	e     *model.Entity
	attrs attr.Item
	is    reflect.Value // invalid where there is no member
}

// opened is a target with the member that points to it.
type opened struct {
	member, target copied
}

// locate decodes an index entry that the query found, and returns the key of its target where it is that of a member.
func (f *fanOut) locate(found attr.Item) (o *opened, target attr.Item, err error) {
	if f.via == nil {
		o = &opened{target: copied{e: f.target, attrs: found}}
		return o, nil, o.target.decode()
	}
	o = &opened{member: copied{e: f.via, attrs: found}}
	if err := o.member.decode(); err != nil {
		return nil, nil, err
	}
	target, err = f.target.Key("fan-out "+f.view.Name, f.Place(o.member.is))
	return o, target, err
}

// arrive takes the target that a member points to, as it was read; false where it is not there. Moved says that the member pointed
// elsewhere by then.
func (f *fanOut) arrive(ctx context.Context, db *write.DB, o *opened, attrs attr.Item) (there, moved bool, err error) {
	if !db.Absent(model.Loaded(attrs)) && db.Table.Claims(f.target, model.Loaded(attrs)) {
		o.target = copied{e: f.target, attrs: attrs}
		return true, false, o.target.decode()
	}
	now, err := db.GetItem(ctx, db.Table.KeyOf(model.Loaded(o.member.attrs)), true)
	if err != nil {
		return false, false, db.Explain(err)
	}
	return false, now != nil && !attr.EqualItems(now, o.member.attrs), nil
}

func (c *copied) decode() error {
	c.is = c.e.NewItem()
	return c.e.Decode(model.Loaded(c.attrs), c.is)
}

// copies are the writes of a target and of its member.
type copies struct {
	items []types.TransactWriteItem
	to    string // the key that the target moves to, as text; "" where it stays
	at    int    // the write that asks that the key is free
}

// taken reports whether a transaction failed only because another item has the target's new key.
func (w *copies) taken(err error) bool {
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok || w.to == "" || len(cancelled.CancellationReasons) != len(w.items) {
		return false
	}
	for i, r := range cancelled.CancellationReasons {
		want := "None"
		if i == w.at {
			want = "ConditionalCheckFailed"
		}
		if call.TextOf(r.Code) != want {
			return false
		}
	}
	return true
}

// writes returns the writes of a target and of its member; none if nothing changed.
func (o *opened) writes(db *write.DB) (*copies, error) {
	w := &copies{}
	if err := o.target.writes(db, w); err != nil || o.member.e == nil {
		return w, err
	}
	target := len(w.items)
	to, at := w.to, w.at
	if err := o.member.writes(db, w); err != nil {
		return nil, err
	}
	w.to, w.at = to, at
	switch member := len(w.items) - target; {
	case member > 1:
		return nil, fault.Model("%s: apply changed the primary key of a member, which must stay the same", o.member.e.Name)
	case target > 0 && member == 0: // it still points there: hold it to that
		x := &plan.Expression{}
		w.items = append(w.items, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: &db.Name, Key: db.Table.KeyOf(model.Loaded(o.member.attrs)), ConditionExpression: new(o.member.asRead(x, false)),
			ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
		}})
	}
	return w, nil
}

// writes adds the writes of a changed item: an update of the changed attributes, or a delete and a put if its key changed.
func (c *copied) writes(db *write.DB, w *copies) error {
	next, err := c.next()
	if err != nil || attr.EqualItems(next, c.attrs) {
		return err
	}
	c.stamp(db)
	if next, err = c.next(); err != nil {
		return err
	}
	if c.e.Version != nil {
		next[model.WriteStampAttr] = read.NewWriteStamp()
	}
	x := &plan.Expression{}
	from, to := db.Table.KeyOf(model.Loaded(c.attrs)), db.Table.KeyOf(model.Loaded(next))
	if attr.EqualItems(from, to) {
		cond := c.asRead(x, false)
		w.items = append(w.items, types.TransactWriteItem{Update: &types.Update{
			TableName: &db.Name, Key: from, ConditionExpression: &cond, UpdateExpression: new(difference(x, c.attrs, next)),
			ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
		}})
		return nil
	}
	cond := c.asRead(x, true)
	y := &plan.Expression{}
	free := "attribute_not_exists(" + y.Name(db.Table.Primary.Partition[0]) + ")"
	if db.Table.TTL != "" { // an expired item counts as absent
		ttl := y.Name(db.Table.TTL)
		free += " OR " + ttl + " <= " + y.Value(db.Now())
	}
	w.to, w.at = db.Table.KeyText(to), len(w.items)+1
	w.items = append(w.items,
		types.TransactWriteItem{Delete: &types.Delete{
			TableName: &db.Name, Key: from, ConditionExpression: &cond,
			ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
		}},
		types.TransactWriteItem{Put: &types.Put{
			TableName: &db.Name, Item: next, ConditionExpression: &free, ExpressionAttributeNames: y.Names(), ExpressionAttributeValues: y.Values(),
		}})
	return nil
}

// difference is the update that makes one item of another under the same key.
func difference(x *plan.Expression, from, to attr.Item) string {
	var sets, removes []string
	for _, attrName := range attr.SortedNames(to) {
		if from[attrName] == nil || !attr.Equal(from[attrName], to[attrName]) {
			sets = append(sets, x.Name(attrName)+" = "+x.Value(to[attrName]))
		}
	}
	for _, attr := range attr.SortedNames(from) {
		if to[attr] == nil {
			removes = append(removes, x.Name(attr))
		}
	}
	var parts []string
	if len(sets) > 0 {
		parts = append(parts, "SET "+strings.Join(sets, ", "))
	}
	if len(removes) > 0 {
		parts = append(parts, "REMOVE "+strings.Join(removes, ", "))
	}
	return strings.Join(parts, " ")
}

// next is the item as it would be stored. Unknown attributes, at every depth, and derived fields stay.
func (c *copied) next() (attr.Item, error) {
	if have := model.SchemaOf(model.Loaded(c.attrs)); have > c.e.Schema {
		return nil, &fault.Outside{Err: fmt.Errorf("%w: the stored item has schema %d, this program writes schema %d: update this program", fault.ErrConflict, have, c.e.Schema)}
	}
	base, err := c.e.UpgradedToStore(c.attrs)
	if err != nil {
		return nil, err
	}
	before := c.e.NewItem()
	if err := c.e.Decode(model.Loaded(c.attrs), before); err != nil {
		return nil, err
	}
	if f := c.e.OtherBlob(before, c.is); f != nil {
		return nil, fault.Model("the function changed %s, a Blob, whose object belongs to one item: leave it as it is", f.Name)
	}
	was, err := c.e.EncodePlain("fan-out", before)
	if err != nil {
		return nil, err
	}
	is, err := c.e.EncodePlain("fan-out", c.is)
	if err != nil {
		return nil, err
	}
	next := maps.Clone(base)
	for _, r := range c.e.AllKeys() {
		for _, attr := range r.Index.Attrs() {
			delete(next, attr)
		}
	}
	fields := map[string]bool{}
	for _, f := range c.e.Proto.Fields() {
		if !f.Stored() || f.Nested() || c.e.DerivedBy(f) != "" {
			continue
		}
		attrName := f.Attr()
		fields[attrName] = true
		if delete(next, attrName); is[attrName] == nil {
			continue
		}
		if next[attrName], err = c.e.Merged(f, base[attrName], was[attrName], is[attrName]); err != nil {
			return nil, err
		}
	}
	for attr, v := range is {
		if !fields[attr] {
			next[attr] = v
		}
	}
	for _, d := range c.e.Derived {
		delete(next, d.F.Attr())
		if av := base[d.F.Attr()]; av != nil {
			next[d.F.Attr()] = av
		}
	}
	return next, nil
}

// stamp raises the version and sets the time of the write.
func (c *copied) stamp(db *write.DB) {
	c.e.Owned(c.is)
	if f := c.e.Version; f != nil {
		v := f.Addr(c.is)
		v.SetInt(v.Int() + 1)
	}
	if f := c.e.Updated; f != nil {
		f.Addr(c.is).Set(reflect.ValueOf(db.Opts.Now().UTC().Round(0).Truncate(write.Precision(f))))
	}
}

// asRead is the condition that the item is what was read: its version, or else every attribute that the entity knows. Whole asks it
// of all attributes there were, as a write does that would lose what others changed of them.
func (c *copied) asRead(x *plan.Expression, whole bool) string {
	f := c.e.Version
	versioned := f != nil && attr.At(c.attrs, f.Path) != nil
	if versioned && !whole {
		cond := x.Path(f.Path) + " = " + x.Value(attr.At(c.attrs, f.Path))
		if stamp := c.attrs[model.WriteStampAttr]; stamp != nil {
			cond = plan.And(cond, x.Name(model.WriteStampAttr)+" = "+x.Value(stamp))
		}
		for _, d := range c.e.Derived { // which do not raise it
			cond = plan.And(cond, equalsAttr(x, d.F.Attr(), c.attrs[d.F.Attr()]))
		}
		return cond
	}
	conds := make([]string, 0, len(c.attrs))
	known := map[string]bool{}
	for _, f := range c.e.Proto.Fields() {
		if attr := f.Attr(); f.Stored() && !f.Nested() && !known[attr] {
			known[attr] = true
			conds = append(conds, equalsAttr(x, attr, c.attrs[attr]))
		}
	}
	for _, attr := range attr.SortedNames(c.attrs) {
		if !known[attr] && (whole || c.e.Table.Own(attr)) {
			conds = append(conds, equalsAttr(x, attr, c.attrs[attr]))
		}
	}
	return plan.And(conds...)
}

func equalsAttr(x *plan.Expression, attr string, av types.AttributeValue) string {
	if av == nil {
		return "attribute_not_exists(" + x.Name(attr) + ")"
	}
	return x.Name(attr) + " = " + x.Value(av)
}
