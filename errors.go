package ddb

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/fault"
)

// Found while reading.
var (
	// ErrNotFound: there is no such item, or its TTL has passed.
	ErrNotFound = fault.ErrNotFound
	// ErrTooMany: a query for one item found a second one.
	ErrTooMany = fault.ErrTooMany
	// ErrUnknown: no entity of the table claims the item.
	ErrUnknown = fault.ErrUnknown
	// ErrPruned: the version of an item's History was deleted to save space.
	ErrPruned = fault.ErrPruned
	// ErrCursor: the cursor is malformed, tampered with, or of another query.
	ErrCursor = fault.ErrCursor
)

// Found while writing.
var (
	// ErrExists: there is an item with the same primary key already.
	ErrExists = fault.ErrExists
	// ErrCondition: a condition of If or Check does not hold.
	ErrCondition = fault.ErrCondition
	// ErrConflict: the item was modified concurrently, or has another version than the one asserted. Read it again.
	ErrConflict = fault.ErrConflict
	// ErrNotUnique: another item holds the value of a Unique constraint.
	ErrNotUnique = fault.ErrNotUnique
	// ErrOutcomeUnknown: a response was lost, and no later response shows whether the write was done, or what it
	// returned; or the write was done, and the item could not be read back or decoded. Read the item to find out. No
	// class above matches beside it.
	ErrOutcomeUnknown = fault.ErrOutcomeUnknown
)

// Found in either.
var (
	// ErrKey: a value cannot stand in a key; the error is a [KeyError].
	ErrKey = fault.ErrKey
	// ErrValue: DynamoDB does not take the value, or would not return it unchanged. The error names the field, and no
	// request was made. In a key it is [ErrKey]. Such values are:
	//
	//   - text or a map key that is not valid UTF-8, and an empty map key
	//   - NaN, infinities and other numbers beyond DynamoDB's
	//   - a time that RFC 3339 cannot express
	//   - a set with an element twice, or whose elements are all left out
	//   - a value in an any that would be lost
	//   - a pointer to a nil slice or map
	//   - a value that nests deeper than 32 levels, or contains itself
	//   - a text that an [AsText] does not read back
	//   - in a condition, a value without the order or the part that is compared, such as NULL
	ErrValue = fault.ErrValue
	// ErrThrottled: DynamoDB refused the request for lack of throughput, after all attempts. If a request was refused
	// as a whole, a [ThrottleError] in the tree has the reasons. For unprocessed items and cancelled transactions
	// DynamoDB gives none.
	ErrThrottled = fault.ErrThrottled
	// ErrUnavailable: a service, a permission, a table or the like, which the processing of a stream record needs, does
	// not work for now; or the records are of another table. The [Mux] stops the batch, counts no attempt and sends
	// nothing to the dead letters. A handler can wrap it for errors of its own.
	ErrUnavailable = fault.ErrUnavailable
	// ErrTooLarge: an item over 400 KB, or a transaction of more than 100 items or 4 MB.
	ErrTooLarge = fault.ErrTooLarge
	// ErrModel: the call does not fit the model, and no request was made: a field of another struct, an index that the
	// entity is not in, a write without edits. (A query without its partition is ErrKey: the value is empty.)
	ErrModel = fault.ErrModel
)

// KeyError reports a value that cannot stand in a key, with entity, index and field; errors.Is(err, [ErrKey]) is true.
type KeyError struct {
	Op       string // "get", "create", "query", …
	Entity   string
	Index    string
	Template string // "c#{CourseID}"
	Field    string // "" where the key as a whole is at fault
	Key      string // the item's primary key where that is known: pk="s#1" sk="s#1"
	Err      error
}

func (e *KeyError) Error() string { return (*fault.KeyError)(e).Error() }

// Unwrap returns [ErrKey] and the cause.
func (e *KeyError) Unwrap() []error { return (*fault.KeyError)(e).Unwrap() }

// ItemError reports a stored item that could not be read, with its key and the cause. No entity claims it (the error
// matches [ErrUnknown]), its key and an attribute disagree, an attribute has another type than its field, or an upgrade
// failed.
//
// It concerns that item only: a sequence that yields one goes on if the loop does. The item can be deleted by its key,
// and replaced unless its entity has a [Definition.History].
//
// Every part of the primary key is compared with the attribute of its field, by encoding the attribute again: text,
// [Fold], [Num], [Time], [Text] and [Shard] alike. Not compared are: an attribute that is absent or NULL; one that a
// [Query.Select] or the index does not read; and the keys of indexes. An index entry made by an older template is read
// as its item says, until [Repository.Reindex] renews it.
type ItemError struct {
	Op     string                          // "get", "query", "scan", …
	Entity string                          // of the read; "" where it was of any, and none claims the item
	Key    string                          // as stored: pk="s#1" sk="s#1"
	Item   map[string]types.AttributeValue // as it was read; of a read that selects attributes, those alone
	Err    error
}

