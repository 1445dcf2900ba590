package site

import (
	"fmt"
	"net/http"
)

// Fault is an error that a client can act on: a code for programs and a message for people.
type Fault struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (f *Fault) Error() string { return f.Message }

// Bad is the fault of a request that says something wrong.
func Bad(format string, args ...any) *Fault {
	return &Fault{http.StatusBadRequest, "bad_request", fmt.Sprintf(format, args...)}
}

// The faults that every API has.
var (
	// Busy: the table has no capacity left.
	Busy = &Fault{http.StatusServiceUnavailable, "busy", "too busy: try again in a second"}

	internal = &Fault{http.StatusInternalServerError, "internal", "internal error"}
)
