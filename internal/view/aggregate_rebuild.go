package view

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

const (
	// rebuildBatch is the number of pairs or targets that Rebuild gathers before it looks at them.
	rebuildBatch = 100
	// rebuildRound is the number of pairs that it looks at together where many are left.
	rebuildRound = 2000
	// maxRebuildFaults bounds the errors that Rebuild remembers of items that it could not make right.
	maxRebuildFaults = 20
)

// aggregateRebuild compares each source with its ledger item, and settles each target. One pass does it: from the moment that a
// target is settled, each change of its ledger keeps it true.
type aggregateRebuild struct {
	a       *aggregate
	db      *write.DB
	job     *read.Job
	report  func(Drift) error // of Verify; nil to write
	met     *matching
	targets keySet // settled, or about to be
	work    *aggregateWork
	faults  []error
}

func (a *aggregate) rebuilder(db *write.DB, job *read.Job, report func(Drift) error) rebuilder {
	r := &aggregateRebuild{a: a, db: db, job: job, report: report, met: NewMatching(db.Table)}
	r.reset()
	return r
}

func (r *aggregateRebuild) reset() {
	r.work = &aggregateWork{a: r.a, pairs: map[string]*Pair{}, targets: map[string]*settlement{}}
}

// fault notes an item that could not be made right; the others go on.
func (r *aggregateRebuild) fault(err error) {
	if err != nil && len(r.faults) < maxRebuildFaults {
		r.faults = append(r.faults, err)
	}
}

// left notes what was not made right. It returns the failure of the environment that it is due to: the job ends with that, as a
// checkpoint would cover what is not done.
func (r *aggregateRebuild) left(ctx context.Context, pairs []*Pair, settled []*settlement) error {
	for _, p := range pairs {
		if p.err != nil {
			err := fmt.Errorf("source %s: %w", r.db.Table.KeyText(p.Source), p.err)
			if call.Halts(ctx, p.err) != nil {
				return err
			}
			r.fault(err)
		}
	}
	for _, s := range settled {
		if call.Halts(ctx, s.err) != nil {
			return s.err
		}
		r.fault(s.err)
	}
	return nil
}

func (r *aggregateRebuild) finish() error { return errors.Join(r.faults...) }

// Add takes one item of the table.
func (r *aggregateRebuild) Add(ctx context.Context, s attr.Stored) error {
	t := r.a.view.Table
	switch e, err := t.Claim(s); {
	case t.Reserved(s):
		if err := r.companion(ctx, s.Attributes()); err != nil {
			return err
		}
	case err != nil && t.TypedAs(r.a.source, s):
		r.fault(err)
	case err != nil: // of no known entity
	default:
		if e == r.a.source {
			r.source(s.Attributes())
		}
		if e == r.a.target {
			r.target(t.KeyOf(s))
		}
	}
	if r.met.Full() {
		return r.rest(ctx)
	}
	if n := r.job.Piece(rebuildBatch); len(r.work.order) < n && len(r.work.settle) < n {
		return nil
	}
	return r.do(ctx)
}

// Flush looks at what was gathered, and at all of it if that is not much.
func (r *aggregateRebuild) Flush(ctx context.Context, all bool) (done bool, err error) {
	if !all && len(r.met.Halves) > rebuildBatch {
		return false, r.do(ctx)
	}
	return true, r.rest(ctx)
}

func (r *aggregateRebuild) source(attrs attr.Item) {
	t := r.a.view.Table
	target, c, err := r.a.counted(attrs)
	if err != nil {
		r.fault(fmt.Errorf("source %s: %w", t.KeyText(attrs), err))
		return
	}
	if target != nil && c != nil {
		r.job.Sources++
		r.pair(r.met.Source(r.a.newPair(target, t.KeyOf(model.Loaded(attrs))), c.v))
	}
}

// pair takes a pair that is to be looked at.
func (r *aggregateRebuild) pair(p *Pair) {
	if p != nil {
		p.exact = true
		r.work.pair(p)
	}
}

// target takes a target that is to be settled, once.
func (r *aggregateRebuild) target(key attr.Item) {
	if r.targets.add(hashKey(r.a.view.Table.RefText(key))) {
		r.work.target(key, true)
	}
}

// companion takes an item of the library's own: what a source contributed, or its item in a rank. Each names its target,
// which is settled whether anything else names it or not: one of the aggregate's own may not be there.
func (r *aggregateRebuild) companion(ctx context.Context, attrs attr.Item) error {
	ix := r.a.view.Table.Primary
	pk, _ := attrs[ix.Partition[0]].(*types.AttributeValueMemberS)
	sk, _ := attrs[ix.Sort[0]].(*types.AttributeValueMemberS)
	target, _ := attrs[model.TargetAttr].(*types.AttributeValueMemberM)
	if pk == nil || sk == nil || target == nil {
		return nil
	}
	if strings.HasPrefix(pk.Value, model.LedgerPrefix+r.a.view.Name+"#") {
		source, _ := attrs[model.SourceAttr].(*types.AttributeValueMemberM)
		if source != nil && !isKept(sk.Value) {
			r.pair(r.met.Ledger(r.a.newPair(target.Value, source.Value), contributed(attrs)))
		}
		r.target(target.Value)
		return nil
	}
	rest, ok := strings.CutPrefix(pk.Value, model.RankPrefix+r.a.view.Name+"#")
	if !ok {
		return nil
	}
	for _, rule := range r.a.ranks {
		if strings.HasPrefix(rest, rule.label+"#") {
			r.target(target.Value)
			return nil
		}
	}
	return r.obsolete(ctx, attrs, target.Value)
}

// obsolete takes an item of a rank that is no rule any more.
func (r *aggregateRebuild) obsolete(ctx context.Context, item, target attr.Item) error {
	if r.report != nil {
		surplus, _, _, err := r.a.isSurplus(ctx, r.db, item, target)
		if err != nil || !surplus {
			return err
		}
		return r.report(itemDrift(r.db, item, "there", "absent"))
	}
	dropped, err := r.a.dropRank(ctx, r.db, item, target)
	if dropped {
		r.job.Changed++
	}
	return err
}

func itemDrift(db *write.DB, key attr.Item, have, want string) Drift {
	return Drift{Item: db.Table.KeyText(key), Field: "rank", Have: have, Want: want}
}

// rest looks at all that was gathered, and at what was met of one half alone.
func (r *aggregateRebuild) rest(ctx context.Context) error {
	for p, ledger := range r.met.Rest() {
		if ledger {
			r.job.Sources++
		}
		if r.pair(p); len(r.work.order) < r.job.Piece(rebuildRound) {
			continue
		}
		if err := r.do(ctx); err != nil {
			return err
		}
	}
	return r.do(ctx)
}

// do makes right what was gathered, or reports it.
func (r *aggregateRebuild) do(ctx context.Context) error {
	w := r.work
	if len(w.order)+len(w.settle) == 0 {
		return nil
	}
	r.reset()
	if err := r.job.Step(ctx); err != nil {
		return err
	}
	r.job.Targets += len(w.settle)
	if r.report != nil {
		return r.compare(ctx, w)
	}
	w.do(ctx, r.db)
	r.job.Changed += w.changed
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.left(ctx, w.order, w.settle)
}
