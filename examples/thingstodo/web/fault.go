package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/thingstodo/search"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

func notFound(kind, id string) error {
	return &site.Fault{Status: http.StatusNotFound, Code: "not_found", Message: fmt.Sprintf("there is no %s %.64q", kind, id)}
}

func conflict(code, format string, args ...any) error {
	return &site.Fault{Status: http.StatusConflict, Code: code, Message: fmt.Sprintf(format, args...)}
}

func wrongState(kind string, want []things.Status, have things.Status) error {
	names := make([]string, len(want))
	for i, s := range want {
		names[i] = string(s)
	}
	return conflict("wrong_state", "the %s is %s, not %s", kind, have, strings.Join(names, " or "))
}

// fault returns the fault of an error of the store or the index, as far as the client can do something about it. It says
// no more than the client knows: no keys and no names of the table.
func fault(err error) error {
	if invalid, ok := errors.AsType[*things.InvalidError](err); ok {
		return &site.Fault{Status: http.StatusBadRequest, Code: "invalid", Message: invalid.Error()}
	}
	if missing, ok := errors.AsType[*things.NotFoundError](err); ok {
		return notFound(missing.Kind, missing.ID)
	}
	if state, ok := errors.AsType[*things.StateError](err); ok {
		return conflict("wrong_state", "it is %s, not %s", state.Have, state.Want)
	}
	switch {
	case errors.Is(err, things.ErrNotYours):
		return &site.Fault{Status: http.StatusForbidden, Code: "forbidden", Message: "it " + things.ErrNotYours.Error()}
	case errors.Is(err, things.ErrOtherRole):
		return &site.Fault{Status: http.StatusForbidden, Code: "other_role", Message: things.ErrOtherRole.Error()}
	case errors.Is(err, things.ErrOutdated):
		return conflict("outdated", "%v", things.ErrOutdated)
	case errors.Is(err, search.ErrRebuilding):
		return conflict("busy", "%v", search.ErrRebuilding)
	case errors.Is(err, search.ErrIndex):
		return &site.Fault{Status: http.StatusServiceUnavailable, Code: "index", Message: search.ErrIndex.Error()}
	case errors.Is(err, ddb.ErrExists):
		return conflict("exists", "it is there already")
	case errors.Is(err, ddb.ErrConflict):
		return conflict("changed", "it was changed by others at the same time: read it and try again")
	case errors.Is(err, ddb.ErrCursor):
		return site.Bad("after is not a cursor of this list")
	case errors.Is(err, ddb.ErrKey), errors.Is(err, ddb.ErrValue), errors.Is(err, ddb.ErrTooLarge):
		return site.Bad("a value cannot be stored")
	case errors.Is(err, ddb.ErrThrottled), errors.Is(err, context.DeadlineExceeded):
		return site.Busy
	}
	return err
}
