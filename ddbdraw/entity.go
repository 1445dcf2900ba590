package ddbdraw

import (
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
)

// maxFields is the number of fields that are drawn of an entity. Fields of keys, references and those with a mark come first.
const maxFields = 14

// field is a field as it is drawn.
type field struct {
	name, typ string
	primary   bool     // in the keys of the table
	index     bool     // in the keys of an index alone
	marks     []string // derived, version, TTL, …
	refers    string   // the entity
}

// fieldsOf returns the fields to draw, and how many are left out. What is in a field that is a struct is part of that field.
func fieldsOf(e ddbdesign.Entity) (fields []field, more int) {
	special := 0
	for _, f := range e.Fields {
		d := field{name: f.Name, typ: f.Go[strings.LastIndexByte(f.Go, '.')+1:]}
		if strings.ContainsAny(f.Go, "[]") { // a map or a slice of a package's type
			d.typ = f.Go
		}
		for i, entry := range e.Entries {
			if slices.Contains(keyFields(entry), f.Name) {
				d.primary = d.primary || i == 0
				d.index = d.index || i > 0
			}
		}
		d.index = d.index && !d.primary
		for _, m := range []struct {
			name string
			on   bool
		}{
			{"derived", f.Derived != ""},
			{"compressed", f.Compressed},
			{"version", e.Version == f.Name},
			{"revision", e.Revision == f.Name},
			{"TTL", e.TTL == f.Name},
			{"created", e.Created == f.Name},
			{"updated", e.Updated == f.Name},
			{"unique", slices.ContainsFunc(e.Uniques, func(u ddbdesign.Unique) bool { return slices.Contains(parts(u.Value), f.Name) })},
		} {
			if m.on {
				d.marks = append(d.marks, m.name)
			}
		}
		for _, ref := range e.Refers {
			if ref.Field == f.Name {
				d.refers = ref.Entity
			}
		}
		if d.special() {
			special++
		} else if nested(e, f.Name) {
			continue
		}
		fields = append(fields, d)
	}
	if len(fields) <= maxFields {
		return fields, 0
	}
	plain := max(0, maxFields-special)
	kept := slices.DeleteFunc(slices.Clone(fields), func(f field) bool {
		if f.special() {
			return false
		}
		plain--
		return plain < 0
	})
	return kept, len(fields) - len(kept)
}

// nested reports whether a field is in another one of the entity: Place.City in Place.
func nested(e ddbdesign.Entity, name string) bool {
	return slices.ContainsFunc(e.Fields, func(f ddbdesign.Field) bool { return strings.HasPrefix(name, f.Name+".") })
}

func (f field) special() bool { return f.primary || f.index || len(f.marks) > 0 || f.refers != "" }

func keyFields(e ddbdesign.IndexEntry) []string { return append(parts(e.Partition), parts(e.Sort)...) }

// parts returns the fields in a template.
func parts(t ddbdesign.Template) (names []string) {
	for _, p := range t.Parts {
		if p.Field != "" {
			names = append(names, p.Field)
		}
	}
	return names
}

// reference is what one entity says of another, by numbers of the design's entities.
type reference struct {
	from, to int
	fields   string // names, with ", " between them; "under" if its sort keys continue those of the other
}

// references returns one for each pair of entities, in the order of the design. One to an entity that the design does not have
// is left out.
func references(entities []ddbdesign.Entity) (refs []reference) {
	numbers := map[string]int{}
	for i, e := range entities {
		numbers[e.Name] = i
	}
	for i, e := range entities {
		first := len(refs)
		for _, r := range e.Refers {
			to, ok := numbers[r.Entity]
			if !ok {
				continue
			}
			if at := slices.IndexFunc(refs[first:], func(o reference) bool { return o.to == to }); at >= 0 {
				if named := strings.Split(refs[first+at].fields, ", "); !slices.Contains(named, r.Field) {
					refs[first+at].fields += ", " + r.Field
				}
				continue
			}
			refs = append(refs, reference{from: i, to: to, fields: r.Field})
		}
		for _, name := range e.Under {
			if to, ok := numbers[name]; ok && !slices.ContainsFunc(refs[first:], func(o reference) bool { return o.to == to }) {
				refs = append(refs, reference{from: i, to: to, fields: "under"})
			}
		}
	}
	return refs
}
