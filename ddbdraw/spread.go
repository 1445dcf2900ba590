package ddbdraw

import "slices"

// The sizes of the drawing of entities, in pixels.
const (
	boxWidth   = 204.0
	boxGap     = 22.0
	pointWidth = 10.0
	margin     = 18.0
)

// spread gives each node its x, so that lines are short, and returns the width of the drawing.
func (l *layout) spread() float64 {
	total := leastWidth
	for _, layer := range l.layers {
		w := 2 * margin
		for i, n := range layer {
			w += l.nodes[n].width()
			if i > 0 {
				w += boxGap
			}
		}
		total = max(total, w)
	}
	for _, layer := range l.layers {
		l.settle(layer, make([]float64, len(layer)), total) // packed at the left
		shift := (total - margin - l.nodes[layer[len(layer)-1]].right()) / 2
		for _, n := range layer {
			l.nodes[n].x += shift
		}
	}
	for sweep := range 24 {
		for i := range l.layers {
			layer := l.layers[i]
			if sweep%2 == 1 {
				layer = l.layers[len(l.layers)-1-i]
			}
			wish := make([]float64, len(layer))
			for j, n := range layer {
				wish[j] = l.middle(n)
			}
			l.settle(layer, wish, total)
		}
	}
	return total
}

func (n node) width() float64 {
	if n.entity < 0 {
		return pointWidth
	}
	return boxWidth
}

func (n node) right() float64 { return n.x + n.width()/2 }

// middle is the mean x of the nodes that lines lead to.
func (l *layout) middle(n int) float64 {
	next := append(slices.Clone(l.nodes[n].up), l.nodes[n].down...)
	if len(next) == 0 {
		return l.nodes[n].x
	}
	var sum float64
	for _, o := range next {
		sum += l.nodes[o].x
	}
	return sum / float64(len(next))
}

// settle gives the nodes of a layer the x that are nearest to the wished ones, in the sum of squares, and keeps them apart.
func (l *layout) settle(layer []int, wish []float64, total float64) {
	if len(layer) == 0 {
		return
	}
	// Without the widths to their left the nodes may have equal x, but must not change places: a problem of pools that merge.
	offset := make([]float64, len(layer))
	for i := 1; i < len(layer); i++ {
		offset[i] = offset[i-1] + (l.nodes[layer[i-1]].width()+l.nodes[layer[i]].width())/2 + boxGap
	}
	type pool struct {
		sum  float64
		size int
	}
	var pools []pool
	for i := range layer {
		pools = append(pools, pool{wish[i] - offset[i], 1})
		for len(pools) > 1 {
			a, b := pools[len(pools)-2], pools[len(pools)-1]
			if a.sum/float64(a.size) <= b.sum/float64(b.size) {
				break
			}
			pools = append(pools[:len(pools)-2], pool{a.sum + b.sum, a.size + b.size})
		}
	}
	first, last := l.nodes[layer[0]], l.nodes[layer[len(layer)-1]]
	least, most := margin+first.width()/2, total-margin-last.width()/2-offset[len(layer)-1]
	i := 0
	for _, p := range pools {
		for range p.size {
			l.nodes[layer[i]].x = min(max(p.sum/float64(p.size), least), most) + offset[i]
			i++
		}
	}
}
