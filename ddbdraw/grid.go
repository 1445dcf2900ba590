package ddbdraw

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
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
}

var (
	pageBounds    = bounds{items: 5, all: 40, alike: 3, groups: 24}
	pictureBounds = bounds{items: 3, all: 12, alike: 1, groups: 12}
)

// maxRests is the number of lines that say which item collections are left out.
const maxRests = 6

// item is a sample in an index, as it is drawn.
type item struct {
	label      string // the entity, or what else the item is
	hue        int
	aside      bool // an item of the library's own
	partition  []string
	template   string // of the partition key, in place of a sample: items of a family are of one item collection
	sort       []string
	attributes []attribute
}

type attribute struct{ name, value string }

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

// template returns the keys of an entity in place of a sample.
func template(t ddbdesign.Table, ix ddbdesign.Index, e ddbdesign.Entity, hue int, entry ddbdesign.IndexEntry) item {
	it := item{label: e.Name, hue: hue, partition: []string{family(entry.Partition)}, template: entry.Partition.Text}
	if entry.Sort.Text != "" {
		it.sort = []string{entry.Sort.Text}
	}
	for _, f := range e.Fields {
		if len(f.Path) > 0 && projected(t, ix, f.Path[0]) {
			it.attributes = append(it.attributes, attribute{strings.Join(f.Path, "."), f.Go})
		}
	}
	return it
}

// family is a template without the names of its fields: c#{ID} and c#{CourseID} make the same keys.
func family(t ddbdesign.Template) string {
	if len(t.Parts) == 0 {
		return t.Text
	}
	var b strings.Builder
	for _, p := range t.Parts {
		fmt.Fprintf(&b, "%s %q %d %d;", p.Kind, p.Text, p.Width, p.N)
	}
	return b.String()
}

// sample returns a sample as it stands in the index, if it is in it: if it has all key attributes.
func sample(t ddbdesign.Table, ix ddbdesign.Index, s ddbdesign.Sample) (it item, ok bool) {
	it = item{label: s.Entity, hue: neutral, aside: s.Version || s.Companion != ""}
	for _, a := range ix.Partition {
		v, ok := s.Attributes[a.Name]
		if !ok {
			return item{}, false
		}
		it.partition = append(it.partition, v)
	}
	for _, a := range ix.Sort {
		v, ok := s.Attributes[a.Name]
		if !ok {
			return item{}, false
		}
		it.sort = append(it.sort, v)
	}
	var own []string // attributes of fields, in the order of the entity
	if i := slices.IndexFunc(t.Entities, func(e ddbdesign.Entity) bool { return e.Name == s.Entity }); i >= 0 {
		it.hue = hue(i)
		for _, f := range t.Entities[i].Fields {
			if len(f.Path) > 0 && !slices.Contains(own, f.Path[0]) {
				own = append(own, f.Path[0])
			}
		}
	}
	switch {
	case s.Companion != "":
		it.label = strings.TrimSpace(s.Entity + " " + s.Companion)
	case s.Version:
		it.label = strings.TrimSpace(s.Entity + " version")
	case s.Entity == "":
		it.label = "no entity"
	}
	names := slices.Clone(own)
	for _, name := range slices.Sorted(maps.Keys(s.Attributes)) {
		if !slices.Contains(own, name) && !isKey(t, name) && name != t.TypeAttribute {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if v, ok := s.Attributes[name]; ok && !keyOf(ix, name) && projected(t, ix, name) {
			it.attributes = append(it.attributes, attribute{name, cut(v, maxValue)})
		}
	}
	return it, true
}

// projected reports whether the index has an attribute. The keys of the table are in each index.
func projected(t ddbdesign.Table, ix ddbdesign.Index, name string) bool {
	switch ix.Projection {
	case "KEYS_ONLY", "INCLUDE":
		return slices.Contains(ix.Include, name) || len(t.Indexes) > 0 && keyOf(t.Indexes[0], name)
	}
	return true
}

func keyOf(ix ddbdesign.Index, name string) bool {
	named := func(a ddbdesign.Attribute) bool { return a.Name == name }
	return slices.ContainsFunc(ix.Partition, named) || slices.ContainsFunc(ix.Sort, named)
}

func isKey(t ddbdesign.Table, name string) bool {
	return slices.ContainsFunc(t.Indexes, func(ix ddbdesign.Index) bool { return keyOf(ix, name) })
}

// compareKeys sorts as DynamoDB does: numbers by value, the rest by bytes.
func compareKeys(attributes []ddbdesign.Attribute, a, b []string) int {
	for i := range min(len(a), len(b)) {
		if i < len(attributes) && attributes[i].Type == "N" {
			x, okX := new(big.Float).SetPrec(200).SetString(a[i])
			y, okY := new(big.Float).SetPrec(200).SetString(b[i])
			if okX && okY {
				if c := x.Cmp(y); c != 0 {
					return c
				}
				continue
			}
		}
		if c := strings.Compare(a[i], b[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
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
	for _, i := range order {
		alike := 0
		for _, j := range drawn {
			if !slices.ContainsFunc(labels[i], func(label string) bool { return !slices.Contains(labels[j], label) }) {
				alike++
			}
		}
		if g.templates || alike < b.alike && len(drawn) < b.groups {
			drawn = append(drawn, i)
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

// join prints the values of a key of several attributes.
func join(values []string) string { return strings.Join(values, " · ") }

// attributeNames prints the attributes of a key.
func attributeNames(attributes []ddbdesign.Attribute) string {
	var names []string
	for _, a := range attributes {
		names = append(names, a.Name)
	}
	return strings.Join(names, " · ")
}

// heading is the name of an index as a title.
func heading(ix ddbdesign.Index) string {
	if ix.Kind == ddbdesign.KindPrimary {
		return "The table"
	}
	return "Index " + ix.Name
}

// about says what kind of index it is, its keys and what it projects.
func about(ix ddbdesign.Index) string {
	keys := "partition key " + attributeNames(ix.Partition)
	if len(ix.Sort) > 0 {
		keys += ", sort key " + attributeNames(ix.Sort)
	}
	switch ix.Kind {
	case ddbdesign.KindPrimary:
		return "Primary key: " + keys
	case ddbdesign.KindLocal:
		keys = "Local index: " + keys
	default:
		keys = "Global index: " + keys
	}
	switch ix.Projection {
	case "KEYS_ONLY":
		return keys + " · projects keys only"
	case "INCLUDE":
		return keys + " · projects keys and " + strings.Join(ix.Include, ", ")
	}
	return keys + " · projects all attributes"
}
