package read

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
)

// shards sets the partition keys of a query that reads all shards: the field of a Shard part is empty. It reports whether the
// query is one.
func (b *planner) shards(k model.Key) bool {
	n := k.Template.Shards()
	if n == 0 {
		return false
	}
	for _, p := range k.Template.Parts() {
		if p.N > 0 && !p.Field.Get(b.q.Example).IsZero() {
			return false
		}
	}
	for i := range n {
		s, err := k.Template.EncodeShard(b.q.Example, i)
		if err == nil && len(s) > k.MaxBytes {
			err = k.TooLong(len(s))
		}
		if err != nil {
			b.faults = append(b.faults, b.p.keys.KeyError("query", k, err))
			return true
		}
		b.p.Shards = append(b.p.Shards, &types.AttributeValueMemberS{Value: s})
	}
	b.p.partition = b.p.Shards[:1]
	return true
}

// shard returns the plan for one shard.
func (p *Plan) shard(i int) *Plan {
	one := *p
	one.partition, one.Shards = p.Shards[i:i+1], nil
	return &one
}

// shardReading is the reading of one shard.
type shardReading struct {
	*Reading
	at    keyPosition // the last hit that was visited or filtered out
	front *front      // hits before it are dropped; nil after that
}

// fan starts the readings of all shards of the plan.
func (r *Reading) fan(pos *position) error {
	at, f := make([]keyPosition, len(r.plan.Shards)), (*front)(nil)
	if pos != nil {
		var err error
		if at, f, err = r.plan.standing(*pos); err != nil {
			return err
		}
	}
	for i := range r.plan.Shards {
		s := &shardReading{Reading: &Reading{db: r.db, plan: r.plan.shard(i), ended: r.ended}, at: at[i]}
		if err := s.resume(f, i); err != nil {
			return err
		}
		r.parts = append(r.parts, s)
	}
	if f != nil {
		r.last = f.key
	}
	return nil
}

// merge returns the next hits of all shards in the order of the sort key, and of the shards for equal keys. It returns as many
// as batch says, and ends where a shard needs another request. It makes one request for each shard without hits, concurrently.
func (r *Reading) merge(ctx context.Context, want int) ([]Hit, error) {
	if err := r.fill(ctx, want); err != nil {
		return nil, err
	}
	n := 0
	for _, s := range r.parts {
		n += len(s.hits)
	}
	if n = r.batch(want, n); want > 0 && !r.plan.hydrate && !r.plan.partial {
		n = want
	}
	var out []Hit
	r.origin = r.origin[:0]
	for len(out) < n {
		var first *shardReading
		dry := false
		for _, s := range r.parts {
			switch {
			case len(s.hits) == 0 && !s.ended:
				dry = true
			case len(s.hits) > 0 && (first == nil || r.plan.order(s.hits[0].Found, first.hits[0].Found) < 0):
				first = s
			}
		}
		if dry || first == nil {
			break
		}
		out = append(out, first.hits[0])
		r.origin = append(r.origin, first)
		first.hits = first.hits[1:]
	}
	r.done = !slices.ContainsFunc(r.parts, func(s *shardReading) bool { return len(s.hits) > 0 || !s.ended })
	return out, nil
}

// fill makes one request for each shard without hits.
func (r *Reading) fill(ctx context.Context, want int) error {
	if want > 0 {
		want = int(grown(want, r.thin))
	}
	errs := make([]error, len(r.parts))
	var wg sync.WaitGroup
	for i, s := range r.parts {
		if len(s.hits) > 0 || s.ended {
			continue
		}
		wg.Go(func() {
			if errs[i] = s.request(ctx, want); errs[i] != nil {
				return
			}
			s.skip()
			if len(s.hits) == 0 && !s.ended { // a filter dropped all
				s.at = keyPosition{state: afterKey, key: s.plan.ix.KeyValues(s.start)}
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

// merged marks hits, the first ones that merge returned, as read.
func (r *Reading) merged(hits []Hit) {
	r.last = hits[len(hits)-1].Found.Only(r.plan.ix.Position())
	var seen []*shardReading
	for i, item := range slices.Backward(hits) {
		if s := r.origin[i]; !slices.Contains(seen, s) {
			seen = append(seen, s)
			s.at = keyPosition{state: afterKey, key: r.plan.ix.KeyValues(item.Found.Only(r.plan.ix.Position()))}
		}
	}
}

// order compares two items by the sort key, in the direction of the query.
func (p *Plan) order(a, b attr.Stored) int {
	for _, attrName := range p.ix.Sort {
		if c, _ := attr.Compare(a.Attr(attrName), b.Attr(attrName)); c != 0 {
			if p.Q.Desc {
				return -c
			}
			return c
		}
	}
	return 0
}
