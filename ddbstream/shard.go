package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/sequence"
)

// shard is a shard that this worker reads.
type shard struct {
	r          *Reader
	stream, id string
	cancel     context.CancelCauseFunc

	mu       sync.Mutex // of all below; held while the lease is written
	lease    Lease
	renewed  time.Time
	position string // the last record handled, perhaps not yet in the lease
	lost     bool
	saved    time.Time // of the last checkpoint
	dirty    bool      // records of others than the library's own were handled since
}

// run reads the shard until it ends, or ctx does, or the lease is lost.
func (s *shard) run(ctx context.Context, latest bool) error {
	from := types.ShardIteratorTypeAfterSequenceNumber
	if s.at() == "" {
		from = types.ShardIteratorTypeTrimHorizon
		if latest {
			from = types.ShardIteratorTypeLatest
		}
	}
	var it *string
	for failures := 0; ctx.Err() == nil; {
		var out *dynamodbstreams.GetRecordsOutput
		var err error
		if it == nil {
			it, err = s.iterator(ctx, from)
		}
		batches := s.r.batches.Load()
		if err == nil {
			out, err = s.r.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: it, Limit: new(int32(s.r.opts.Batch))})
		}
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			it = nil
			again, gapErr := s.broken(ctx, err, &from)
			if gapErr != nil || !again {
				return gapErr
			}
			if failures++; failures > 1 {
				sleep(ctx, backoff(failures))
			}
			continue
		}
		failures = 0
		if err := s.handle(ctx, out.Records); err != nil {
			return err
		}
		if ctx.Err() != nil { // perhaps before all of them were handled: the shard is not read to its end
			return nil
		}
		if len(out.Records) > 0 {
			from = types.ShardIteratorTypeAfterSequenceNumber
			s.r.batches.Add(1)
		}
		if it = out.NextShardIterator; it == nil {
			return s.save(ctx, func(l *Lease) { l.Done, l.Owner = true, "" })
		}
		if len(out.Records) == 0 {
			if s.r.drained(s, batches) {
				return nil
			}
			sleep(ctx, s.r.opts.Poll)
		}
	}
	return nil
}

// iterator returns where to read on.
func (s *shard) iterator(ctx context.Context, from types.ShardIteratorType) (*string, error) {
	in := &dynamodbstreams.GetShardIteratorInput{StreamArn: &s.stream, ShardId: &s.id, ShardIteratorType: from}
	if from == types.ShardIteratorTypeAfterSequenceNumber {
		in.SequenceNumber = new(s.at())
	}
	out, err := s.r.client.GetShardIterator(ctx, in)
	if err != nil {
		return nil, err
	}
	return out.ShardIterator, nil
}

// broken finds out what a failed read means: again says that the shard is to be read on, from where from says.
func (s *shard) broken(ctx context.Context, err error, from *types.ShardIteratorType) (again bool, _ error) {
	g := &Gap{Stream: s.stream, Shard: s.id, After: s.at(), Err: err}
	code := ""
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		code = api.ErrorCode()
	}
	switch code {
	case "ExpiredIteratorException":
		g.Kind = GapIterator
		return true, s.r.gap(ctx, g)
	case "TrimmedDataAccessException":
		g.Kind, g.Lost = GapTrimmed, true
		*from = types.ShardIteratorTypeTrimHorizon
		return true, s.r.gap(ctx, g)
	case "ResourceNotFoundException": // the shard, or the stream, is no more
		g.Kind, g.Lost = GapTrimmed, true
		if err := s.r.gap(ctx, g); err != nil {
			return false, err
		}
		return false, s.save(ctx, func(l *Lease) { l.Done, l.Owner = true, "" })
	}
	s.r.report(ctx, fmt.Errorf("ddbstream: shard %s: %w", s.id, err))
	return true, nil
}

// handle delivers records until all of them are handled, or ctx ends.
func (s *shard) handle(ctx context.Context, in []types.Record) error {
	if len(in) == 0 {
		return s.checkpoint(ctx)
	}
	records := make([]ddb.Record, len(in))
	own := 0 // of the library
	for i, r := range in {
		var err error
		if records[i], err = record(s.stream, r); err != nil {
			return fmt.Errorf("ddbstream: shard %s: %w", s.id, err)
		}
		if companion(records[i]) {
			own++
		}
	}
	at := s.at()
	left := slices.DeleteFunc(slices.Clone(records), func(r ddb.Record) bool {
		return at != "" && sequence.Compare(r.Sequence, at) <= 0 // handled already
	})
	if len(left) == 0 {
		return nil
	}
	for n := 1; ; n++ {
		failed, err := s.r.to.Process(ctx, left)
		if len(failed) == 0 && err == nil {
			s.moved(records[len(records)-1], len(records) > own)
			return s.checkpoint(ctx)
		}
		if len(failed) > 0 {
			left = slices.DeleteFunc(slices.Clone(left), func(r ddb.Record) bool { return !slices.Contains(failed, r.Sequence) })
		}
		if i := slices.IndexFunc(records, func(r ddb.Record) bool { return r.Sequence == left[0].Sequence }); i > 0 {
			s.moved(records[i-1], true)
		}
		if ctx.Err() != nil {
			return nil
		}
		s.r.report(ctx, err)
		sleep(ctx, backoff(n))
		if ctx.Err() != nil {
			return nil
		}
	}
}

// at returns the last record that is handled.
func (s *shard) at() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.position
}

// moved notes that everything up to r is handled, and whether that is worth a checkpoint.
func (s *shard) moved(r ddb.Record, foreign bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.position = r.Sequence
	s.dirty = s.dirty || foreign
}

// due reports whether it is time for a checkpoint.
func (s *shard) due() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dirty && time.Since(s.saved) >= s.r.opts.Checkpoint
}

// checkpoint writes the position, if it is time to.
func (s *shard) checkpoint(ctx context.Context) error {
	if !s.due() {
		return nil
	}
	err := s.save(ctx, func(*Lease) {})
	if errors.Is(err, ErrLeaseLost) {
		return err
	}
	if err != nil {
		s.r.report(ctx, err) // it is tried again, with the next batch
	}
	return nil
}

// save writes the lease, with the position. Whoever finds it written by another has lost the shard, and so has who
// could not write it for a lease's time.
func (s *shard) save(ctx context.Context, change func(*Lease)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost {
		return ErrLeaseLost
	}
	next := s.lease
	next.Counter++
	next.Checkpoint = s.position
	change(&next)
	err := s.r.swap(ctx, next, s.lease.Counter)
	switch {
	case err == nil:
		s.lease, s.renewed, s.saved, s.dirty = next, time.Now(), time.Now(), false
		return nil
	case errors.Is(err, ErrLeaseLost), time.Since(s.renewed) > s.r.opts.Lease:
		s.lost = true
		s.cancel(ErrLeaseLost)
		return fmt.Errorf("shard %s: %w", s.lease.Shard, errors.Join(ErrLeaseLost, err))
	}
	return err
}

// release gives the lease back, with the position, also when ctx has ended.
func (s *shard) release(ctx context.Context) {
	s.mu.Lock()
	over := s.lease.Done || s.lost
	s.mu.Unlock()
	if over {
		return
	}
	_ = s.save(ctx, func(l *Lease) { l.Owner = "" }) // else it runs out
}

// backoff is the pause before attempt n: from 50 ms to 10 s, with jitter.
func backoff(n int) time.Duration {
	d := min(50*time.Millisecond<<min(n, 16), 10*time.Second)
	return d/2 + rand.N(d/2)
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
