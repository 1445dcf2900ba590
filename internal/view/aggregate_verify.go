package view

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// Beside a running stream a view is always a little behind, and that is no drift. What differs is drift when it rests:
// when it is the same in restLooks looks with restPause between them.
const (
	restPause = 250 * time.Millisecond
	restLooks = 3
	maxLooks  = 24 // at what does not rest
)

// rest lets some time pass, unless a test has none.
func rest(ctx context.Context, d time.Duration) error {
	if hooksOf(ctx).NoPause {
		return ctx.Err()
	}
	return call.Sleep(ctx, d)
}

// compare reports what differs and rests.
func (r *aggregateRebuild) compare(ctx context.Context, w *aggregateWork) error {
	if err := r.comparePairs(ctx, w.order); err != nil {
		return err
	}
	return r.compareTargets(ctx, w.settle)
}

// suspect is a pair that differed.
type suspect struct {
	last     *look
	seen     int  // looks in a row that found the same
	followed bool // its ledger item changed between two looks: it is kept up to date
}

func (r *aggregateRebuild) comparePairs(ctx context.Context, left []*Pair) error {
	suspects := map[*Pair]*suspect{}
	for n := 1; len(left) > 0; n++ {
		var differing []*Pair
		looks, _ := r.a.look(ctx, r.db, left) // what stopped it is the error of each pair
		for _, l := range looks {
			if l.same() {
				continue
			}
			s := suspects[l.Pair]
			switch {
			case s == nil:
				s = &suspect{last: l, seen: 1}
				suspects[l.Pair] = s
			case sameValue(s.last.have, l.have) && sameValue(s.last.wants(), l.wants()):
				s.seen++
			default:
				s.followed = s.followed || !sameValue(s.last.have, l.have)
				s.last, s.seen = l, 1
			}
			if s.seen < restLooks && n < maxLooks {
				differing = append(differing, l.Pair)
				continue
			}
			if s.seen < restLooks && s.followed {
				continue // it changes all the time, and the ledger follows
			}
			if err := r.report(Drift{
				Item: r.db.Table.KeyText(r.a.ledgerKey(l.Pair)), Field: "contribution of " + r.db.Table.KeyText(l.Source),
				Have: contributionText(l.have), Want: contributionText(l.wants()),
			}); err != nil {
				return err
			}
		}
		if err := r.left(ctx, left, nil); err != nil {
			return err
		}
		if left = differing; len(left) > 0 {
			if err := rest(ctx, restPause); err != nil {
				return err
			}
		}
	}
	return nil
}

func sameValue(a, b attr.Item) bool { return (a == nil) == (b == nil) && attr.EqualItems(a, b) }

// compareTargets compares targets side by side, and looks again at those that seem to differ, one by one.
func (r *aggregateRebuild) compareTargets(ctx context.Context, list []*settlement) error {
	found := targetsOf(ctx, r.db, list)
	fine := make([]bool, len(list))
	_ = call.Parallel(ctx, len(list), func(i int) error { // those that are not fine are looked at once more, which has the error
		if found[i].Err == nil {
			drifts, err := r.drifts(ctx, list[i].key, found[i].Item)
			fine[i] = err == nil && len(drifts) == 0
		}
		return call.Halts(ctx, found[i].Err)
	})
	now := targetsOf(ctx, r.db, list)
	for i, s := range list {
		if fine[i] && now[i].Err == nil && unmoved(found[i].Item, now[i].Item) {
			continue
		}
		if err := r.compareTarget(ctx, s.key); err != nil {
			return err
		}
	}
	return nil
}

// compareTarget looks at a target until its stamp rests.
func (r *aggregateRebuild) compareTarget(ctx context.Context, target attr.Item) error {
	var before attr.Item
	seen := 0 // looks in a row under one stamp
	for range maxLooks {
		was, err := r.db.GetItem(ctx, target, true)
		if err != nil {
			return r.db.Explain(err)
		}
		drifts, err := r.drifts(ctx, target, was)
		if err != nil {
			return r.db.Explain(err)
		}
		now, err := r.db.GetItem(ctx, target, true)
		switch {
		case err != nil:
			return r.db.Explain(err)
		case !unmoved(was, now):
			seen = 0
			if err := wait(ctx, 2); err != nil {
				return err
			}
			continue
		case len(drifts) == 0:
			return nil
		}
		if seen++; seen > 1 && !unmoved(before, was) {
			seen = 1
		}
		if before = was; seen < restLooks {
			if err := rest(ctx, restPause); err != nil {
				return err
			}
			continue
		}
		for _, d := range drifts {
			if err := r.report(d); err != nil {
				return err
			}
		}
		return nil
	}
	r.fault(fmt.Errorf("%w: target %s changed in each of %d looks, so it cannot be compared with its ledger: verify it when fewer sources of it change", fault.ErrConflict, r.db.Table.KeyText(target), maxLooks))
	return nil
}

// drifts returns how a target, as it was read, and the items beside its ledger differ from the ledger.
func (r *aggregateRebuild) drifts(ctx context.Context, target, was attr.Item) (drifts []Drift, err error) {
	if was == nil && !r.a.own {
		return nil, nil // what counts for it is not compared before it is there
	}
	l, err := r.a.read(ctx, r.db, target, true)
	if err != nil || was == nil && !l.counted {
		return nil, err
	}
	t := r.db.Table
	for _, item := range l.lost {
		drifts = append(drifts, itemDrift(r.db, item.key, "absent, or another entry", "the entry of ledger item "+item.source))
	}
	for _, item := range l.surplus {
		drifts = append(drifts, itemDrift(r.db, item, "there", "absent"))
	}
	if was != nil {
		for _, m := range l.miscounts {
			drifts = append(drifts, Drift{Item: t.KeyText(m.key), Field: "sources", Have: driftText(m.have[model.CountAttr]), Want: fmt.Sprint(m.want)})
		}
	}
	differing := r.a.differing(was, l.want)
	for _, attr := range slices.Sorted(maps.Keys(differing)) {
		drifts = append(drifts, Drift{Item: t.KeyText(target), Field: attr, Have: driftText(was[attr]), Want: driftText(differing[attr])})
	}
	return drifts, nil
}

func driftText(av types.AttributeValue) string {
	switch av.(type) {
	case *types.AttributeValueMemberS, *types.AttributeValueMemberN, *types.AttributeValueMemberB, nil:
		return attr.Text(av)
	}
	return attr.Canonical(av)
}

func contributionText(v attr.Item) string {
	if v == nil {
		return "(none)"
	}
	return attr.CanonicalItem(v)
}
