package fault

import (
	"fmt"
)

// Model is an error of the caller's code rather than of data: ErrModel is in its tree.
func Model(format string, args ...any) error {
	return &ModelError{fmt.Errorf(format, args...)}
}

// ModelError is a mistake in a model or in its use. It matches [ErrModel] and what it wraps.
type ModelError struct{ Err error }

func (e *ModelError) Error() string { return e.Err.Error() }

func (e *ModelError) Unwrap() []error { return []error{ErrModel, e.Err} }
