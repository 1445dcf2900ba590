package view

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/plan"
	"github.com/singletable-go/ddb/internal/write"
)

// outcome is the result of a transaction.
type outcome byte

const (
	committed outcome = iota
	contended         // another transaction was, or may have been, first: look again
	held              // a Rebuild asked to wait
	refused           // the pairs have errors
)

// encounter is what the transactions of a batch found at one target.
type encounter struct {
	absent bool      // it was not there
	since  time.Time // when a Rebuild was first met that asked to wait
	waits  int       // since then
	deaf   bool      // it was waited for long enough
}

// commitment is a transaction under construction, with the purpose of each of its items.
type commitment struct {
	a      *aggregate
	db     *write.DB
	met    *encounter
	adds   map[string]decimal.Number // by attribute of the target
	ops    []types.TransactWriteItem
	pairs  []*Pair // of the op at the same place; nil where it is of all
	target int     // the op on the target
	guard  bool
}

// commit writes the differences of a group of looks at one target in one transaction: each ledger item, if it is as it was read,
// with its items in ranks and values; and the target, if it exists. If it does not exist, the transaction asserts that. The
// error is that of a refused or contended transaction.
func (a *aggregate) commit(ctx context.Context, db *write.DB, g []*look, met *encounter) (outcome, error) {
	c := &commitment{a: a, db: db, met: met, adds: map[string]decimal.Number{}, guard: !hooksOf(ctx).NoGuard}
	if err := fault.Safely(func() error { return c.build(ctx, g) }); err != nil {
		return c.alone(ctx, g, err)
	}
	err := db.TransactWrite(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: c.ops}, nil, nil, nil)
	if err == nil {
		return committed, nil
	}
	return c.refused(ctx, g, err)
}

// build assembles the transaction.
func (c *commitment) build(ctx context.Context, g []*look) error {
	for _, l := range g {
		if err := c.add(l); err != nil {
			return err
		}
	}
	if err := c.values(ctx, g); err != nil {
		return err
	}
	c.target = len(c.ops)
	return c.update(g[0])
}

func fail(g []*look, err error) (outcome, error) {
	for _, l := range g {
		l.err = err
	}
	return refused, err
}

// add adds the ledger item and the rank items of one pair, and its differences of the sums.
func (c *commitment) add(l *look) error {
	key := c.a.ledgerKey(l.Pair)
	x := &plan.Expression{}
	cond := c.asRead(x, l.have)
	if want := l.wants(); want == nil {
		c.push(l.Pair, types.TransactWriteItem{Delete: &types.Delete{
			TableName: &c.db.Name, Key: key, ConditionExpression: cond, ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
		}})
	} else {
		item := attr.Item{model.ValueAttr: &types.AttributeValueMemberM{Value: want}, model.TargetAttr: &types.AttributeValueMemberM{Value: l.Target}, model.SourceAttr: &types.AttributeValueMemberM{Value: l.Source}}
		maps.Copy(item, key)
		c.push(l.Pair, types.TransactWriteItem{Put: &types.Put{
			TableName: &c.db.Name, Item: item, ConditionExpression: cond, ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
		}})
	}
	for _, r := range c.a.sums {
		was, err := sumOf(l.have, r.label)
		if err != nil {
			return err
		}
		is, err := sumOf(l.wants(), r.label)
		if err != nil {
			return err
		}
		c.adds[r.attr] = c.adds[r.attr].Add(is.Sub(was))
	}
	for _, r := range c.a.ranks {
		c.rank(l, r)
	}
	return nil
}

// asRead is the condition that a ledger item is what was read.
func (c *commitment) asRead(x *plan.Expression, have attr.Item) *string {
	switch {
	case !c.guard:
		return nil
	case have == nil:
		return new("attribute_not_exists(" + x.Name(c.db.Table.Primary.Partition[0]) + ")")
	}
	return new(x.Name(model.ValueAttr) + " = " + x.Value(&types.AttributeValueMemberM{Value: have}))
}

// rank moves the item of a source in one rank.
func (c *commitment) rank(l *look, r rankRule) {
	was, hash, had := rankOf(l.have, r.label)
	is, wanted, has := rankOf(l.wants(), r.label)
	if had && (!has || was != is) {
		c.push(l.Pair, types.TransactWriteItem{Delete: &types.Delete{
			TableName: &c.db.Name, Key: c.a.rankKey(r, l.TargetText, was, l.SourceText),
		}})
	}
	if has && (!had || was != is || hash != wanted || l.remake) {
		item := c.a.rankKey(r, l.TargetText, is, l.SourceText)
		item[model.EntryAttr], item[model.TargetAttr] = l.want.entries[r.label], &types.AttributeValueMemberM{Value: l.Target}
		item[model.LedgerAttr] = &types.AttributeValueMemberS{Value: l.SourceText}
		c.push(l.Pair, types.TransactWriteItem{Put: &types.Put{TableName: &c.db.Name, Item: item}})
	}
}

