package fault

import (
	"fmt"
	"strings"
)

// WriteError is the one of that name in package ddb.
type WriteError struct {
	Op         int    // position in Transact or Batch, 0 otherwise
	Verb       string // "create"
	Entity     string
	Key        string // as stored: pk="s#1" sk="s#1"
	Constraint string // the name of the Unique constraint of ErrNotUnique
	Current    any    // the item that stood in the way, a T of the entity; nil if there was none or it is not known
	Err        error
}

// As makes e the error of package ddb.
func (e *WriteError) As(target any) bool { return AsPublic(e, target) }

func (e *WriteError) Error() string {
	if e.Key == "" { // it has none that can be told
		return fmt.Sprintf("ddb: %s %s: %v", e.Verb, e.Entity, e.Err)
	}
	return fmt.Sprintf("ddb: %s %s %s: %v", e.Verb, e.Entity, e.Key, e.Err)
}

// Unwrap returns the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// TransactError is the one of that name in package ddb.
type TransactError struct {
	Failed []*WriteError

	Err error // the SDK's, nil where no request was made
}

// As makes e the error of package ddb.
func (e *TransactError) As(target any) bool { return AsPublic(e, target) }

func (e *TransactError) Error() string { return several("transact", e.Failed) }

// Unwrap returns the failures, and the SDK's error if there is one.
func (e *TransactError) Unwrap() []error {
	errs := unwrapAll(e.Failed)
	if e.Err != nil {
		errs = append(errs, e.Err)
	}
	return errs
}

// BatchError is the one of that name in package ddb.
type BatchError struct {
	// Outcomes has an entry for each op of the batch.
	Outcomes []WriteOutcome
	// Failed has the ops that are not known to be written, with the cause. Where ops were refused before any request, nothing
	// is written, and it has those alone.
	Failed []*WriteError
}

// As makes e the error of package ddb.
func (e *BatchError) As(target any) bool { return AsPublic(e, target) }

func (e *BatchError) Error() string { return several("batch", e.Failed) }

// Unwrap returns the failures.
func (e *BatchError) Unwrap() []error { return unwrapAll(e.Failed) }

// WriteOutcome says what became of one op of a batch.
type WriteOutcome uint8

const (
	// Written says that the op is done.
	Written WriteOutcome = iota + 1
	// NotWritten says that the op was refused, or never sent.
	NotWritten
	// WriteUnknown says that the op was sent, and what became of it was never heard.
	WriteUnknown
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
