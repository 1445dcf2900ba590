package ddb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// maxTransactBytes is the size of one transaction. AWS: "TransactWriteItems".
const maxTransactBytes = 4 << 20

// tokenLife is how long a request token may be used again: DynamoDB keeps it for ten minutes.
const tokenLife = 9 * time.Minute

// Transact runs ops in one transaction: all of them are done, or none. The error is a [TransactError] that says which
// ops failed, each with the item that stood in the way; or, for what can be told before any request, one that matches
// [ErrModel] or [ErrTooLarge]: two ops that write one item, more than 100 items or 4 MB after constraints and version
// rows have been added.
//
// It is one request and costs twice the capacity of its writes, and a consistent read for each op that needs to know
// its item. A Check of an item that another op writes becomes a condition of that write. A transaction that was
// cancelled only by conflicts with others, or for lack of throughput, is sent again, up to [Options].MaxAttempts. It
// carries a token, so that it is applied once even if an answer is lost.
func (db *DB) Transact(ctx context.Context, ops ...Op) error {
	if len(ops) == 0 {
		return nil
	}
	for i, op := range ops {
		if op.e != nil && op.returnOld {
			return fmt.Errorf("ddb: transact: op %d (%s %s): %w", i, op.verb, op.e.name, modelFault("a transaction returns nothing: leave ReturnOld out"))
		}
	}
	know := make([]*knowledge, len(ops))
	for i := range know {
		know[i] = &knowledge{}
	}
	var last error
	for attempt := range db.opts.MaxAttempts {
		if err := again(ctx, attempt, know...); err != nil {
			return fmt.Errorf("ddb: transact: %w", errors.Join(err, last))
		}
		writes := make([]*write, len(ops))
		for i, op := range ops {
			op.quiet = true
			w, err := db.compile(ctx, i, op, know[i])
			if err != nil {
				if we, ok := errors.AsType[*WriteError](err); ok {
					return &TransactError{Failed: []*WriteError{we}}
				}
				return fmt.Errorf("ddb: transact: op %d: %w", i, err)
			}
			writes[i] = w
		}
		err := db.transact(ctx, writes)
		if err == nil {
			return nil
		}
		retry := false
		if retry, last = db.learnAll(ctx, writes, err); !retry {
			return last
		}
	}
	return fmt.Errorf("%w (after %d attempts)", last, db.opts.MaxAttempts)
}

// cancelled is a transaction that was refused for its conditions.
type cancelled struct {
	*TransactError
	refusals []*refusal
}

// learnAll takes from each failure what the next try needs. Another try makes sense if each of them can be helped.
func (db *DB) learnAll(ctx context.Context, writes []*write, err error) (again bool, out error) {
	c, ok := err.(*cancelled) //nolint:errorlint // as transact returns it
	if !ok {
		return false, err
	}
	again = true
	for _, r := range c.refusals {
		helps, err := db.relearn(ctx, writes[r.Op], r)
		if err != r.WriteError { //nolint:errorlint // a failure of learning itself
			return false, err
		}
		again = again && helps
	}
	return again, c.TransactError
}

// merge brings the actions of all writes together, one for each item.
func (db *DB) merge(writes []*write) ([]*action, error) {
	var all []*action
	byKey := map[string]*action{}
	for _, w := range writes {
		for _, a := range w.actions {
			id := db.table.keyText(a.key)
			first := byKey[id]
			if first == nil {
				byKey[id] = a
				all = append(all, a)
				continue
			}
			kept, ok := join(first, a)
			if !ok {
				return nil, modelFault("ddb: transact: op %d (%s) and op %d (%s) write one item, %s: make them one op, or two transactions",
					first.op, db.what(first), a.op, db.what(a), id)
			}
			if kept != first {
				all[slices.Index(all, first)], byKey[id] = kept, kept
			}
		}
	}
	for _, a := range all {
		if a.unique != nil {
			a.guardOwner(db)
		}
	}
	return all, db.checkTransact(writes, all)
}

// what names an action for an error: "update student", "create student, unique constraint email".
func (db *DB) what(a *action) string {
	text := string(a.verb) + " " + a.e.name
	if a.role != roleItem {
		text += ", " + string(a.role)
	}
	if a.unique != nil {
		text += " " + a.unique.name
	}
	return text
}

// join makes one action of two on one item, where that can be done: a check joins what is written, and a constraint
// that one op gives up passes to the op that takes it.
func join(a, b *action) (*action, bool) {
	switch {
	case b.kind == checkAction:
		return a, a.take(b)
	case a.kind == checkAction:
		return b, b.take(a)
	case a.role == roleRelease && b.role == roleClaim:
		b.others = append(append(b.others, a.owner), a.others...)
		return b, true
	case a.role == roleClaim && b.role == roleRelease:
		a.others = append(append(a.others, b.owner), b.others...)
		return a, true
	}
	return nil, false
}

