package ddbdraw

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/ddbdesign"
)

// graph is a design of n entities in which each pair of numbers is a reference.
func graph(n int, pairs ...[2]int) []ddbdesign.Entity {
	entities := make([]ddbdesign.Entity, n)
	for i := range entities {
		entities[i] = ddbdesign.Entity{Name: fmt.Sprint("e", i), Fields: make([]ddbdesign.Field, 1+i%9)}
	}
	for _, p := range pairs {
		e := &entities[p[0]]
		e.Refers = append(e.Refers, ddbdesign.Ref{Field: fmt.Sprint("To", p[1]), Entity: entities[p[1]].Name})
	}
	return entities
}

// points is a link as it is drawn, in short steps: a part down, a curve, a part down.
func (c *chart) points(i int) (points [][2]float64) {
	var x1, y1, from, mx1, my1, mx2, my2, x2, to, y2 float64
	p := &printer{}
	c.line(p, i)
	path := p.b.String()
	path = path[slices.Index([]byte(path), 'M'):]
	var y float64
	if _, err := fmt.Sscanf(path, "M%f %fV%fC%f %f %f %f %f %fV%f", &x1, &y1, &from, &mx1, &my1, &mx2, &my2, &x2, &to, &y2); err != nil {
		panic(err)
	}
	for y = y1; y < from; y++ {
		points = append(points, [2]float64{x1, y})
	}
	for s := 0.0; s <= 1; s += 0.02 {
		r := 1 - s
		points = append(points, [2]float64{
			r*r*r*x1 + 3*r*r*s*mx1 + 3*r*s*s*mx2 + s*s*s*x2, r*r*r*from + 3*r*r*s*my1 + 3*r*s*s*my2 + s*s*s*to,
		})
	}
	for y = to; y < y2; y++ {
		points = append(points, [2]float64{x2, y})
	}
	return points
}

// clear checks that boxes are inside and apart, that lines go on where they pass a layer, and that no line crosses a box.
func (c *chart) clear(t assert.TestingT) {
	for i, b := range c.boxes {
		assert.True(t, b.x-boxWidth/2 >= margin-0.1 && b.x+boxWidth/2 <= c.width-margin+0.1 && b.y >= margin && b.y+b.h < c.height, "box %d is inside", i)
		for _, o := range c.boxes[:i] {
			assert.True(t, b.x+boxWidth <= o.x || o.x+boxWidth <= b.x || b.y+b.h < o.y || o.y+o.h < b.y, "boxes are apart")
		}
	}
	for i, k := range c.links {
		if c.nodes[k.bottom].entity < 0 {
			at := slices.IndexFunc(c.links, func(below link) bool { return below.top == k.bottom })
			above, below := c.points(i), c.points(at)
			end, start := above[len(above)-1], below[0]
			assert.InDelta(t, start[0], end[0], 0.1)
			assert.InDelta(t, start[1], end[1], 1)
		}
		for _, p := range c.points(i) {
			for j, b := range c.boxes {
				inside := p[0] > b.x-boxWidth/2 && p[0] < b.x+boxWidth/2 && p[1] > b.y+0.1 && p[1] < b.y+b.h-0.1
				if inside {
					assert.Fail(t, "a line crosses a box", "link %d at %v, box %d", i, p, j)
					return
				}
			}
		}
	}
}

func TestLinesCrossNoBoxes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "entities")
		pair := rapid.Custom(func(t *rapid.T) [2]int {
			return [2]int{rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")}
		})
		newChart(graph(n, rapid.SliceOfN(pair, 0, 40).Draw(t, "references")...)).clear(t)
	})
}

func TestEachReferenceReachesItsEntity(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var pairs [][2]int
		for range 25 {
			pairs = append(pairs, [2]int{r.IntN(12), r.IntN(12)})
		}
		c := newChart(graph(12, pairs...))
		for i, ref := range c.refs {
			if ref.from == ref.to {
				continue
			}
			var at int // where the line that carries the reference's label ends above
			lower := slices.IndexFunc(c.links, func(k link) bool { return k.ref == i && c.nodes[k.bottom].entity >= 0 })
			k := c.links[lower]
			for at = k.top; c.nodes[at].entity < 0; {
				up := slices.IndexFunc(c.links, func(k link) bool { return k.bottom == at })
				at = c.links[up].top
			}
			from, to := k.bottom, at
			if k.flipped {
				from, to = to, from
			}
			assert.Equal(t, [2]int{ref.from, ref.to}, [2]int{from, to})
		}
	}
}

