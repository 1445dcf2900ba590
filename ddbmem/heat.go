package ddbmem

import (
	"cmp"
	"slices"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// heat samples the requests of a partition, so that it can be split where that helps most.
type heat struct {
	samples  []sample // of the current minute
	previous []sample // of the previous minute
	seen     uint64
	state    uint64 // of the generator that draws samples
}

// sample is one request of a partition.
type sample struct {
	key   string
	units float64
	order uint64 // among all requests
}

// heatSamples is the number of sampled requests.
const heatSamples = 256

// note samples a request, with the same probability for each request of the minute.
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

// part is a range of keys that is not split, and its units.
type part struct {
	from  string
	units float64
}

// cuts returns the keys at which a partition is split, in order: around the one part with more than half of the units,
// otherwise in the middle. There is none if one part has everything.
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
		case i == 0: // all other parts come later
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

// parts returns the sampled parts, in the order of their keys. A part is a key, or a whole item collection if it must
// not split: in some tables all, otherwise those whose sort keys follow time.
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

// collection returns the common prefix of an item collection's tree keys.
func (s *schema) collection(key string) string {
	n := hashLen
	for _, k := range s.hash {
		n += value.KeyPartLen(k.kind, key[n:])
	}
	return key[:n]
}
