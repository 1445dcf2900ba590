package ddb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// pair is a source and a target that it counts for, did, or might.
type pair struct {
	target     item   // key
	source     item   // key
	targetText string // of the target's key
	sourceText string // the sort key of the ledger item
	kept       item   // of a source that expired: its last image, which stays what it contributes
	owners     []*delivery

	alone bool  // a transaction with others failed for it
	err   error // why it could not be reconciled
}

func (a *aggregate) newPair(target, source item) *pair {
	t := a.view.table
	return &pair{target: target, source: source, targetText: t.refText(target), sourceText: fit("", t.refText(source), maxSortBytes)}
}

// newKept is the pair of a source that expired, of which old is the last image.
func (a *aggregate) newKept(target, source, old item, sequence string) *pair {
	p := a.newPair(target, source)
	p.sourceText = keptPrefix + hashText(sequence+canonicalItem(old))
	p.kept = old
	return p
}

func (p *pair) id() string { return p.targetText + "\x00" + p.sourceText }

func (a *aggregate) ledgerKey(p *pair) item {
	return a.view.table.companionKey(a.ledgerPartition(p.targetText), p.sourceText)
}

// ledgerHooks break the protocol on purpose, in tests that show what each part of it is for.
type ledgerHooks struct {
	noGuard      bool // transactions do not assert what was read
	noSecondLook bool // a commit is the end
	noPause      bool // no time passes between attempts
}

type ledgerHooksKey struct{}

func hooksOf(ctx context.Context) ledgerHooks {
	h, _ := ctx.Value(ledgerHooksKey{}).(ledgerHooks)
	return h
}

// wait is pause, unless a test has no time.
func wait(ctx context.Context, n int) error {
	if hooksOf(ctx).noPause {
		return ctx.Err()
	}
	return pause(ctx, n)
}

// reconcile makes the ledger, and with it the targets, agree with the sources of pairs, and reports how many
// contributions it changed. Pairs that it could not reconcile have an error. A pair is done when a look finds the
// ledger equal to the source: only then may the record that named it be acknowledged. Stopped is the failure of the environment
// that ended it, which all pairs have that were left.
func (a *aggregate) reconcile(ctx context.Context, db *DB, pairs []*pair) (changed int, stopped error) {
	absent := map[string]bool{} // targets that were not there
	failures, looked := 0, 0
	for left := pairs; len(left) > 0; {
		if looked++; looked > 10*db.opts.MaxAttempts {
			failAll(left, fmt.Errorf("%w: the source differed from what was just written in %d looks: it changes all the time, or a function of the aggregate gives another answer each time", ErrConflict, looked-1))
			return changed, nil
		}
		looks := a.look(ctx, db, left)
		for _, p := range left {
			if outsideOf(ctx, p.err) != nil {
				return changed, failAll(left, p.err)
			}
		}
		var groups [][]*look
		groups, left = a.group(looks)
		var lost error
		for _, g := range groups {
			outcome, err := a.commit(ctx, db, g, absent)
			switch {
			case outcome == committed:
				changed += len(g)
				if hooksOf(ctx).noSecondLook {
					left = slices.DeleteFunc(left, func(p *pair) bool {
						return slices.ContainsFunc(g, func(l *look) bool { return l.pair == p })
					})
				}
			case outcome == contended:
				lost = err
			case outsideOf(ctx, err) != nil:
				return changed, failAll(left, err)
			}
		}
		left = slices.DeleteFunc(left, func(p *pair) bool { return p.err != nil })
		if lost == nil || len(left) == 0 {
			continue
		}
		if failures++; failures > 2*db.opts.MaxAttempts {
			return changed, failAll(left, fmt.Errorf("the ledger could not be written in %d attempts: %w", failures, lost))
		}
		if err := wait(ctx, min(failures, 6)); err != nil {
			return changed, failAll(left, err)
		}
	}
	return changed, nil
}

// failAll gives an error to the pairs that have none.
func failAll(pairs []*pair, err error) error {
	for _, p := range pairs {
		if p.err == nil {
			p.err = err
		}
	}
	return err
}

