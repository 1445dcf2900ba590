package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

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
// Handlers run with work, which lives longer than ctx where [Options].Grace says so. A record that cannot be converted
// divides the batch: what comes before it is handled first.
func (s *shard) handle(ctx, work context.Context, in []types.Record) (whole bool, _ error) {
	if len(in) == 0 {
		return true, s.checkpoint(ctx)
	}
	for len(in) > 0 {
		records, bad := s.convert(in)
		whole, err := s.deliver(ctx, work, records)
		if err != nil || !whole {
			return false, err
		}
		in = in[len(records):]
		if bad == nil {
			continue
		}
		if passed, err := s.pass(ctx, work, bad); err != nil || !passed {
			return false, err
		}
		in = in[1:]
	}
	return true, nil
}

// convert returns the records before the first that cannot be converted, and that one, nil for none.
func (s *shard) convert(in []types.Record) ([]ddb.Record, *Unreadable) {
	out := make([]ddb.Record, 0, len(in))
	for _, raw := range in {
		r, err := record(s.stream, raw)
		if err != nil {
			return out, &Unreadable{Stream: s.stream, Shard: s.id, Sequence: r.Sequence, Raw: raw, Err: err}
		}
		out = append(out, r)
	}
	return out, nil
}

// pass hands over an unreadable record until somebody takes it.
func (s *shard) pass(ctx, work context.Context, u *Unreadable) (passed bool, _ error) {
	if at := s.at(); u.Sequence != "" && at != "" && sequence.Compare(u.Sequence, at) <= 0 {
		return true, nil // it was taken already
	}
	for n := 1; ; n++ {
		if work.Err() != nil {
			return false, nil
		}
		err := s.unreadable(work, u)
		if err == nil {
			if u.Sequence != "" {
				s.moved(u.Sequence, true)
			}
			return true, s.checkpoint(ctx)
		}
		s.failed(ctx, u.Sequence, err)
		if !s.again(ctx, n) {
			return false, nil
		}
	}
}

// deliver hands records to the processor until all of them are handled; whole is false where it had to stop before.
func (s *shard) deliver(ctx, work context.Context, records []ddb.Record) (whole bool, _ error) {
	at := s.at()
	left := slices.DeleteFunc(slices.Clone(records), func(r ddb.Record) bool {
		return at != "" && sequence.Compare(r.Sequence, at) <= 0 // handled already
	})
	left = s.since(left)
	if len(left) == 0 {
		return true, nil
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
			return true, s.checkpoint(ctx)
		}
		if len(failed) > 0 {
			left = slices.DeleteFunc(slices.Clone(left), func(r ddb.Record) bool { return !slices.Contains(failed, r.Sequence) })
		}
		done := slices.IndexFunc(batch, func(r ddb.Record) bool { return r.Sequence == left[0].Sequence })
		if done > 0 {
			s.moved(batch[done-1].Sequence, true)
		}
		s.failed(ctx, left[0].Sequence, err)
		if !s.again(ctx, n) {
			s.handled(ctx, batch[:done], n, began, false)
			return false, nil
		}
	}
}

// process delivers once. A processor that panics has failed, and so has one that names records that it was not given: then
// nothing is taken for handled.
func (s *shard) process(ctx context.Context, records []ddb.Record) (failed []string, err error) {
	err = safely(func() error {
		var err error
		failed, err = s.r.to.Process(ctx, records)
		return err
	})
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
