package ddbperiod

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
)

// Do runs one op in the table of its item's period. Requests, capacity and errors are those of [ddb.DB.Do]; the error names
// the table. A time without a table is [ErrPeriod], and an item without a time [ddb.ErrKey], before any request. A table
// that is missing is [ErrNoTable]: nothing was written. A Move from one period to another is [ddb.ErrModel].
func (db *DB) Do(ctx context.Context, op ddb.Op) error {
	one, err := db.opTable(op)
	if err != nil {
		return err
	}
	return in(one, one.Do(ctx, op))
}

// Transact runs ops in one transaction: see [ddb.DB.Transact]. They must be of one period, else the error matches
// [ddb.ErrModel], and nothing was written. Without ops it makes no request.
func (db *DB) Transact(ctx context.Context, ops ...ddb.Op) error {
	if len(ops) == 0 {
		return ended(ctx, "transact")
	}
	var one *ddb.DB
	for i, op := range ops {
		next, err := db.opTable(op)
		switch {
		case err != nil:
			return fmt.Errorf("ddbperiod: transact: op %d: %w", i, unprefixed(err))
		case one != nil && one.Name() != next.Name():
			return fault("transact: op %d is of table %s, op 0 of %s: a transaction is within one period", i, next.Name(), one.Name())
		}
		one = next
	}
	return in(one, one.Transact(ctx, ops...))
}

// Batch runs ops in as few requests as possible and in no transaction: see [ddb.DB.Batch]. They may be of several
// periods: it is one Batch for each table, one after the other from the oldest on.
//
// A time without a table, or an op that is a mistake, is found before any request, and nothing is written. So is a value that cannot
// be stored, but only within its own table. If several tables are written, an error is a [ddb.BatchError] of all ops.
func (db *DB) Batch(ctx context.Context, ops ...ddb.Op) error {
	if len(ops) == 0 {
		return ended(ctx, "batch")
	}
	parts := map[string]*batchPart{}
	for i, op := range ops {
		one, err := db.opTable(op)
		if err != nil {
			return fmt.Errorf("ddbperiod: batch: op %d: %w", i, unprefixed(err))
		}
		p := parts[one.Name()]
		if p == nil {
			p = &batchPart{db: one}
			parts[one.Name()] = p
		}
		p.at, p.ops = append(p.at, i), append(p.ops, op)
	}
	all := make([]*batchPart, 0, len(parts))
	for _, p := range parts {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *batchPart) int { return strings.Compare(a.db.Name(), b.db.Name()) })
	if len(all) == 1 {
		return in(all[0].db, all[0].db.Batch(ctx, ops...))
	}
	sum := &ddb.BatchError{Outcomes: make([]ddb.WriteOutcome, len(ops))}
	for i := range sum.Outcomes {
		sum.Outcomes[i] = ddb.WriteDone
	}
	for _, p := range all {
		p.into(sum, in(p.db, p.db.Batch(ctx, p.ops...)))
	}
	if len(sum.Failed) == 0 {
		return nil
	}
	slices.SortFunc(sum.Failed, func(a, b *ddb.WriteError) int { return a.Op - b.Op })
	return fmt.Errorf("ddbperiod: series %q: %w", db.name, sum)
}

// batchPart is what a batch has for one table.
type batchPart struct {
	db  *ddb.DB
	at  []int // positions in the whole batch
	ops []ddb.Op
}

// into adds what failed of a part to the whole.
func (p *batchPart) into(sum *ddb.BatchError, err error) {
	if err == nil {
		return
	}
	if e, ok := errors.AsType[*ddb.BatchError](err); ok {
		for i, o := range e.Outcomes {
			sum.Outcomes[p.at[i]] = o
		}
		for _, f := range e.Failed {
			one := *f
			one.Op, one.Err = p.at[f.Op], in(p.db, f.Err)
			sum.Failed = append(sum.Failed, &one)
		}
		return
	}
	for i, op := range p.ops {
		below := face.Op(op)
		sum.Outcomes[p.at[i]] = ddb.WriteNotDone
		sum.Failed = append(sum.Failed, &ddb.WriteError{Op: p.at[i], Verb: string(below.Verb), Entity: below.Entity().Name, Err: err})
	}
}

// opTable is the DB of the table that an op is of.
func (db *DB) opTable(op ddb.Op) (*ddb.DB, error) {
	below := face.Op(op)
	e := below.Entity()
	if _, err := db.series.of(e); err != nil {
		return nil, err
	}
	var start, at time.Time
	for i, item := range below.Items() {
		t, err := db.timeOf(string(below.Verb), e, item)
		if err != nil {
			return nil, err
		}
		switch p := db.series.Every.Start(t); {
		case i == 0:
			start, at = p, t
		case !p.Equal(start):
			return nil, fault("move %s: from %s to %s, which are in two tables: create the new item and delete the old one", e.Name, at.UTC().Format(time.RFC3339), t.UTC().Format(time.RFC3339))
		}
	}
	return db.at(string(below.Verb), e, at)
}

// ended is the error of a call that has nothing to do.
func ended(ctx context.Context, op string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("ddbperiod: %s: %w", op, err)
	}
	return nil
}
