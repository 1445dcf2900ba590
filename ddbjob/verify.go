package ddbjob

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// verification reads whole tables, at the rate of the job that it ends.
type verification struct {
	o   read.JobOptions
	so  read.Progress // of the job
	of  []*model.Table
	now time.Time
}

// lives reports whether an item counts: one that is expired does not, since DynamoDB may delete it at any time. Both tables say
// which those are, of what is in the target, so that the same items count on either side.
func (v *verification) lives(item attr.Item) bool {
	return !slices.ContainsFunc(v.of, func(t *model.Table) bool { return t.Dead(model.Loaded(item), v.now) })
}

// sum is how many items there are, and the sum of their hashes: tables with the same items have the same sum, in any order.
type sum struct {
	items int
	hash  [4]uint64
	of    func(attr.Stored) (attr.Item, error)
	lives func(attr.Item) bool
}

// sum reads a table. of returns what an item counts as, nil for nothing.
func (v *verification) sum(ctx context.Context, db *write.DB, of func(attr.Stored) (attr.Item, error)) (*sum, error) {
	o := read.JobOptions{Workers: v.o.Workers, Rate: v.o.Rate}
	if v.o.Progress != nil {
		o.Progress = func(p read.Progress) {
			out := v.so
			out.Checked, out.Remaining = v.so.Checked+p.Items, p.Remaining
			v.o.Progress(out)
		}
	}
	ctx, job, err := db.NewJob(ctx, o, "verify")
	if err != nil {
		return nil, err
	}
	s := &sum{of: of, lives: v.lives}
	err = job.Run(ctx, s)
	v.so.Checked += job.Items
	return s, err
}

// Add counts an item.
func (s *sum) Add(_ context.Context, stored attr.Stored) error {
	item, err := s.of(stored)
	if err != nil || item == nil || !s.lives(item) {
		return err
	}
	s.items++
	h := sha256.Sum256([]byte(attr.CanonicalItem(item)))
	for i := range s.hash {
		s.hash[i] += binary.BigEndian.Uint64(h[8*i:])
	}
	return nil
}

// Flush has nothing to do.
func (*sum) Flush(context.Context, bool) (bool, error) { return true, nil }

// differs returns an error that matches ErrConflict unless both are equal.
func (s *sum) differs(target *sum) error {
	switch {
	case s.items != target.items:
		return fmt.Errorf("%w: the source has %d items to copy, and the target has %d: another program wrote, or Transform made one key of two items", fault.ErrConflict, s.items, target.items)
	case s.hash != target.hash:
		return fmt.Errorf("%w: source and target have %d items, with different attributes: another program wrote, or Transform does not return the same for the same item", fault.ErrConflict, s.items)
	}
	return nil
}
