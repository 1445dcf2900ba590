package ddb

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/fault"
)

// Found while reading.
var (
	// ErrNotFound: there is no such item, or its TTL has passed.
	ErrNotFound = fault.ErrNotFound
	// ErrTooMany: a query for One item met a second.
	ErrTooMany = fault.ErrTooMany
	// ErrUnknown: an item that no entity of the table claims.
	ErrUnknown = fault.ErrUnknown
	// ErrPruned: a version of an item's History that was deleted to save space.
	ErrPruned = fault.ErrPruned
	// ErrCursor: a cursor that is malformed, tampered with, or of another query.
	ErrCursor = fault.ErrCursor
)

// Found while writing.
var (
	// ErrExists: Create met an item with the same primary key.
	ErrExists = fault.ErrExists
	// ErrCondition: a condition of If or Check does not hold.
	ErrCondition = fault.ErrCondition
	// ErrConflict: the item changed since it was read.
	ErrConflict = fault.ErrConflict
	// ErrNotUnique: another item holds the value of a Unique constraint.
	ErrNotUnique = fault.ErrNotUnique
	// ErrOutcomeUnknown: a response was lost, and nothing that came later says whether the write was done, or what it
	// returned; or that the write was done, and the item could not be read back or decoded. Read the item to find out. No
	// class above matches beside it.
	ErrOutcomeUnknown = fault.ErrOutcomeUnknown
)

// Found in either.
var (
	// ErrKey: a value that cannot stand in a key; the error is a [KeyError].
	ErrKey = fault.ErrKey
	// ErrValue: a value that DynamoDB does not take, or would not give back as it is: text or a map key that is not valid UTF-8,
	// an empty map key, NaN and other numbers that are none, a time that RFC 3339 cannot tell, an element that stands in a set
	// twice, a set whose elements are all left out, what an any holds that would be lost, a pointer to a nil slice or map, what nests
	// deeper than 32 levels or holds itself, a text that an [AsText] does not read back; and in a condition, what has no order or no
	// part that it could ask for, such as NULL. The error names the field, and no request was made. In a key it is [ErrKey].
	ErrValue = fault.ErrValue
	// ErrThrottled: DynamoDB refused for lack of throughput after all attempts. A [ThrottleError] in the tree says of what, where
	// a request was refused as a whole: of items that stay unprocessed, and of cancelled transactions, DynamoDB says no reasons.
	ErrThrottled = fault.ErrThrottled
	// ErrUnavailable: what surrounds a record of a stream does not work for now, such as a service, a permission or a table;
	// or the records are none of the table's. The [Mux] stops the batch for it, counts no attempt and gives nothing to the
	// dead letters. A handler wraps it to say so of an error of its own.
	ErrUnavailable = fault.ErrUnavailable
	// ErrTooLarge: an item over 400 KB, or a transaction of more than 100 items or 4 MB.
	ErrTooLarge = fault.ErrTooLarge
	// ErrModel: the call does not fit the model, and no request was made: a field of another struct, an index that
	// the entity is not in, a write without edits. (A query without its partition is ErrKey: the value is empty.)
	ErrModel = fault.ErrModel
)

// KeyError says which key of which entity a value cannot stand in; errors.Is(err, [ErrKey]) is true.
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

// ItemError says which stored item could not be read, and why: no entity claims it (the error matches [ErrUnknown]), its
// key and an attribute disagree, an attribute is of another type than its field, an upgrade failed. It is about that item
// alone: a sequence that yields one goes on, and so does whoever reads it by continuing the loop. It can be deleted by
// its key, and replaced unless its entity has a [Definition.History].
//
// Every part of the primary key is compared with the attribute of its field, by encoding what was read: text, [Fold], [Num],
// [Time], [Text] and [Shard] alike. Not compared are an attribute that is absent or NULL, one that a [Query.Select] or the
// index does not read, and the keys of indexes: an entry that an older template made is read as its item says, until
// [Repository.Reindex] renews it.
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

// WriteError says which write was refused and why. Exactly one of [ErrExists], [ErrNotFound], [ErrCondition],
// [ErrConflict] and [ErrNotUnique] matches it with errors.Is where the write was refused for what is stored; the
// SDK's own error is reached with errors.As.
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

// TransactError says which ops a transaction failed on; nothing was written. It unwraps to all of Failed, so that
// errors.Is finds the class of each.
type TransactError struct {
	Failed []*WriteError

	err error // the SDK's, nil where no request was made
}

func (e *TransactError) Error() string { return e.below().Error() }

// Unwrap returns the failures, and the SDK's error if there is one.
func (e *TransactError) Unwrap() []error { return e.below().Unwrap() }

// At returns the failure of the op at position i, nil if that op did not fail.
func (e *TransactError) At(i int) error { return failureAt(e.Failed, i) }

// BatchError says what became of the ops of a batch that was not done in full: each is written, not written, or in an
// unknown state, because a response was lost. It unwraps to all of Failed.
type BatchError struct {
	// Outcomes has an entry for each op of the batch.
	Outcomes []WriteOutcome
	// Failed has the ops that are not known to be written, with the cause. Where ops were refused before any request, nothing
	// is written, and it has those alone.
	Failed []*WriteError
}

func (e *BatchError) Error() string { return e.below().Error() }

// Unwrap returns the failures.
func (e *BatchError) Unwrap() []error { return e.below().Unwrap() }

// At returns the failure of the op at position i, nil if it did not fail.
func (e *BatchError) At(i int) error { return failureAt(e.Failed, i) }

func failureAt(failed []*WriteError, i int) error {
	for _, f := range failed {
		if f.Op == i {
			return f
		}
	}
	return nil
}

// WriteOutcome says what became of one op of a batch.
type WriteOutcome uint8

const (
	// Written says that the op is done.
	Written = WriteOutcome(fault.Written)
	// NotWritten says that the op was refused, or never sent.
	NotWritten = WriteOutcome(fault.NotWritten)
	// OutcomeUnknown says that the op was sent, and what became of it was never heard.
	OutcomeUnknown = WriteOutcome(fault.WriteUnknown)
)

// String returns the outcome in lower case.
func (o WriteOutcome) String() string { return fault.WriteOutcome(o).String() }

// ThrottleError says of what DynamoDB lacked throughput; errors.Is(err, [ErrThrottled]) is true. It holds what the service
// says of the last attempt, which may be nothing: then there are no Reasons.
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

// String says it in words: "index by-genre: hot key range, writes".
func (r ThrottleReason) String() string { return fault.ThrottleReason(r).String() }
