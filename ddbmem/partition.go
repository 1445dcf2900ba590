package ddbmem

import (
	"encoding/binary"
	"slices"
	"sort"
	"time"
)

// partition is a range of the keys of a table or an index, with its limits and its consumption. Its start and its size
// change only under the lock of the table; the lock of the supply guards the rest.
type partition struct {
	id, parent int
	from       string // the first key; it ends where the next partition begins
	bytes      int64
	stuck      int64 // the size up to which splitting it was found useless

	limits    [2]bucket
	minute    [2]float64 // units consumed since the minute began
	consumed  [2]float64 // and since the partition began
	throttled [2]int64
	hot       int // minutes in a row near a limit
	heat      heat
}

// newPartition returns a partition with the units of one second.
func (r *resource) newPartition(parent int, from string, bytes int64, now time.Time) *partition {
	r.last++
	p := &partition{id: r.last, parent: parent, from: from, bytes: bytes}
	for a, limit := range partitionLimits {
		p.limits[a].limit(limit, 1, now)
	}
	return p
}

// allocate makes the first partitions: equal ranges, as many as the warm throughput needs.
func (r *resource) allocate(now time.Time) {
	n := uint64(1)
	for a, limit := range partitionLimits {
		n = max(n, uint64((r.warm[a]+limit-1)/limit))
	}
	for i := range n {
		r.parts = append(r.parts, r.newPartition(0, segmentStart(i, n), 0, now))
	}
}

// at returns the position of the partition of a key.
func (r *resource) at(key string) int {
	return sort.Search(len(r.parts), func(i int) bool { return r.parts[i].from > key }) - 1
}

// end returns the exclusive end of a partition; it is empty for the last.
func (r *resource) end(i int) string {
	if i+1 < len(r.parts) {
		return r.parts[i+1].from
	}
	return ""
}

// split splits a partition at a key.
func (r *resource) split(i int, cut string, now time.Time) {
	p := r.parts[i]
	left := r.measure(p.from, cut)
	r.parts = slices.Replace(r.parts, i, i+1,
		r.newPartition(p.id, p.from, left, now), r.newPartition(p.id, cut, p.bytes-left, now))
}

// measure returns the size of the data from one key up to another.
func (r *resource) measure(from, to string) int64 {
	total := int64(0)
	for key, size := range r.stored(from) {
		if to != "" && key >= to {
			break
		}
		total += size
	}
	return total
}

// resize notes a change of the data's size under a key, and splits the partition if it is now too large.
func (r *resource) resize(key string, by int64, now time.Time) {
	i := r.at(key)
	p := r.parts[i]
	p.bytes += by
	if p.bytes > r.of.opts.PartitionBytes && p.bytes > p.stuck {
		r.halve(i, now)
	}
}

// halve splits a partition in the middle of its data.
func (r *resource) halve(i int, now time.Time) {
	p, end := r.parts[i], r.end(i)
	sum := int64(0)
	for key, size := range r.stored(p.from) {
		if end != "" && key >= end {
			break
		}
		if sum >= p.bytes/2 {
			if r.whole {
				key = r.keys.collection(key)
			}
			if key > p.from && sum > 0 {
				r.split(i, key, now)
				return
			}
		}
		sum += size
	}
	p.stuck = p.bytes + p.bytes/4 // a single item collection that must not split
}

// cool splits a hot partition.
func (r *resource) cool(i int, now time.Time) {
	for _, cut := range slices.Backward(r.parts[i].heat.cuts(r.keys, r.whole)) {
		r.split(i, cut, now) // the other cut is in the first half
	}
}

// spread splits partitions until an even load at the warm throughput is within the limits of each.
func (r *resource) spread(now time.Time) {
	for i := 0; i < len(r.parts); {
		from, to := position(r.parts[i].from), ^uint64(0)
		if end := r.end(i); end != "" {
			to = position(end)
		}
		if r.bears(float64(to-from)/(1<<64)) || to-from < 2 {
			i++
			continue
		}
		r.split(i, string(binary.BigEndian.AppendUint64(nil, from+(to-from)/2)), now)
	}
}

// bears reports whether a partition with that share of the keys can serve its share of the warm throughput.
func (r *resource) bears(share float64) bool {
	for a, limit := range partitionLimits {
		if share*r.warm[a] > limit*(1+rounding) {
			return false
		}
	}
	return true
}

// position returns the position of a key among the hashes of partition keys.
func position(key string) uint64 {
	var b [hashLen]byte
	copy(b[:], key)
	return binary.BigEndian.Uint64(b[:])
}

// check reports partitions that do not cover all keys in order, or have a wrong size.
func (r *resource) check(report func(string, ...any)) {
	for i, p := range r.parts {
		if i == 0 && p.from != "" || i > 0 && p.from <= r.parts[i-1].from {
			report("%s: partition %d begins at %x", r.arn, p.id, p.from)
		}
		if bytes := r.measure(p.from, r.end(i)); bytes != p.bytes {
			report("%s: partition %d holds %d bytes, not %d", r.arn, p.id, bytes, p.bytes)
		}
	}
}
