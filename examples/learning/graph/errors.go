package graph

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// The codes of errors, in extensions.code.
const (
	BadQuery       = "BAD_QUERY"       // the document does not parse, or does not fit the schema
	BadInput       = "BAD_INPUT"       // a value that a field does not accept
	NotFound       = "NOT_FOUND"       // there is no such thing
	Exists         = "EXISTS"          // the id is taken
	EmailTaken     = "EMAIL_TAKEN"     // another student has the email
	NotUnique      = "NOT_UNIQUE"      // another has a value that only one may have
	Conflict       = "CONFLICT"        // it was changed by another since it was read
	TooComplex     = "TOO_COMPLEX"     // more than the limits of an operation
	Busy           = "BUSY"            // too much at once: try again later
	TimedOut       = "TIMED_OUT"       // the operation took too long
	OutcomeUnknown = "OUTCOME_UNKNOWN" // a response was lost: it may have been written
	Internal       = "INTERNAL"        // the log of the service says more
)

// Error is an error as the client gets it. Neither text nor details have keys or names of the table.
type Error struct {
	Code    string
	Text    string
	Details map[string]any // in extensions, beside the code
	Err     error          // the cause, for the log; may be nil
}

// Error returns the text for the client.
func (e *Error) Error() string { return e.Text }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Extensions returns the code and the details.
func (e *Error) Extensions() map[string]any {
	extensions := map[string]any{"code": e.Code}
	maps.Copy(extensions, e.Details)
	return extensions
}

func badInput(format string, args ...any) *Error {
	return &Error{Code: BadInput, Text: fmt.Sprintf(format, args...)}
}

func tooComplex(format string, args ...any) *Error {
	return &Error{Code: TooComplex, Text: fmt.Sprintf(format, args...)}
}

func notFound(kind, id string) error {
	return &platform.MissingError{Kind: kind, ID: id, Err: ddb.ErrNotFound}
}

// classes are the errors of the store, as a client gets them. The first that matches counts.
var classes = []struct {
	err  error
	code string
	text string
}{
	{ddb.ErrOutcomeUnknown, OutcomeUnknown, "the response of the database was lost: read whether it was written before you try again"},
	{ddb.ErrCursor, BadInput, "after is not the next of a page of this list"},
	{ddb.ErrValue, BadInput, "a value cannot be stored"},
	{ddb.ErrTooLarge, BadInput, "a value is too long"},
	{ddb.ErrThrottled, Busy, "the database has too much to do: try again later"},
	{context.DeadlineExceeded, TimedOut, "the operation took too long: select less"},
	{context.Canceled, TimedOut, "the request was cancelled"},
}

// explain returns err as the client gets it.
func explain(err error) *Error {
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	if gone, ok := errors.AsType[*platform.MissingError](err); ok {
		return &Error{Code: NotFound, Text: gone.Error(), Err: err, Details: map[string]any{"kind": gone.Kind, "id": gone.ID}}
	}
	if refused := explainWrite(err); refused != nil {
		return refused
	}
	if key, ok := errors.AsType[*ddb.KeyError](err); ok {
		return &Error{Code: BadInput, Text: keyName(key.Field) + " is empty, too long, or has characters that none has", Err: err}
	}
	for _, c := range classes {
		if errors.Is(err, c.err) {
			return &Error{Code: c.code, Text: c.text, Err: err}
		}
	}
	return &Error{Code: Internal, Text: "something went wrong here: the log of the service says what", Err: err}
}

// explainWrite returns the error of a write that was refused for what is stored, with the name of the entity; nil for any
// other. What is stored is in the error too, if a client may see it: platform.Tracks.Current(err) is the track that has
// the id. It finds it in the error of a transaction as well, but not for a unique value, which another item has.
func explainWrite(err error) *Error {
	refused, ok := errors.AsType[*ddb.WriteError](err)
	if !ok {
		return nil
	}
	switch {
	case errors.Is(refused, ddb.ErrNotUnique):
		code := NotUnique
		if refused.Constraint == "email" {
			code = EmailTaken
		}
		return &Error{Code: code, Text: fmt.Sprintf("another %s has this %s", refused.Entity, refused.Constraint), Err: err}
	case errors.Is(refused, ddb.ErrExists):
		return &Error{Code: Exists, Text: fmt.Sprintf("the %s is there already", refused.Entity), Err: err}
	case errors.Is(refused, ddb.ErrConflict):
		return &Error{Code: Conflict, Text: fmt.Sprintf("the %s was changed at the same time: read it again", refused.Entity), Err: err}
	}
	return nil
}

// keyName is the argument for a field of a key: id for ID, trackId for TrackID.
func keyName(field string) string {
	name, isID := strings.CutSuffix(field, "ID")
	if name != "" {
		name = strings.ToLower(name[:1]) + name[1:]
	}
	switch {
	case isID && name == "":
		return "id"
	case isID:
		return name + "Id"
	case name == "":
		return "an id"
	}
	return name
}

// small is a number as GraphQL's Int, which has 32 bits.
func small[N int | int64](n N) (int32, error) {
	if int64(n) > math.MaxInt32 || int64(n) < math.MinInt32 {
		return 0, fmt.Errorf("%d is more than an Int can hold", n)
	}
	return int32(n), nil
}
