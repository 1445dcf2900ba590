package ddb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/plan"
	"github.com/singletable-go/ddb/internal/template"
)

// settle makes a target say what its ledger sums up to (full), or at least what its ranks begin with, and reports how
// often it wrote. It writes if the target's stamp is as it was read, and is done when it finds nothing to write under a
// stamp that stayed: then no transaction fell in between what it read.
func (a *aggregate) settle(ctx context.Context, db *DB, target item, full bool) (changed int, err error) {
	for n := range 3 * db.opts.MaxAttempts {
		if n > 1 {
			if err := wait(ctx, min(n-1, 6)); err != nil {
				return changed, err
			}
		}
		was, err := db.Consistent().getItem(ctx, target)
		if err != nil {
			return changed, db.explain(err)
		}
		if was == nil && (!a.own || !full) {
			return changed, nil
		}
		want, counted, err := a.answers(ctx, db, target, full)
		if err != nil {
			return changed, db.explain(err)
		}
		differing := a.differing(was, want)
		if len(differing) == 0 || was == nil && !counted {
			now, err := db.Consistent().getItem(ctx, target)
			if err != nil {
				return changed, db.explain(err)
			}
			if (was == nil) == (now == nil) && equalStamps(was, now) {
				return changed, nil
			}
			continue
		}
		if err := a.fits(was, differing); err != nil {
			return changed, fmt.Errorf("target %s: %w", db.table.keyText(target), err)
		}
		err = a.write(ctx, db, target, was, differing)
		switch {
		case err == nil:
			changed++
		case !apierror.Moved(err):
			return changed, fmt.Errorf("target %s: %w", db.table.keyText(target), db.explain(err))
		}
	}
	return changed, &outside{fmt.Errorf("%w: target %s was written by others in every attempt", ErrConflict, db.table.keyText(target))}
}

func equalStamps(a, b item) bool {
	x, y := a[stampAttr], b[stampAttr]
	if x == nil || y == nil {
		return x == nil && y == nil
	}
	return equalValues(x, y)
}

// differing returns what is to be written: by attribute, nil for what is to be removed.
func (a *aggregate) differing(was, want item) item {
	out := item{}
	for attr, av := range want {
		have := was[attr]
		switch {
		case have == nil && av == nil:
		case have != nil && av != nil && equalValues(have, av):
		case have == nil && isZeroNumber(av) && was != nil && !a.keyed(attr):
		default:
			out[attr] = av
		}
	}
	return out
}

// keyed reports whether an attribute is the key of an index, where nothing and zero are not the same.
func (a *aggregate) keyed(attr string) bool {
	return slices.ContainsFunc(a.view.table.indexes, func(ix *Index) bool { return ix.isKey(attr) })
}

func isZeroNumber(av types.AttributeValue) bool {
	n, ok := av.(*types.AttributeValueMemberN)
	return ok && isEmpty(n)
}

// answers computes what the target should say: its ranks, and if full all else. Counted says that something counts for
// it.
func (a *aggregate) answers(ctx context.Context, db *DB, target item, full bool) (want item, counted bool, err error) {
	want = item{}
	text := db.table.refText(target)
	for _, r := range a.ranks {
		entries, err := a.first(ctx, db, r, text)
		if err != nil {
			return nil, false, err
		}
		maps.Copy(want, r.values(entries))
	}
	if !full {
		return want, true, nil
	}
	sums := map[string]decimal.Number{}
	values := map[string]map[string]bool{}
	for row, err := range db.partition(ctx, a.ledgerPartition(text)) {
		if err != nil {
			return nil, false, err
		}
		counted = true
		v, _ := row[valueAttr].(*types.AttributeValueMemberM)
		if v == nil {
			continue
		}
		for _, r := range a.sums {
			n, err := sumOf(v.Value, r.label)
			if err != nil {
				return nil, false, err
			}
			sums[r.attr] = sums[r.attr].Add(n)
		}
		for _, r := range a.distincts {
			if s, ok := textOf(v.Value, r.label); ok {
				if values[r.attr] == nil {
					values[r.attr] = map[string]bool{}
				}
				values[r.attr][s] = true
			}
		}
	}
	for _, r := range a.sums {
		want[r.attr] = &types.AttributeValueMemberN{Value: sums[r.attr].String()}
	}
	for _, r := range a.distincts {
		want[r.attr] = &types.AttributeValueMemberN{Value: decimal.Int(int64(len(values[r.attr]))).String()}
	}
	return want, counted, nil
}

// write writes what differs of a target, if it is as it was read.
func (a *aggregate) write(ctx context.Context, db *DB, target, was, differing item) error {
	x := &plan.Expression{}
	pk := db.table.primary.partition[0]
	stamp := x.Name(stampAttr)
	set, remove := "SET "+stamp+" = "+x.Value(newStamp()), ""
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
	case was[stampAttr] == nil:
		cond += " AND attribute_not_exists(" + stamp + ")"
	default:
		cond += " AND " + stamp + " = " + x.Value(was[stampAttr])
	}
	if remove != "" {
		set += " REMOVE " + remove[2:]
	}
	m := meterOf(ctx, "UpdateItem", false)
	out, err := db.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &db.name, Key: target, UpdateExpression: &set, ConditionExpression: &cond,
		ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(), ReturnConsumedCapacity: m.want(),
	}, m.options)
	m.done(capacityOf(out, func() *types.ConsumedCapacity { return out.ConsumedCapacity })...)
	return err
}

// partition reads a partition of the library's own, all of it, strongly consistently.
func (db *DB) partition(ctx context.Context, pk string) func(yield func(item, error) bool) {
	return func(yield func(item, error) bool) {
		in := &dynamodb.QueryInput{
			TableName: &db.name, ConsistentRead: new(true), KeyConditionExpression: new("#p = :p"),
			ExpressionAttributeNames:  map[string]string{"#p": db.table.primary.partition[0]},
			ExpressionAttributeValues: item{":p": &types.AttributeValueMemberS{Value: pk}},
		}
		for {
			out, err := db.query(ctx, in)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range out.Items {
				if !yield(row, nil) {
					return
				}
			}
			if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
				return
			}
		}
	}
}

// fixed returns what a target of the aggregate's own stores beside its key and what is derived: its type, what By
// gives, and the keys of its indexes. It is the same for all sources of the target, so fields that are in the key only
// in part, behind Fold or Shard, are left out.
func (a *aggregate) fixed(target item) (item, error) {
	t := a.target.newItem()
	if err := a.target.decodeKey(loaded(target), t); err != nil {
		return nil, err
	}
	attrs := item{}
	if err := a.target.codec.EncodeTo(attrs, t); err != nil {
		return nil, err
	}
	out := item{}
	for _, p := range a.by {
		if p.into.Stored() && a.target.primary.keeps(p.into) {
			out[p.into.Attr()] = attrs[p.into.Attr()]
		}
	}
	for _, r := range a.target.indexed {
		for _, k := range r.keys() {
			if k.template.Native() {
				continue
			}
			s, err := r.render("aggregate "+a.view.name, k, t)
			if errors.Is(err, template.ErrEmpty) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out[k.attrs[0]] = &types.AttributeValueMemberS{Value: s}
		}
	}
	if a.target.table.typeAttr != "" {
		out[a.target.table.typeAttr] = &types.AttributeValueMemberS{Value: a.target.name}
	}
	for _, attr := range a.view.table.primary.attrs() {
		delete(out, attr)
	}
	return out, nil
}
