package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// A shard changes hands without two workers in it at once. The worker that has too few asks for it ([Store].Want). Its
// owner sees the request when it looks for shards, ends its batch, writes the position, and makes the other the owner.
// A worker that is gone cannot be asked: its lease expires. A worker of a release without requests writes leases
// without Since: its shard is taken at once. A live owner that does not hand over keeps its shard, because a handler
// may hang. That is reported, and another shard is asked for instead, if there is one.

// plea is a request of this worker for a shard.
type plea struct {
	since int64 // of the owner that is asked
	owner string
	at    time.Time
}

// askedAt is when this worker first asked the owner of a lease for the shard, zero for never.
func (r *Reader) askedAt(l Lease) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.pleas[l.Stream+"#"+l.Shard]; p.since == l.Since {
		return p.at
	}
	return time.Time{}
}

// overdue reports whether the owner of a lease was asked for the shard a lease's time ago and has not handed it over.
func (r *Reader) overdue(ctx context.Context, l Lease, now time.Time) bool {
	at := r.askedAt(l)
	if at.IsZero() || now.Sub(at) < r.opts.Lease {
		return false
	}
	r.report(ctx, "shard "+l.Shard, fmt.Errorf("ddbstream: shard %s: worker %s was asked to hand it over at %s and has not: "+
		"it is alive and its batch has not ended: look for a handler that hangs", l.Shard, l.Owner, at.UTC().Format(time.RFC3339)))
	return true
}

// ask asks the owner of a shard for it.
func (r *Reader) ask(ctx context.Context, l Lease) error {
	r.mu.Lock()
	r.asking = l
	if id := l.Stream + "#" + l.Shard; r.pleas[id].since != l.Since {
		r.pleas[id] = plea{l.Since, l.Owner, time.Now()}
	}
	r.mu.Unlock()
	if l.Wanted == r.opts.Worker {
		return nil
	}
	err := r.store.Want(ctx, l, r.opts.Worker)
	if errors.Is(err, ErrLeaseLost) { // it has another owner by now
		return nil
	}
	if r.note(ctx, opLease, err) == nil {
		r.log(ctx, slog.LevelDebug, "stream: shard asked for", "shard", l.Shard, "owner", l.Owner)
	}
	return err
}

// asked returns the lease that this worker waits for, if it still waits.
func (r *Reader) asked(due []Lease, now time.Time) (l Lease, waiting bool) {
	r.mu.Lock()
	want := r.asking
	r.asking = Lease{}
	r.mu.Unlock()
	for _, l := range due {
		if want.Shard != "" && l.Stream == want.Stream && l.Shard == want.Shard && l.Since == want.Since && l.Since != 0 && !r.silent(l, now) {
			return l, true
		}
	}
	return l, false
}

// given begins to read the shards that were handed over to this worker. It depends on no other shard.
func (r *Reader) given(ctx context.Context, leases []Lease) error {
	for _, l := range leases {
		if l.Owner != r.opts.Worker || l.Since != 0 || l.Done || r.reads(l) || r.empty(l.Stream, l.Shard) {
			continue
		}
		if r.askedFor(l) {
			if err := r.grab(ctx, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// askedFor reports whether this worker has asked any owner for a shard.
func (r *Reader) askedFor(l Lease) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.pleas[l.Stream+"#"+l.Shard]
	return ok
}

// withdraw withdraws the request of a worker that stops.
func (r *Reader) withdraw(ctx context.Context) {
	r.mu.Lock()
	l := r.asking
	r.mu.Unlock()
	if l.Shard != "" {
		r.unask(ctx, l)
	}
}

// unask withdraws this worker's request for a shard.
func (r *Reader) unask(ctx context.Context, l Lease) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = r.store.Want(ctx, l, "") // if it fails, the shard is idle until its lease expires
}

// refuse gives back a shard that was handed over to this worker after it had stopped.
func (r *Reader) refuse(ctx context.Context) {
	r.mu.Lock()
	asked := len(r.pleas)
	r.mu.Unlock()
	if asked == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	leases, err := r.store.Leases(ctx)
	if err != nil {
		return
	}
	for _, l := range leases {
		if l.Owner == r.opts.Worker && l.Since == 0 && !l.Done {
			was := l.Counter
			l.Owner, l.Counter = "", was+1
			_ = r.swap(ctx, l, was)
		}
	}
}

// wait is the pause before the next look at the leases: short while a shard is requested.
func (r *Reader) wait() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asking.Shard != "" {
		return min(r.opts.Discover, time.Second)
	}
	return r.opts.Discover
}

// requests passes the requests of other workers to this worker's shards, and reports shards that do not hand over.
func (r *Reader) requests(ctx context.Context, leases []Lease) {
	var wanted []*shard
	r.mu.Lock()
	for _, l := range leases {
		if s := r.running[l.Stream+"#"+l.Shard]; s != nil && r.drain == nil && l.Since == s.since0 {
			s.want(l.Wanted)
			wanted = append(wanted, s)
		}
	}
	r.mu.Unlock()
	for _, s := range wanted {
		if to, at := s.wish(); to != "" && time.Since(at) >= r.opts.Lease/2 { // before the other asks for another shard

			r.report(ctx, "shard "+s.id, fmt.Errorf("ddbstream: shard %s: worker %s has been asking for it since %s and the current batch has not ended: "+
				"look for a handler that hangs", s.id, to, at.UTC().Format(time.RFC3339)))
		}
	}
}

// want notes which worker asks for the shard, "" if none does any more.
func (s *shard) want(worker string) {
	s.wanting.Lock()
	defer s.wanting.Unlock()
	switch {
	case worker != "" && s.wanted == "":
		close(s.asked)
		s.wantedAt = time.Now()
	case worker == "" && s.wanted != "":
		s.asked = make(chan struct{})
	}
	s.wanted = worker
}

// signal is closed when another worker asks for the shard.
func (s *shard) signal() <-chan struct{} {
	s.wanting.Lock()
	defer s.wanting.Unlock()
	return s.asked
}

// wantedBy returns the worker that asks for the shard, "" if none does.
func (s *shard) wantedBy() string {
	worker, _ := s.wish()
	return worker
}

// wish is wantedBy, with the time of the first request.
func (s *shard) wish() (worker string, since time.Time) {
	s.wanting.Lock()
	defer s.wanting.Unlock()
	if s.wanted == "" {
		return "", time.Time{}
	}
	return s.wanted, s.wantedAt
}

// give hands the shard, with its position, over to the worker that asks for it.
func (s *shard) give(ctx context.Context, to string) error {
	err := s.save(ctx, func(l *Lease) { l.Owner, l.Since = to, 0 })
	if err == nil {
		s.r.log(ctx, slog.LevelInfo, "stream: shard handed over", "shard", s.id, "to", to, "checkpoint", s.at())
	}
	return err
}
