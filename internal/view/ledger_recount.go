package view

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/plan"
	"github.com/singletable-go/ddb/internal/write"
)

// audit is the result of reading a target's ledger: the correct target, and the wrong items of ranks and values.
type audit struct {
	want    attr.Item // by attribute of the target, nil for what it should not have
	counted bool      // something counts for it

	lost      []lostRank  // of ranks
	surplus   []attr.Item // rank items without a ledger item
	miscounts []miscount  // of values
}

// lostRank is a rank item that is missing, or differs from its ledger item.
type lostRank struct {
	key    attr.Item
	source string // the sort key of the ledger item
}

// miscount is an item with a wrong number of sources of a value, and the correct number.
type miscount struct {
	key  attr.Item
	have attr.Item // the item, nil if there is none
	want int64
}

func (r *audit) wrong() bool { return len(r.lost)+len(r.surplus)+len(r.miscounts) > 0 }

// place is the position of a source in a rank, by its ledger item.
type place struct{ source, hash string }

// read reads the first items of a target's ranks; if full, its complete ledger with all items of ranks and values.
func (a *aggregate) read(ctx context.Context, db *write.DB, target attr.Item, full bool) (*audit, error) {
	r := &audit{want: attr.Item{}, counted: true}
	text := db.Table.RefText(target)
	if !full {
		for _, rule := range a.ranks {
			entries, err := a.first(ctx, db, rule, text)
			if err != nil {
				return nil, err
			}
			maps.Copy(r.want, rule.values(entries))
		}
		return r, nil
	}
	l, err := a.ledger(ctx, db, text)
	if err != nil {
		return nil, err
	}
	r.counted = l.items > 0
	for _, rule := range a.sums {
		r.want[rule.attr] = decimalValue(l.sums[rule.attr])
	}
	for _, rule := range a.distincts {
		r.want[rule.attr] = decimalValue(decimal.Int(int64(len(l.values[rule.label]))))
		if err := a.readValues(ctx, db, r, rule, text, l.values[rule.label]); err != nil {
			return nil, err
		}
	}
	for _, rule := range a.ranks {
		if err := a.readRank(ctx, db, r, rule, text, l.places[rule.label]); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// sheet is what the ledger items of a target add up to.
type sheet struct {
	items  int
	sums   map[string]decimal.Number
	values map[string]map[string]int64 // by label and value, its sources
	places map[string]map[string]place // by label and sort key of the rank item
}

func (a *aggregate) ledger(ctx context.Context, db *write.DB, target string) (*sheet, error) {
	l := &sheet{sums: map[string]decimal.Number{}, values: map[string]map[string]int64{}, places: map[string]map[string]place{}}
	for _, r := range a.distincts {
		l.values[r.label] = map[string]int64{}
	}
	for _, r := range a.ranks {
		l.places[r.label] = map[string]place{}
	}
	sort := db.Table.Primary.Sort[0]
	for item, err := range readPartition(ctx, db, a.ledgerPartition(target)) {
		if err != nil {
			return nil, err
		}
		l.items++
		v := contributed(item)
		source, _ := item[sort].(*types.AttributeValueMemberS)
		for _, r := range a.sums {
			n, err := sumOf(v, r.label)
			if err != nil {
				return nil, err
			}
			l.sums[r.attr] = l.sums[r.attr].Add(n)
		}
		for _, r := range a.distincts {
			if s, ok := textOf(v, r.label); ok {
				l.values[r.label][s]++
			}
		}
		for _, r := range a.ranks {
			if order, hash, ok := rankOf(v, r.label); ok && source != nil {
				l.places[r.label][rankSort(order, source.Value)] = place{source.Value, hash}
			}
		}
	}
	return l, nil
}

// readRank compares the items of a rank with the places by the ledger.
func (a *aggregate) readRank(ctx context.Context, db *write.DB, r *audit, rule rankRule, target string, places map[string]place) error {
	pk := a.rulePartition(model.RankPrefix, rule.label, target)
	sort := db.Table.Primary.Sort[0]
	var entries []types.AttributeValue
	for item, err := range readPartition(ctx, db, pk) {
		if err != nil {
			return err
		}
		at, _ := item[sort].(*types.AttributeValueMemberS)
		if at == nil {
			continue
		}
		p, ok := places[at.Value]
		if !ok {
			r.surplus = append(r.surplus, item)
			continue
		}
		if p.hash != hashText(attr.Canonical(item[model.EntryAttr])) {
			continue // it stays among the places, and counts as lost
		}
		delete(places, at.Value)
		switch {
		case rule.op != RuleMin:
			if entries = append(entries, item[model.EntryAttr]); len(entries) > rule.n {
				entries = entries[1:]
			}
		case len(entries) < rule.n:
			entries = append(entries, item[model.EntryAttr])
		}
	}
	for _, at := range slices.Sorted(maps.Keys(places)) {
		r.lost = append(r.lost, lostRank{db.Table.CompanionKey(pk, at), places[at].source})
	}
	if len(places) > 0 {
		return nil // what the target should say is not known until they are there
	}
	if rule.op != RuleMin {
		slices.Reverse(entries)
	}
	maps.Copy(r.want, rule.values(entries))
	return nil
}

// readValues compares the items of a Distinct with the counts by the ledger.
func (a *aggregate) readValues(ctx context.Context, db *write.DB, r *audit, rule distinctRule, target string, counts map[string]int64) error {
	pk := a.rulePartition(model.DistinctPrefix, rule.label, target)
	for item, err := range readPartition(ctx, db, pk) {
		if err != nil {
			return err
		}
		value, _ := item[db.Table.Primary.Sort[0]].(*types.AttributeValueMemberS)
		if value == nil {
			continue
		}
		have, err := sumOf(item, model.CountAttr)
		if err != nil {
			return err
		}
		if want := counts[value.Value]; !have.Sub(decimal.Int(want)).IsZero() {
			r.miscounts = append(r.miscounts, miscount{db.Table.KeyOf(model.Loaded(item)), item, want})
		}
		delete(counts, value.Value)
	}
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		r.miscounts = append(r.miscounts, miscount{db.Table.CompanionKey(pk, value), nil, counts[value]})
	}
	return nil
}

// mend corrects the items of ranks and values by the ledger of a target, and returns how many it wrote. They differ only if a rule
// was missing while sources changed, or if another program wrote them.
func (a *aggregate) mend(ctx context.Context, db *write.DB, target, was attr.Item, r *audit) (changed int, err error) {
	if len(r.lost) > 0 {
		n, err := a.restore(ctx, db, target, r.lost)
		if changed += n; err != nil {
			return changed, err
		}
	}
	for _, item := range r.surplus {
		dropped, err := a.dropRank(ctx, db, item, target)
		if err != nil {
			return changed, err
		}
		if dropped {
			changed++
		}
	}
	if was == nil {
		return changed, nil // what counts for an absent target is counted when it is there
	}
	for _, m := range r.miscounts {
		switch err := db.TransactWrite(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: a.recount(db, target, was, m)}, nil, nil, nil); {
		case err == nil:
			changed++
		case !apierror.Moved(err):
			return changed, db.Explain(err)
		}
	}
	return changed, nil
}

