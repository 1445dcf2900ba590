package read

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// front is the position of a read of all shards: after its last item, in the order of the sort key and then of the shards.
// Each shard continues there, even if none of its items was read. So an item that is written between two pages is read if
// its key is after the front.
type front struct {
	key   attr.Item // position of the last item
	shard int
}

// standing is the position of a read of all shards: that of each shard, and then the front.
func (r *Reading) standing() position {
	keys := make([]keyPosition, 0, len(r.parts)+1)
	for _, s := range r.parts {
		keys = append(keys, s.at)
	}
	at := keyPosition{state: notStarted}
	if r.last != nil {
		at = keyPosition{state: afterKey, key: r.plan.ix.KeyValues(r.last)}
	}
	return position{query: r.plan.shardsFingerprint(), keys: append(keys, at)}
}

// shardsFingerprint is fingerprint for a read of all shards.
func (p *Plan) shardsFingerprint() uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d\x00%d shards", p.fingerprint(), len(p.Shards))
	return h.Sum64()
}

// standing is the inverse of reading.standing.
func (p *Plan) standing(pos position) (at []keyPosition, f *front, err error) {
	n := len(p.Shards)
	switch {
	case pos.query == p.fingerprint() && len(pos.keys) == n:
		return p.formerly(pos)
	case pos.query != p.shardsFingerprint() || len(pos.keys) != n+1:
		return nil, nil, p.fail(fmt.Errorf("%w: it belongs to another query or table", fault.ErrCursor))
	case pos.keys[n].state == notStarted:
		return pos.keys[:n], nil, nil
	}
	key, err := startKey(p.ix, pos.keys[n].key)
	if err != nil {
		return nil, nil, p.fail(err)
	}
	i := slices.IndexFunc(p.Shards, func(v types.AttributeValue) bool { return attr.Equal(v, key[p.ix.Partition[0]]) })
	if i < 0 {
		return nil, nil, p.fail(fmt.Errorf("%w: it belongs to another partition key", fault.ErrCursor))
	}
	return pos.keys[:n], &front{key, i}, nil
}

// formerly is standing for a cursor of an older release, which has no front. The front is then the last item of all shards,
// unless a shard was at its end or a filter dropped the last item.
func (p *Plan) formerly(pos position) (at []keyPosition, f *front, err error) {
	if len(p.Q.Filters) > 0 || p.live || slices.ContainsFunc(pos.keys, func(k keyPosition) bool { return k.state == atEnd }) {
		return nil, nil, p.fail(fmt.Errorf("%w: it was made by an older release and lacks the position of some shards: start without a cursor", fault.ErrCursor))
	}
	for i, k := range pos.keys {
		if k.state != afterKey {
			continue
		}
		key, err := startKey(p.ix, k.key)
		if err != nil {
			return nil, nil, p.fail(err)
		}
		if f == nil || p.order(model.Loaded(key), model.Loaded(f.key)) >= 0 {
			f = &front{key, i}
		}
	}
	return pos.keys, f, nil
}

// resume starts the reading of shard i after the front: at its own position if that is later, else at the sort key of the
// front. DynamoDB accepts a start key without an item.
func (s *shardReading) resume(f *front, i int) (err error) {
	p := s.plan
	var own attr.Item
	if s.at.state == afterKey {
		if own, err = startKey(p.ix, s.at.key); err != nil {
			return p.fail(err)
		}
		if !p.here(own) {
			return p.fail(fmt.Errorf("%w: it belongs to another partition key", fault.ErrCursor))
		}
	}
	switch {
	case f == nil && own == nil:
		return nil
	case f == nil:
		s.from(own)
		return nil
	}
	if i != f.shard {
		s.front = &front{f.key, i - f.shard}
	}
	switch _, past := p.within(f.key); {
	case past, len(p.ix.Sort) == 0 && i < f.shard:
		s.ended = true
	case own != nil && p.order(model.Loaded(own), model.Loaded(f.key)) >= 0:
		s.from(own)
	default:
		if before := p.inFront(f.key); before != nil {
			s.from(before)
		}
	}
	return nil
}

// from starts the reading after a key.
func (s *shardReading) from(key attr.Item) {
	start, past := s.plan.within(key)
	s.start, s.ended = start, s.ended || past
}

// skip drops hits before the front.
func (s *shardReading) skip() {
	for s.front != nil && len(s.hits) > 0 {
		c := s.plan.order(s.hits[0].Found, model.Loaded(s.front.key))
		if c > 0 || c == 0 && s.front.shard > 0 {
			s.front = nil
			return
		}
		s.hits = s.hits[1:]
	}
}

// inFront returns the greatest start key in this plan's partition after which all items with the sort key of at are read; nil
// is the start of the partition.
func (p *Plan) inFront(at attr.Item) attr.Item {
	key := maps.Clone(at)
	for i, attr := range p.ix.Partition {
		key[attr] = p.partition[i]
	}
	for _, attr := range slices.Backward(p.ix.Sort) {
		if v, ok := neighbour(key[attr], p.Q.Desc); ok {
			key[attr] = v
			return key
		}
	}
	return nil
}

// neighbour returns the next greater or next smaller value of a sort key.
func neighbour(v types.AttributeValue, above bool) (types.AttributeValue, bool) {
	if n, ok := v.(*types.AttributeValueMemberN); ok {
		d, err := decimal.Parse(n.Value)
		if err != nil {
			return nil, false
		}
		if above {
			d, ok = d.Above()
		} else {
			d, ok = d.Below()
		}
		return &types.AttributeValueMemberN{Value: d.String()}, ok
	}
	var ok bool
	switch {
	case keySize(v) == 0:
		return nil, false
	case above:
		if v, ok = (nativeBound{}).above(v); ok {
			return atLeast(v, model.MaxSortBytes)
		}
		return nil, false
	}
	if v, ok = (nativeBound{}).below(v, model.MaxSortBytes); ok {
		v = atMost(v, model.MaxSortBytes)
	}
	return v, ok && keySize(v) > 0
}
