package things

import (
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
)

// NotFoundError says which item there is none of. It matches [ddb.ErrNotFound].
type NotFoundError struct {
	Kind, ID string // such as "thing" and its id
	err      error
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("there is no %s %q: %v", e.Kind, e.ID, e.err)
}

// Unwrap returns the error of the request.
func (e *NotFoundError) Unwrap() error { return e.err }

// found names the item of the given kind and id in an error that says it is missing.
func found(kind, id string, err error) error {
	if errors.Is(err, ddb.ErrNotFound) && !errors.As(err, new(*NotFoundError)) {
		return &NotFoundError{kind, id, err}
	}
	return err
}
