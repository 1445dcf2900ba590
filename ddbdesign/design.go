// Package ddbdesign is the design of a table as data: what a program's model says, as plain structs that are stored as JSON,
// compared, checked, drawn and exported without the program. It imports the standard library alone.
package ddbdesign

// Format is the number of this form of the description.
const Format = 1

// Table is the design of one table.
type Table struct {
	Format        int         `json:"format"` // see [Format]
	Doc           string      `json:"doc,omitempty"`
	TypeAttribute string      `json:"typeAttribute,omitempty"` // holds the name of an item's entity; "" if there is none
	TTL           string      `json:"ttl,omitempty"`           // the attribute that DynamoDB expires items by
	Indexes       []Index     `json:"indexes"`                 // the primary one first
	Entities      []Entity    `json:"entities"`
	Views         []View      `json:"views,omitempty"`
	Companions    []Companion `json:"companions,omitempty"`
}

// Primary is the name of the index that is the table itself.
const Primary = "primary"

// The kinds of an Index.
const (
	KindPrimary = "primary"
	KindGlobal  = "global"
	KindLocal   = "local"
)

// Index is the table itself or a secondary index.
type Index struct {
	Name       string      `json:"name"`
	Kind       string      `json:"kind"` // KindPrimary, KindGlobal, KindLocal
	Partition  []Attribute `json:"partition"`
	Sort       []Attribute `json:"sort,omitempty"`
	Projection string      `json:"projection"` // ALL, KEYS_ONLY, INCLUDE
	Include    []string    `json:"include,omitempty"`
}

// Attribute is a key attribute and its type: S, N, B.
type Attribute struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Entity is one kind of item. Version, TTL, Created, Updated and the like are names of fields, "" if there is none.
type Entity struct {
	Name    string       `json:"name"`
	Doc     string       `json:"doc,omitempty"`
	Go      string       `json:"go"` // the Go type
	Aliases []string     `json:"aliases,omitempty"`
	Schema  int          `json:"schema,omitempty"`
	Upgrade bool         `json:"upgrade,omitempty"`
	Fields  []Field      `json:"fields"`
	Entries []IndexEntry `json:"entries"` // the primary one first
	Under   []string     `json:"under,omitempty"`

	Version  string `json:"version,omitempty"`
	Revision string `json:"revision,omitempty"`
	TTL      string `json:"ttl,omitempty"`
	Created  string `json:"created,omitempty"`
	Updated  string `json:"updated,omitempty"`

	Uniques []Unique    `json:"uniques,omitempty"`
	History *IndexEntry `json:"history,omitempty"` // of version items
	Dropped []string    `json:"dropped,omitempty"` // indexes that items from before may stand in
	Refers  []Ref       `json:"refers,omitempty"`
}

// Field is an exported field of the entity's struct.
type Field struct {
	Name      string   `json:"name"`
	Go        string   `json:"go"`
	Path      []string `json:"path,omitempty"` // of the attribute; none if the key alone holds the field
	Type      string   `json:"type,omitempty"` // S N B BOOL L M SS NS BS; "" where the Go type writes itself
	OmitEmpty bool     `json:"omitEmpty,omitempty"`
	Derived   string   `json:"derived,omitempty"` // the view that fills it
}

// IndexEntry is the keys of an entity in one index.
type IndexEntry struct {
	Index        string      `json:"index"`
	Partition    Template    `json:"partition"`
	Sort         Template    `json:"sort"` // the zero Template for an index without a sort key
	When         []Condition `json:"when,omitempty"`
	ByAttributes bool        `json:"byAttributes,omitempty"` // the entity's own attributes put it there
}

// The kinds of a Part.
const (
	PartLiteral = "literal"
	PartStr     = "str"
	PartFold    = "fold"
	PartNum     = "num"
	PartTime    = "time"
	PartText    = "text"
	PartNative  = "native"
	PartShard   = "shard"
)

// Template is what a key is made of.
type Template struct {
	Text   string   `json:"text"` // as the design page prints it: c#{CourseID}
	Native bool     `json:"native,omitempty"`
	Parts  []Part   `json:"parts,omitempty"`
	Stops  []string `json:"stops,omitempty"` // for each part of any length, the text whose first occurrence ends it
}

// Part is one part of a template.
type Part struct {
	Kind  string `json:"kind"`
	Text  string `json:"text,omitempty"`  // of a literal
	Field string `json:"field,omitempty"` // of every other kind
	Width int    `json:"width,omitempty"` // in bytes, if it is fixed
	N     int    `json:"n,omitempty"`     // the number of shards
}

// Condition is a condition on fields.
type Condition struct {
	Op     string      `json:"op,omitempty"`
	Field  string      `json:"field,omitempty"`
	Values []Value     `json:"values,omitempty"` // in DynamoDB JSON
	Of     []Condition `json:"of,omitempty"`
	Text   string      `json:"text"` // as the design page prints it
}

// Unique is a constraint on the value of some fields.
type Unique struct {
	Name  string   `json:"name"`
	Value Template `json:"value"`
}

// View is an aggregate or a fan-out. Functions of the program are not described.
type View struct {
	Name   string      `json:"name"`
	Kind   string      `json:"kind"` // "aggregate" or "fan-out"
	From   string      `json:"from"` // entities
	Via    string      `json:"via,omitempty"`
	Into   string      `json:"into"`
	Rules  []Rule      `json:"rules,omitempty"`
	When   []Condition `json:"when,omitempty"`
	Makes  bool        `json:"makes,omitempty"` // it creates the items of Into
	Expire bool        `json:"expire,omitempty"`
}

// Rule is one rule of an aggregate. From, By, Into and At are names of fields.
type Rule struct {
	Op   string `json:"op"`
	From string `json:"from,omitempty"`
	By   string `json:"by,omitempty"`
	Into string `json:"into,omitempty"`
	At   string `json:"at,omitempty"`
	N    int    `json:"n,omitempty"`
}

// Companion is a kind of item that the library writes beside those of an entity.
type Companion struct {
	Entity  string   `json:"entity"`
	Purpose string   `json:"purpose"` // unique, ledger, rank, distinct, gap
	View    string   `json:"view,omitempty"`
	Key     Template `json:"key"` // of its partition key: ~u#student~email={Email:fold}
}

// Ref says that a field holds the key of an item of another entity.
type Ref struct {
	Field  string `json:"field"`
	Entity string `json:"entity"`
}