func TestReferencesLeadUp(t *testing.T) {
	t.Parallel()
	c := newChart(graph(7, [2]int{0, 1}, [2]int{1, 2}, [2]int{0, 2}, [2]int{3, 2}, [2]int{4, 4}))
	for _, k := range c.links {
		assert.False(t, k.flipped)
	}
	assert.Less(t, c.boxes[2].y, c.boxes[1].y)
	assert.Less(t, c.boxes[1].y, c.boxes[0].y)
	assert.Less(t, c.boxes[2].y, c.boxes[3].y)
	assert.Zero(t, c.crossings())
}

func TestEntitiesWithoutReferencesFillTheRoom(t *testing.T) {
	t.Parallel()
	c := newChart(graph(5, [2]int{3, 1}))
	layers := map[int][]int{}
	for i := range c.boxes {
		layers[c.nodes[i].layer] = append(layers[c.nodes[i].layer], i)
	}
	assert.Equal(t, map[int][]int{0: {0, 1, 2}, 1: {3, 4}}, layers)
}

func TestACycleIsDrawn(t *testing.T) {
	t.Parallel()
	c := newChart(graph(3, [2]int{0, 1}, [2]int{1, 2}, [2]int{2, 0}))
	flipped := 0
	for _, ref := range c.links {
		if ref.flipped && c.nodes[ref.bottom].entity >= 0 {
			flipped++
		}
	}
	assert.Equal(t, 1, flipped)
}

func TestLinesOfATreeDoNotCross(t *testing.T) {
	t.Parallel()
	assert.Zero(t, newChart(graph(7, [2]int{2, 0}, [2]int{3, 1}, [2]int{4, 0}, [2]int{5, 2}, [2]int{6, 3})).crossings())
	// A declared order that crosses is sorted.
	assert.Zero(t, newChart(graph(6, [2]int{3, 2}, [2]int{4, 1}, [2]int{5, 0})).crossings())
}

func TestADrawingIsNoWiderThanThreeBoxes(t *testing.T) {
	t.Parallel()
	assert.LessOrEqual(t, newChart(graph(30)).width, 700.0)
}

func TestTwoReferencesToOneEntityAreOneLine(t *testing.T) {
	t.Parallel()
	refs := references(graph(3, [2]int{0, 1}, [2]int{0, 1}, [2]int{0, 2}))
	assert.Equal(t, []reference{{from: 0, to: 1, fields: "To1"}, {from: 0, to: 2, fields: "To2"}}, refs)
	e := graph(2, [2]int{0, 1})
	e[0].Refers = append(e[0].Refers, ddbdesign.Ref{Field: "Other", Entity: "e1"}, ddbdesign.Ref{Field: "X", Entity: "none"})
	e[1].Under = []string{"e0", "none"}
	assert.Equal(t, []reference{{0, 1, "To1, Other"}, {1, 0, "under"}}, references(e))
}

func TestMarkedFieldsAreKept(t *testing.T) {
	t.Parallel()
	e := ddbdesign.Entity{
		Version: "V", TTL: "T", Refers: []ddbdesign.Ref{{Field: "R", Entity: "o"}},
		Uniques: []ddbdesign.Unique{{Value: ddbdesign.Template{Parts: []ddbdesign.Part{{Field: "U"}}}}},
		Entries: []ddbdesign.IndexEntry{
			{Partition: ddbdesign.Template{Parts: []ddbdesign.Part{{Field: "K"}}}},
			{Sort: ddbdesign.Template{Parts: []ddbdesign.Part{{Field: "K"}, {Field: "I"}}}},
		},
	}
	for i := range 20 {
		e.Fields = append(e.Fields, ddbdesign.Field{Name: fmt.Sprint("F", i), Go: "time.Time"})
	}
	for _, name := range []string{"V", "T", "R", "U", "K", "I"} {
		e.Fields = append(e.Fields, ddbdesign.Field{Name: name, Go: "map[string]x.Y"})
	}
	e.Fields = append(e.Fields, ddbdesign.Field{Name: "D", Derived: "view"}, ddbdesign.Field{Name: "D.In"}, ddbdesign.Field{Name: "D.Total", Derived: "view"})
	fields, more := fieldsOf(e)
	assert.Len(t, fields, maxFields)
	assert.Equal(t, 14, more)
	assert.Equal(t, field{name: "F5", typ: "Time"}, fields[5])
	assert.Equal(t, []field{
		{name: "V", typ: "map[string]x.Y", marks: []string{"version"}},
		{name: "T", typ: "map[string]x.Y", marks: []string{"TTL"}},
		{name: "R", typ: "map[string]x.Y", refers: "o"},
		{name: "U", typ: "map[string]x.Y", marks: []string{"unique"}},
		{name: "K", typ: "map[string]x.Y", primary: true},
		{name: "I", typ: "map[string]x.Y", index: true},
		{name: "D", marks: []string{"derived"}},
		{name: "D.Total", marks: []string{"derived"}},
	}, fields[6:])
}
