package model

// The names of attributes and keys of the library's own begin with ~. They must not change: programs read items of older
// releases, and older releases run during a deployment. To change a name, one release reads both names, and the next one
// writes the new name.
//
// Two kinds of item may use the same text for different things. Then there are two constants.

// In every item of an entity.
const (
	// SchemaAttr holds the number of the schema that the item was written in; absent is 0.
	SchemaAttr = "~s"

	// WriteStampAttr holds a random value that each write of a versioned item replaces. By it a write detects its own earlier
	// attempt. It also distinguishes an item from a later one with the same key and version.
	WriteStampAttr = "~w"

	// StampAttr of a target is random text that each change of its ledger replaces. It is not WriteStampAttr: a Modify must not
	// fail because of an aggregate.
	StampAttr = "~a"

	// HoldAttr of a target is the time until which a Rebuild asks others to wait, in milliseconds since 1970.
	HoldAttr = "~h"
)

// In the version items of an item with a History, whose keys the entity declares.
const (
	VersionType = "~v" // ends the type
	AsideAttr   = "~k" // holds attributes that would put the version into an index, or expire it
	DeletedAttr = "~x" // marks the tombstone of a Delete
	PrunedAttr  = "~p" // marks the first version of an item that was deleted or pruned
)

// In the item of a value that a Unique holds.
const (
	UniquePrefix = "~u#" // ~u#{entity}~{constraint}={value}
	OwnerAttr    = "~o"  // the key of the item that holds the value
)

// In the items of an aggregate. Each holds the target's key as attributes, since the text of its own key may be a hash.
//
//	~a#{aggregate}#{target}         {source}                  what the source contributes
//	~r#{aggregate}#{rule}#{target}  {value}{hash of source}   a source of a rank, sorted by value
//	~d#{aggregate}#{rule}#{target}  {value}                   how many sources have the value
const (
	LedgerPrefix   = "~a#"
	RankPrefix     = "~r#"
	DistinctPrefix = "~d#"
	KeptPrefix     = "~k#" // begins the sort key of a contribution that never changes again

	ValueAttr  = "~v" // of a ledger item: by label, what the source contributes
	TargetAttr = "~t"
	SourceAttr = "~s"
	EntryAttr  = "~e" // of a rank: the entry of its source for the target
	LedgerAttr = "~l" // of a rank: the sort key of its ledger item
	CountAttr  = "~n" // of a value: its sources
)

// In the item that records a gap of a view: stream records were lost.
const (
	GapPartition = "~g"
	CauseAttr    = "~c"
)

// In the leases of readers of the stream, which package ddbstream keeps.
const (
	LeasePrefix      = "~l#"
	LeaseStartPrefix = "~lstart#"
)

// BlobKeyAttr is the key of the object, in the attribute of a Blob. Package ddbblob writes it, beside the size "n" and the SHA-256 "h".
const BlobKeyAttr = "k"

// In the keys of objects of Blobs, where other text has no "=".
const (
	MarkPrefix   = "=old/" // begins the key of an object's mark, before the key of the object
	objectNumber = "=n"    // begins a number of the item's key
	objectBinary = "=b"    // begins bytes
)
