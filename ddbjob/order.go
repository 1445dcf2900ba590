package ddbjob

import (
	"cmp"
	"slices"
)

// golden places the partition keys: multiples of it, without their integers, are evenly apart however many there are.
const golden = 0.6180339887498949

// inOrder returns items in an order in which those of one partition key are evenly apart: those of the key that most have first, to
// the place, those of the others as near as there is a place left.
func inOrder(items []outgoing) []outgoing {
	at := map[string]int{}
	var groups [][]outgoing
	for _, o := range items {
		i, ok := at[o.partition]
		if !ok {
			i = len(groups)
			at[o.partition] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], o)
	}
	slices.SortStableFunc(groups, func(a, b []outgoing) int { return cmp.Compare(len(b), len(a)) })
	out := make([]outgoing, len(items))
	free := newPlaces(len(items))
	phase := 0.0
	for _, g := range groups {
		apart := float64(len(items)) / float64(len(g))
		for i, o := range g {
			out[free.take(int((float64(i)+phase)*apart))] = o
		}
		if phase += golden; phase >= 1 {
			phase--
		}
	}
	return out
}

// places are those of a list that are free: each is its own next one, or points further.
type places []int

func newPlaces(n int) places {
	p := make(places, n+1)
	for i := range p {
		p[i] = i
	}
	return p
}

// take takes the first free place from i on, or else the first of all. There is to be one.
func (p places) take(i int) int {
	i = p.next(i)
	if i == len(p)-1 {
		i = p.next(0)
	}
	p[i] = i + 1
	return i
}

func (p places) next(i int) int {
	for p[i] != i {
		p[i] = p[p[i]]
		i = p[i]
	}
	return i
}
