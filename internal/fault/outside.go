package fault

import (
	"context"
	"errors"

	"github.com/singletable-go/ddb/internal/apierror"
)

// Outside is a failure of what surrounds a record, and none of the record's own; errors.Is(err, [ErrUnavailable]) is true.
type Outside struct{ Err error }

func (e *Outside) Error() string { return e.Err.Error() }

// Is reports whether target is [ErrUnavailable].
func (*Outside) Is(target error) bool { return target == ErrUnavailable }

// Unwrap returns the cause.
func (e *Outside) Unwrap() error { return e.Err }

// OutsideOf returns the error in the tree of err that is none of the record's own, nil if the record is at fault.
func OutsideOf(ctx context.Context, err error) error {
	if cause := apierror.Outside(err); cause != nil {
		return cause
	}
	if lost, ok := errors.AsType[*LostError](err); ok {
		return lost
	}
	if errors.Is(err, ErrThrottled) || errors.Is(err, ErrUnavailable) {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return nil
}

// CauseName is the same for all errors of one cause.
func CauseName(err error) string {
	for _, said := range []error{ErrThrottled, ErrUnavailable} {
		if errors.Is(err, said) {
			return said.Error()
		}
	}
	return apierror.Cause(err)
}
