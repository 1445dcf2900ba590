package ddb

import (
	"errors"
	"fmt"
	"strings"
)

// Found while reading.
var (
	// ErrNotFound: there is no such item, or its TTL has passed.
	ErrNotFound = errors.New("not found")
	// ErrTooMany: a query for One item met a second.
	ErrTooMany = errors.New("more than one")
	// ErrUnknown: an item that no entity of the table claims.
	ErrUnknown = errors.New("item of no known entity")
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
)

// Found in either.
var (
	// ErrKey: a value that cannot stand in a key; the error is a [KeyError].
	ErrKey = errors.New("bad key")
	// ErrThrottled: DynamoDB refused for lack of throughput after all attempts.
	ErrThrottled = errors.New("throttled")
	// ErrTooLarge: an item over 400 KB, or a transaction over 4 MB.
	ErrTooLarge = errors.New("too large")
	// ErrModel: the call does not fit the model, and no request was made: a field of another struct, an index that
	// the entity is not in, a query without its partition.
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
	return fmt.Sprintf("ddb: %s %s %s: %v", e.Verb, e.Entity, e.Key, e.Err)
}

// Unwrap returns the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// modelFault is an error of the caller's code rather than of data: ErrModel is in its tree.
func modelFault(format string, args ...any) error {
	return &modelError{fmt.Errorf(format, args...)}
}

type modelError struct{ err error }

func (e *modelError) Error() string   { return e.err.Error() }
func (e *modelError) Unwrap() []error { return []error{ErrModel, e.err} }