// look is what a pair was found to be.
type look struct {
	*pair
	have item          // as the ledger has it; nil if it has nothing
	want *contribution // as the source is; nil if it does not count
}

// same reports whether the ledger says what the source is.
func (l *look) same() bool {
	if l.have == nil || l.want == nil {
		return l.have == nil && l.want == nil
	}
	return equalItems(l.have, l.want.v)
}

func (l *look) wants() item {
	if l.want == nil {
		return nil
	}
	return l.want.v
}

// look reads the ledger and then the sources, strongly consistently: a BatchGetItem each for up to 100 pairs. Pairs that
// cannot be read have an error and are left out.
func (a *aggregate) look(ctx context.Context, db *DB, pairs []*pair) []*look {
	keys := make([]item, len(pairs))
	for i, p := range pairs {
		keys[i] = a.ledgerKey(p)
	}
	rows := db.fetch(ctx, keys)
	for i, p := range pairs {
		keys[i] = p.source
	}
	sources := db.fetch(ctx, keys)
	out := make([]*look, 0, len(pairs))
	for i, p := range pairs {
		if p.err = errors.Join(rows[i].err, sources[i].err); p.err != nil {
			continue
		}
		l := &look{pair: p}
		if row := rows[i].item; row != nil {
			l.have = item{}
			if v, ok := row[valueAttr].(*types.AttributeValueMemberM); ok && v.Value != nil {
				l.have = v.Value
			}
		}
		now := sources[i].item
		if p.kept != nil {
			now = p.kept
		}
		switch {
		case p.kept != nil && l.have != nil:
			l.want = &contribution{v: l.have} // once there, nothing changes it
		case now != nil:
			p.err = safely(func() (err error) { // with functions of the user's: one that panics fails this pair
				l.want, err = a.contributes(now, p.target)
				return err
			})
		}
		if p.err == nil {
			out = append(out, l)
		}
	}
	return out
}

// contributes returns what the source with these attributes contributes to target; nil if it counts for another, or for
// none.
func (a *aggregate) contributes(attrs, target item) (*contribution, error) {
	claimed, err := a.view.table.claim(loaded(attrs))
	if err != nil || claimed != a.source {
		return nil, nil // another type of item lies under the key by now
	}
	source := a.source.newItem()
	if err := a.source.decode(loaded(attrs), source); err != nil {
		return nil, err
	}
	key, err := a.targetOf(source)
	if err != nil || key == nil || !equalItems(key, target) {
		return nil, err
	}
	if attrs, err = a.source.upgraded(attrs); err != nil {
		return nil, err
	}
	return a.contributionOf(attrs, source)
}

// group gathers the pairs that differ by target, as many as a transaction has room for, and returns all of them.
func (a *aggregate) group(looks []*look) (groups [][]*look, all []*pair) {
	open := map[string]int{}
	size := (maxTransactItems - 1) / (1 + 2*len(a.ranks) + 2*len(a.distincts))
	for _, l := range looks {
		if l.same() {
			continue
		}
		all = append(all, l.pair)
		if l.alone {
			groups = append(groups, []*look{l})
			continue
		}
		at, ok := open[l.targetText]
		if !ok || len(groups[at]) == size {
			at = len(groups)
			open[l.targetText] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], l)
	}
	return groups, all
}

// maxTransactItems is the number of items of one transaction. AWS: "TransactWriteItems".
const maxTransactItems = 100

// fetched is one item of a batch, nil if there is none.
type fetched struct {
	item item
	err  error
}

// fetch reads items strongly consistently, in the order of keys.
func (db *DB) fetch(ctx context.Context, keys []item) []fetched {
	out := make([]fetched, len(keys))
	b, err := db.batchGet(ctx, keys, true)
	if err != nil {
		for i := range out {
			out[i].err = db.explain(err)
		}
		return out
	}
	defer b.release()
	for i := range out {
		switch {
		case b.throttled[i]:
			out[i].err = fmt.Errorf("%w: item %s stayed unprocessed", ErrThrottled, db.table.keyText(keys[i]))
		default:
			out[i].item = b.found[i].attributes()
		}
	}
	return out
}
