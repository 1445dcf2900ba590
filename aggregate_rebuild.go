package ddb

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/plan"
)

// rebuildBatch is the number of pairs or targets that Rebuild gathers before it looks at them.
const rebuildBatch = 100

// maxRebuildFaults bounds the errors that Rebuild remembers of items that it could not make right.
const maxRebuildFaults = 20

// aggregateRebuild reconciles each source and each ledger item, and settles each target. One pass does it: from the moment
// that a target is settled, each change of its ledger keeps it true.
type aggregateRebuild struct {
	a      *aggregate
	db     *DB
	p      *Progress
	report func(Drift) error // of Verify; nil to write
	work   *aggregateWork
	faults []error
}

func (a *aggregate) rebuilder(db *DB, p *Progress) rebuilder {
	r := &aggregateRebuild{a: a, db: db, p: p}
	r.reset()
	return r
}

func (a *aggregate) verifier(db *DB, report func(Drift) error) rebuilder {
	r := &aggregateRebuild{a: a, db: db, p: &Progress{}, report: report}
	r.reset()
	return r
}

func (r *aggregateRebuild) reset() {
	r.work = &aggregateWork{a: r.a, pairs: map[string]*pair{}, targets: map[string]*settlement{}}
}

// fault notes an item that could not be made right; the others go on.
func (r *aggregateRebuild) fault(err error) {
	if err != nil && len(r.faults) < maxRebuildFaults {
		r.faults = append(r.faults, err)
	}
}

func (r *aggregateRebuild) finish() error { return errors.Join(r.faults...) }

// add takes one item of the table.
func (r *aggregateRebuild) add(ctx context.Context, attrs item) error {
	t := r.a.view.table
	switch e, err := t.claim(loaded(attrs)); {
	case t.companion(loaded(attrs)):
		if err := r.companion(ctx, attrs); err != nil {
			return err
		}
	case err != nil:
		return nil // of no known entity
	default:
		if e == r.a.source {
			r.source(attrs)
		}
		if e == r.a.target {
			r.work.target(t.keyOf(loaded(attrs)), true)
		}
	}
	if len(r.work.order) < rebuildBatch && len(r.work.settle) < rebuildBatch {
		return nil
	}
	return r.flush(ctx)
}

func (r *aggregateRebuild) source(attrs item) {
	t := r.a.view.table
	r.fault(safely(func() error {
		v := r.a.source.newItem()
		if err := r.a.source.decode(loaded(attrs), v); err != nil {
			return err
		}
		target, err := r.a.targetOf(v)
		if target != nil {
			r.work.pair(r.a.newPair(target, t.keyOf(loaded(attrs))))
		}
		return err
	}))
}

// companion takes an item of the library's own: what a source contributed, or its row in a rank.
func (r *aggregateRebuild) companion(ctx context.Context, attrs item) error {
	ix := r.a.view.table.primary
	pk, _ := attrs[ix.partition[0]].(*types.AttributeValueMemberS)
	sk, _ := attrs[ix.sort[0]].(*types.AttributeValueMemberS)
	target, _ := attrs[targetAttr].(*types.AttributeValueMemberM)
	if pk == nil || sk == nil || target == nil {
		return nil
	}
	if strings.HasPrefix(pk.Value, ledgerPrefix+r.a.view.name+"#") {
		source, _ := attrs[sourceAttr].(*types.AttributeValueMemberM)
		if source != nil && !strings.HasPrefix(sk.Value, keptPrefix) {
			r.work.pair(r.a.newPair(target.Value, source.Value))
		}
		if r.a.own {
			return r.missing(ctx, target.Value)
		}
		return nil
	}
	if rest, ok := strings.CutPrefix(pk.Value, rankPrefix+r.a.view.name+"#"); ok {
		return r.rank(ctx, attrs, target.Value, rest)
	}
	return nil
}

// missing settles a target of the aggregate's own that is not there, though something counts for it.
func (r *aggregateRebuild) missing(ctx context.Context, target item) error {
	if _, ok := r.work.targets[r.a.view.table.refText(target)]; ok {
		return nil
	}
	have, err := r.db.Consistent().getItem(ctx, target)
	if err != nil {
		return r.db.explain(err)
	}
	if have == nil {
		r.work.target(target, true)
	}
	return nil
}