// restore writes missing rank items, together with their ledger items.
func (a *aggregate) restore(ctx context.Context, db *write.DB, target attr.Item, lost []lostRank) (changed int, err error) {
	text := db.Table.RefText(target)
	keys := make([]attr.Item, len(lost))
	for i, l := range lost {
		keys[i] = db.Table.CompanionKey(a.ledgerPartition(text), l.source)
	}
	var pairs []*Pair
	seen := map[string]bool{}
	var errs []error
	for i, item := range db.Fetch(ctx, keys) {
		source, _ := item.Item[model.SourceAttr].(*types.AttributeValueMemberM)
		switch {
		case item.Err != nil:
			errs = append(errs, item.Err)
		case source == nil || seen[lost[i].source]:
		case isKept(lost[i].source):
			errs = append(errs, fmt.Errorf("the rank item %s of an expired source is missing, and its entry cannot be recovered: delete the ledger item %s, and run Rebuild", db.Table.KeyText(lost[i].key), db.Table.KeyText(keys[i])))
		default:
			seen[lost[i].source] = true
			p := a.newPair(target, source.Value)
			p.SourceText, p.remake = lost[i].source, true
			pairs = append(pairs, p)
		}
	}
	changed, _ = a.reconcile(ctx, db, pairs)
	for _, p := range pairs {
		errs = append(errs, p.err)
	}
	return changed, errors.Join(errs...)
}

// dropRank deletes a rank item without a ledger item: its rule was removed, or was missing while its source changed.
func (a *aggregate) dropRank(ctx context.Context, db *write.DB, item, target attr.Item) (dropped bool, err error) {
	surplus, key, have, err := a.isSurplus(ctx, db, item, target)
	if err != nil || !surplus {
		return false, err
	}
	x := &plan.Expression{}
	c := &commitment{a: a, db: db, guard: true}
	err = db.TransactWrite(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{ConditionCheck: &types.ConditionCheck{
			TableName: &db.Name, Key: key, ConditionExpression: c.asRead(x, have),
			ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
		}},
		{Delete: &types.Delete{TableName: &db.Name, Key: db.Table.KeyOf(model.Loaded(item))}},
	}}, nil, nil, nil)
	if apierror.Moved(err) {
		return false, nil // its ledger item is being written, by a rule that needs the rank item
	}
	return err == nil, db.Explain(err)
}

// isSurplus reports whether a rank item has no ledger item. It returns the key of the possible ledger item, and its content.
func (a *aggregate) isSurplus(ctx context.Context, db *write.DB, item, target attr.Item) (surplus bool, key, have attr.Item, err error) {
	t := db.Table
	source, _ := item[model.LedgerAttr].(*types.AttributeValueMemberS)
	if source == nil {
		return false, nil, nil, nil
	}
	text := t.RefText(target)
	key = t.CompanionKey(a.ledgerPartition(text), source.Value)
	ledger, err := db.GetItem(ctx, key, true)
	if err != nil {
		return false, nil, nil, db.Explain(err)
	}
	have = contributed(ledger)
	for _, rule := range a.ranks {
		order, _, ok := rankOf(have, rule.label)
		if ok && attr.EqualItems(t.KeyOf(model.Loaded(item)), a.rankKey(rule, text, order, source.Value)) {
			return false, key, have, nil
		}
	}
	return true, key, have, nil
}

// recount returns the transaction that corrects the number of sources of a value. It asserts that the target's stamp is as it was
// before the ledger was read: then nothing changed in between.
func (a *aggregate) recount(db *write.DB, target, was attr.Item, m miscount) []types.TransactWriteItem {
	c := &commitment{a: a, db: db, guard: true}
	c.value(m.key, m.have, decimal.Int(m.want), target)
	x := &plan.Expression{}
	cond := "attribute_exists(" + x.Name(db.Table.Primary.Partition[0]) + ")"
	if stamp := was[model.StampAttr]; stamp == nil {
		cond += " AND attribute_not_exists(" + x.Name(model.StampAttr) + ")"
	} else {
		cond += " AND " + x.Name(model.StampAttr) + " = " + x.Value(stamp)
	}
	return append(c.ops, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: &db.Name, Key: target, ConditionExpression: &cond, ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
	}})
}
