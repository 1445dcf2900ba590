package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// take reads the shards that are free, and asks other workers for as many shards as this worker's share needs.
func (r *Reader) take(ctx context.Context, due []Lease) error {
	now := time.Now()
	load := map[string]int{r.opts.Worker: 0}
	var given, free, others []Lease
	for _, l := range due {
		switch {
		case r.empty(l.Stream, l.Shard):
		case r.reads(l):
			load[r.opts.Worker]++
		case l.Owner == r.opts.Worker: // handed over to this worker, or left by an earlier one of its name
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
	if waiting && !r.overdue(ctx, waits, now) { // one request at a time
		return r.ask(ctx, waits)
	}
	slices.SortStableFunc(others, func(a, b Lease) int { return r.askedAt(a).Compare(r.askedAt(b)) })
	for _, l := range others {
		if waiting && !r.askedAt(l).IsZero() { // it was asked for before, without effect
			break
		}
		if load[r.opts.Worker]+1 >= load[l.Owner] || load[r.opts.Worker] >= share {
			continue
		}
		if l.Since == 0 { // an owner that cannot be asked, or has not begun
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

// silent reports whether the owner of a lease has not written for a lease's time, by this worker's own clock.
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

// grab makes this worker the owner of a lease and begins to read.
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
			return // the next plan sees the shard
		case err != nil:
			r.report(ctx, "shard "+l.Shard, err)
			return
		}
		r.again()
	})
	return nil
}

// swap writes a lease of this worker's. It does not end with ctx: the store may have written the lease although the
// response was lost, and a worker that stops would leave a lease that it does not know.
func (r *Reader) swap(ctx context.Context, l Lease, was int64) error {
	write, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return r.note(context.WithoutCancel(ctx), opLease, r.store.Swap(write, l, was))
}
