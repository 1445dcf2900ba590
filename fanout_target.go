package ddb

import (
	"context"
	"maps"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/plan"
)

// copied is an item that a fan-out may change: as it was read, and as it will be.
type copied struct {
	e     *entity
	attrs item
	is    reflect.Value // invalid where there is no member
}

// opened is a target with the member that points to it.
type opened struct {
	member, target copied
}

// locate decodes a row that the query found, and returns the key of its target where the row is a member.
func (f *fanOut) locate(found item) (o *opened, target item, err error) {
	if f.via == nil {
		o = &opened{target: copied{e: f.target, attrs: found}}
		return o, nil, o.target.decode()
	}
	o = &opened{member: copied{e: f.via, attrs: found}}
	if err := o.member.decode(); err != nil {
		return nil, nil, err
	}
	target, err = f.target.key("fan-out "+f.view.name, f.place(o.member.is))
	return o, target, err
}

// arrive takes the target that a member points to, as it was read; false where it is not there. Moved says that the member pointed
// elsewhere by then.
func (f *fanOut) arrive(ctx context.Context, db *DB, o *opened, attrs item) (there, moved bool, err error) {
	if attrs != nil && db.table.claims(f.target, loaded(attrs)) {
		o.target = copied{e: f.target, attrs: attrs}
		return true, false, o.target.decode()
	}
	now, err := db.Consistent().getItem(ctx, db.table.keyOf(loaded(o.member.attrs)))
	if err != nil {
		return false, false, db.explain(err)
	}
	return false, now != nil && !equalItems(now, o.member.attrs), nil
}

func (c *copied) decode() error {
	c.is = c.e.newItem()
	return c.e.decode(loaded(c.attrs), c.is)
}

// writes returns the writes of a target and of its member; none if nothing changed.
func (o *opened) writes(db *DB) ([]types.TransactWriteItem, error) {
	ops, err := o.target.writes(db)
	if err != nil || o.member.e == nil {
		return ops, err
	}
	member, err := o.member.writes(db)
	if len(member) > 1 {
		return nil, modelFault("%s: the key of a member must not change", o.member.e.name)
	}
	if len(ops) > 0 && len(member) == 0 { // it still points there: hold it to that
		x := &plan.Expression{}
		member = []types.TransactWriteItem{{ConditionCheck: &types.ConditionCheck{
			TableName: &db.name, Key: db.table.keyOf(loaded(o.member.attrs)), ConditionExpression: new(o.member.asRead(x)),
			ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
		}}}
	}
	return append(ops, member...), err
}

// writes returns the writes that make the item what it is now: none, a put, or where its key changed a delete and a put.
func (c *copied) writes(db *DB) ([]types.TransactWriteItem, error) {
	next, err := c.next()
	if err != nil || equalItems(next, c.attrs) {
		return nil, err
	}
	c.stamp(db)
	if next, err = c.next(); err != nil {
		return nil, err
	}
	if c.e.version != nil {
		next[writeStampAttr] = newWriteStamp()
	}
	x := &plan.Expression{}
	cond := c.asRead(x)
	from, to := db.table.keyOf(loaded(c.attrs)), db.table.keyOf(loaded(next))
	if equalItems(from, to) {
		return []types.TransactWriteItem{{Put: &types.Put{
			TableName: &db.name, Item: next, ConditionExpression: &cond,
			ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
		}}}, nil
	}
	y := &plan.Expression{}
	free := "attribute_not_exists(" + y.Name(db.table.primary.partition[0]) + ")"
	return []types.TransactWriteItem{
		{Delete: &types.Delete{
			TableName: &db.name, Key: from, ConditionExpression: &cond,
			ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
		}},
		{Put: &types.Put{TableName: &db.name, Item: next, ConditionExpression: &free, ExpressionAttributeNames: y.Names()}},
	}, nil
}

// next is the item as it would be stored: what the entity does not know, and what is derived, stays.
func (c *copied) next() (item, error) {
	encoded, err := c.e.encode("fan-out", c.is)
	if err != nil {
		return nil, err
	}
	base, err := c.e.upgraded(c.attrs)
	if err != nil {
		return nil, err
	}
	next := maps.Clone(base)
	for _, f := range c.e.proto.Fields() {
		if f.Stored() && !f.Nested() {
			delete(next, f.Attr())
		}
	}
	for _, r := range c.e.rows() {
		for _, attr := range r.index.attrs() {
			delete(next, attr)
		}
	}
	maps.Copy(next, encoded)
	for _, d := range c.e.derived {
		delete(next, d.f.Attr())
		if av := c.attrs[d.f.Attr()]; av != nil {
			next[d.f.Attr()] = av
		}
	}
	return next, nil
}

// stamp raises the version and sets the time of the write.
func (c *copied) stamp(db *DB) {
	c.e.owned(c.is)
	if f := c.e.version; f != nil {
		v := f.Addr(c.is)
		v.SetInt(v.Int() + 1)
	}
	if f := c.e.updated; f != nil {
		f.Addr(c.is).Set(reflect.ValueOf(db.opts.Now().UTC().Round(0).Truncate(precision(f))))
	}
}

// asRead is the condition that the item is what was read: its version, or else every attribute of it.
func (c *copied) asRead(x *plan.Expression) string {
	if f := c.e.version; f != nil && lookup(c.attrs, f.Path) != nil {
		cond := x.Path(f.Path) + " = " + x.Value(lookup(c.attrs, f.Path))
		if stamp := c.attrs[writeStampAttr]; stamp != nil {
			cond = plan.And(cond, x.Name(writeStampAttr)+" = "+x.Value(stamp))
		}
		for _, d := range c.e.derived { // which do not raise it
			cond = plan.And(cond, equalsAttr(x, d.f.Attr(), c.attrs[d.f.Attr()]))
		}
		return cond
	}
	conds := make([]string, 0, len(c.attrs))
	known := map[string]bool{}
	for _, f := range c.e.proto.Fields() {
		if f.Stored() && !f.Nested() && c.attrs[f.Attr()] == nil && !known[f.Attr()] {
			known[f.Attr()] = true
			conds = append(conds, equalsAttr(x, f.Attr(), nil))
		}
	}
	for attr, av := range c.attrs {
		conds = append(conds, equalsAttr(x, attr, av))
	}
	return plan.And(conds...)
}

func equalsAttr(x *plan.Expression, attr string, av types.AttributeValue) string {
	if av == nil {
		return "attribute_not_exists(" + x.Name(attr) + ")"
	}
	return x.Name(attr) + " = " + x.Value(av)
}
