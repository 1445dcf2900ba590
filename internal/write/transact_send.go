package write

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/wire"
)

// tokenLife is how long an idempotency token is used. DynamoDB keeps it for ten minutes.
const tokenLife = 9 * time.Minute

// transact sends compiled ops as one transaction, and retries for transient reasons. With the same token DynamoDB applies the
// transaction once. So a cancelled transaction was not applied by an earlier attempt either.
func (db *DB) transact(ctx context.Context, writes []*prepared) error {
	actions, err := db.merge(writes)
	if err != nil {
		return err
	}
	in := &dynamodb.TransactWriteItemsInput{TransactItems: make([]types.TransactWriteItem, len(actions))}
	var items []*wire.Writer
	if db.JSON {
		items = make([]*wire.Writer, len(actions))
	}
	for i, a := range actions {
		in.TransactItems[i] = a.transactItem(&db.Name)
		if a.json != nil {
			items[i] = a.json
			defer a.release()
		}
	}
	var last error
	var minted time.Time
	t := &tries{} // attempts with this token
	for attempt := range db.Attempts {
		if attempt > 0 {
			if err := call.Pause(ctx, attempt); err != nil {
				return db.transactFailed(writes, t.ifLost(errors.Join(err, last)))
			}
		}
		if attempt == 0 || time.Since(minted) > tokenLife {
			if t.lost {
				break // with a new token DynamoDB could apply it twice
			}
			in.ClientRequestToken, minted = new(rand.Text()), time.Now()
		}
		lost := false
		err := db.TransactWrite(ctx, in, items, func(i int) int { return actions[i].exactSize() }, &lost)
		if err == nil {
			return nil
		}
		_, running := errors.AsType[*types.TransactionInProgressException](err)
		t.lost = t.lost || lost
		if reasons, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
			var transient bool
			if last, transient = db.cancelled(writes, actions, reasons); !transient {
				return last // no earlier attempt was applied: DynamoDB would have returned success for the token
			}
			continue
		}
		switch class := apierror.Of(err); {
		case running:
			last = fmt.Errorf("%w: an earlier attempt of this transaction is still in progress: %w", fault.ErrConflict, err)
		case class == apierror.Throttling, class == apierror.Contention:
			last = db.Explain(err)
		default:
			return db.transactFailed(writes, t.ifLost(db.Explain(err)))
		}
	}
	return db.transactFailed(writes, t.ifLost(last))
}

// transactFailed adds the ops to the error of a transaction that failed as a whole.
func (db *DB) transactFailed(writes []*prepared, err error) error {
	switch c, ok := err.(*cancelled); { //nolint:errorlint // as cancelled returns it
	case ok:
		return c
	case len(writes) == 1:
		return writes[0].writeError(db, err)
	}
	return fmt.Errorf("ddb: transact of %d ops, the first is %s: %w", len(writes), writes[0].op.describe(writes[0].main().key), err)
}

// cancelled maps the cancellation reasons to ops; transient says that another attempt may succeed.
func (db *DB) cancelled(writes []*prepared, actions []*action, ex *types.TransactionCanceledException) (err error, transient bool) {
	out := &cancelled{TransactError: &fault.TransactError{Err: ex}}
	transient = true
	byOp := map[int]bool{}
	add := func(w *prepared, r *refusal) {
		if !byOp[w.index] {
			byOp[w.index] = true
			out.Failed = append(out.Failed, r.WriteError)
			out.refusals = append(out.refusals, r)
		}
	}
	at := func(op int) *prepared {
		return writes[slices.IndexFunc(writes, func(w *prepared) bool { return w.index == op })]
	}
	for i, reason := range ex.CancellationReasons {
		if i >= len(actions) || reason.Code == nil || *reason.Code == "None" {
			continue
		}
		a := actions[i]
		if *reason.Code == "ConditionalCheckFailed" {
			transient = false
			met := db.seen(reason.Item)
			ops := []int{a.op}
			if failed := a.failedGuards(met.item); len(failed) > 0 {
				ops = ops[:0]
				for _, g := range failed {
					ops = append(ops, g.op)
				}
			}
			for _, op := range ops {
				w := at(op)
				add(w, w.refusalWith(db, a, met, nil))
			}
			continue
		}
		class, known := apierror.OfCode(*reason.Code)
		transient = transient && known && class.Passes()
		w := at(a.op)
		add(w, &refusal{
			WriteError: &fault.WriteError{
				Op: w.index, Verb: string(w.op.Verb), Entity: w.e.Name, Key: db.Table.KeyText(w.main().key),
				Err: call.Because(class, *reason.Code, call.TextOf(reason.Message)),
			},
			action: &action{e: a.e, role: roleNone},
		})
	}
	slices.SortStableFunc(out.Failed, func(a, b *fault.WriteError) int { return a.Op - b.Op })
	if len(out.Failed) == 0 {
		return db.transactFailed(writes, db.Explain(ex)), false
	}
	return out, transient
}
