package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/sequence"
)

// BatchStats is what [Options].OnBatch receives for a batch.
type BatchStats struct {
	Stream, Shard, Worker string
	Records               int           // handled, companion items included
	Attempts              int           // the number of deliveries; 1 if nothing failed
	Took                  time.Duration // all deliveries, with their pauses
	Behind                time.Duration // the age of the newest record when it was handled
	Complete              bool          // false if the reader stopped, or gave up the shard, before all was handled
}

// handle delivers the records that were read. It returns when all are handled, ctx ends, or another worker waits for
// the shard; whole is false if it stopped early. Handlers run with work, which outlives ctx by [Options].Grace.
func (s *shard) handle(ctx, work context.Context, records []ddb.Record) (whole bool, _ error) {
	at := s.at()
	left := slices.DeleteFunc(slices.Clone(records), func(r ddb.Record) bool {
		return at != "" && sequence.Compare(r.Sequence, at) <= 0 // already handled
	})
	left = s.since(left)
	if len(left) == 0 {
		return true, s.checkpoint(ctx)
	}
	batch, began := left, time.Now()
	own := 0 // records of companion items
	for _, r := range batch {
		if companion(r) {
			own++
		}
	}
	for n := 1; ; n++ {
		if work.Err() != nil {
			return false, nil
		}
		failed, err := s.process(work, left)
		if err == nil && len(failed) == 0 {
			last := batch[len(batch)-1]
			s.moved(last.Sequence, len(batch) > own)
			s.handled(ctx, batch, n, began, true)
			s.goesOn(ctx)
			return true, s.checkpoint(ctx)
		}
		if len(failed) > 0 {
			left = slices.DeleteFunc(slices.Clone(left), func(r ddb.Record) bool { return !slices.Contains(failed, r.Sequence) })
		}
		done := slices.IndexFunc(batch, func(r ddb.Record) bool { return r.Sequence == left[0].Sequence })
		if done > 0 {
			s.moved(batch[done-1].Sequence, true)
		}
		s.failed(ctx, err)
		if !s.again(ctx, n) {
			s.handled(ctx, batch[:done], n, began, false)
			return false, nil
		}
	}
}

// process delivers once. A panic of the processor is a failure. So is a returned sequence number that is not in the
// batch: then no record counts as handled.
func (s *shard) process(ctx context.Context, records []ddb.Record) (failed []string, err error) {
	s.meter.begins(records)
	err = safely(func() error {
		var err error
		failed, err = s.r.to.Process(ctx, records)
		return err
	})
	s.meter.ends()
	for _, seq := range failed {
		if !slices.ContainsFunc(records, func(r ddb.Record) bool { return r.Sequence == seq }) {
			return nil, errors.Join(fmt.Errorf("ddbstream: shard %s: the processor returned %q as failed, which is not in its batch: the whole batch is delivered again", s.id, seq), err)
		}
	}
	if err == nil && len(failed) > 0 {
		err = fmt.Errorf("ddbstream: shard %s: the processor returned %d of %d records as failed, without an error", s.id, len(failed), len(records))
	}
	return failed, err
}

// again waits before the next delivery. It returns false if there is none: the reader stops, or another worker waits.
func (s *shard) again(ctx context.Context, n int) bool {
	pause, cancel := context.WithTimeout(ctx, backoff(n))
	defer cancel()
	select {
	case <-s.signal():
	case <-pause.Done():
	}
	return ctx.Err() == nil && s.wantedBy() == ""
}

// safely turns a panic of f into an error with the stack.
func safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("ddbstream: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}
