package ddbdraw

import (
	"cmp"
	"slices"
)

// perLayer is the number of boxes beside each other.
const perLayer = 3

// node is a box, or a point where references pass a layer.
type node struct {
	entity   int // the number of the entity; -1 for a point
	layer    int
	x        float64 // of its middle
	up, down []int   // nodes of the layers above and below that a line leads to
}

// link is a line between a node and one of the layer below it.
type link struct {
	top, bottom int // nodes
	ref         int // the reference that its lower end belongs to
	flipped     bool
}

// layout is boxes in layers: what is referred to stands above what refers to it. References that would lead down, in a cycle,
// are flipped: they are drawn with the arrow at the lower end.
type layout struct {
	nodes  []node
	links  []link
	layers [][]int // nodes from left to right
}

// arrange lays out n entities. References of an entity to itself are not part of it.
func arrange(n int, refs []reference) *layout {
	l := &layout{}
	flipped := flip(n, refs)
	parents, children := make([][]int, n), make([][]int, n)
	for i, r := range refs {
		if r.from == r.to {
			continue
		}
		up, down := r.to, r.from
		if flipped[i] {
			up, down = down, up
		}
		parents[down] = append(parents[down], up)
		children[up] = append(children[up], down)
	}
	for i, at := range levels(parents, children) {
		l.add(node{entity: i, layer: at})
	}
	trunks := map[[2]int]int{} // the point of what leads up to a node, in a layer
	for i, r := range refs {
		if r.from == r.to {
			continue
		}
		top, bottom := r.to, r.from
		if flipped[i] {
			top, bottom = bottom, top
		}
		at := top
		for layer := l.nodes[top].layer + 1; layer < l.nodes[bottom].layer; layer++ {
			point, shared := trunks[[2]int{top, layer}]
			if !shared || flipped[i] {
				point = l.add(node{entity: -1, layer: layer})
				l.join(link{top: at, bottom: point, ref: i, flipped: flipped[i]})
				if !flipped[i] {
					trunks[[2]int{top, layer}] = point
				}
			}
			at = point
		}
		l.join(link{top: at, bottom: bottom, ref: i, flipped: flipped[i]})
	}
	l.order()
	return l
}

func (l *layout) add(n node) int {
	for len(l.layers) <= n.layer {
		l.layers = append(l.layers, nil)
	}
	l.nodes = append(l.nodes, n)
	l.layers[n.layer] = append(l.layers[n.layer], len(l.nodes)-1)
	return len(l.nodes) - 1
}

func (l *layout) join(k link) {
	l.links = append(l.links, k)
	l.nodes[k.top].down = append(l.nodes[k.top].down, k.bottom)
	l.nodes[k.bottom].up = append(l.nodes[k.bottom].up, k.top)
}

// flip returns the references that close a cycle.
func flip(n int, refs []reference) map[int]bool {
	const open, done = 1, 2
	flipped, state := map[int]bool{}, make([]int, n)
	var visit func(int)
	visit = func(at int) {
		state[at] = open
		for i, r := range refs {
			if r.from != at || r.to == at {
				continue
			}
			switch state[r.to] {
			case open:
				flipped[i] = true
			case 0:
				visit(r.to)
			}
		}
		state[at] = done
	}
	for i := range n {
		if state[i] == 0 {
			visit(i)
		}
	}
	return flipped
}

// levels returns the layer of each entity: below its parents, where there is room. Those without any line fill the room that is left.
func levels(parents, children [][]int) []int {
	at, room := make([]int, len(parents)), []int{}
	for i := range at {
		at[i] = -1
	}
	place := func(i, from int) {
		for {
			for len(room) <= from {
				room = append(room, 0)
			}
			if room[from] < perLayer {
				at[i] = from
				room[from]++
				return
			}
			from++
		}
	}
	below := func(i int) (layer int, ready bool) {
		for _, p := range parents[i] {
			if at[p] < 0 {
				return 0, false
			}
			layer = max(layer, at[p]+1)
		}
		return layer, len(parents[i])+len(children[i]) > 0
	}
	for {
		next, layer := -1, 0
		for i := range at {
			if at[i] < 0 {
				if from, ready := below(i); ready && (next < 0 || from < layer) {
					next, layer = i, from
				}
			}
		}
		if next < 0 {
			break
		}
		place(next, layer)
	}
	for i := range at {
		if at[i] < 0 {
			place(i, 0)
		}
	}
	return at
}

// order sorts the layers so that few lines cross.
func (l *layout) order() {
	best, least := l.copyLayers(), l.crossings()
	for sweep := range 12 {
		for i := range l.layers {
			if sweep%2 == 0 {
				l.sortBy(i, func(n node) []int { return n.up })
			} else {
				l.sortBy(len(l.layers)-1-i, func(n node) []int { return n.down })
			}
		}
		if c := l.crossings(); c < least {
			best, least = l.copyLayers(), c
		}
	}
	l.layers = best
}

func (l *layout) copyLayers() (layers [][]int) {
	for _, layer := range l.layers {
		layers = append(layers, slices.Clone(layer))
	}
	return layers
}

// places returns the place of each node in its layer, from 0 to 1.
func (l *layout) places() []float64 {
	places := make([]float64, len(l.nodes))
	for _, layer := range l.layers {
		for i, n := range layer {
			places[n] = (float64(i) + 0.5) / float64(len(layer))
		}
	}
	return places
}

// sortBy sorts a layer by the mean place of the neighbours.
func (l *layout) sortBy(layer int, neighbours func(node) []int) {
	places := l.places()
	mean := make([]float64, len(l.nodes))
	for _, n := range l.layers[layer] {
		mean[n] = places[n]
		if next := neighbours(l.nodes[n]); len(next) > 0 {
			mean[n] = 0
			for _, o := range next {
				mean[n] += places[o] / float64(len(next))
			}
		}
	}
	slices.SortStableFunc(l.layers[layer], func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
}

// crossings returns the number of pairs of lines that cross.
func (l *layout) crossings() (n int) {
	places := l.places()
	for i, a := range l.links {
		for _, b := range l.links[:i] {
			if l.nodes[a.top].layer == l.nodes[b.top].layer &&
				(places[a.top]-places[b.top])*(places[a.bottom]-places[b.bottom]) < 0 {
				n++
			}
		}
	}
	return n
}
