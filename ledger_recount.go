package ddb

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/plan"
)

// miscount is a row that counts the sources of a value, and what it should say.
type miscount struct {
	key  item
	have item // the row, nil if there is none
	want int64
}

// recount makes the rows that count the sources of each value agree with the ledger of a target, and reports how many it
// wrote. They differ only where a Distinct was not among the rules while sources changed, or where somebody wrote them.
// Each is written if the target's stamp is as it was before the ledger was read: then nothing changed in between. With
// report it writes nothing.
func (a *aggregate) recount(ctx context.Context, db *DB, target item, report func(Drift) error) (changed int, err error) {
	for n := range 2 * db.opts.MaxAttempts {
		if n > 0 {
			if err := wait(ctx, min(n, 6)); err != nil {
				return changed, err
			}
		}
		was, err := db.Consistent().getItem(ctx, target)
		if err != nil || was == nil {
			return changed, db.explain(err) // what counts for an absent target is counted when it is there
		}
		wrong, err := a.miscounts(ctx, db, target)
		if err != nil {
			return changed, db.explain(err)
		}
		if report != nil && n == 0 && len(wrong) > 0 {
			continue // look again: it may have been in the making
		}
		again := false
		for _, m := range wrong {
			if report != nil {
				err = report(Drift{Item: db.table.keyText(m.key), Field: "sources", Have: driftText(m.have[countAttr]), Want: fmt.Sprint(m.want)})
			} else {
				err = db.transactWrite(ctx, a.mend(db, target, was, m))
			}
			switch {
			case err == nil:
				changed++
			case report == nil && apierror.Moved(err):
				again = true
			default:
				return changed, db.explain(err)
			}
		}
		if !again {
			return changed, nil
		}
	}
	return changed, fmt.Errorf("%w: target %s was written by others in every attempt", ErrConflict, db.table.keyText(target))
}

// miscounts compares the ledger of a target with the rows of its values.
func (a *aggregate) miscounts(ctx context.Context, db *DB, target item) (wrong []miscount, err error) {
	text := db.table.refText(target)
	counts := map[string]map[string]int64{}
	for _, r := range a.distincts {
		counts[r.label] = map[string]int64{}
	}
	for row, err := range db.partition(ctx, a.ledgerPartition(text)) {
		if err != nil {
			return nil, err
		}
		v, _ := row[valueAttr].(*types.AttributeValueMemberM)
		for _, r := range a.distincts {
			if v == nil {
				continue
			}
			if value, ok := textOf(v.Value, r.label); ok {
				counts[r.label][value]++
			}
		}
	}
	for _, r := range a.distincts {
		pk := a.rulePartition(distinctPrefix, r.label, text)
		for row, err := range db.partition(ctx, pk) {
			if err != nil {
				return nil, err
			}
			value, _ := row[db.table.primary.sort[0]].(*types.AttributeValueMemberS)
			if value == nil {
				continue
			}
			have, err := sumOf(row, countAttr)
			if err != nil {
				return nil, err
			}
			if want := counts[r.label][value.Value]; !have.Sub(decimal.Int(want)).IsZero() {
				wrong = append(wrong, miscount{db.table.keyOf(loaded(row)), row, want})
			}
			delete(counts[r.label], value.Value)
		}
		for _, value := range slices.Sorted(maps.Keys(counts[r.label])) {
			wrong = append(wrong, miscount{db.table.companionKey(pk, value), nil, counts[r.label][value]})
		}
	}
	return wrong, nil
}

// mend returns the transaction that writes what a row should say.
func (a *aggregate) mend(db *DB, target, was item, m miscount) []types.TransactWriteItem {
	c := &commitment{a: a, db: db, guard: true}
	c.value(m.key, m.have, decimal.Int(m.want), target)
	x := &plan.Expression{}
	cond := "attribute_exists(" + x.Name(db.table.primary.partition[0]) + ")"
	if stamp := was[stampAttr]; stamp == nil {
		cond += " AND attribute_not_exists(" + x.Name(stampAttr) + ")"
	} else {
		cond += " AND " + x.Name(stampAttr) + " = " + x.Value(stamp)
	}
	return append(c.ops, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: &db.name, Key: target, ConditionExpression: &cond, ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
	}})
}
