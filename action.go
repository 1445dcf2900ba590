package ddb

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/plan"
)

// action is one write of one item, as DynamoDB takes it. Every verb compiles to one or several.
type action struct {
	kind   actionKind
	role   role
	unique *unique // of a claim or a release
	op     int     // the position of the op that it belongs to
	e      *entity
	verb   verb
	key    item
	attrs  item // of a put
	bytes  int  // of attrs, if it is known
	x      plan.Expression
	update plan.Update
	guards []guard

	// orAbsent makes the guards count only where the item is there.
	orAbsent bool
	// owner is the key of the item that a claim or release is for; others, from a merge, may let it go as well.
	owner  types.AttributeValue
	others []types.AttributeValue
}

type actionKind uint8

const (
	putAction actionKind = iota
	updateAction
	deleteAction
	checkAction
)

// role says what an action is for, seen from its op.
type role string

const (
	roleItem    role = "item"
	roleSource  role = "the item moved from"
	roleVersion role = "version row"
	roleMark    role = "mark of the first version"
	roleClaim   role = "unique constraint"
	roleRelease role = "unique constraint given up"
)

// guard is a condition of an action. Guards stand in the order in which a failure is blamed on them.
type guard struct {
	op    int // the position of the op that asks for it
	text  string
	holds predicate // on the item that is there, nil if there is none; nil where only DynamoDB can tell
	why   func(old item) error
	kind  guardKind
}

type guardKind uint8

const (
	guardItem  guardKind = iota
	guardRead            // what the library itself read before: worth another try
	guardAlive           // that the item is not expired, of a write that would mix with what is left of it
	guardStamp           // that it is not our own write of before
	guardOlder           // the version of the schema
)

func (a *action) guard(kind guardKind, text string, holds predicate, why func(item) error) {
	a.guards = append(a.guards, guard{op: a.op, text: text, holds: holds, why: why, kind: kind})
}

// condition is the condition expression, "" if there is none.
func (a *action) condition() string {
	texts := make([]string, len(a.guards))
	for i, g := range a.guards {
		texts[i] = g.text
	}
	all := plan.And(texts...)
	if all != "" && a.orAbsent {
		return plan.Or("attribute_not_exists("+a.x.Name(a.e.table.primary.partition[0])+")", all)
	}
	return all
}

// pk is the placeholder of the attribute that every item has.
func (a *action) pk() string { return a.x.Name(a.e.table.primary.partition[0]) }

// absent asks that there is no such item, or an expired one.
func (a *action) absent(db *DB, why func(old item) error) {
	text := "attribute_not_exists(" + a.pk() + ")"
	if a.e.ttl != nil {
		text += " OR " + a.x.Path(a.e.ttl.Path) + " <= " + a.x.Value(db.now())
	}
	a.guard(guardItem, text, func(old item) bool { return old == nil }, why)
}

// there asks that there is such an item, and that it is not expired.
func (a *action) there(db *DB, why func(old item) error) {
	text := "attribute_exists(" + a.pk() + ")"
	if a.e.ttl != nil {
		text = plan.And(text, a.aliveText(db))
	}
	a.guard(guardItem, text, func(old item) bool { return old != nil }, why)
}

func notThere(item) error { return ErrNotFound }

func (a *action) aliveText(db *DB) string {
	ttl := a.x.Path(a.e.ttl.Path)
	return "attribute_not_exists(" + ttl + ") OR " + ttl + " > " + a.x.Value(db.now())
}

// version asks for the version that the caller has.
func (a *action) version(n int64) {
	want := numberValue(n)
	path := a.x.Path(a.e.version.Path)
	text := path + " = " + a.x.Value(want)
	if n == 0 { // or of an item from before there were versions
		text += " OR attribute_not_exists(" + path + ")"
	}
	a.guard(guardItem, text,
		func(old item) bool {
			have := lookup(old, a.e.version.Path)
			return have == nil && n == 0 || have != nil && equalValues(have, want)
		},
		func(old item) error { return a.e.staleVersion(n, old) })
}

func (e *entity) staleVersion(n int64, old item) error {
	have, _ := lookup(old, e.version.Path).(*types.AttributeValueMemberN)
	switch {
	case old == nil:
		return fmt.Errorf("%w: version %d was given, and there is no such item", ErrConflict, n)
	case have == nil:
		return fmt.Errorf("%w: version %d was given, the stored item has none", ErrConflict, n)
	}
	return fmt.Errorf("%w: version %d was given, %s is stored", ErrConflict, n, have.Value)
}

