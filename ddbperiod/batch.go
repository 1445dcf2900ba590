package ddbperiod

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/write"
)

// Batch runs ops in as few requests as possible and in no transaction: see [ddb.DB.Batch]. They may be of several
// periods: it is one Batch for each table, one after the other from the oldest on.
//
// A time without a table, an op that is a mistake, and a value that cannot be stored are found before any request, and nothing is
// written to any table.
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
		p.at, p.ops = append(p.at, i), append(p.ops, face.Op(op))
	}
	all := make([]*batchPart, 0, len(parts))
	for _, p := range parts {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *batchPart) int { return strings.Compare(a.db.Name(), b.db.Name()) })
	if len(all) == 1 {
		return in(all[0].db, all[0].db.Batch(ctx, ops...))
	}
	return db.batch(ctx, len(ops), all)
}

// batchPart is what a batch has for one table.
type batchPart struct {
	db   *ddb.DB
	at   []int // positions in the whole batch
	ops  []write.Op
	send func(context.Context) error
}

// batch checks all parts of a batch of n ops, and then sends one after the other.
func (db *DB) batch(ctx context.Context, n int, parts []*batchPart) error {
	sum := &ddb.BatchError{Outcomes: slices.Repeat([]ddb.WriteOutcome{ddb.WriteNotDone}, n)}
	for _, p := range parts {
		var err error
		p.send, err = face.DB(p.db).PrepareBatch(p.ops, p.at)
		if err = face.Public(err); !p.into(sum, err) {
			return in(p.db, err)
		}
	}
	if len(sum.Failed) == 0 {
		sum.Outcomes = slices.Repeat([]ddb.WriteOutcome{ddb.WriteDone}, n)
		for _, p := range parts {
			p.into(sum, face.Public(p.send(ctx)))
		}
	}
	if len(sum.Failed) == 0 {
		return nil
	}
	slices.SortFunc(sum.Failed, func(a, b *ddb.WriteError) int { return a.Op - b.Op })
	return fmt.Errorf("ddbperiod: series %q: %w", db.name, sum)
}

// into adds what failed of a part to the whole. It reports whether err is of ops, or nil.
func (p *batchPart) into(sum *ddb.BatchError, err error) bool {
	if err == nil {
		return true
	}
	e, ok := errors.AsType[*ddb.BatchError](err)
	if !ok {
		return false
	}
	for i, o := range e.Outcomes {
		sum.Outcomes[p.at[i]] = o
	}
	for _, f := range e.Failed {
		one := *f
		one.Err = in(p.db, f.Err)
		sum.Failed = append(sum.Failed, &one)
	}
	return true
}