// values adds the items that count the sources of each value.
func (c *commitment) values(ctx context.Context, g []*look) error {
	type value struct{ label, attr, text string }
	var order []value
	net := map[value]int64{}
	note := func(v value, n int64) {
		if _, ok := net[v]; !ok {
			order = append(order, v)
		}
		net[v] += n
	}
	for _, r := range c.a.distincts {
		for _, l := range g {
			if text, ok := textOf(l.have, r.label); ok {
				note(value{r.label, r.attr, text}, -1)
			}
			if text, ok := textOf(l.wants(), r.label); ok {
				note(value{r.label, r.attr, text}, 1)
			}
		}
	}
	var keys []attr.Item
	var changing []value
	for _, v := range order {
		if net[v] != 0 {
			changing = append(changing, v)
			keys = append(keys, c.db.Table.CompanionKey(c.a.rulePartition(model.DistinctPrefix, v.label, g[0].TargetText), v.text))
		}
	}
	if len(keys) == 0 {
		return nil
	}
	for i, item := range c.db.Fetch(ctx, keys) {
		if item.Err != nil {
			return item.Err
		}
		have, err := sumOf(item.Item, model.CountAttr)
		if err != nil {
			return err
		}
		is := have.Add(decimal.Int(net[changing[i]]))
		if is.Sign() < 0 {
			is = decimal.Number{} // another program wrote it: Rebuild counts again
		}
		c.value(keys[i], item.Item, is, g[0].Target)
		switch attr := changing[i].attr; {
		case have.IsZero() && !is.IsZero():
			c.adds[attr] = c.adds[attr].Add(decimal.Int(1))
		case !have.IsZero() && is.IsZero():
			c.adds[attr] = c.adds[attr].Sub(decimal.Int(1))
		}
	}
	return nil
}

// value writes how many sources have a value, if the stored number is as it was read.
func (c *commitment) value(key, have attr.Item, n decimal.Number, target attr.Item) {
	x := &plan.Expression{}
	var cond *string
	if have == nil {
		cond = new("attribute_not_exists(" + x.Name(c.db.Table.Primary.Partition[0]) + ")")
	} else {
		cond = new(x.Name(model.CountAttr) + " = " + x.Value(have[model.CountAttr]))
	}
	if n.IsZero() {
		c.push(nil, types.TransactWriteItem{Delete: &types.Delete{
			TableName: &c.db.Name, Key: key, ConditionExpression: cond, ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
		}})
		return
	}
	item := attr.Item{model.CountAttr: &types.AttributeValueMemberN{Value: n.String()}, model.TargetAttr: &types.AttributeValueMemberM{Value: target}}
	maps.Copy(item, key)
	c.push(nil, types.TransactWriteItem{Put: &types.Put{
		TableName: &c.db.Name, Item: item, ConditionExpression: cond, ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
	}})
}

// update adds the op on the target: the differences and a new stamp, or the assertion that it does not exist. It asserts that no
// Rebuild asks to wait, and that the field can hold the new number.
func (c *commitment) update(l *look) error {
	x := &plan.Expression{}
	pk := c.db.Table.Primary.Partition[0]
	if c.met.absent && !c.a.own {
		c.push(nil, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: &c.db.Name, Key: l.Target, ConditionExpression: new("attribute_not_exists(" + x.Name(pk) + ")"), ExpressionAttributeNames: x.Names(),
		}})
		return nil
	}
	set := "SET " + x.Name(model.StampAttr) + " = " + x.Value(NewStamp())
	var conds []string
	if c.a.own {
		fixed, err := c.a.fixed(l.Target)
		if err != nil {
			return err
		}
		for name, av := range fixed {
			set += ", " + x.Name(name) + " = " + x.Value(av)
		}
	} else {
		conds = append(conds, "attribute_exists("+x.Name(pk)+")")
	}
	if !c.met.deaf {
		conds = append(conds, notHeld(x, c.db.Opts.Now()))
	}
	add := ""
	for _, attr := range c.a.attrs() {
		if n, ok := c.adds[attr]; ok && !n.IsZero() {
			if add != "" {
				add += ", "
			}
			add += x.Name(attr) + " " + x.Value(decimalValue(n))
			conds = append(conds, c.a.rooms[attr].condition(x, attr, n))
		}
	}
	set += " REMOVE " + x.Name(model.HoldAttr)
	if add != "" {
		set += " ADD " + add
	}
	op := &types.Update{
		TableName: &c.db.Name, Key: l.Target, UpdateExpression: &set,
		ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if cond := plan.And(conds...); cond != "" {
		op.ConditionExpression = &cond
	}
	c.push(nil, types.TransactWriteItem{Update: op})
	return nil
}

func decimalValue(n decimal.Number) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: n.String()}
}

func (c *commitment) push(p *Pair, op types.TransactWriteItem) {
	c.ops = append(c.ops, op)
	c.pairs = append(c.pairs, p)
}

// refused finds out why DynamoDB refused the transaction. After a concurrent modification, and for a while after throttling, the
// pairs are looked at again.
func (c *commitment) refused(ctx context.Context, g []*look, err error) (outcome, error) {
	out := contended
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		for i, reason := range cancelled.CancellationReasons {
			if reason.Code == nil || *reason.Code != "ConditionalCheckFailed" {
				continue
			}
			switch {
			case i == c.target && (len(reason.Item) > 0 || c.a.own):
				if err := c.overflows(g[0], reason.Item); err != nil {
					return c.alone(ctx, g, err)
				}
				if c.heldBy(ctx, reason.Item) {
					out = held
				}
			case i == c.target:
				c.met.absent = !c.met.absent
			case i < len(c.pairs) && c.pairs[i] != nil:
				c.pairs[i].alone = true
			}
		}
		if apierror.Of(err) == apierror.Throttling {
			return contended, fmt.Errorf("writing the ledger: %w", c.db.Explain(err))
		}
	}
	if apierror.Moved(err) {
		return out, &fault.Outside{Err: fmt.Errorf("%w: another transaction wrote the target: %w", fault.ErrConflict, err)}
	}
	return c.alone(ctx, g, fmt.Errorf("writing the ledger: %w", c.db.Explain(err)))
}

// alone retries each pair of a refused transaction separately, so that one of them does not make the others fail; unless none
// of them is at fault.
func (c *commitment) alone(ctx context.Context, g []*look, cause error) (outcome, error) {
	if len(g) == 1 || fault.OutsideOf(ctx, cause) != nil {
		return fail(g, cause)
	}
	for _, l := range g {
		l.alone = true
	}
	return contended, cause
}
