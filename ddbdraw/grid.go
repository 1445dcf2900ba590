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
	enough int // items after which no second item collection with the same entities is begun
}

var (
	pageBounds    = bounds{items: 5, all: 40, alike: 3, groups: 24, enough: math.MaxInt}
	pictureBounds = bounds{items: 3, all: 12, alike: 2, groups: 12, enough: 12}
)

// maxRests is the number of lines that say which item collections are left out.
const maxRests = 6

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
		if it, ok := sample(d.Design, ix, s); ok {
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
	return keys{name, hue, entry.Partition.Text, entry.Sort.Text, strings.Join(when, " and ")}
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
	var drawn []int
	n := 0
	for round := 1; round <= b.alike; round++ { // one of each kind before a second one
		for _, i := range order {
			if slices.Contains(drawn, i) || round > 1 && n >= b.enough {
				continue
			}
			alike := 0
			for _, j := range drawn {
				if !slices.ContainsFunc(labels[i], func(label string) bool { return !slices.Contains(labels[j], label) }) {
					alike++
				}
			}
			if g.templates || alike < round && len(drawn) < b.groups {
				drawn = append(drawn, i)
				n += len(bounded(all[i], b).items)
			}
		}
	}
	for i := range all {
		if slices.Contains(drawn, i) {
			g.groups = append(g.groups, bounded(all[i], b))
		} else {
			g.more = count(g.more, " of "+strings.Join(labels[i], ", "), 0)
		}
	}
	if len(g.more) > maxRests {
		last := rest{what: " of other entities"}
		for _, r := range g.more[maxRests-1:] {
			last.n += r.n
		}
		g.more = append(g.more[:maxRests-1], last)
	}
}

// rest is all item collections that are left out.
func (g grid) rest() (all rest) {
	for _, r := range g.more {
		all.n += r.n
	}
	return all
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
	gr := group{key: join(items[0].partition)}
	if items[0].template != "" {
		var texts []string
		for _, it := range items {
			if !slices.Contains(texts, it.template) {
				texts = append(texts, it.template)
			}
		}
		gr.key = strings.Join(texts, ", ")
	}
	drawn := map[string]int{}
	for _, it := range items {
		if drawn[it.label]++; drawn[it.label] > b.items {
			gr.more = count(gr.more, it.label+" ", len(gr.items))
			continue
		}
		if len(gr.items) == b.all {
			gr.more = count(gr.more, "", len(gr.items))
			continue
		}
		gr.items = append(gr.items, it)
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
