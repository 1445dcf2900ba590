package view

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/write"
)

// Pair is a source and a target to which it contributes, contributed, or may contribute.
type Pair struct {
	Target     attr.Item // key
	Source     attr.Item // key
	TargetText string    // of the target's key
	SourceText string    // the sort key of the ledger item
	kept       attr.Item // of a source that expired: its last image, which stays what it contributes
	owners     []*Delivery

	exact  bool  // what rules that this program does not know have contributed goes: see same
	remake bool  // its rank items have to be written, although the ledger is correct
	unseen bool  // it was written, and a test wants no second look
	alone  bool  // a transaction with others failed for it
	err    error // why it could not be reconciled
}

func (a *aggregate) newPair(target, source attr.Item) *Pair {
	t := a.view.Table
	return &Pair{Target: target, Source: source, TargetText: t.RefText(target), SourceText: fit("", t.RefText(source), model.MaxSortBytes)}
}

// newKept is the pair of an expired source; old is its last image.
func (a *aggregate) newKept(target, source, old attr.Item, sequence string) *Pair {
	p := a.newPair(target, source)
	p.SourceText = model.KeptPrefix + hashText(sequence+attr.CanonicalItem(old))
	p.kept = old
	return p
}

func (p *Pair) id() string { return p.TargetText + "\x00" + p.SourceText }

func (a *aggregate) ledgerKey(p *Pair) attr.Item {
	return a.view.Table.CompanionKey(a.ledgerPartition(p.TargetText), p.SourceText)
}

// LedgerHooks disable parts of the protocol in tests that show why each part is needed.
type LedgerHooks struct {
	NoGuard      bool // transactions do not assert what was read
	NoSecondLook bool // a commit is the end
	NoPause      bool // no time passes between attempts
}

// LedgerHooksKey is the key of the [LedgerHooks] in a context.
type LedgerHooksKey struct{}

func hooksOf(ctx context.Context) LedgerHooks {
	h, _ := ctx.Value(LedgerHooksKey{}).(LedgerHooks)
	return h
}

// wait is pause, unless a test has no time.
func wait(ctx context.Context, n int) error {
	if hooksOf(ctx).NoPause {
		return ctx.Err()
	}
	return call.Pause(ctx, n)
}

// reconcile updates the ledger and the targets for the sources of pairs, and returns the number of changed contributions. A pair
// that it could not reconcile has an error. A pair is done when a look finds ledger and source equal: only then may its stream
// record be acknowledged. Stopped is the failure of the environment that ended it; all pairs that were left have it too.
//
// Different targets share no items that are written, so their transactions run concurrently. Those of one target run in order.
func (a *aggregate) reconcile(ctx context.Context, db *write.DB, pairs []*Pair) (changed int, stopped error) {
	met := map[string]*encounter{}
	failures, looked := 0, 0
	for left := pairs; len(left) > 0; {
		if looked++; looked > 10*db.Attempts {
			_ = failAll(left, fmt.Errorf("%w: the source differed from the written contribution in each of %d looks: it changes all the time, or a function of the aggregate is not deterministic", fault.ErrConflict, looked-1))
			return changed, nil
		}
		var targets [][][]*look
		looks, stopped := a.look(ctx, db, left)
		if stopped != nil {
			return changed, stopped
		}
		targets, left = a.group(looks)
		for _, groups := range targets {
			if text := groups[0][0].TargetText; met[text] == nil {
				met[text] = &encounter{}
			}
		}
		outcomes := make([]tally, len(targets))
		stopped = call.Parallel(ctx, len(targets), func(i int) (stopped error) {
			outcomes[i], stopped = a.commitAll(ctx, db, targets[i], met[targets[i][0][0].TargetText])
			return stopped
		})
		var lost error
		held := false
		for _, o := range outcomes {
			changed += o.changed
			held = held || o.held
			if o.lost != nil {
				lost = o.lost
			}
		}
		if stopped != nil {
			return changed, failAll(left, stopped)
		}
		left = slices.DeleteFunc(left, func(p *Pair) bool { return p.err != nil || p.unseen })
		if len(left) == 0 {
			break
		}
		switch {
		case lost != nil:
			if failures++; failures > 2*db.Attempts {
				return changed, failAll(left, fmt.Errorf("writing the ledger failed in %d attempts: %w", failures, lost))
			}
			if err := wait(ctx, min(failures, 6)); err != nil {
				return changed, failAll(left, err)
			}
		case held: // which has a bound of its own
			looked--
			if err := wait(ctx, 3); err != nil {
				return changed, failAll(left, err)
			}
		}
	}
	return changed, nil
}

