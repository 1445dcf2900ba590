package ddbmem

import (
	"cmp"
	"slices"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// heat remembers some of what a partition was asked for, so that it can be split where that does most good.
type heat struct {
	samples  []sample // of the minute that is under way
	previous []sample // of the minute before
	seen     uint64
	state    uint64 // of the generator that draws samples
}

// sample is one request of a partition.
type sample struct {
	key   string
	units float64
	order uint64 // among all requests
}

// heatSamples is how many requests are remembered.
const heatSamples = 256

// note remembers a request, with the same chance for each of the minute.
func (h *heat) note(key string, units float64) {
	h.seen++
	s := sample{key, units, h.seen}
	if len(h.samples) < heatSamples {
		h.samples = append(h.samples, s)
		return
	}
	h.state = h.state*6364136223846793005 + 1442695040888963407
	if i := (h.state >> 33) % h.seen; i < heatSamples {
		h.samples[i] = s
	}
}

// turn begins a minute.
func (h *heat) turn() { h.samples, h.previous, h.seen = h.previous[:0], h.samples, 0 }

// part is a range of keys that is not split, and the units that went to it.
type part struct {
	from  string
	units float64
}

// cuts returns the keys at which a partition is split, in order: between the one part that takes more than half and those
// beside it, or else in the middle. There is none where one part takes everything.
func (h *heat) cuts(s *schema, whole bool) (cuts []string) {
	parts := h.parts(s, whole)
	total, hottest := 0.0, 0
	for i, p := range parts {
		total += p.units
		if p.units > parts[hottest].units {
			hottest = i
		}
	}
	sum, best := 0.0, total
	for i, p := range parts {
		switch off := max(total/2-sum, sum-total/2); {
		case i == 0: // everything is behind
		case parts[hottest].units > total/2:
			if i == hottest || i == hottest+1 {
				cuts = append(cuts, p.from)
			}
		case off < best:
			best, cuts = off, []string{p.from}
		}
		sum += p.units
	}
	return cuts
}

// parts returns the parts that were asked for, in the order of their keys: keys, and whole item collections where those
// must not be split, all of them or those whose sort keys follow the time.
func (h *heat) parts(s *schema, whole bool) []part {
	slices.SortFunc(h.samples, func(a, b sample) int { return cmp.Compare(a.order, b.order) })
	byCollection := map[string][]sample{}
	for _, x := range h.samples {
		c := s.collection(x.key)
		byCollection[c] = append(byCollection[c], x)
	}
	byStart := map[string]*part{}
	for c, samples := range byCollection {
		together := whole || monotonic(samples)
		for _, x := range samples {
			from := x.key
			if together {
				from = c
			}
			if byStart[from] == nil {
				byStart[from] = &part{from: from}
			}
			byStart[from].units += x.units
		}
	}
	parts := make([]part, 0, len(byStart))
	for _, p := range byStart {
		parts = append(parts, *p)
	}
	slices.SortFunc(parts, func(a, b part) int { return cmp.Compare(a.from, b.from) })
	return parts
}

// monotonic reports whether the keys of requests, in their order, almost only grow or almost only shrink.
func monotonic(samples []sample) bool {
	up, down := 0, 0
	for i := 1; i < len(samples); i++ {
		switch cmp.Compare(samples[i].key, samples[i-1].key) {
		case 1:
			up++
		case -1:
			down++
		}
	}
	const few, most = 8, 0.9
	return up+down >= few && float64(max(up, down)) >= most*float64(up+down)
}

// collection returns what the tree keys of an item collection begin with.
func (s *schema) collection(key string) string {
	n := hashLen
	for _, k := range s.hash {
		n += value.KeyPartLen(k.kind, key[n:])
	}
	return key[:n]
}
