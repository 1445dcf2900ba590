package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

var errNoStream = errors.New("ddbstream: the table has no stream")

// plan finds out which shards there are, and takes those that this worker should read.
func (r *Reader) plan(ctx context.Context) error {
	leases, err := r.store.Leases(ctx)
	if err != nil {
		return err
	}
	streams, err := r.streams(ctx)
	if err != nil {
		return err
	}
	if leases, err = r.forget(ctx, leases, streams); err != nil {
		return err
	}
	first := len(streams) - 1 // an older stream that nobody has read is none of ours
	for i := range streams {
		if i < first && len(ofStream(leases, streams[i])) > 0 {
			first = i
		}
	}
	for _, arn := range streams[first:] {
		of := ofStream(leases, arn)
		if len(of) == 0 && len(leases) > 0 {
			if err := r.gap(ctx, &Gap{Kind: GapNewStream, Stream: arn, Lost: true}); err != nil {
				return err
			}
		}
		finished, err := r.stream(ctx, arn, of, len(leases) == 0)
		if err != nil || !finished {
			return err // one stream after the other
		}
	}
	return nil
}

func ofStream(leases []Lease, arn string) (out []Lease) {
	for _, l := range leases {
		if l.Stream == arn {
			out = append(out, l)
		}
	}
	return out
}

// streams returns the ARNs of the table's streams, oldest first.
func (r *Reader) streams(ctx context.Context) (arns []string, err error) {
	type labelled struct{ label, arn string }
	var all []labelled
	in := &dynamodbstreams.ListStreamsInput{TableName: &r.table}
	for {
		out, err := r.client.ListStreams(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("ddbstream: streams of table %q: %w", r.table, err)
		}
		for _, s := range out.Streams {
			all = append(all, labelled{text(s.StreamLabel), text(s.StreamArn)})
		}
		if in.ExclusiveStartStreamArn = out.LastEvaluatedStreamArn; in.ExclusiveStartStreamArn == nil {
			break
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: %q", errNoStream, r.table)
	}
	slices.SortFunc(all, func(a, b labelled) int { return strings.Compare(a.label, b.label) })
	for _, s := range all {
		arns = append(arns, s.arn)
	}
	return arns, nil
}

// forget removes the leases of streams that are no more; what was not read of them is lost.
func (r *Reader) forget(ctx context.Context, leases []Lease, streams []string) (left []Lease, err error) {
	gone := map[string]bool{}
	for _, l := range leases {
		if slices.Contains(streams, l.Stream) {
			left = append(left, l)
			continue
		}
		if !gone[l.Stream] {
			gone[l.Stream] = true
			if err := r.gap(ctx, &Gap{Kind: GapNewStream, Stream: streams[len(streams)-1], After: l.Checkpoint, Lost: true}); err != nil {
				return nil, err
			}
		}
		if err := r.store.Delete(ctx, l); err != nil && !errors.Is(err, ErrLeaseLost) {
			return nil, err
		}
	}
	return left, nil
}

// stream makes leases for new shards of a stream, takes those that are due, and reports whether all of it is read: only a
// stream that has ended ever is.
func (r *Reader) stream(ctx context.Context, arn string, leases []Lease, fresh bool) (finished bool, err error) {
	shards, open, err := r.describe(ctx, arn)
	if err != nil {
		return false, err
	}
	byShard := map[string]Lease{}
	for _, l := range leases {
		byShard[l.Shard] = l
	}
	for _, s := range shards {
		id, parent := text(s.ShardId), text(s.ParentShardId)
		if _, known := byShard[id]; known {
			continue
		}
		if len(leases) > 0 && !listed(shards, parent) && parent != "" && !byShard[parent].Done {
			if err := r.gap(ctx, &Gap{Kind: GapTrimmed, Stream: arn, Shard: parent, Lost: true}); err != nil {
				return false, err
			}
		}
		l := Lease{Stream: arn, Shard: id, Parent: parent, Counter: 1}
		if fresh && r.opts.Latest {
			closed := s.SequenceNumberRange != nil && s.SequenceNumberRange.EndingSequenceNumber != nil
			l.Done, l.Latest = closed, !closed
		}
		switch err := r.store.Swap(ctx, l, 0); {
		case errors.Is(err, ErrLeaseLost): // another worker was faster
			r.again()
			return false, nil
		case err != nil:
			return false, err
		}
		byShard[id] = l
	}
	if err := r.trimmed(ctx, arn, leases, shards, byShard); err != nil {
		return false, err
	}
	var due []Lease
	finished = !open
	for _, s := range shards {
		l := byShard[text(s.ShardId)]
		if l.Done {
			continue
		}
		finished = false
		if !listed(shards, l.Parent) || byShard[l.Parent].Done {
			due = append(due, l)
		}
	}
	return finished, r.take(ctx, due)
}

// trimmed finds leases of shards that the stream no longer has.
func (r *Reader) trimmed(ctx context.Context, arn string, leases []Lease, shards []types.Shard, byShard map[string]Lease) error {
	for _, l := range leases {
		if listed(shards, l.Shard) {
			continue
		}
		if !l.Done && !r.reads(l) {
			if err := r.gap(ctx, &Gap{Kind: GapTrimmed, Stream: arn, Shard: l.Shard, After: l.Checkpoint, Lost: true}); err != nil {
				return err
			}
		}
		if r.reads(l) {
			continue // it finds out by itself
		}
		delete(byShard, l.Shard)
		if err := r.store.Delete(ctx, l); err != nil && !errors.Is(err, ErrLeaseLost) {
			return err
		}
	}
	return nil
}

// listed reports whether the stream still has the shard.
func listed(shards []types.Shard, id string) bool {
	return slices.ContainsFunc(shards, func(s types.Shard) bool { return text(s.ShardId) == id })
}

// describe returns the shards of a stream, and whether it still gets records.
func (r *Reader) describe(ctx context.Context, arn string) (shards []types.Shard, open bool, err error) {
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: &arn}
	for {
		out, err := r.client.DescribeStream(ctx, in)
		if err != nil {
			return nil, false, fmt.Errorf("ddbstream: describe %s: %w", arn, err)
		}
		d := out.StreamDescription
		shards = append(shards, d.Shards...)
		open = d.StreamStatus == types.StreamStatusEnabled || d.StreamStatus == types.StreamStatusEnabling
		if in.ExclusiveStartShardId = d.LastEvaluatedShardId; in.ExclusiveStartShardId == nil {
			return shards, open, nil
		}
	}
}