func numberValue(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// equals asks that a field has a value, and blames a failure on a change in between.
func (a *action) equals(kind guardKind, f *field.Field, want types.AttributeValue) {
	text := comparison(&a.x, opEq, f, []types.AttributeValue{want})
	a.guard(kind, text, func(old item) bool { return holds(opEq, f, lookup(old, f.Path), []types.AttributeValue{want}) },
		func(old item) error {
			return fmt.Errorf("%w: %s was given as %s, %s is stored", ErrConflict, f.Name, valueText(want), valueText(lookup(old, f.Path)))
		})
}

// attribute asks that a top-level attribute is as it was read; want is nil where it was absent.
func (a *action) attribute(attr string, want types.AttributeValue) {
	text := "attribute_not_exists(" + a.x.Name(attr) + ")"
	if want != nil {
		text = a.x.Name(attr) + " = " + a.x.Value(want)
	}
	a.guard(guardRead, text,
		func(old item) bool {
			have := old[attr]
			return have == nil && want == nil || have != nil && want != nil && equalValues(have, want)
		},
		func(old item) error {
			return fmt.Errorf("%w: %s was read as %s, %s is stored", ErrConflict, attr, valueText(want), valueText(old[attr]))
		})
}

// given asks for the conditions of an If or a Check.
func (a *action) given(conds []Cond) error {
	for _, c := range conds {
		text, err := a.e.compileOne(&a.x, c)
		if err != nil {
			return err
		}
		p, err := a.e.predicate(c)
		if err != nil { // Expr: only DynamoDB can tell
			p = nil
		}
		a.guard(guardItem, text, p, func(item) error { return fmt.Errorf("%w: %s", ErrCondition, a.e.describe(c)) })
	}
	return nil
}

// schema asks that the item is not of a newer schema, or exactly of this one where the write keeps what is there.
func (a *action) schema(exactly bool) {
	n := a.e.schema
	if n == 0 {
		return
	}
	attr, own := a.x.Name(schemaAttr), a.x.Value(numberValue(int64(n)))
	text, kind := "attribute_not_exists("+attr+") OR "+attr+" <= "+own, guardItem
	if exactly {
		text, kind = attr+" = "+own, guardOlder
	}
	a.guard(kind, text,
		func(old item) bool { have := schemaOf(old); return have == n || have < n && !exactly },
		func(old item) error {
			return fmt.Errorf("%w: the stored item is of schema %d, this program writes %d", ErrConflict, schemaOf(old), n)
		})
}

// blame returns the guards that do not hold on the item that is there, the first one of each op.
func (a *action) blame(old item) (failed []guard) {
	if a.orAbsent && old == nil {
		return nil
	}
	seen := map[int]bool{}
	for _, g := range a.guards {
		if !seen[g.op] && g.holds != nil && !g.holds(old) {
			failed = append(failed, g)
			seen[g.op] = true
		}
	}
	if len(failed) > 0 {
		return failed
	}
	for _, g := range a.guards {
		if g.holds == nil && !seen[g.op] {
			failed = append(failed, g)
			seen[g.op] = true
		}
	}
	return failed
}

// take merges what a check asks for into a; false if the two cannot both be had in one condition.
func (a *action) take(check *action) bool {
	if a.unique != nil || check.unique != nil {
		return false
	}
	if a.orAbsent && check.verb == verbCheckAbsent {
		a.guards = nil // they ask something of an item that is there
	}
	a.orAbsent = false
	for _, g := range check.guards {
		g.text = a.x.Adopt(g.text, check.x.Names(), check.x.Values())
		a.guards = append(a.guards, g)
	}
	return true
}

// size is what the action counts against the 4 MB of a transaction.
func (a *action) size() int {
	n := a.bytes
	switch {
	case a.kind != putAction:
		n = itemSize(a.key)
	case n == 0:
		n = itemSize(a.attrs)
	}
	return n + itemSize(a.x.Values())
}

// transactItem is the action as part of a transaction.
func (a *action) transactItem(table *string) types.TransactWriteItem {
	const allOld = types.ReturnValuesOnConditionCheckFailureAllOld
	var cond *string
	if c := a.condition(); c != "" {
		cond = &c
	}
	names, values := a.x.Names(), a.x.Values()
	kind, update := a.kind, a.update.String()
	if kind == updateAction && update == "" {
		kind = checkAction
	}
	switch kind {
	case putAction:
		return types.TransactWriteItem{Put: &types.Put{
			TableName: table, Item: a.attrs, ConditionExpression: cond,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: allOld,
		}}
	case updateAction:
		return types.TransactWriteItem{Update: &types.Update{
			TableName: table, Key: a.key, UpdateExpression: &update, ConditionExpression: cond,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: allOld,
		}}
	case deleteAction:
		return types.TransactWriteItem{Delete: &types.Delete{
			TableName: table, Key: a.key, ConditionExpression: cond,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: allOld,
		}}
	default:
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: table, Key: a.key, ConditionExpression: cond,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: allOld,
		}}
	}
}
