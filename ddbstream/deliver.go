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

// BatchStats is what [Options].OnBatch is told of a batch.
type BatchStats struct {
	Stream, Shard, Worker string
	Records               int           // handled, of all sorts
	Attempts              int           // deliveries that it took; 1 where nothing failed
	Took                  time.Duration // all deliveries, pauses included
	Behind                time.Duration // the age of the newest record when it was handled
	Complete              bool          // false where the reader stopped, or gave the shard up, before all was handled
}

// handle delivers what was read, and returns when all of it is handled, ctx ends, or another worker waits for the shard; whole
// is false where it had to stop before.
// Handlers run with work, which lives longer than ctx where [Options].Grace says so.
func (s *shard) handle(ctx, work context.Context, records []ddb.Record) (whole bool, _ error) {
	at := s.at()
	left := slices.DeleteFunc(slices.Clone(records), func(r ddb.Record) bool {
		return at != "" && sequence.Compare(r.Sequence, at) <= 0 // handled already
	})
	left = s.since(left)
	if len(left) == 0 {
		return true, s.checkpoint(ctx)
	}
	batch, began := left, time.Now()
	own := 0 // of the library
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

// process delivers once. A processor that panics has failed, and so has one that names records that it was not given: then
// nothing is taken for handled.
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
			return nil, errors.Join(fmt.Errorf("ddbstream: shard %s: the processor returned %q as failed, which is no sequence number of its batch: all of it is delivered again", s.id, seq), err)
		}
	}
	if err == nil && len(failed) > 0 {
		err = fmt.Errorf("ddbstream: shard %s: the processor returned %d of %d records as failed, without an error", s.id, len(failed), len(records))
	}
	return failed, err
}

// again waits before the next delivery; false says that there is none: the reader stops, or another worker waits.
func (s *shard) again(ctx context.Context, n int) bool {
	pause, cancel := context.WithTimeout(ctx, backoff(n))
	defer cancel()
	select {
	case <-s.signal():
	case <-pause.Done():
	}
	return ctx.Err() == nil && s.wantedBy() == ""
}

// safely turns a panic of f into an error that carries the stack.
func safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("ddbstream: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}
