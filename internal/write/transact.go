package write

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// Transact runs ops in one transaction. Its idempotency token lets DynamoDB apply it once, even if a response is lost. A
// Check of an item that another op writes becomes a condition of that write. If a response is lost and no later one shows
// the outcome, the error is not a TransactError.
func (db *DB) Transact(ctx context.Context, ops []Op) error {
	if len(ops) == 0 {
		return call.Ended(ctx, "transact")
	}
	for i, op := range ops {
		if op.e != nil && op.ReturnOld {
			return fmt.Errorf("ddb: transact: op %d (%s %s): %w", i, op.Verb, op.e.Name, fault.Model("a transaction returns no items: remove ReturnOld"))
		}
	}
	ts := make([]*tries, len(ops))
	for i := range ts {
		ts[i] = &tries{}
	}
	var last error
	for attempt := range db.Attempts {
		if attempt > 1 { // the second attempt has no pause: the error brought the stored items
			for _, t := range ts {
				t.forget()
			}
			if err := call.Pause(ctx, attempt-1); err != nil {
				return fmt.Errorf("ddb: transact: %w", errors.Join(err, last))
			}
		}
		writes := make([]*prepared, len(ops))
		for i, op := range ops {
			op.quiet = true
			var err error
			if writes[i], err = db.plan(ctx, i, op, ts[i]); err != nil {
				if we, ok := errors.AsType[*fault.WriteError](err); ok {
					return &fault.TransactError{Failed: []*fault.WriteError{we}}
				}
				return fmt.Errorf("ddb: transact: op %d: %w", i, ofPart(err))
			}
		}
		inTime, sent := db.inTime(ctx, writes...)
		err := db.transact(inTime, writes)
		err = sent(err)
		if err == nil {
			return nil
		}
		retry := false
		if retry, last = db.learnAll(ctx, writes, err); !retry {
			return last
		}
	}
	return fmt.Errorf("%w (after %d attempts)", last, db.Attempts)
}

// cancelled is a transaction whose conditions failed.
type cancelled struct {
	*fault.TransactError
	refusals []*refusal
}

// As hides the TransactError: it would claim that nothing was written, which is not known after a lost response.
func (*cancelled) As(any) bool { return false }

// learnAll takes from each failure what the next attempt needs. again is true if no failure rules out another attempt.
func (db *DB) learnAll(ctx context.Context, writes []*prepared, err error) (again bool, out error) {
	c, ok := err.(*cancelled) //nolint:errorlint // as transact returns it
	if !ok {
		return false, err
	}
	again = true
	for _, r := range c.refusals {
		helps, err := db.learnFrom(ctx, writes[r.Op], r)
		if err != r.WriteError { //nolint:errorlint // a failure of learning itself
			return false, fmt.Errorf("ddb: transact: op %d: %w", r.Op, ofPart(err))
		}
		again = again && helps
	}
	if !again { // an expired item that is still stored is no failure of its op
		for _, r := range c.refusals {
			if r.metExpired() && len(c.Failed) > 1 {
				c.Failed = slices.DeleteFunc(c.Failed, func(f *fault.WriteError) bool { return f == r.WriteError })
			}
		}
	}
	return again, c.TransactError
}

// merge collects the actions of all writes, and joins those on one item.
func (db *DB) merge(writes []*prepared) ([]*action, error) {
	all := make([]*action, 0, len(writes))
	byKey := make(map[string]*action, len(writes))
	var buf [128]byte
	for _, w := range writes {
		for _, a := range w.actions {
			id := string(db.Table.AppendKey(buf[:0], model.Loaded(a.key)))
			first := byKey[id]
			if first == nil {
				byKey[id] = a
				all = append(all, a)
				continue
			}
			kept, ok := join(first, a)
			if !ok {
				return nil, fault.Model("ddb: transact: op %d (%s) and op %d (%s) write the same item, %s: combine them into one op, or use two transactions",
					first.op, db.what(first), a.op, db.what(a), db.Table.KeyText(a.key))
			}
			if kept != first {
				all[slices.Index(all, first)], byKey[id] = kept, kept
			}
		}
	}
	return all, db.checkTransact(writes, all)
}

// what names an action for an error: "update student", "create student, unique constraint email".
func (db *DB) what(a *action) string {
	text := string(a.verb) + " " + a.e.Name
	if a.role != roleItem {
		text += ", " + string(a.role)
	}
	if a.unique != nil {
		text += " " + a.unique.Name
	}
	return text
}

// join makes one action of two on the same item, if possible: a check becomes a condition of a write, and a constraint
// that one op releases can be taken by another op.
func join(a, b *action) (*action, bool) {
	switch {
	case a.role == roleUnique && b.role == roleUnique:
		return nil, false
	case a.unique != nil && b.unique != nil: // taking wins over releasing, and releasing over a check
		kept, other := a, b
		if b.role == roleUnique || a.kind == checkAction {
			kept, other = b, a
		}
		kept.owners = append(kept.owners, other.owners...)
		return kept, true
	case b.kind == checkAction:
		return a, a.mergeCheck(b)
	case a.kind == checkAction:
		return b, b.mergeCheck(a)
	}
	return nil, false
}

// checkTransact checks DynamoDB's limits on one transaction.
func (db *DB) checkTransact(writes []*prepared, all []*action) error {
	size := 0
	for _, a := range all {
		size += a.size()
	}
	if size > call.MaxTransactBytes {
		size = 0
		for _, a := range all {
			size += a.exactSize()
		}
	}
	if len(all) <= call.MaxTransactItems && size <= call.MaxTransactBytes {
		return nil
	}
	extra := map[role]int{}
	for _, a := range all {
		extra[a.role]++
	}
	var parts []string
	for _, r := range []role{roleSource, roleVersion, roleFirst, roleMark, roleUnique, roleReleased} {
		if n := extra[r]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d of role %q", n, r))
		}
	}
	expansion := ""
	if len(parts) > 0 {
		expansion = ", with " + strings.Join(parts, ", ")
	}
	return fmt.Errorf("ddb: transact: %w: %d ops make %d items%s, and %d bytes; DynamoDB allows %d items and %d bytes in one transaction: use several",
		fault.ErrTooLarge, len(writes), len(all), expansion, size, call.MaxTransactItems, call.MaxTransactBytes)
}
