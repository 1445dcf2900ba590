package ddbdesign

import "slices"

// Family is all index entries of an index whose partition keys are of one shape: templates that are equal but for the names of
// fields, such as s#{ID} and s#{StudentID}. Items of a family can have one partition key value: they share its throughput, and
// one Query reads them.
type Family struct {
	Index     string
	Partition Template // of the first member
	Members   []Member
}

// Member is an index entry of a Family.
type Member struct {
	Entity  string
	Version bool // of the version items in the entity's history
	Entry   IndexEntry
}

// Families returns the families of an index, in the order of the entities; none for an index that does not exist. Companions
// are not in them: see [Table.Companions].
func (t Table) Families(index string) (out []Family) {
	add := func(m Member) {
		i := slices.IndexFunc(out, func(f Family) bool { return f.Partition.alike(m.Entry.Partition) })
		if i < 0 {
			i, out = len(out), append(out, Family{Index: index, Partition: m.Entry.Partition})
		}
		out[i].Members = append(out[i].Members, m)
	}
	for _, e := range t.Entities {
		for _, r := range e.Entries {
			if r.Index == index {
				add(Member{Entity: e.Name, Entry: r})
			}
		}
		if e.History != nil && e.History.Index == index {
			add(Member{Entity: e.Name, Version: true, Entry: *e.History})
		}
	}
	return out
}

// alike reports whether two templates are equal but for the names of fields. Two numbers of one width are alike, signed or not.
func (t Template) alike(u Template) bool {
	return t.Native == u.Native && slices.EqualFunc(t.Parts, u.Parts, func(p, q Part) bool {
		return p.Kind == q.Kind && p.Text == q.Text && p.Stop == q.Stop && p.Type == q.Type && p.Width == q.Width && p.N == q.N
	})
}
