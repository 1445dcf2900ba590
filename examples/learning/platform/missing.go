package platform

import (
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
)

// MissingError says which thing does not exist. It matches [ddb.ErrNotFound].
type MissingError struct {
	Kind string // "course"
	ID   string
	Err  error
}

// Error names the kind and the id.
func (e *MissingError) Error() string { return fmt.Sprintf("there is no %s %q", e.Kind, e.ID) }

// Unwrap returns the cause.
func (e *MissingError) Unwrap() error { return e.Err }

// missing returns err, as a MissingError if the item was not found.
func missing(kind, id string, err error) error {
	if !errors.Is(err, ddb.ErrNotFound) {
		return err
	}
	return &MissingError{kind, id, err}
}
