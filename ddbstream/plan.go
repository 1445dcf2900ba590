package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

var (
	errNoStream = errors.New("ddbstream: the table has no stream")
	errOff      = errors.New("ddbstream: the stream of the table is switched off, and read to its end: what is written now is lost to it. " +
		"Switch it on with NEW_AND_OLD_IMAGES, and rebuild what is derived")
)

// plan finds out which shards there are, and takes those that this worker should read.
func (r *Reader) plan(ctx context.Context) error {
	leases, err := r.store.Leases(ctx)
	if r.note(ctx, opStore, err) != nil {
		return err
	}
	r.saw(leases)
	r.requests(ctx, leases)
	if err := r.given(ctx, leases); err != nil {
		return err
	}
	streams, err := r.streams(ctx)
	if err != nil {
		return err
	}
	fresh := len(leases) == 0
	if _, err := r.begins(ctx, streams[len(streams)-1], fresh); err != nil { // before the leases are deleted that tell it is not
		return err
	}
	if leases, err = r.forget(ctx, leases, streams); err != nil {
		return err
	}
	r.saw(leases)
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
		finished, err := r.stream(ctx, arn, of, fresh)
		if err != nil || !finished {
			r.noteAll(ctx, opStream, nil)
			return err // one stream after the other
		}
	}
	r.mu.Lock()
	drains := r.drain != nil
	r.mu.Unlock()
	if !drains {
		r.noteAll(ctx, opStream, fmt.Errorf("%w: %q", errOff, r.table))
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
		if r.note(ctx, opList, err) != nil {
			return nil, fmt.Errorf("ddbstream: streams of table %q: %w", r.table, permission(err))
		}
		r.mu.Lock()
		r.now = serverTime(out.ResultMetadata)
		r.mu.Unlock()
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
		if err := r.delete(ctx, l); err != nil {
			return nil, err
		}
	}
	return left, nil
}

// stream makes leases for new shards of a stream, takes those that are due, and reports whether all of it is read: only a
// stream that has ended ever is.
func (r *Reader) stream(ctx context.Context, arn string, leases []Lease, fresh bool) (finished bool, err error) {
	if _, err := r.begins(ctx, arn, fresh); err != nil { // before there is a lease
		return false, err
	}
	shards, open, err := r.describe(ctx, arn)
	if err != nil {
		return false, err
	}
	byShard := map[string]Lease{}
	for _, l := range leases {
		byShard[l.Shard] = l
	}
	raced := false
	for _, s := range shards {
		id, parent := text(s.ShardId), text(s.ParentShardId)
		if _, known := byShard[id]; known {
			continue
		}
		if begun(leases) && !listed(shards, parent) && parent != "" && !byShard[parent].Done {
			if err := r.gap(ctx, &Gap{Kind: GapTrimmed, Stream: arn, Shard: parent, Lost: true}); err != nil {
				return false, err
			}
		}
		l := Lease{Stream: arn, Shard: id, Parent: parent, Counter: 1}
		switch err := r.swap(ctx, l, 0); {
		case errors.Is(err, ErrLeaseLost): // another worker was faster
			raced = true
		case err != nil:
			return false, err
		}
		byShard[id] = l
	}
	if raced { // what the other knows of them is in its leases
		r.again()
		return false, nil
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
		if _, there := byShard[l.Parent]; !there || byShard[l.Parent].Done {
			due = append(due, l)
		}
	}
	return finished, r.take(ctx, due)
}

// begun reports whether any worker has read of a stream: what is trimmed before that is no gap. Workers make all leases
// before they take the first.
func begun(leases []Lease) bool {
	return slices.ContainsFunc(leases, func(l Lease) bool { return l.Counter > 1 || l.Done })
}

// trimmed finds leases of shards that the stream no longer has. A worker that reads one of them finds out by itself.
func (r *Reader) trimmed(ctx context.Context, arn string, leases []Lease, shards []types.Shard, byShard map[string]Lease) error {
	now := time.Now()
	for _, l := range leases {
		if listed(shards, l.Shard) {
			continue
		}
		if !l.Done {
			if r.reads(l) || l.Owner != "" && l.Owner != r.opts.Worker && !r.silent(l, now) {
				r.held(l)
				continue
			}
			if err := r.gap(ctx, &Gap{Kind: GapTrimmed, Stream: arn, Shard: l.Shard, After: l.Checkpoint, Lost: true}); err != nil {
				return err
			}
		}
		if err := r.delete(ctx, l); err != nil {
			return err
		}
		delete(byShard, l.Shard)
	}
	return nil
}

// delete removes a lease, unless another worker has written it meanwhile.
func (r *Reader) delete(ctx context.Context, l Lease) error {
	err := r.store.Delete(ctx, l)
	if errors.Is(err, ErrLeaseLost) {
		return nil
	}
	return r.note(ctx, opLease, err)
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
		if r.note(ctx, opDescribe, err) != nil {
			return nil, false, fmt.Errorf("ddbstream: describe %s: %w", arn, permission(err))
		}
		d := out.StreamDescription
		shards = append(shards, d.Shards...)
		open = d.StreamStatus == types.StreamStatusEnabled || d.StreamStatus == types.StreamStatusEnabling
		if in.ExclusiveStartShardId = d.LastEvaluatedShardId; in.ExclusiveStartShardId == nil {
			return shards, open, nil
		}
	}
}

