package ddbblob

import "time"

// The bounds of [SweepOptions].Grace.
const (
	// MinGrace is the shortest grace: a writer may take 45 minutes from its object to its item, and clocks may differ.
	MinGrace = time.Hour
	// DefaultGrace is the grace if none is given.
	DefaultGrace = 24 * time.Hour
)

// SweepOptions configures a sweep ([ddb.DB.SweepBlobs]); the zero value of each field is its default, and nil is all
// defaults.
type SweepOptions struct {
	// Grace is how old an object must be, and for how long it must be known to have no reference, to be deleted; default
	// [DefaultGrace], at least [MinGrace]. For as long as the grace, content can be loaded by a program that read the item.
	Grace time.Duration

	// DryRun marks and deletes nothing. Swept and Deleting tell what would be deleted.
	DryRun bool

	// Deleting is called with each object before it is deleted. Its error ends the sweep, which returns it.
	Deleting func(Object) error

	// After continues a sweep after the object of this key; see Checkpoint.
	After string

	// Checkpoint gets the key of each item's last object when the sweep is done with it, in order. A sweep with After set to
	// the last of these continues there.
	Checkpoint func(after string)
}

// Swept counts the objects that a sweep found. It can be written as JSON.
type Swept struct {
	Objects    int   `json:"objects"`    // all that are listed
	Unknown    int   `json:"unknown"`    // with a key that is not of this table: they stay
	Young      int   `json:"young"`      // younger than the grace, so it was not asked who refers to them
	Referenced int   `json:"referenced"` // by their item, or by a version of it
	Marked     int   `json:"marked"`     // without a reference, now or for less than the grace
	Deleted    int   `json:"deleted"`    // or, in a DryRun, to be deleted
	Bytes      int64 `json:"bytes"`      // of Deleted
}
