package ddbdesign

import "slices"

// Entity is one kind of item. Version, Revision, TTL, Created and Updated are names of fields, "" if there is none.
type Entity struct {
	Name    string       `json:"name"`
	Doc     string       `json:"doc,omitempty"`
	Go      string       `json:"go"` // the Go type, such as "school.Course"
	Aliases []string     `json:"aliases,omitempty"`
	Schema  int          `json:"schema,omitempty"`
	Upgrade bool         `json:"upgrade,omitempty"` // a function reads older schemas
	Fields  []Field      `json:"fields,omitempty"`
	Entries []IndexEntry `json:"entries"` // the primary one first
	Under   []string     `json:"under,omitempty"`

	Version  string `json:"version,omitempty"`
	Revision string `json:"revision,omitempty"`
	TTL      string `json:"ttl,omitempty"`
	Created  string `json:"created,omitempty"`
	Updated  string `json:"updated,omitempty"`

	Uniques []Unique    `json:"uniques,omitempty"`
	History *IndexEntry `json:"history,omitempty"` // of version items, in the primary index
	Dropped []string    `json:"dropped,omitempty"` // indexes that items from before may stand in
	Refers  []Ref       `json:"refers,omitempty"`
	Unknown Unknown     `json:"-"`
}

// Field is an exported field of the entity's struct. A field inside another has the name "Place.City". An embedded struct, and a
// field inside one that encodes itself, are listed only if a key, a rule or another declaration names them.
type Field struct {
	Name       string   `json:"name"`
	Go         string   `json:"go"`             // the Go type
	Path       []string `json:"path,omitempty"` // of the attribute; none if the field has no attribute of its own
	Type       string   `json:"type,omitempty"` // S N B BOOL L M SS NS BS; "" if the Go type encodes itself, or there is no attribute
	OmitEmpty  bool     `json:"omitEmpty,omitempty"`
	Derived    string   `json:"derived,omitempty"`    // the view that fills it
	Compressed bool     `json:"compressed,omitempty"` // values may be stored as a compressed B instead of their Type
	Unknown    Unknown  `json:"-"`
}

// IndexEntry is the keys of an entity in one index.
type IndexEntry struct {
	Index        string      `json:"index"`
	Partition    Template    `json:"partition"`
	Sort         Template    `json:"sort,omitzero"`          // the zero Template for an index without a sort key
	When         []Condition `json:"when,omitempty"`         // all hold for an item that has the entry
	ByAttributes bool        `json:"byAttributes,omitempty"` // no declared keys: other attributes of the items put them there
	Unknown      Unknown     `json:"-"`
}

// Condition is a condition on fields.
type Condition struct {
	// Op is =, <>, <, <=, >, >=, between, begins_with, in, contains, has, attribute_exists, attribute_not_exists, of Field and
	// Values; or and, or, not, of Of.
	Op      string      `json:"op"`
	Field   string      `json:"field,omitempty"`
	Values  []Value     `json:"values,omitempty"`
	Of      []Condition `json:"of,omitempty"`
	Text    string      `json:"text"` // as the design page prints it
	Unknown Unknown     `json:"-"`
}

// Unique is a constraint on the value of some fields.
type Unique struct {
	Name    string   `json:"name"`
	Value   Template `json:"value"`
	Unknown Unknown  `json:"-"`
}

// Ref says that a field holds the key of an item of another entity.
type Ref struct {
	Field    string  `json:"field"`
	Entity   string  `json:"entity"`
	Inferred bool    `json:"inferred,omitempty"` // from names and keys; else it is declared
	Unknown  Unknown `json:"-"`
}

// Field returns the field with the given name; ok is false if there is none.
func (e Entity) Field(name string) (f Field, ok bool) {
	i := slices.IndexFunc(e.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return e.Fields[i], true
}

// Entry returns the entity's keys in the index with the given name; ok is false if it has none. Version items have
// Entity.History.
func (e Entity) Entry(index string) (r IndexEntry, ok bool) {
	i := slices.IndexFunc(e.Entries, func(r IndexEntry) bool { return r.Index == index })
	if i < 0 {
		return IndexEntry{}, false
	}
	return e.Entries[i], true
}