func (e *ItemError) Error() string { return (*fault.ItemError)(e).Error() }

// Unwrap returns the cause.
func (e *ItemError) Unwrap() error { return (*fault.ItemError)(e).Unwrap() }

// WriteError reports which write was refused and why. If the write was refused for what is stored, exactly one of
// [ErrExists], [ErrNotFound], [ErrCondition], [ErrConflict] and [ErrNotUnique] matches it with errors.Is. The SDK's own
// error is found with errors.As.
type WriteError struct {
	Op         int    // position in Transact or Batch, 0 otherwise
	Verb       string // "create"
	Entity     string
	Key        string // as stored: pk="s#1" sk="s#1"
	Constraint string // the name of the Unique constraint of ErrNotUnique
	Current    any    // the item that stood in the way, a T of the entity; nil if there was none or it is not known
	Err        error
}

func (e *WriteError) Error() string { return (*fault.WriteError)(e).Error() }

// Unwrap returns the cause.
func (e *WriteError) Unwrap() error { return (*fault.WriteError)(e).Unwrap() }

// TransactError reports the ops that a transaction failed on; nothing was written. It unwraps to all of Failed, so
// errors.Is finds the class of each.
type TransactError struct {
	// Failed has the failure of each op that failed.
	Failed []*WriteError

	err error // the SDK's, nil where no request was made
}

func (e *TransactError) Error() string { return e.below().Error() }

// Unwrap returns the failures, and the SDK's error if there is one.
func (e *TransactError) Unwrap() []error { return e.below().Unwrap() }

// At returns the failure of the op at position i, or nil if that op did not fail.
func (e *TransactError) At(i int) error { return failureAt(e.Failed, i) }

// BatchError reports the ops of a batch that was not done in full. Each op is written, not written, or unknown because
// a response was lost. It unwraps to all of Failed.
type BatchError struct {
	// Outcomes has an entry for each op of the batch.
	Outcomes []WriteOutcome
	// Failed has the ops that are not known to be written, with the cause. If ops were refused before any request,
	// nothing is written, and Failed has only those.
	Failed []*WriteError
}

func (e *BatchError) Error() string { return e.below().Error() }

// Unwrap returns the failures.
func (e *BatchError) Unwrap() []error { return e.below().Unwrap() }

// At returns the failure of the op at position i, or nil if it did not fail.
func (e *BatchError) At(i int) error { return failureAt(e.Failed, i) }

func failureAt(failed []*WriteError, i int) error {
	for _, f := range failed {
		if f.Op == i {
			return f
		}
	}
	return nil
}

// WriteOutcome is the outcome of one op of a batch.
type WriteOutcome uint8

const (
	// WriteDone means that the op is done.
	WriteDone = WriteOutcome(fault.Written)
	// WriteNotDone means that the op was refused, or never sent.
	WriteNotDone = WriteOutcome(fault.NotWritten)
	// WriteUnknown means that the op was sent and its response was lost.
	WriteUnknown = WriteOutcome(fault.WriteUnknown)
)

// String returns the outcome in lower case.
func (o WriteOutcome) String() string { return fault.WriteOutcome(o).String() }

// ThrottleError reports which throughput DynamoDB lacked; errors.Is(err, [ErrThrottled]) is true. It has the reasons
// that the service gave for the last attempt, which may be none.
//
// AWS: "Diagnosing throttling issues".
type ThrottleError struct {
	Reasons []ThrottleReason
	Err     error // the SDK's
}

func (e *ThrottleError) Error() string { return e.below().Error() }

// Unwrap returns [ErrThrottled] and the SDK's error.
func (e *ThrottleError) Unwrap() []error { return e.below().Unwrap() }

// ThrottleReason is one reason of a [ThrottleError].
type ThrottleReason struct {
	Index    string // the name of the index, "" for the table itself
	Reason   string // as the service says it, such as "IndexWriteKeyRangeThroughputExceeded"
	Resource string // the ARN
}

// String returns the reason in words: "index by-genre: hot key range, writes".
func (r ThrottleReason) String() string { return fault.ThrottleReason(r).String() }

// RecordError reports a record that could not be handled, with the cause. If it matches [ErrUnavailable], the batch
// stopped at that record, which is not at fault.
type RecordError struct {
	Record Record
	Entity string // "" where no entity claims it
	// Parts names what failed: "view NAME" for a view, "handlers", and "batch handlers" for those of HandleBatch. It is
	// nil if the entity of the record is unknown, so that all parts are concerned. See [Mux.Replay].
	Parts    []string
	Attempts int // deliveries that failed by the record's own fault so far, this one included
	// GivenUp means that Parts go to the dead letters: they are not tried again, and are not in the error of Process.
	// It is set in the error that DeadLetters gets, and in the one that Report gets after DeadLetters accepted the
	// record.
	GivenUp bool
	Err     error
}

func (e *RecordError) Error() string { return e.below().Error() }

// Unwrap returns the cause.
func (e *RecordError) Unwrap() error { return e.Err }
