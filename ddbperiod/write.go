package ddbperiod

import (
	"context"
	"fmt"
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