// rank removes a row of a rank that no ledger item has put there: of a rule that is no more, or that was not there
// while its source changed.
func (r *aggregateRebuild) rank(ctx context.Context, row, target item, rest string) error {
	t := r.a.view.table
	source, _ := row[ledgerAttr].(*types.AttributeValueMemberS)
	if source == nil {
		return nil
	}
	key := t.companionKey(r.a.ledgerPartition(t.refText(target)), source.Value)
	ledger, err := r.db.Consistent().getItem(ctx, key)
	if err != nil {
		return r.db.explain(err)
	}
	var have item
	if v, ok := ledger[valueAttr].(*types.AttributeValueMemberM); ok {
		have = v.Value
	}
	for _, rule := range r.a.ranks {
		order, _, ok := rankOf(have, rule.label)
		if ok && strings.HasPrefix(rest, rule.label+"#") && equalItems(t.keyOf(loaded(row)), r.a.rankKey(rule, t.refText(target), order, source.Value)) {
			return nil
		}
	}
	if r.report != nil {
		return r.report(Drift{Item: t.keyText(row), Field: "rank", Have: "there", Want: "absent"})
	}
	x := &plan.Expression{}
	c := &commitment{a: r.a, db: r.db, guard: true}
	if ledger == nil {
		have = nil
	}
	err = r.db.transactWrite(ctx, []types.TransactWriteItem{
		{ConditionCheck: &types.ConditionCheck{
			TableName: &r.db.name, Key: key, ConditionExpression: c.asRead(x, have),
			ExpressionAttributeNames: x.Names(), ExpressionAttributeValues: x.Values(),
		}},
		{Delete: &types.Delete{TableName: &r.db.name, Key: t.keyOf(loaded(row))}},
	})
	if apierror.Moved(err) {
		return nil // its ledger item is being written: by a rule that keeps the row
	}
	if err != nil {
		return r.db.explain(err)
	}
	r.p.Changed++
	r.work.target(target, false)
	return nil
}

// flush makes right what was gathered, or reports it.
func (r *aggregateRebuild) flush(ctx context.Context) error {
	w := r.work
	r.reset()
	r.p.Sources += len(w.order)
	if r.report != nil {
		return r.compare(ctx, w)
	}
	w.do(ctx, r.db)
	for _, s := range w.settle {
		if s.err == nil && s.full && len(r.a.distincts) > 0 {
			var n int
			n, s.err = r.a.recount(ctx, r.db, s.key, nil)
			r.p.Changed += n
		}
	}
	r.p.Targets += len(w.settle)
	r.p.Changed += w.changed
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, p := range w.order {
		if p.err != nil {
			r.fault(fmt.Errorf("source %s: %w", r.db.table.keyText(p.source), p.err))
		}
	}
	for _, s := range w.settle {
		r.fault(s.err)
	}
	return nil
}

// compare reports what differs, twice looked at.
func (r *aggregateRebuild) compare(ctx context.Context, w *aggregateWork) error {
	for again, left := false, w.order; ; again = true {
		var differing []*pair
		for _, l := range r.a.look(ctx, r.db, left) {
			if l.same() {
				continue
			}
			if differing = append(differing, l.pair); !again {
				continue
			}
			if err := r.report(Drift{
				Item: r.db.table.keyText(r.a.ledgerKey(l.pair)), Field: "contribution of " + r.db.table.keyText(l.source),
				Have: contributionText(l.have), Want: contributionText(l.wants()),
			}); err != nil {
				return err
			}
		}
		for _, p := range left {
			if p.err != nil {
				r.fault(fmt.Errorf("source %s: %w", r.db.table.keyText(p.source), p.err))
			}
		}
		if again || len(differing) == 0 {
			break
		}
		if err := wait(ctx, 5); err != nil {
			return err
		}
		left = differing
	}
	for _, s := range w.settle {
		if err := r.compareTarget(ctx, s.key); err != nil {
			return err
		}
		if len(r.a.distincts) == 0 {
			continue
		}
		if _, err := r.a.recount(ctx, r.db, s.key, r.report); err != nil {
			return err
		}
	}
	return nil
}

func (r *aggregateRebuild) compareTarget(ctx context.Context, target item) error {
	for again := false; ; again = true {
		was, err := r.db.Consistent().getItem(ctx, target)
		if err != nil {
			return r.db.explain(err)
		}
		want, counted, err := r.a.answers(ctx, r.db, target, true)
		if err != nil {
			return r.db.explain(err)
		}
		differing := r.a.differing(was, want)
		if len(differing) == 0 || was == nil && (!r.a.own || !counted) {
			return nil
		}
		if !again {
			if err := wait(ctx, 5); err != nil {
				return err
			}
			continue
		}
		for attr, av := range differing {
			if err := r.report(Drift{Item: r.db.table.keyText(target), Field: attr, Have: driftText(was[attr]), Want: driftText(av)}); err != nil {
				return err
			}
		}
		return nil
	}
}

func driftText(av types.AttributeValue) string {
	switch av.(type) {
	case *types.AttributeValueMemberS, *types.AttributeValueMemberN, *types.AttributeValueMemberB, nil:
		return valueText(av)
	}
	return canonical(av)
}

func contributionText(v item) string {
	if v == nil {
		return "(none)"
	}
	return canonicalItem(v)
}
