package ddbdesign

// The kinds of a View.
const (
	KindAggregate = "aggregate"
	KindFanOut    = "fan-out"
)

// View is an aggregate or a fan-out. Functions of the program are not described.
type View struct {
	Name        string      `json:"name"`
	Kind        string      `json:"kind"`          // KindAggregate, KindFanOut
	From        string      `json:"from"`          // the entity of the sources
	Via         string      `json:"via,omitempty"` // the entity of the members that lead to the targets
	Into        string      `json:"into"`          // the entity of the targets
	Rules       []Rule      `json:"rules,omitempty"`
	When        []Condition `json:"when,omitempty"`        // on the sources that count
	OwnItems    bool        `json:"ownItems,omitempty"`    // it creates the items of Into
	KeepExpired bool        `json:"keepExpired,omitempty"` // sources that expire still count
	Unknown     Unknown     `json:"-"`
}

// Rule is one rule of an aggregate. From and By are names of fields of the source, Into and At of the target.
//
//	by        Into has the value of From: the target of a source
//	sum       Into is the sum of From
//	count     Into is the number of sources
//	distinct  Into is the number of different values of From
//	min, max  Into is the least, the greatest By
//	latest    At is the greatest By, Into the From of the same source
//	top       Into has an entry for each of the N sources with the greatest By
type Rule struct {
	Op      string  `json:"op"`
	From    string  `json:"from,omitempty"`
	By      string  `json:"by,omitempty"`
	Into    string  `json:"into,omitempty"`
	At      string  `json:"at,omitempty"`
	N       int     `json:"n,omitempty"`
	Unknown Unknown `json:"-"`
}

// The purposes of a Companion.
const (
	PurposeUnique   = "unique"   // holds a unique value
	PurposeLedger   = "ledger"   // what a source contributes to a target
	PurposeRank     = "rank"     // a source of a min, max, latest or top, sorted by value
	PurposeDistinct = "distinct" // how many sources have a value
	PurposeGap      = "gap"      // records of the stream were lost
	PurposeLease    = "lease"    // of a reader of the stream
)

// Companion is a kind of item that the library writes beside those of an entity.
type Companion struct {
	Entity  string   `json:"entity,omitempty"` // of the unique value, or of the view's targets
	Purpose string   `json:"purpose"`
	View    string   `json:"view,omitempty"`
	Key     Template `json:"key"` // of its partition key: ~u#student~email={Email:fold}; a long value is a hash instead
	Unknown Unknown  `json:"-"`
}
