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

// item is a sample in an index, as it is drawn.
type item struct {
	label      string // the entity, or what else the item is
	hue        int
	aside      bool // a version item
	partition  []string
	template   string // of the partition key, in place of a sample: items of a family are of one item collection
	sort       []string
	attributes []attribute
}

// sortKey is the sort key as it is shown.
func (it item) sortKey() string { return cut(join(it.sort), maxKey) }

type attribute struct{ name, value string }

// template returns the keys of an entity in place of a sample.
func template(t ddbdesign.Table, ix ddbdesign.Index, e ddbdesign.Entity, hue int, entry ddbdesign.IndexEntry) item {
	it := item{label: e.Name, hue: hue, partition: []string{family(entry.Partition)}, template: text(entry.Partition)}
	if sort := text(entry.Sort); sort != "" {
		it.sort = []string{sort}
	}
	for _, f := range e.Fields {
		if len(f.Path) > 0 && projected(t, ix, f.Path[0]) {
			it.attributes = append(it.attributes, attribute{strings.Join(f.Path, "."), f.Go})
		}
	}
	return it
}

// text prints a template. One whose key attributes are fields is a list of the fields.
func text(t ddbdesign.Template) string {
	if fields := nativeFields(t); fields != nil {
		return join(fields)
	}
	return t.Text
}

// nativeFields are the fields that are key attributes themselves; nil for other templates.
func nativeFields(t ddbdesign.Template) (fields []string) {
	for _, p := range t.Parts {
		if p.Kind != ddbdesign.PartNative || p.Field == "" {
			return nil
		}
		fields = append(fields, p.Field)
	}
	return fields
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
	it = item{label: s.Entity, hue: neutral, aside: s.Version}
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
	case s.Version:
		it.label = strings.TrimSpace(s.Entity + " version")
	case s.Entity == "":
		it.label = "no entity"
	}
	names := slices.Clone(own)
	for _, name := range slices.Sorted(maps.Keys(s.Attributes)) {
		if s.Entity != "" && strings.HasPrefix(name, "~") { // the library's own
			continue
		}
		if !slices.Contains(own, name) && !isKey(t, name) && name != t.TypeAttribute {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if v, ok := s.Attributes[name]; ok && !keyOf(ix, name) && projected(t, ix, name) {
			it.attributes = append(it.attributes, attribute{cut(name, maxValue), cut(v, maxValue)})
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

// compareKeys sorts as DynamoDB does: numbers by value, the rest by bytes. What is no number, though it should be, is last.
func compareKeys(attributes []ddbdesign.Attribute, a, b []string) int {
	for i := range min(len(a), len(b)) {
		if i < len(attributes) && attributes[i].Type == "N" {
			x, okX := new(big.Float).SetPrec(200).SetString(a[i])
			y, okY := new(big.Float).SetPrec(200).SetString(b[i])
			switch {
			case okX && okY:
				if c := x.Cmp(y); c != 0 {
					return c
				}
			case okX:
				return -1
			case okY:
				return 1
			}
		}
		if c := strings.Compare(a[i], b[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}
