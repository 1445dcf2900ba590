package ddbdraw

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
)

// bounds is how much of many samples is drawn.
type bounds struct {
	items  int // of one entity in an item collection
	all    int // of all entities in it
	alike  int // item collections with the same entities, or fewer of them
	groups int // item collections
	most   int // items beyond which no second item collection with the same entities is drawn
	rests  int // lines that say which item collections are left out
}

var (
	pageBounds    = bounds{items: 5, all: 40, alike: 3, groups: 24, most: math.MaxInt, rests: 6}
	pictureBounds = bounds{items: 3, all: 12, alike: 12, groups: 12, most: 14, rests: 1}
)

// group is the item collection of one partition key value, as far as it is drawn.
type group struct {
	key   string
	items []item
	more  []rest
}

// rest is what is left out.
type rest struct {
	n    int
	what string
	at   int // the number of drawn items that are before it
}

func (r rest) items() string {
	if r.n == 1 {
		return "… 1 more " + r.what + "item"
	}
	return fmt.Sprintf("… %d more %sitems", r.n, r.what)
}

func (r rest) collections() string {
	if r.n == 1 {
		return "… 1 more item collection" + r.what
	}
	return fmt.Sprintf("… %d more item collections%s", r.n, r.what)
}

// grid is an index with what is drawn in it.
type grid struct {
	index     ddbdesign.Index
	templates bool // the items are templates, since there are no samples
	groups    []group
	more      []rest   // item collections that are left out, by their entities
	own       []own    // items of the library's own
	absent    []string // entities that are not in the index
	entries   []keys
}

// keys is the templates of an entity in the index.
type keys struct {
	entity                string
	hue                   int
	partition, sort, when string
}

// newGrid selects what is drawn of an index.
func newGrid(d Drawing, ix ddbdesign.Index, b bounds) grid {
	g := grid{index: ix, templates: len(d.Samples) == 0}
	var items []item
	for i, e := range d.Design.Entities {
		at := slices.IndexFunc(e.Entries, func(entry ddbdesign.IndexEntry) bool { return entry.Index == ix.Name })
		if at < 0 {
			g.absent = append(g.absent, e.Name)
			continue
		}
		for _, entry := range e.Entries[at:] {
			if entry.Index != ix.Name {
				continue
			}
			g.entries = append(g.entries, keysOf(e.Name, hue(i), entry))
			if g.templates {
				items = append(items, template(d.Design, ix, e, hue(i), entry))
			}
		}
		if e.History != nil && e.History.Index == ix.Name {
			g.entries = append(g.entries, keysOf(e.Name+" version", hue(i), *e.History))
		}
	}
	for _, s := range d.Samples {
		switch it, ok := sample(d.Design, ix, s); {
		case ok && s.Companion != "":
			g.own = addOwn(g.own, purpose(d.Design, s, it.partition), join(it.partition))
		case ok:
			items = append(items, it)
		}
	}
	slices.SortStableFunc(items, func(a, b item) int {
		return cmp.Or(compareKeys(ix.Partition, a.partition, b.partition), compareKeys(ix.Sort, a.sort, b.sort))
	})
	g.fill(items, b)
	return g
}

func keysOf(name string, hue int, entry ddbdesign.IndexEntry) keys {
	var when []string
	for _, c := range entry.When {
		when = append(when, c.Text)
	}
	return keys{name, hue, text(entry.Partition), text(entry.Sort), strings.Join(when, " and ")}
}

// fill puts sorted items into groups, within bounds. Item collections with most entities are drawn first, in the order of keys.
func (g *grid) fill(items []item, b bounds) {
	var all [][]item
	var labels [][]string
	for len(items) > 0 {
		n := slices.IndexFunc(items, func(it item) bool { return !slices.Equal(it.partition, items[0].partition) })
		if n < 0 {
			n = len(items)
		}
		all, labels = append(all, items[:n]), append(labels, labelsOf(items[:n]))
		items = items[n:]
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(len(labels[j]), len(labels[i])) })
	drawn := map[int]bool{}
	n := 0
	for round := 1; round <= b.alike; round++ { // one of each kind before a second one
		for _, i := range order {
			if len(drawn) >= b.groups && !g.templates {
				break
			}
			if drawn[i] {
				continue
			}
			more := len(bounded(all[i], b).items)
			if round > 1 && n+more > b.most {
				continue
			}
			alike := 0
			for j := range drawn {
				if !slices.ContainsFunc(labels[i], func(label string) bool { return !slices.Contains(labels[j], label) }) {
					alike++
				}
			}
			if g.templates || alike < round {
				drawn[i] = true
				n += more
			}
		}
	}
	g.leave(labels, drawn, b)
	for i := range all {
		if drawn[i] {
			g.groups = append(g.groups, bounded(all[i], b))
		}
	}
}

// leave says which item collections are left out. One that would have a line of its own is drawn instead.
func (g *grid) leave(labels [][]string, drawn map[int]bool, b bounds) {
	last := map[string]int{} // the last item collection of a kind
	for i, label := range labels {
		if !drawn[i] {
			what := " of " + strings.Join(label, ", ")
			g.more, last[what] = count(g.more, what, 0), i
		}
	}
	if len(g.more) > b.rests {
		others := rest{what: " of other entities"}
		if b.rests == 1 {
			others.what = ""
		}
		for _, r := range g.more[b.rests-1:] {
			others.n += r.n
		}
		g.more = append(g.more[:b.rests-1], others)
	}
	g.more = slices.DeleteFunc(g.more, func(r rest) bool {
		if r.n == 1 {
			drawn[last[r.what]] = true
		}
		return r.n == 1
	})
}

func labelsOf(items []item) (labels []string) {
	for _, it := range items {
		if !slices.Contains(labels, it.label) {
			labels = append(labels, it.label)
		}
	}
	slices.Sort(labels)
	return labels
}

// bounded returns the group of the items, without those beyond the bound.
func bounded(items []item, b bounds) group {
	gr := group{key: cut(join(items[0].partition), maxKey)}
	if items[0].template != "" {
		var texts []string
		for _, it := range items {
			if !slices.Contains(texts, it.template) {
				texts = append(texts, it.template)
			}
		}
		gr.key = strings.Join(texts, ", ")
	}
	all := map[string]int{}
	for _, it := range items {
		all[it.label]++
	}
	drawn := map[string]int{}
	var left []item
	for _, it := range items {
		drawn[it.label]++
		if all[it.label] > b.items+1 && drawn[it.label] > b.items {
			gr.more = count(gr.more, it.label+" ", len(gr.items))
			continue
		}
		if len(gr.items) < b.all {
			gr.items = append(gr.items, it)
		} else {
			left = append(left, it)
		}
	}
	if len(left) == 1 { // a line that says so is as long
		gr.items = append(gr.items, left[0])
	} else if len(left) > 1 {
		gr.more = append(gr.more, rest{len(left), "", len(gr.items)})
	}
	return gr
}

func count(more []rest, what string, at int) []rest {
	for i := range more {
		if more[i].what == what {
			more[i].n++
			return more
		}
	}
	return append(more, rest{1, what, at})
}
