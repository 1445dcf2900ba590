package write

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/plan"
	"github.com/singletable-go/ddb/internal/wire"
)

// action is one write of one item, as one request to DynamoDB. Every verb compiles to one or several.
type action struct {
	kind   actionKind
	role   role
	unique *model.Unique // the constraint that the action takes or releases
	op     int           // the position of the op that it belongs to
	e      *model.Entity
	verb   Verb
	now    time.Time
	key    attr.Item
	attrs  attr.Item    // of a put
	bytes  int          // of attrs, if it is known
	json   *wire.Writer // the item, in place of attrs
	x      plan.Expression
	update plan.Update
	guards []guard
	owners []types.AttributeValue // with unique: the keys of the items that may hold the value

	// orAbsent limits the guards to an item that exists: a missing item passes.
	orAbsent bool

	written   bool // whether condition is rendered
	condition string
}

type actionKind uint8

const (
	putAction actionKind = iota
	updateAction
	deleteAction
	checkAction
)

// role says what an action does for its op. Errors print it.
type role string

const (
	roleNone     role = "none" // the failure is not about an action
	roleItem     role = "item"
	roleSource   role = "source item"
	roleVersion  role = "version item"
	roleFirst    role = "first version"
	roleMark     role = "marker of the first version"
	roleUnique   role = "unique constraint"
	roleReleased role = "released unique constraint"
)

// guard adds a guard for the action's op.
func (a *action) guard(kind guardKind, t test) {
	a.guards = append(a.guards, guard{op: a.op, kind: kind, test: t})
}

// conditionText is the condition expression, "" if there is none. No guard may be added after the first call.
func (a *action) conditionText() string {
	if a.written {
		return a.condition
	}
	texts := make([]string, len(a.guards))
	for i, g := range a.guards {
		texts[i] = g.test.text(a)
	}
	a.written, a.condition = true, plan.And(texts...)
	if a.orAbsent {
		alive := ""
		if a.e.TTL != nil { // an update would keep attributes of an expired item
			alive = a.aliveText()
		}
		if a.condition = plan.And(alive, a.condition); a.condition != "" {
			a.condition = plan.Or("attribute_not_exists("+a.pk()+")", a.condition)
		}
	}
	return a.condition
}

// pk is the placeholder of the partition key attribute, which every item has.
func (a *action) pk() string { return a.x.Name(a.e.Table.Primary.Partition[0]) }

// aliveText is the condition that an item has not expired, "" if items of the entity never expire.
func (a *action) aliveText() string {
	if a.e.TTL == nil {
		return ""
	}
	return model.AliveText(a.x.Path(a.e.TTL.Path), a.x.Value(model.TTLOf(a.now)))
}

// resurrects reports an update that may create an item. It would keep attributes of an expired item that is still stored.
func (a *action) resurrects() bool {
	absent := a.orAbsent
	for _, g := range a.guards {
		switch g.test.(type) {
		case isAbsent:
			absent = true
		case isThere:
			return false
		}
	}
	return absent && a.kind == updateAction
}

// addConditions adds the conditions of an If or a Check.
func (a *action) addConditions(conds []model.Clause) error {
	for _, c := range conds {
		cc, err := a.e.CompileCond(c)
		if err != nil {
			return err
		}
		a.guard(guardItem, &meets{c, cc})
	}
	return nil
}

// requireSchema requires that the item has no newer schema. With exactly it requires this program's schema: the write keeps
// stored attributes or has a condition on them.
func (a *action) requireSchema(exactly bool) {
	switch {
	case a.e.Schema == 0:
	case exactly:
		a.guard(guardOlder, inSchema{true})
	default:
		a.guard(guardItem, inSchema{})
	}
}

// failedGuards returns the guards that do not hold for the stored item, the first one of each op.
func (a *action) failedGuards(old attr.Item) (failed []guard) {
	if a.orAbsent && old == nil {
		return nil
	}
	seen := map[int]bool{}
	for _, sure := range []bool{true, false} { // guards that only DynamoDB can evaluate come last
		for _, g := range a.guards {
			if holds, known := g.test.holds(a, old); !seen[g.op] && known == sure && !holds {
				failed = append(failed, g)
				seen[g.op] = true
			}
		}
		if len(failed) > 0 {
			break
		}
	}
	return failed
}

// mergeCheck adds the guards of a check to a. It returns false if one condition cannot express both.
func (a *action) mergeCheck(check *action) bool {
	if a.unique != nil || check.unique != nil {
		return false
	}
	if a.orAbsent && check.verb == VerbCheckAbsent {
		a.guards = nil // they only apply to an existing item
	}
	a.orAbsent = false
	a.guards = append(a.guards, check.guards...)
	return true
}

// size is what the action counts against the 4 MB of a transaction. JSON counts as its text, which is longer than the item.
func (a *action) size() int {
	n := a.bytes
	switch {
	case a.kind != putAction:
		n = attr.Size(a.key)
	case a.json != nil:
		n = len(a.json.Text)
	case n == 0:
		n = attr.Size(a.attrs)
	}
	a.conditionText()
	return n + attr.Size(a.x.Values())
}

// exactSize is size with an item in JSON measured as DynamoDB counts it.
func (a *action) exactSize() int {
	if a.json == nil {
		return a.size()
	}
	attrs, err := a.json.Attributes()
	if err != nil {
		return a.size()
	}
	return attr.Size(attrs) + attr.Size(a.x.Values())
}

// item returns the attributes of a put for its request: with JSON in their place, only those of the key.
func (a *action) item() attr.Item {
	if a.json != nil {
		return a.key
	}
	return a.attrs
}

// release returns the buffer of the JSON, once the action was sent.
func (a *action) release() {
	a.json.Release()
	a.json = nil
}

// transactItem is the action as part of a transaction.
func (a *action) transactItem(table *string) types.TransactWriteItem {
	var cond *string
	var onFailure types.ReturnValuesOnConditionCheckFailure
	if c := a.conditionText(); c != "" {
		cond, onFailure = &c, types.ReturnValuesOnConditionCheckFailureAllOld
	}
	names, values := a.x.Names(), a.x.Values()
	kind, update := a.kind, a.update.String()
	if kind == updateAction && update == "" {
		kind = checkAction
	}
	switch kind {
	case putAction:
		return types.TransactWriteItem{Put: &types.Put{
			TableName: table, Item: a.item(), ConditionExpression: cond,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: onFailure,
		}}
	case updateAction:
		return types.TransactWriteItem{Update: &types.Update{
			TableName: table, Key: a.key, UpdateExpression: &update, ConditionExpression: cond,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: onFailure,
		}}
	case deleteAction:
		return types.TransactWriteItem{Delete: &types.Delete{
			TableName: table, Key: a.key, ConditionExpression: cond,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: onFailure,
		}}
	default:
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: table, Key: a.key, ConditionExpression: cond,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: onFailure,
		}}
	}
}