// failAll gives an error to the pairs that have none.
func failAll(pairs []*Pair, err error) error {
	for _, p := range pairs {
		if p.err == nil {
			p.err = err
		}
	}
	return err
}

// tally is the result of the transactions of one target.
type tally struct {
	changed int
	held    bool
	lost    error // to others, or for a while
}

// commitAll makes the transactions of one target, in order, until the environment fails: stopped.
func (a *aggregate) commitAll(ctx context.Context, db *write.DB, groups [][]*look, met *encounter) (t tally, stopped error) {
	for _, g := range groups {
		switch outcome, err := a.commit(ctx, db, g, met); outcome {
		case committed:
			t.changed += len(g)
			for _, l := range g {
				l.remake, l.unseen = false, hooksOf(ctx).NoSecondLook
			}
		case contended:
			t.lost = err
		case held:
			t.held = true
			return t, nil
		case refused:
			if err := call.Halts(ctx, err); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

// look is the state of a pair as it was read.
type look struct {
	*Pair
	have attr.Item     // as the ledger has it; nil if it has nothing
	want *contribution // as the source is; nil if it does not count
	rest attr.Item     // of have, what rules contributed that this program does not know, and leaves alone
}

// same reports whether the ledger agrees with the source. During a deployment two releases with different rules maintain the view:
// contributions to rules that this program does not know stay in the ledger, as they stay in the target.
func (l *look) same() bool {
	switch {
	case l.remake:
		return false
	case l.want == nil:
		return len(l.have) == len(l.rest) && (l.have == nil || len(l.rest) > 0)
	case l.have == nil:
		return false
	}
	return attr.EqualItems(l.have, l.wants())
}

// wants returns the ledger item's value as it should be; nil if there should be none.
func (l *look) wants() attr.Item {
	if l.want == nil {
		return l.rest
	}
	if len(l.rest) == 0 {
		return l.want.v
	}
	v := maps.Clone(l.rest)
	maps.Copy(v, l.want.v)
	return v
}

// lookPairs is the number of pairs of one BatchGetItem: each has two keys.
const lookPairs = call.BatchGetLimit / 2

// look reads ledger items and sources, strongly consistently: a BatchGetItem for up to 50 pairs. Pairs that cannot be read have
// an error and are left out. Stopped is the failure of the environment after which it reads no more, and which all have.
//
// The order of the two reads does not matter. The writer of a contribution looks again, and the handler of a source's last change
// looks after that change. So the last look reads the final source.
func (a *aggregate) look(ctx context.Context, db *write.DB, pairs []*Pair) (looks []*look, stopped error) {
	looks = make([]*look, len(pairs))
	stopped = call.Parallel(ctx, (len(pairs)+lookPairs-1)/lookPairs, func(i int) error {
		from, to := i*lookPairs, min((i+1)*lookPairs, len(pairs))
		a.lookAt(ctx, db, pairs[from:to], looks[from:to])
		for _, p := range pairs[from:to] {
			if err := call.Halts(ctx, p.err); err != nil {
				return err
			}
		}
		return nil
	})
	if stopped != nil {
		return nil, failAll(pairs, stopped)
	}
	return slices.DeleteFunc(looks, func(l *look) bool { return l == nil }), nil
}

// lookAt is look for one BatchGetItem; looks stays nil where a pair cannot be read.
func (a *aggregate) lookAt(ctx context.Context, db *write.DB, pairs []*Pair, looks []*look) {
	keys := make([]attr.Item, 0, 2*len(pairs))
	for _, p := range pairs {
		keys = append(keys, a.ledgerKey(p))
		if p.kept == nil {
			keys = append(keys, p.Source)
		}
	}
	rows := db.Fetch(ctx, keys)
	for i, p := range pairs {
		item, source := rows[0], call.Fetched{}
		if rows = rows[1:]; p.kept == nil {
			source, rows = rows[0], rows[1:]
		}
		if p.err = errors.Join(item.Err, source.Err); p.err != nil {
			continue
		}
		l := &look{Pair: p, have: contributed(item.Item)}
		if !p.exact {
			l.rest = a.foreign(l.have)
		}
		switch {
		case p.kept != nil && l.have != nil:
			l.want = &contribution{v: l.have} // once there, nothing changes it
		case p.kept != nil:
			l.want, p.err = a.contributes(p.kept, p.Target)
		case source.Item != nil:
			l.want, p.err = a.contributes(source.Item, p.Target)
		}
		if p.err == nil {
			looks[i] = l
		}
	}
}

// contributed returns the contribution in a ledger item; nil if there is none.
func contributed(item attr.Item) attr.Item {
	if item == nil {
		return nil
	}
	if v, ok := item[model.ValueAttr].(*types.AttributeValueMemberM); ok && v.Value != nil {
		return v.Value
	}
	return attr.Item{}
}

// foreign returns the contributions to rules that the aggregate does not have.
func (a *aggregate) foreign(have attr.Item) attr.Item {
	var rest attr.Item
	for label, av := range have {
		if !a.labels[label] {
			if rest == nil {
				rest = attr.Item{}
			}
			rest[label] = av
		}
	}
	return rest
}

// contributes returns what the source with these attributes contributes to target; nil if it contributes to another target or to
// none.
func (a *aggregate) contributes(attrs, target attr.Item) (*contribution, error) {
	claimed, err := a.view.Table.Claim(model.Loaded(attrs))
	if err != nil || claimed != a.source {
		return nil, nil // another type of item lies under the key by now
	}
	key, c, err := a.counted(attrs)
	if err != nil || key == nil || !attr.EqualItems(key, target) {
		return nil, err
	}
	return c, nil
}

// counted returns the target of the source with these attributes, nil if there is none, and the contribution, nil if When excludes
// the source. It calls functions of the program: a panic of one is an error of this source.
func (a *aggregate) counted(attrs attr.Item) (target attr.Item, c *contribution, err error) {
	err = fault.Safely(func() error {
		source := a.source.NewItem()
		if err := a.source.Decode(model.Loaded(attrs), source); err != nil {
			return err
		}
		key, err := a.targetOf(source)
		if err != nil || key == nil {
			return err
		}
		full, err := a.source.Upgraded(attrs)
		if err != nil {
			return err
		}
		target = key
		c, err = a.contributionOf(full, source)
		return err
	})
	return target, c, err
}

// group groups the pairs that differ by target, up to the size of a transaction.
func (a *aggregate) group(looks []*look) (targets [][][]*look, all []*Pair) {
	at := map[string]int{}
	open := map[string]int{} // the group of a target that has room
	size := (call.MaxTransactItems - 1) / (1 + 2*len(a.ranks) + 2*len(a.distincts))
	for _, l := range looks {
		if l.same() {
			continue
		}
		all = append(all, l.Pair)
		n, ok := at[l.TargetText]
		if !ok {
			n = len(targets)
			at[l.TargetText], open[l.TargetText] = n, -1
			targets = append(targets, nil)
		}
		if l.alone {
			targets[n] = append(targets[n], []*look{l})
			continue
		}
		if g := open[l.TargetText]; g < 0 || len(targets[n][g]) == size {
			open[l.TargetText] = len(targets[n])
			targets[n] = append(targets[n], nil)
		}
		g := open[l.TargetText]
		targets[n][g] = append(targets[n][g], l)
	}
	return targets, all
}
