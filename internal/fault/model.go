package fault

import (
	"fmt"
)

// Model is an error of the caller's code rather than of data: ErrModel is in its tree.
func Model(format string, args ...any) error {
	return &ModelError{fmt.Errorf(format, args...)}
}

type ModelError struct{ Err error }

func (e *ModelError) Error() string { return e.Err.Error() }

func (e *ModelError) Unwrap() []error { return []error{ErrModel, e.Err} }
