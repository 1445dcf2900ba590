package ddbstream

import (
	"context"
	"log/slog"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/singletable-go/ddb"
)

// Start is where a group begins to read a stream. It is decided once, before the first lease is made, and stored. It is
// the same for all workers of the group, and survives failures and restarts before the first checkpoint.
type Start struct {
	Stream string // ARN
	Shard  string // "" for the stream; a shard if a lease with [Lease].Latest came before the decision
	// At is the time before which records are skipped, to the second; the zero time skips none.
	At time.Time
}

// early is how far before the present [Options].Latest begins. Record times are approximate: delivering too many
// records is better than too few.
const early = time.Second

// serverTime returns the time of the service from a response, or this worker's own if the response has none.
func serverTime(m middleware.Metadata) time.Time {
	if t, ok := awsmiddleware.GetServerTime(m); ok {
		return t
	}
	return time.Now()
}

// wish returns where this worker would begin if it decided.
func (r *Reader) wish() time.Time {
	switch {
	case !r.opts.From.IsZero():
		return r.opts.From.UTC().Truncate(time.Second)
	case r.opts.Latest:
		return r.clock().UTC().Truncate(time.Second).Add(-early)
	}
	return time.Time{}
}

// clock returns the time of the service when its streams were last listed.
func (r *Reader) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// begins returns where the group begins in a stream. The first worker decides: by its options for a fresh group, which
// has no leases, and with the oldest record for a group that has read another stream before.
func (r *Reader) begins(ctx context.Context, arn string, fresh bool) (time.Time, error) {
	wish := Start{Stream: arn}
	if fresh {
		wish.At = r.wish()
	}
	return r.startOf(ctx, wish)
}

// beginsShard returns where a shard begins whose lease has Latest, as older workers write it. A later decision of the
// group takes precedence.
func (r *Reader) beginsShard(ctx context.Context, l Lease) (time.Time, error) {
	at, err := r.begins(ctx, l.Stream, false)
	if err != nil || !at.IsZero() || !l.Latest || l.Checkpoint != "" {
		return at, err
	}
	return r.startOf(ctx, Start{Stream: l.Stream, Shard: l.Shard, At: r.clock().UTC().Truncate(time.Second).Add(-early)})
}

// startOf returns the stored start, or stores wish if there is none.
func (r *Reader) startOf(ctx context.Context, wish Start) (time.Time, error) {
	id := wish.Stream + "#" + wish.Shard
	r.mu.Lock()
	at, known := r.starts[id]
	r.mu.Unlock()
	if known {
		return at, nil
	}
	s, ok, err := r.store.Start(ctx, wish.Stream, wish.Shard)
	if r.note(ctx, opStore, err) != nil {
		return time.Time{}, err
	}
	if !ok {
		s, err = r.store.Begin(ctx, wish)
	}
	if r.note(ctx, opLease, err) != nil {
		return time.Time{}, err
	}
	r.mu.Lock()
	r.starts[id] = s.At
	r.mu.Unlock()
	if !s.At.IsZero() {
		r.log(ctx, slog.LevelInfo, "stream start", "stream", wish.Stream, "from", s.At)
	}
	return s.At, nil
}

// since drops records from the head of a batch that are older than the start of a shard without a position. After the
// first record that is not older, none is dropped. Record times have whole seconds.
func (s *shard) since(records []ddb.Record) []ddb.Record {
	if s.start.IsZero() || s.at() != "" {
		return records
	}
	for i, r := range records {
		if r.At.IsZero() || r.At.Unix() >= s.start.Unix() {
			return records[i:]
		}
	}
	return nil
}