// take starts to read the shards that are free, and asks for as many of those of others as are this worker's share.
func (r *Reader) take(ctx context.Context, due []Lease) error {
	now := time.Now()
	load := map[string]int{r.opts.Worker: 0}
	var given, free, others []Lease
	for _, l := range due {
		switch {
		case r.empty(l.Stream, l.Shard):
		case r.reads(l):
			load[r.opts.Worker]++
		case l.Owner == r.opts.Worker: // handed over to it, or left behind by one of its name
			given = append(given, l)
		case l.Owner == "" || r.silent(l, now):
			free = append(free, l)
		default:
			load[l.Owner]++
			others = append(others, l)
			r.held(l)
		}
	}
	share := (len(due) + len(load) - 1) / len(load)
	for i, l := range append(given, free...) {
		if i >= len(given) && load[r.opts.Worker] >= share {
			break
		}
		if err := r.grab(ctx, l); err != nil {
			return err
		}
		load[r.opts.Worker]++
	}
	waits, waiting := r.asked(others, now)
	if waiting && !r.overdue(ctx, waits, now) { // one at a time
		return r.ask(ctx, waits)
	}
	slices.SortStableFunc(others, func(a, b Lease) int { return r.askedAt(a).Compare(r.askedAt(b)) })
	for _, l := range others {
		if waiting && !r.askedAt(l).IsZero() { // it was asked for too, and in vain
			break
		}
		if load[r.opts.Worker]+1 >= load[l.Owner] || load[r.opts.Worker] >= share {
			continue
		}
		if l.Since == 0 { // of a release that cannot be asked, or not begun
			return r.grab(ctx, l)
		}
		if waiting {
			r.unask(ctx, waits)
		}
		return r.ask(ctx, l)
	}
	if waiting {
		return r.ask(ctx, waits)
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
	start, err := r.beginsShard(ctx, l)
	if err != nil {
		return err
	}
	was, from := l.Counter, l.Owner
	l.Owner, l.Counter, l.Since = r.opts.Worker, was+1, was+1
	sent := time.Now()
	switch err := r.swap(ctx, l, was); {
	case errors.Is(err, ErrLeaseLost):
		return nil
	case err != nil:
		return err
	}
	s := &shard{r: r, stream: l.Stream, id: l.Shard, start: start, lease: l, since0: l.Since, position: l.Checkpoint, asked: make(chan struct{})}
	s.meter.s = ShardStatus{Stream: l.Stream, Shard: l.Shard, Owner: l.Owner, Mine: true, Checkpoint: l.Checkpoint, Position: l.Checkpoint}
	s.meter.rate.begun, s.meter.pace.begun, s.meter.fresh = sent, sent, 2*r.opts.Poll+near
	ctx, end := context.WithCancelCause(ctx)
	work, endWork := context.WithCancelCause(context.WithoutCancel(ctx))
	s.abort = func(cause error) { end(cause); endWork(cause) }
	s.expiry = time.AfterFunc(r.opts.Lease-time.Since(sent), s.lose)
	context.AfterFunc(ctx, func() {
		if r.opts.Grace <= 0 {
			endWork(context.Cause(ctx))
			return
		}
		time.AfterFunc(r.opts.Grace, func() { endWork(context.Cause(ctx)) })
	})
	context.AfterFunc(work, func() { time.AfterFunc(time.Second, s.overstays) })
	id := l.Stream + "#" + l.Shard
	r.mu.Lock()
	if from == r.opts.Worker { // it was handed over
		from = r.pleas[id].owner
	}
	r.mu.Unlock()
	r.log(ctx, slog.LevelInfo, "stream: shard taken", "shard", l.Shard, "from", from, "checkpoint", l.Checkpoint)
	r.mu.Lock()
	if r.drain != nil {
		r.drain.pending = true
	}
	r.running[id] = s
	r.mu.Unlock()
	r.wg.Go(func() {
		err := s.run(ctx, work)
		s.ended.Store(true)
		s.leaves()
		if err == nil && s.lost.Load() {
			err = fmt.Errorf("shard %s: %w", s.id, ErrLeaseLost)
		}
		s.release(ctx)
		s.expiry.Stop()
		s.abort(nil)
		r.mu.Lock()
		delete(r.running, id)
		r.mu.Unlock()
		_, gap := errors.AsType[*Gap](err)
		switch {
		case gap, errors.Is(err, errHook):
			r.end(err)
		case errors.Is(err, ErrLeaseLost):
			r.log(ctx, slog.LevelWarn, "stream: shard lost", "shard", l.Shard, "err", err)
			r.report(context.WithoutCancel(ctx), "shard "+l.Shard, err)
			return // it is looked for when it is time to
		case err != nil:
			r.report(ctx, "shard "+l.Shard, err)
			return
		}
		r.again()
	})
	return nil
}

// swap writes a lease of this worker's. It does not end with ctx: the store may have written what it could not answer to,
// and a worker that stops would leave behind a lease that it does not know to be its own.
func (r *Reader) swap(ctx context.Context, l Lease, was int64) error {
	write, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return r.note(context.WithoutCancel(ctx), opLease, r.store.Swap(write, l, was))
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
