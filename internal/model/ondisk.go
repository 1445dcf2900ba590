package model

// What the library stores for itself begins with ~. The names stay as they are: a program reads what an older one wrote,
// and older ones read beside it while a new release is rolled out. To change one, a release reads both, and only the next
// one writes the new name.
//
// One text can name two things, in two kinds of item: each has a constant of its own here.

// In every item of an entity.
const (
	// SchemaAttr holds the number of the schema that the item was written in; absent is 0.
	SchemaAttr = "~s"

	// WriteStampAttr holds a random value that each write of a versioned item replaces. By it a write recognizes an earlier
	// attempt of its own, and an item is told from one that was deleted and created anew.
	WriteStampAttr = "~w"

	// StampAttr of a target is random text, new with each change of the ledger that is about it. It is not WriteStampAttr: a
	// Modify must not fail for what an aggregate did.
	StampAttr = "~a"

	// HoldAttr of a target is the time until which a Rebuild asks to wait, in milliseconds since 1970.
	HoldAttr = "~h"
)

// In the versions of an item with a History, whose keys are of the entity's own.
const (
	VersionType = "~v" // ends the type
	AsideAttr   = "~k" // holds what would put the version into an index, or expire it
	DeletedAttr = "~x" // marks the tombstone that a Delete leaves
	PrunedAttr  = "~p" // marks the first version of an item that was deleted, or what is left of it once it is pruned
)

// In the item of a value that a Unique holds.
const (
	UniquePrefix = "~u#" // ~u#{entity}~{constraint}={value}
	OwnerAttr    = "~o"  // the key of the item that holds the value
)

// In the items that an aggregate keeps. Each has the target's key in the clear, since the text of its own key may be a hash.
//
//	~a#{aggregate}#{target}         {source}                  what the source contributes
//	~r#{aggregate}#{rule}#{target}  {value}{hash of source}   a source of a rank, sorted by value
//	~d#{aggregate}#{rule}#{target}  {value}                   how many sources have the value
const (
	LedgerPrefix   = "~a#"
	RankPrefix     = "~r#"
	DistinctPrefix = "~d#"
	KeptPrefix     = "~k#" // begins the sort key of a contribution that nothing changes any more

	ValueAttr  = "~v" // of a ledger item: by label, what the source contributes
	TargetAttr = "~t"
	SourceAttr = "~s"
	EntryAttr  = "~e" // of a rank: what its source would put into the target
	LedgerAttr = "~l" // of a rank: the sort key of its ledger item
	CountAttr  = "~n" // of a value: its sources
)

// In the item that says of a view that records were lost for it.
const (
	GapPartition = "~g"
	CauseAttr    = "~c"
)

// In the leases of readers of the stream, which package ddbstream keeps.
const (
	LeasePrefix      = "~l#"
	LeaseStartPrefix = "~lstart#"
)
