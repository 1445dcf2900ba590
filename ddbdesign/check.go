package ddbdesign

import (
	"errors"
	"fmt"
	"slices"
)

// Check returns what is wrong with a design that was read or made by hand: an index or an entity that is not declared, a field
// that does not exist, a kind that is unknown. The error joins all faults, each with its path, such as
//
//	entities[2].entries[0].partition.parts[1].field: "CourseId": chapter has no such field
//
// It does not check what Define of package ddb checks, such as keys that two entities could share. A design that
// Table.Design of package ddb returned has no faults.
func (t Table) Check() error {
	c := &checker{t: t, names: map[string]map[string]bool{}}
	if t.Format < 1 || t.Format > Format {
		c.fault("format", "it is %d, want 1 to %d", t.Format, Format)
	}
	for i, ix := range t.Indexes {
		c.index(at("indexes", i), i, ix)
	}
	if len(t.Indexes) == 0 {
		c.fault("indexes", "there is none: the first one is the table itself")
	}
	for i, e := range t.Entities {
		c.once("entities", at("entities", i)+".name", e.Name)
		c.entity(at("entities", i), e)
	}
	for i, v := range t.Views {
		c.once("views", at("views", i)+".name", v.Name)
		c.view(at("views", i), v)
	}
	for i, m := range t.Companions {
		c.companion(at("companions", i), m)
	}
	return errors.Join(c.faults...)
}

// checker collects faults.
type checker struct {
	t      Table
	faults []error
	names  map[string]map[string]bool // by the path of their list
}

func (c *checker) fault(path, format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("%s: %w", path, fmt.Errorf(format, args...)))
}

func at(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// one reports a text that is none of a few.
func (c *checker) one(path, text string, of ...string) {
	if !slices.Contains(of, text) {
		c.fault(path, "%q is none of %q", text, of)
	}
}

// once reports a name of a list that is empty, or is that of an earlier one.
func (c *checker) once(list, path, name string) {
	if c.names[list] == nil {
		c.names[list] = map[string]bool{}
	}
	switch {
	case name == "":
		c.fault(path, "it is empty")
	case c.names[list][name]:
		c.fault(path, "%q is there twice", name)
	}
	c.names[list][name] = true
}

func (c *checker) index(path string, i int, ix Index) {
	c.once("indexes", path+".name", ix.Name)
	c.one(path+".kind", ix.Kind, KindPrimary, KindGlobal, KindLocal)
	if (i == 0) != (ix.Kind == KindPrimary) || (i == 0) != (ix.Name == Primary) {
		c.fault(path, "the first index, and no other, is of kind and name %q", Primary)
	}
	c.one(path+".projection", ix.Projection, ProjectAll, ProjectKeys, ProjectInclude)
	most := 4
	if ix.Kind != KindGlobal {
		most = 1
	}
	if n := len(ix.Partition); n < 1 || n > most {
		c.fault(path+".partition", "it has %d attributes, want 1 to %d", n, most)
	}
	if n := len(ix.Sort); n > most {
		c.fault(path+".sort", "it has %d attributes, want up to %d", n, most)
	}
	for _, side := range []struct {
		path  string
		attrs []Attribute
	}{{path + ".partition", ix.Partition}, {path + ".sort", ix.Sort}} {
		for i, a := range side.attrs {
			c.once(side.path, at(side.path, i)+".name", a.Name)
			c.one(at(side.path, i)+".type", a.Type, "S", "N", "B")
		}
	}
}

func (c *checker) entity(path string, e Entity) {
	for i, f := range e.Fields {
		p := at(path+".fields", i)
		c.once(path+".fields", p+".name", f.Name)
		if types := []string{"", "S", "L", "M", "N", "B", "BOOL", "SS", "NS", "BS"}; f.Compressed {
			c.one(p+".type", f.Type, types[:4]...)
		} else {
			c.one(p+".type", f.Type, types...)
		}
		if f.Derived != "" && !slices.ContainsFunc(c.t.Views, func(v View) bool { return v.Name == f.Derived }) {
			c.fault(p+".derived", "%q: there is no such view", f.Derived)
		}
	}
	if len(e.Entries) == 0 || e.Entries[0].Index != Primary {
		c.fault(path+".entries", "the first one is in the index %q", Primary)
	}
	for i, r := range e.Entries {
		c.once(path+".entries", at(path+".entries", i)+".index", r.Index)
		c.entry(at(path+".entries", i), e, r)
	}
	for i, name := range e.Under {
		c.known(at(path+".under", i), name)
	}
	for _, kept := range [][2]string{{".version", e.Version}, {".revision", e.Revision}, {".ttl", e.TTL}, {".created", e.Created}, {".updated", e.Updated}} {
		if kept[1] != "" {
			c.field(path+kept[0], e, kept[1])
		}
	}
	for i, u := range e.Uniques {
		c.once(path+".uniques", at(path+".uniques", i)+".name", u.Name)
		c.template(at(path+".uniques", i)+".value", e, u.Value)
	}
	if e.History != nil {
		c.one(path+".history.index", e.History.Index, Primary)
		c.entry(path+".history", e, *e.History)
	}
	for i, name := range e.Dropped {
		if _, ok := c.t.Index(name); !ok {
			c.fault(at(path+".dropped", i), "%q: there is no such index", name)
		}
	}
	for i, r := range e.Refers {
		c.field(at(path+".refers", i)+".field", e, r.Field)
		c.known(at(path+".refers", i)+".entity", r.Entity)
	}
}

// known reports an entity that does not exist.
func (c *checker) known(path, name string) (Entity, bool) {
	e, ok := c.t.Entity(name)
	if !ok {
		c.fault(path, "%q: there is no such entity", name)
	}
	return e, ok
}

// field reports a field that does not exist.
func (c *checker) field(path string, e Entity, name string) {
	if _, ok := e.Field(name); !ok {
		c.fault(path, "%q: %s has no such field", name, e.Name)
	}
}
