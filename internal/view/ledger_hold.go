package view

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/plan"
	"github.com/singletable-go/ddb/internal/write"
)

// A Rebuild reads the complete ledger of a target and writes its sums if no transaction came in between. If a stream changes the
// target all the time, there is always one. Then the Rebuild asks others to wait: it writes a time into the target. Transactions
// on the target assert that there is no such time, and wait until it has passed.
//
// Correctness does not depend on it: the sums are written under the target's stamp in any case. A transaction waits maxPatience
// at most and then removes the time. So a Rebuild that crashed, or whose clock is wrong, delays no transaction for longer. Older
// releases do not wait.
const (
	minHold     = 250 * time.Millisecond
	maxHold     = 3 * time.Second
	maxPatience = 4 * time.Second
	maxWaits    = 200 // where no time passes
)

// holdTarget asks others to make no transaction on a target for d.
func holdTarget(ctx context.Context, db *write.DB, target attr.Item, d time.Duration) error {
	x := &plan.Expression{}
	until := db.Opts.Now().Add(min(max(d, minHold), maxHold))
	set := "SET " + x.Name(model.HoldAttr) + " = " + x.Value(decimalValue(decimal.Int(until.UnixMilli())))
	cond := "attribute_exists(" + x.Name(db.Table.Primary.Partition[0]) + ")"
	_, _, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &db.Name, Key: target, UpdateExpression: &set, ConditionExpression: &cond,
		ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
	}, nil)
	if _, gone := errors.AsType[*types.ConditionalCheckFailedException](err); gone {
		return nil // the next read finds that out
	}
	if _, busy := errors.AsType[*types.TransactionConflictException](err); busy {
		return nil
	}
	return err
}

// notHeld is the condition that no Rebuild asks to wait.
func notHeld(x *plan.Expression, now time.Time) string {
	return plan.Or("attribute_not_exists("+x.Name(model.HoldAttr)+")", x.Name(model.HoldAttr)+" <= "+x.Value(decimalValue(decimal.Int(now.UnixMilli()))))
}

// heldBy reports whether a transaction has to wait for a Rebuild of the target, and records how long it has waited.
func (c *commitment) heldBy(ctx context.Context, target attr.Item) bool {
	n, ok := target[model.HoldAttr].(*types.AttributeValueMemberN)
	if !ok {
		return false
	}
	now := c.db.Opts.Now()
	if until, err := strconv.ParseInt(n.Value, 10, 64); err == nil && until <= now.UnixMilli() {
		return false
	}
	if c.met.since.IsZero() {
		c.met.since = now
	}
	c.met.waits++
	c.met.deaf = now.Sub(c.met.since) > maxPatience || c.met.waits > maxWaits || hooksOf(ctx).NoPause && c.met.waits > 3
	return true
}

// letGo removes the time to wait. Transactions do so too, so a failure because of one does not matter.
func letGo(ctx context.Context, db *write.DB, target, was attr.Item) error {
	held, ok := was[model.HoldAttr]
	if !ok {
		return nil
	}
	x := &plan.Expression{}
	set := "REMOVE " + x.Name(model.HoldAttr)
	cond := x.Name(model.HoldAttr) + " = " + x.Value(held)
	_, _, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &db.Name, Key: target, UpdateExpression: &set, ConditionExpression: &cond,
		ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
	}, nil)
	if apierror.Of(err) == apierror.Data || apierror.Of(err) == apierror.Contention {
		return nil
	}
	return err
}
