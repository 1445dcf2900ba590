package view

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/plan"
	"github.com/singletable-go/ddb/internal/write"
)

// settlement is a target to compare with its ledger.
type settlement struct {
	key    attr.Item
	full   bool // compare all fields, not only ranks
	owners []*Delivery
	err    error
}

// finding is the result of a comparison of a target.
type finding byte

const (
	untried finding = iota
	right           // or made right
	resting         // right if its stamp is still as it was read
	moved           // something was written: look again
)

// settle corrects targets: with full all derived fields, else those of ranks. It returns the number of writes. It reads all targets
// together and works on them concurrently. A target that it could not correct has an error. If the environment fails, it stops,
// and all targets that are left have that error.
//
// Each write asserts that the target's stamp is as it was read: then no transaction came between the read and the write, and no
// second comparison is needed. Sums are read in pages, so they are correct only if the stamp did not change meanwhile.
func (a *aggregate) settle(ctx context.Context, db *write.DB, list []*settlement) (changed int) {
	found := targetsOf(ctx, db, list)
	wrote, findings := make([]int, len(list)), make([]finding, len(list))
	stopped := call.Parallel(ctx, len(list), func(i int) error {
		findings[i] = right
		if list[i].err = found[i].Err; list[i].err == nil {
			wrote[i], findings[i], list[i].err = a.settleOnce(ctx, db, list[i], found[i].Item)
		}
		return call.Halts(ctx, list[i].err)
	})
	for i, s := range list {
		changed += wrote[i]
		if stopped != nil && s.err == nil && findings[i] != right {
			s.err = stopped
		}
	}
	if stopped != nil {
		return changed
	}
	var check, again []*settlement
	var was []attr.Item
	for i, s := range list {
		switch {
		case s.err != nil, findings[i] == right:
		case findings[i] == resting:
			check, was = append(check, s), append(was, found[i].Item)
		default:
			again = append(again, s)
		}
	}
	for i, now := range targetsOf(ctx, db, check) {
		if check[i].err = now.Err; now.Err == nil && !unmoved(was[i], now.Item) {
			again = append(again, check[i])
		}
	}
	wrote, findings = make([]int, len(again)), make([]finding, len(again))
	stopped = call.Parallel(ctx, len(again), func(i int) error {
		findings[i] = right
		wrote[i], again[i].err = a.insist(ctx, db, again[i])
		return call.Halts(ctx, again[i].err)
	})
	for i, s := range again {
		changed += wrote[i]
		if findings[i] == untried {
			s.err = stopped
		}
	}
	return changed
}

// targetsOf reads the targets of settlements.
func targetsOf(ctx context.Context, db *write.DB, list []*settlement) []call.Fetched {
	keys := make([]attr.Item, len(list))
	for i, s := range list {
		keys[i] = s.key
	}
	return db.Fetch(ctx, keys)
}

// settleOnce compares a target, as it was read, with its ledger and writes what differs.
func (a *aggregate) settleOnce(ctx context.Context, db *write.DB, s *settlement, was attr.Item) (changed int, v finding, err error) {
	fail := func(err error) (int, finding, error) {
		return changed, right, fmt.Errorf("target %s: %w", db.Table.KeyText(s.key), err)
	}
	if was == nil && (!a.own || !s.full) {
		return 0, right, nil
	}
	r, err := a.read(ctx, db, s.key, s.full)
	if err != nil {
		return fail(db.Explain(err))
	}
	if r.wrong() {
		now, err := db.GetItem(ctx, s.key, true)
		if err != nil {
			return fail(db.Explain(err))
		}
		if unmoved(was, now) {
			changed, err = a.mend(ctx, db, s.key, was, r)
		}
		if err != nil {
			return fail(err)
		}
		return changed, moved, nil
	}
	differing := a.differing(was, r.want)
	switch {
	case len(differing) > 0 && (was != nil || r.counted):
	case s.full:
		return 0, resting, nil
	default:
		return 0, right, nil
	}
	if err := a.fits(was, differing); err != nil {
		return fail(err)
	}
	err = a.write(ctx, db, s.key, was, differing)
	if err == nil {
		return 1, right, nil
	}
	if apierror.Moved(err) {
		return 0, moved, nil
	}
	return fail(db.Explain(err))
}

