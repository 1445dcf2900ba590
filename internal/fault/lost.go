package fault

import (
	"errors"
	"fmt"
	"slices"
)

// Beside is an error with another in its tree, which it does not print.
type Beside struct {
	Err   error
	Other error
}

func (e *Beside) Error() string { return e.Err.Error() }

// Unwrap returns both.
func (e *Beside) Unwrap() []error { return []error{e.Err, e.Other} }

// ErrOldLost is the failure of a write that asked for the item as it was.
var ErrOldLost = fmt.Errorf("%w: the write was done, or another removed the item; the response with the old item was lost", ErrOutcomeUnknown)

// LostError is an error that came after the response of an earlier attempt was lost. It hides the classes that would say that
// nothing was written.
type LostError struct{ Cause error }

func (e *LostError) Error() string {
	return fmt.Sprintf("%v: a response was lost, and the write may have been done; read the item to find out; the last attempt: %v", ErrOutcomeUnknown, e.Cause)
}

// Is reports whether target is [ErrOutcomeUnknown].
func (*LostError) Is(target error) bool { return target == ErrOutcomeUnknown }

func (e *LostError) Unwrap() error { return &hidden{e.Cause} }

// DoneError is the failure to return what a write that was done has stored. It is no definite error either: a caller that
// tries again would do it twice.
type DoneError struct {
	What  string
	Cause error
}

func (e *DoneError) Error() string {
	return fmt.Sprintf("%v: written, but %s: %v", ErrOutcomeUnknown, e.What, e.Cause)
}

// Is reports whether target is [ErrOutcomeUnknown].
func (*DoneError) Is(target error) bool { return target == ErrOutcomeUnknown }

func (e *DoneError) Unwrap() error { return &hidden{e.Cause} }

// hidden is an error without the classes that speak of what is stored.
type hidden struct{ cause error }

func (e *hidden) Error() string { return e.cause.Error() }

func (e *hidden) Is(target error) bool {
	if slices.Contains([]error{ErrExists, ErrNotFound, ErrCondition, ErrConflict, ErrNotUnique, ErrUnknown}, target) {
		return false
	}
	return errors.Is(e.cause, target)
}

func (e *hidden) As(target any) bool { return errors.As(e.cause, target) }

// IfLost returns err as it is where every attempt had a response, and else as one that does not say what was done.
func IfLost(lost bool, err error) error {
	if !lost || errors.Is(err, ErrOutcomeUnknown) {
		return err
	}
	return &LostError{Cause: err}
}
