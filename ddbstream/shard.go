package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/apierror"
)

// shard is a shard that this worker reads.
type shard struct {
	r          *Reader
	stream, id string
	start      time.Time   // earlier records are skipped while there is no position
	abort      func(error) // ends reading and handling at once
	expiry     *time.Timer // calls lose when the lease has expired
	lost       atomic.Bool // the lease is, or may be, another worker's
	renewing   atomic.Bool
	ended      atomic.Bool // nothing of it is read or handled any more
	meter      meter
	since0     int64 // Since of the lease

	wanting  sync.Mutex
	wanted   string
	wantedAt time.Time     // when that was seen
	asked    chan struct{} // closed when another worker asks for the shard

	mu       sync.Mutex // guards all below; held while the lease is written
	lease    Lease
	position string    // the last handled record, perhaps not yet in the lease
	saved    time.Time // of the last checkpoint
	dirty    bool      // records other than those of companion items were handled since
}

// run reads the shard until it ends, ctx ends, the lease is lost, or another worker asks for it.
func (s *shard) run(ctx, work context.Context) error {
	from := types.ShardIteratorTypeAfterSequenceNumber
	switch {
	case s.at() != "":
	case !s.start.IsZero():
		from = types.ShardIteratorTypeAtTimestamp
	default:
		from = types.ShardIteratorTypeTrimHorizon
	}
	var it *string
	for failures := 0; ctx.Err() == nil; {
		s.hold(ctx)
		if to := s.wantedBy(); to != "" && ctx.Err() == nil {
			err := s.give(ctx, to)
			if err == nil || errors.Is(err, ErrLeaseLost) {
				return err
			}
			s.r.report(ctx, opLease, err)
			failures++
			sleep(ctx, backoff(failures))
			continue
		}
		var out *dynamodbstreams.GetRecordsOutput
		var err error
		if it == nil {
			it, err = s.iterator(ctx, from)
		}
		batches := s.r.batches.Load()
		var read []ddb.Record
		if err == nil {
			out, read, err = s.read(ctx, it)
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
			if from == types.ShardIteratorTypeAtTimestamp && failures >= 3 {
				from = types.ShardIteratorTypeTrimHorizon // correct too, and independent of the engine's error for the other
			}
			continue
		}
		failures = 0
		if s.r.paused() != nil && len(out.Records) > 0 { // paused since the read began
			it = nil
			continue
		}
		s.meter.change(func(m *ShardStatus) { m.Busy, m.Tip = time.Now(), m.Tip && len(read) == 0 })
		whole, err := s.handle(ctx, work, read)
		s.meter.change(func(m *ShardStatus) { m.Busy = time.Time{} })
		if err != nil {
			return err
		}
		if s.at() != "" {
			from = types.ShardIteratorTypeAfterSequenceNumber
		}
		if ctx.Err() != nil { // perhaps not all were handled: the shard is not read to its end
			return nil
		}
		if !whole { // another worker asks, or asked, for the shard: if it stays here, the rest is read again
			it = nil
			continue
		}
		if len(out.Records) > 0 {
			s.r.batches.Add(1)
		}
		if it = out.NextShardIterator; it == nil {
			s.r.log(ctx, slog.LevelInfo, "stream: shard finished", "shard", s.id)
			return s.save(ctx, func(l *Lease) { l.Done, l.Owner, l.Since = true, "", 0 })
		}
		if len(out.Records) == 0 {
			s.meter.reached(time.Now())
			if s.r.drained(s, batches) {
				return nil
			}
			s.rest(ctx)
		}
	}
	return nil
}

// rest pauses between reads, unless another worker asks for the shard.
func (s *shard) rest(ctx context.Context) {
	pause, cancel := context.WithTimeout(ctx, s.r.opts.Poll)
	defer cancel()
	select {
	case <-s.signal():
	case <-pause.Done():
	}
}

// iterator returns where to continue reading.
func (s *shard) iterator(ctx context.Context, from types.ShardIteratorType) (*string, error) {
	in := &dynamodbstreams.GetShardIteratorInput{StreamArn: &s.stream, ShardId: &s.id, ShardIteratorType: from}
	switch from {
	case types.ShardIteratorTypeAfterSequenceNumber:
		in.SequenceNumber = new(s.at())
	case types.ShardIteratorTypeAtTimestamp:
		in.Timestamp = &s.start
	case types.ShardIteratorTypeTrimHorizon, types.ShardIteratorTypeLatest, types.ShardIteratorTypeAtSequenceNumber:
	}
	s.r.circuit(opIterator).enter(ctx)
	out, err := s.r.client.GetShardIterator(ctx, in)
	if err = s.r.note(ctx, opIterator, err); err != nil {
		return nil, &failure{opIterator, permission(err)}
	}
	return out.ShardIterator, nil
}