// insist corrects a target that is written all the time. If the sums cannot be read between two writes, it asks the writers to wait.
func (a *aggregate) insist(ctx context.Context, db *write.DB, s *settlement) (changed int, err error) {
	var took time.Duration // the last attempt
	for n := range 3 * db.Attempts {
		if n > 0 {
			if err := wait(ctx, min(n, 6)); err != nil {
				return changed, err
			}
		}
		if s.full && n > 1 {
			if err := holdTarget(ctx, db, s.key, 2*took+minHold); err != nil {
				return changed, db.Explain(err)
			}
		}
		was, err := db.GetItem(ctx, s.key, true)
		if err != nil {
			return changed, db.Explain(err)
		}
		start := time.Now()
		wrote, v, err := a.settleOnce(ctx, db, s, was)
		took = time.Since(start)
		changed += wrote
		if err != nil || v == right {
			return changed, err
		}
		if v == moved {
			continue
		}
		now, err := db.GetItem(ctx, s.key, true)
		if err != nil {
			return changed, db.Explain(err)
		}
		if unmoved(was, now) {
			return changed, letGo(ctx, db, s.key, now)
		}
	}
	return changed, &fault.Outside{Err: fmt.Errorf("%w: another writer changed target %s in every attempt", fault.ErrConflict, db.Table.KeyText(s.key))}
}

// unmoved reports whether no transaction came between two reads of a target.
func unmoved(a, b attr.Item) bool {
	return (a == nil) == (b == nil) && equalStamps(a, b)
}

func equalStamps(a, b attr.Item) bool {
	x, y := a[model.StampAttr], b[model.StampAttr]
	if x == nil || y == nil {
		return x == nil && y == nil
	}
	return attr.Equal(x, y)
}

// differing returns the attributes to write, with nil for those to remove.
func (a *aggregate) differing(was, want attr.Item) attr.Item {
	out := attr.Item{}
	for attrName, av := range want {
		have := was[attrName]
		switch {
		case have == nil && av == nil:
		case have != nil && av != nil && attr.Equal(have, av):
		case have == nil && isZeroNumber(av) && was != nil && !a.keyed(attrName):
		default:
			out[attrName] = av
		}
	}
	return out
}

// keyed reports whether an attribute is the key of an index, where nothing and zero are not the same.
func (a *aggregate) keyed(attr string) bool {
	return slices.ContainsFunc(a.view.Table.Indexes, func(ix *model.Index) bool { return ix.IsKey(attr) })
}

func isZeroNumber(av types.AttributeValue) bool {
	n, ok := av.(*types.AttributeValueMemberN)
	return ok && attr.IsEmpty(n)
}

// write writes the differences of a target, if it is as it was read.
func (a *aggregate) write(ctx context.Context, db *write.DB, target, was, differing attr.Item) error {
	x := &plan.Expression{}
	pk := db.Table.Primary.Partition[0]
	stamp := x.Name(model.StampAttr)
	set, remove := "SET "+stamp+" = "+x.Value(NewStamp()), ""
	for attr, av := range differing {
		if av == nil {
			remove += ", " + x.Name(attr)
			continue
		}
		set += ", " + x.Name(attr) + " = " + x.Value(av)
	}
	cond := "attribute_exists(" + x.Name(pk) + ")"
	switch {
	case was == nil:
		cond = "attribute_not_exists(" + x.Name(pk) + ")"
		fixed, err := a.fixed(target)
		if err != nil {
			return err
		}
		for name, av := range fixed {
			set += ", " + x.Name(name) + " = " + x.Value(av)
		}
	case was[model.StampAttr] == nil:
		cond += " AND attribute_not_exists(" + stamp + ")"
	default:
		cond += " AND " + stamp + " = " + x.Value(was[model.StampAttr])
	}
	set += " REMOVE " + x.Name(model.HoldAttr) + remove
	_, _, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &db.Name, Key: target, UpdateExpression: &set, ConditionExpression: &cond,
		ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
	}, nil)
	return err
}

// readPartition reads a partition of the library's own, all of it, strongly consistently.
func readPartition(ctx context.Context, db *write.DB, pk string) func(yield func(attr.Item, error) bool) {
	return func(yield func(attr.Item, error) bool) {
		in := &dynamodb.QueryInput{
			TableName: &db.Name, ConsistentRead: new(true), KeyConditionExpression: new("#p = :p"),
			ExpressionAttributeNames:  map[string]string{"#p": db.Table.Primary.Partition[0]},
			ExpressionAttributeValues: attr.Item{":p": &types.AttributeValueMemberS{Value: pk}},
		}
		for {
			out, err := db.QueryOwn(ctx, in)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, item := range out.Items {
				if !yield(item, nil) {
					return
				}
			}
			if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
				return
			}
		}
	}
}
