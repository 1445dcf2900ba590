package web

import (
	"errors"
	"net/http"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// faults are the errors of the store that a client can act on.
var faults = []struct {
	err     error
	status  int
	code    string
	message string
}{
	{groups.ErrNoGroup, http.StatusNotFound, "no_such_group", groups.ErrNoGroup.Error()},
	{groups.ErrNotMember, http.StatusForbidden, "not_a_member", "you are " + groups.ErrNotMember.Error()},
	{groups.ErrEmpty, http.StatusBadRequest, "empty", groups.ErrEmpty.Error()},
	{groups.ErrTooLong, http.StatusRequestEntityTooLarge, "too_long", groups.ErrTooLong.Error()},
	{groups.ErrPeople, http.StatusBadRequest, "bad_people", groups.ErrPeople.Error()},
	{groups.ErrID, http.StatusBadRequest, "bad_id", groups.ErrID.Error()},
	{groups.ErrIDTaken, http.StatusConflict, "id_taken", groups.ErrIDTaken.Error()},
	{ddb.ErrCursor, http.StatusBadRequest, "bad_cursor", "the cursor is not from this list"},
	{ddb.ErrThrottled, http.StatusServiceUnavailable, "busy", "too busy: try again in a second"},
	{ddb.ErrConflict, http.StatusServiceUnavailable, "busy", "too busy: try again in a second"},
	{groups.ErrBusy, http.StatusServiceUnavailable, "busy", "too busy: try again in a second"},
	{ddb.ErrOutcomeUnknown, http.StatusServiceUnavailable, "unknown_outcome", "it is unknown whether this was done: send the same again"},
}

// faultOf is the fault that err is for the client, or err itself.
func faultOf(err error) error {
	for _, f := range faults {
		if errors.Is(err, f.err) {
			return &site.Fault{Status: f.status, Code: f.code, Message: f.message}
		}
	}
	return err
}