// read reads the next records.
func (s *shard) read(ctx context.Context, it *string) (*dynamodbstreams.GetRecordsOutput, []ddb.Record, error) {
	s.r.circuit(opRecords).enter(ctx)
	out, err := s.r.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: it, Limit: new(int32(s.r.opts.Batch))})
	if err = s.r.note(ctx, opRecords, err); err != nil {
		return nil, nil, &failure{opRecords, permission(err)}
	}
	read, err := records(s.stream, out.Records)
	return out, read, err
}

// failure is a request that failed.
type failure struct {
	op  string
	err error
}

func (f *failure) Error() string { return f.op + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// broken decides what a failed read means. again says that reading continues, from where from says.
func (s *shard) broken(ctx context.Context, err error, from *types.ShardIteratorType) (again bool, _ error) {
	s.meter.change(func(m *ShardStatus) { m.Retries++; m.LastError = err.Error() })
	s.r.retries.Add(1)
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
	case "ResourceNotFoundException": // the shard, or the stream, no longer exists
		g.Kind, g.Lost = GapTrimmed, true
		if err := s.r.gap(ctx, g); err != nil {
			return false, err
		}
		return false, s.save(ctx, func(l *Lease) { l.Done, l.Owner, l.Since = true, "", 0 })
	}
	if *from == types.ShardIteratorTypeAtTimestamp && apierror.Of(err) == apierror.Request {
		*from = types.ShardIteratorTypeTrimHorizon // an engine without it, or a time in the future
		return true, nil
	}
	place := "shard " + s.id
	if f, ok := errors.AsType[*failure](err); ok && apierror.Of(err) == apierror.Environment {
		place = f.op // the same failure for every shard
	}
	s.r.report(ctx, place, fmt.Errorf("ddbstream: shard %s: %w", s.id, err))
	return true, nil
}

// at returns the last handled record.
func (s *shard) at() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.position
}

// moved notes that everything up to a record is handled, and whether that is worth a checkpoint.
func (s *shard) moved(seq string, foreign bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.position = seq
	s.dirty = s.dirty || foreign
}

// due reports whether it is time for a checkpoint.
func (s *shard) due() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dirty && time.Since(s.saved) >= s.r.opts.Checkpoint
}

// checkpoint writes the position if a checkpoint is due.
func (s *shard) checkpoint(ctx context.Context) error {
	if !s.due() {
		return nil
	}
	err := s.save(ctx, func(*Lease) {})
	if errors.Is(err, ErrLeaseLost) {
		return err
	}
	if err != nil {
		s.r.report(ctx, opLease, err) // the next batch tries it again
	}
	return nil
}

// save writes the lease with the position. If another worker has written it, the shard is lost.
func (s *shard) save(ctx context.Context, change func(*Lease)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost.Load() {
		return ErrLeaseLost
	}
	next := s.lease
	next.Counter++
	next.Checkpoint = s.position
	change(&next)
	sent := time.Now()
	err := s.r.swap(ctx, next, s.lease.Counter)
	switch {
	case err == nil:
		s.lease, s.saved, s.dirty = next, sent, false
		s.expiry.Reset(s.r.opts.Lease - time.Since(sent))
		s.meter.change(func(m *ShardStatus) { m.Owner, m.Done, m.Checkpoint = next.Owner, next.Done, next.Checkpoint })
		return nil
	case errors.Is(err, ErrLeaseLost):
		s.lose()
		return fmt.Errorf("shard %s: %w", s.lease.Shard, err)
	}
	return err
}

// lose ends reading and handling at once: the shard is another worker's. The same holds when the lease could not be
// written for its time. Others count from when they saw the last write, which is later than when it was sent.
func (s *shard) lose() {
	s.lost.Store(true)
	s.abort(ErrLeaseLost)
}

// release gives up the lease and writes the position, also when ctx has ended.
func (s *shard) release(ctx context.Context) {
	s.mu.Lock()
	over := s.lease.Done || s.lease.Owner != s.r.opts.Worker || s.lost.Load()
	s.mu.Unlock()
	if over {
		return
	}
	if err := s.save(ctx, func(l *Lease) { l.Owner, l.Since = "", 0 }); err == nil {
		s.r.log(ctx, slog.LevelInfo, "stream: shard released", "shard", s.id, "checkpoint", s.at())
	} // otherwise the lease expires
}