// checkTransact refuses what DynamoDB would refuse.
func (db *DB) checkTransact(writes []*write, all []*action) error {
	size := 0
	for _, a := range all {
		size += a.size()
	}
	if len(all) <= maxTransactItems && size <= maxTransactBytes {
		return nil
	}
	extra := map[role]int{}
	for _, a := range all {
		extra[a.role]++
	}
	var parts []string
	for _, r := range []role{roleSource, roleVersion, roleMark, roleClaim, roleRelease} {
		if n := extra[r]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d of role %q", n, r))
		}
	}
	expansion := ""
	if len(parts) > 0 {
		expansion = ", with " + strings.Join(parts, ", ")
	}
	return fmt.Errorf("ddb: transact: %w: %d ops make %d items%s, and %d bytes; DynamoDB takes %d items and %d bytes in one transaction",
		ErrTooLarge, len(writes), len(all), expansion, size, maxTransactItems, maxTransactBytes)
}

// transact sends compiled ops as one transaction, again where it was cancelled for reasons that pass.
func (db *DB) transact(ctx context.Context, writes []*write) error {
	actions, err := db.merge(writes)
	if err != nil {
		return err
	}
	in := &dynamodb.TransactWriteItemsInput{TransactItems: make([]types.TransactWriteItem, len(actions))}
	for i, a := range actions {
		in.TransactItems[i] = a.transactItem(&db.name)
	}
	var last error
	var minted time.Time
	for attempt := range db.opts.MaxAttempts {
		if attempt > 0 {
			if err := pause(ctx, attempt); err != nil {
				return errors.Join(err, last)
			}
		}
		if attempt == 0 || time.Since(minted) > tokenLife { // all before it were refused for certain
			in.ClientRequestToken, minted = new(rand.Text()), time.Now()
		}
		m := meterOf(ctx, "TransactWriteItems", false)
		in.ReturnConsumedCapacity = m.want()
		out, err := db.client.TransactWriteItems(ctx, in, m.options)
		if err == nil {
			m.done(out.ConsumedCapacity...)
			return nil
		}
		m.done()
		if _, running := errors.AsType[*types.TransactionInProgressException](err); running {
			last = fmt.Errorf("ddb: transact: %w: %w", ErrConflict, err)
			continue
		}
		if throttled(err) {
			last = db.transactFailed(writes, err)
			continue
		}
		reasons, ok := errors.AsType[*types.TransactionCanceledException](err)
		if !ok {
			return db.transactFailed(writes, err)
		}
		var transient bool
		if last, transient = db.cancelled(writes, actions, reasons); !transient {
			return last
		}
	}
	return last
}

// transactFailed names the ops of a transaction that failed as a whole.
func (db *DB) transactFailed(writes []*write, err error) error {
	err = db.explain(err)
	if len(writes) == 1 {
		return writes[0].refused(db, err)
	}
	return fmt.Errorf("ddb: transact of %d ops, the first of them %s: %w", len(writes), writes[0].op.describe(writes[0].main().key), err)
}

// cancelled maps the reasons of a cancellation to ops; transient says that another try may succeed.
func (db *DB) cancelled(writes []*write, actions []*action, ex *types.TransactionCanceledException) (err error, transient bool) {
	out := &cancelled{TransactError: &TransactError{err: ex}}
	transient = true
	byOp := map[int]bool{}
	add := func(w *write, r *refusal) {
		if !byOp[w.index] {
			byOp[w.index] = true
			out.Failed = append(out.Failed, r.WriteError)
			out.refusals = append(out.refusals, r)
		}
	}
	at := func(op int) *write {
		return writes[slices.IndexFunc(writes, func(w *write) bool { return w.index == op })]
	}
	for i, reason := range ex.CancellationReasons {
		if i >= len(actions) || reason.Code == nil || *reason.Code == "None" {
			continue
		}
		a := actions[i]
		var cause error
		switch *reason.Code {
		case "ConditionalCheckFailed":
			transient = false
			failed := a.blame(present(reason.Item, db))
			ops := []int{a.op}
			if len(failed) > 0 {
				ops = ops[:0]
				for _, g := range failed {
					ops = append(ops, g.op)
				}
			}
			for _, op := range ops {
				w := at(op)
				r, _ := w.blamed(db, a, reason.Item, nil).(*refusal) //nolint:errorlint // as blamed returns it
				add(w, r)
			}
			continue
		case "TransactionConflict":
			cause = fmt.Errorf("%w: another transaction holds the item", ErrConflict)
		case "ProvisionedThroughputExceeded", "ThrottlingError":
			cause = fmt.Errorf("%w: %s", ErrThrottled, text(reason.Message))
		default:
			transient = false
			cause = fmt.Errorf("%s: %s", *reason.Code, text(reason.Message))
			if why := invalid(text(reason.Message)); why != "" {
				cause = fmt.Errorf("%s: %w", why, cause)
			}
		}
		w := at(a.op)
		we := &WriteError{Op: w.index, Verb: string(w.op.verb), Entity: w.e.name, Key: db.table.keyText(w.main().key), Err: cause}
		add(w, &refusal{WriteError: we, action: &action{e: a.e, role: "none"}})
	}
	slices.SortStableFunc(out.Failed, func(a, b *WriteError) int { return a.Op - b.Op })
	if len(out.Failed) == 0 {
		return db.transactFailed(writes, ex), false
	}
	return out, transient
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
