package ddb

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// shards fills in the partitions of a query that leaves the field of a Shard part empty: it reads all of them. It
// reports whether there are any.
func (b *planner) shards(k key) bool {
	n := k.template.Shards()
	if n == 0 {
		return false
	}
	for _, p := range k.template.Parts() {
		if p.N > 0 && !p.Field.Get(b.q.example).IsZero() {
			return false
		}
	}
	for i := range n {
		s, err := k.template.EncodeShard(b.q.example, i)
		if err == nil && len(s) > k.maxBytes {
			err = k.tooLong(len(s))
		}
		if err != nil {
			b.faults = append(b.faults, b.p.row.keyError("query", k, err))
			return true
		}
		b.p.shards = append(b.p.shards, &types.AttributeValueMemberS{Value: s})
	}
	b.p.partition = b.p.shards[:1]
	return true
}

// shard returns the plan for one shard.
func (p *readPlan) shard(i int) *readPlan {
	one := *p
	one.partition, one.shards = p.shards[i:i+1], nil
	return &one
}

// shardReading is where the reading of one shard stands: what it has fetched and not handed out yet.
type shardReading struct {
	*reading
	rows []row
	at   keyPosition // of the last row handed out
}

// fan starts the readings of all shards of the plan.
func (r *reading) fan(pos *position) error {
	if pos != nil && (pos.query != r.plan.fingerprint() || len(pos.keys) != len(r.plan.shards)) {
		return r.plan.fail(fmt.Errorf("%w: it is of another query or table", ErrCursor))
	}
	for i := range r.plan.shards {
		s := &shardReading{reading: &reading{db: r.db, plan: r.plan.shard(i), done: r.done}}
		if pos != nil {
			s.at = pos.keys[i]
			switch s.at.state {
			case atEnd:
				s.done = true
			case afterKey:
				start, done, err := s.plan.resumeAt(s.at)
				if err != nil {
					return err
				}
				s.start, s.done = start, s.done || done
			case notStarted:
			}
		}
		r.parts = append(r.parts, s)
	}
	return nil
}

// merge returns the next rows of all shards in the order of the sort key, as far as they are known: up to want, and up
// to where a shard must be asked again. It makes a request for each shard of which nothing is at hand, all at once.
func (r *reading) merge(ctx context.Context, want int) ([]row, error) {
	if err := r.fill(ctx, want); err != nil {
		return nil, err
	}
	var out []row
	for want == 0 || len(out) < want {
		var first *shardReading
		dry := false
		for _, s := range r.parts {
			switch {
			case len(s.rows) == 0 && !s.done:
				dry = true
			case len(s.rows) > 0 && (first == nil || r.plan.before(s.rows[0], first.rows[0])):
				first = s
			}
		}
		if dry || first == nil {
			break
		}
		next := first.rows[0]
		first.rows = first.rows[1:]
		first.at = keyPosition{state: afterKey, key: r.plan.ix.keyValues(next.found.only(r.plan.ix.position()))}
		out = append(out, next)
	}
	r.done = !slices.ContainsFunc(r.parts, func(s *shardReading) bool { return len(s.rows) > 0 || !s.done })
	return out, nil
}

// fill makes one request for each shard of which no row is at hand.
func (r *reading) fill(ctx context.Context, want int) error {
	errs := make([]error, len(r.parts))
	var wg sync.WaitGroup
	for i, s := range r.parts {
		if len(s.rows) > 0 || s.done {
			continue
		}
		wg.Go(func() {
			if s.rows, errs[i] = s.next(ctx, want); len(s.rows) == 0 && errs[i] == nil && !s.done { // a filter dropped all
				s.at = keyPosition{state: afterKey, key: s.plan.ix.keyValues(s.start)}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// before orders two rows by the sort key, in the direction of the query.
func (p *readPlan) before(a, b row) bool {
	for _, attr := range p.ix.sort {
		if c, _ := compareValues(a.found.attr(attr), b.found.attr(attr)); c != 0 {
			return c < 0 != p.q.desc
		}
	}
	return false
}

// positions says where each shard stands.
func (r *reading) positions() []keyPosition {
	out := make([]keyPosition, len(r.parts))
	for i, s := range r.parts {
		if out[i] = s.at; s.done && len(s.rows) == 0 {
			out[i] = keyPosition{state: atEnd}
		}
	}
	return out
}
