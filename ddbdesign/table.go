package ddbdesign

import "slices"

// Format is the number of this form of the description. A change that older programs would misread gets a new number; a field
// that they may ignore does not.
const Format = 1

// Primary is the name of the index that is the table itself.
const Primary = "primary"

// Table is the design of one table.
type Table struct {
	Format        int         `json:"format"` // see the constant Format
	Doc           string      `json:"doc,omitempty"`
	TypeAttribute string      `json:"typeAttribute,omitempty"` // holds the name of an item's entity; "" if there is none
	TTL           string      `json:"ttl,omitempty"`           // the attribute that DynamoDB expires items by
	Indexes       []Index     `json:"indexes"`                 // the primary one first
	Entities      []Entity    `json:"entities,omitempty"`      // in the order of their definition
	Views         []View      `json:"views,omitempty"`         // likewise
	Companions    []Companion `json:"companions,omitempty"`
	Unknown       Unknown     `json:"-"`
}

// The kinds of an Index.
const (
	KindPrimary = "primary"
	KindGlobal  = "global"
	KindLocal   = "local"
)

// The projections of an Index.
const (
	ProjectAll     = "ALL"
	ProjectKeys    = "KEYS_ONLY"
	ProjectInclude = "INCLUDE"
)

// Index is the table itself or a secondary index. Its key attributes are in the order of the key.
type Index struct {
	Name       string      `json:"name"`
	Kind       string      `json:"kind"` // KindPrimary, KindGlobal, KindLocal
	Partition  []Attribute `json:"partition"`
	Sort       []Attribute `json:"sort,omitempty"`
	Projection string      `json:"projection"`        // ProjectAll, ProjectKeys, ProjectInclude
	Include    []string    `json:"include,omitempty"` // the attributes of ProjectInclude
	Unknown    Unknown     `json:"-"`
}

// Attribute is a key attribute and its type: S, N, B.
type Attribute struct {
	Name    string  `json:"name"`
	Type    string  `json:"type"`
	Unknown Unknown `json:"-"`
}

// Index returns the index with the given name; ok is false if there is none.
func (t Table) Index(name string) (ix Index, ok bool) {
	i := slices.IndexFunc(t.Indexes, func(ix Index) bool { return ix.Name == name })
	if i < 0 {
		return Index{}, false
	}
	return t.Indexes[i], true
}

// Entity returns the entity with the given name; ok is false if there is none. Aliases are not names.
func (t Table) Entity(name string) (e Entity, ok bool) {
	i := slices.IndexFunc(t.Entities, func(e Entity) bool { return e.Name == name })
	if i < 0 {
		return Entity{}, false
	}
	return t.Entities[i], true
}
