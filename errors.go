package ddb

import (
	"errors"
	"fmt"
	"strings"

	"github.com/singletable-go/ddb/internal/codec"
)

// Found while reading.
var (
	// ErrNotFound: there is no such item, or its TTL has passed.
	ErrNotFound = errors.New("not found")
	// ErrTooMany: a query for One item met a second.
	ErrTooMany = errors.New("more than one")
	// ErrUnknown: an item that no entity of the table claims.
	ErrUnknown = errors.New("item of no known entity")
	// ErrPruned: a version of an item's History that was deleted to save space.
	ErrPruned = errors.New("pruned")
	// ErrCursor: a cursor that is malformed, tampered with, or of another query.
	ErrCursor = errors.New("bad cursor")
)

// Found while writing.
var (
	// ErrExists: Create met an item with the same primary key.
	ErrExists = errors.New("exists already")
	// ErrCondition: a condition of If or Check does not hold.
	ErrCondition = errors.New("condition failed")
	// ErrConflict: the item changed since it was read.
	ErrConflict = errors.New("changed meanwhile")
	// ErrNotUnique: another item holds the value of a Unique constraint.
	ErrNotUnique = errors.New("value taken")
	// ErrOutcomeUnknown: a response was lost, and nothing that came later says whether the write was done, or what it
	// returned; or that the write was done, and the item could not be read back or decoded. Read the item to find out. No
	// class above matches beside it.
	ErrOutcomeUnknown = errors.New("outcome unknown")
)

// Found in either.
var (
	// ErrKey: a value that cannot stand in a key; the error is a [KeyError].
	ErrKey = errors.New("bad key")
	// ErrValue: a value that DynamoDB does not take, or would not give back as it is: text or a map key that is not valid UTF-8,
	// an empty map key, NaN and other numbers that are none, a time that RFC 3339 cannot tell, an element that stands in a set
	// twice, a set whose elements are all left out, what an any holds that would be lost, a pointer to a nil slice or map, what nests
	// deeper than 32 levels or holds itself, a text that an [AsText] does not read back; and in a condition, what has no order or no
	// part that it could ask for, such as NULL. The error names the field, and no request was made. In a key it is [ErrKey].
	ErrValue = codec.ErrValue
	// ErrThrottled: DynamoDB refused for lack of throughput after all attempts. A [ThrottleError] in the tree says of what, where
	// a request was refused as a whole: of items that stay unprocessed, and of cancelled transactions, DynamoDB says no reasons.
	ErrThrottled = errors.New("throttled")
	// ErrUnavailable: what surrounds a record of a stream does not work for now, such as a service, a permission or a table;
	// or the records are none of the table's. The [Mux] stops the batch for it, counts no attempt and gives nothing to the
	// dead letters. A handler wraps it to say so of an error of its own.
	ErrUnavailable = errors.New("unavailable for now")
	// ErrTooLarge: an item over 400 KB, or a transaction of more than 100 items or 4 MB.
	ErrTooLarge = errors.New("too large")
	// ErrModel: the call does not fit the model, and no request was made: a field of another struct, an index that
	// the entity is not in, a write without edits. (A query without its partition is ErrKey: the value is empty.)
	ErrModel = errors.New("does not fit the model")
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

func (e *KeyError) Error() string {
	var b strings.Builder
	b.WriteString("ddb: ")
	if e.Op != "" {
		b.WriteString(e.Op + " ")
	}
	b.WriteString(e.Entity)
	if e.Key != "" {
		b.WriteString(" " + e.Key)
	}
	fmt.Fprintf(&b, ": %s key %q: ", e.Index, e.Template)
	if e.Field != "" {
		b.WriteString(e.Field + " ")
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap returns [ErrKey] and the cause.
func (e *KeyError) Unwrap() []error { return []error{ErrKey, e.Err} }

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

func (e *WriteError) Error() string {
	if e.Key == "" { // it has none that can be told
		return fmt.Sprintf("ddb: %s %s: %v", e.Verb, e.Entity, e.Err)
	}
	return fmt.Sprintf("ddb: %s %s %s: %v", e.Verb, e.Entity, e.Key, e.Err)
}

// Unwrap returns the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// TransactError says which ops a transaction failed on; nothing was written. It unwraps to all of Failed, so that
// errors.Is finds the class of each.
type TransactError struct {
	Failed []*WriteError

	err error // the SDK's, nil where no request was made
}

func (e *TransactError) Error() string { return several("transact", e.Failed) }

// Unwrap returns the failures, and the SDK's error if there is one.
func (e *TransactError) Unwrap() []error {
	errs := unwrapAll(e.Failed)
	if e.err != nil {
		errs = append(errs, e.err)
	}
	return errs
}

// At returns the failure of the op at position i, nil if that op did not fail.
func (e *TransactError) At(i int) error {
	for _, f := range e.Failed {
		if f.Op == i {
			return f
		}
	}
	return nil
}

// BatchError says what became of the ops of a batch that was not done in full: each is written, not written, or in an
// unknown state, because a response was lost. It unwraps to all of Failed.
type BatchError struct {
	// Outcomes has an entry for each op of the batch.
	Outcomes []WriteOutcome
	// Failed has the ops that are not known to be written, with the cause. Where ops were refused before any request, nothing
	// is written, and it has those alone.
	Failed []*WriteError
}

func (e *BatchError) Error() string { return several("batch", e.Failed) }

// Unwrap returns the failures.
func (e *BatchError) Unwrap() []error { return unwrapAll(e.Failed) }

// At returns the failure of the op at position i, nil if it did not fail.
func (e *BatchError) At(i int) error { return (&TransactError{Failed: e.Failed}).At(i) }

// WriteOutcome says what became of one op of a batch.
type WriteOutcome uint8

const (
	// Written says that the op is done.
	Written WriteOutcome = iota + 1
	// NotWritten says that the op was refused, or never sent.
	NotWritten
	// OutcomeUnknown says that the op was sent, and what became of it was never heard.
	OutcomeUnknown
)

// String returns the outcome in lower case.
func (o WriteOutcome) String() string {
	switch o {
	case Written:
		return "written"
	case NotWritten:
		return "not written"
	default:
		return "unknown"
	}
}

// several renders failures, the first few of them in full.
func several(what string, failed []*WriteError) string {
	const shown = 3
	var b strings.Builder
	fmt.Fprintf(&b, "ddb: %s: ", what)
	if len(failed) != 1 {
		fmt.Fprintf(&b, "%d ops failed: ", len(failed))
	}
	for i, f := range failed {
		if i == shown {
			fmt.Fprintf(&b, "; and %d more", len(failed)-shown)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "op %d: %s", f.Op, strings.TrimPrefix(f.Error(), "ddb: "))
	}
	return b.String()
}

func unwrapAll(failed []*WriteError) []error {
	errs := make([]error, len(failed))
	for i, f := range failed {
		errs[i] = f
	}
	return errs
}

// modelFault is an error of the caller's code rather than of data: ErrModel is in its tree.
func modelFault(format string, args ...any) error {
	return &modelError{fmt.Errorf(format, args...)}
}

type modelError struct{ err error }

func (e *modelError) Error() string   { return e.err.Error() }
func (e *modelError) Unwrap() []error { return []error{ErrModel, e.err} }