// take starts to read the shards that are free, and as many of those of others as are this worker's share.
func (r *Reader) take(ctx context.Context, due []Lease) error {
	now := time.Now()
	load := map[string]int{r.opts.Worker: 0}
	var free, others []Lease
	for _, l := range due {
		switch {
		case r.empty(l.Stream, l.Shard):
		case r.reads(l):
			load[r.opts.Worker]++
		case l.Owner == "" || l.Owner == r.opts.Worker || r.silent(l, now):
			free = append(free, l)
		default:
			load[l.Owner]++
			others = append(others, l)
			r.held(l)
		}
	}
	share := (len(due) + len(load) - 1) / len(load)
	for _, l := range free {
		if load[r.opts.Worker] >= share {
			break
		}
		if err := r.grab(ctx, l); err != nil {
			return err
		}
		load[r.opts.Worker]++
	}
	for _, l := range others { // at most one at a time
		if load[r.opts.Worker]+1 < load[l.Owner] && load[r.opts.Worker] < share {
			return r.grab(ctx, l)
		}
	}
	return nil
}

// silent reports whether the owner of a lease has not been heard of for a lease's time, by this worker's own clock.
func (r *Reader) silent(l Lease, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := l.Stream + "#" + l.Shard
	s, ok := r.seen[id]
	if !ok || s.counter != l.Counter {
		r.seen[id] = sighting{l.Counter, now, ok}
		return false
	}
	return now.Sub(s.at) >= r.opts.Lease
}

func (r *Reader) reads(l Lease) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running[l.Stream+"#"+l.Shard] != nil
}

// grab makes a lease this worker's own and begins to read.
func (r *Reader) grab(ctx context.Context, l Lease) error {
	was := l.Counter
	l.Owner, l.Counter = r.opts.Worker, was+1
	switch err := r.swap(ctx, l, was); {
	case errors.Is(err, ErrLeaseLost):
		return nil
	case err != nil:
		return err
	}
	s := &shard{r: r, stream: l.Stream, id: l.Shard, lease: l, renewed: time.Now(), position: l.Checkpoint}
	ctx, s.cancel = context.WithCancelCause(ctx)
	id := l.Stream + "#" + l.Shard
	r.mu.Lock()
	if r.drain != nil {
		r.drain.pending = true
	}
	r.running[id] = s
	r.mu.Unlock()
	r.wg.Go(func() {
		err := s.run(ctx, l.Latest)
		s.release(ctx)
		r.mu.Lock()
		delete(r.running, id)
		r.mu.Unlock()
		_, gap := errors.AsType[*Gap](err)
		switch {
		case gap, errors.Is(err, errHook):
			r.end(err)
		case err != nil:
			r.report(ctx, err)
		}
		r.again()
	})
	return nil
}

// swap writes a lease of this worker's. It does not end with ctx: the store may have written what it could not answer to,
// and a worker that stops would leave behind a lease that it does not know to be its own.
func (r *Reader) swap(ctx context.Context, l Lease, was int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return r.store.Swap(ctx, l, was)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
