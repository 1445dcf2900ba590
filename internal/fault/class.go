package fault

import (
	"errors"

	"github.com/singletable-go/ddb/internal/codec"
)

// Found while reading.
var (
	ErrNotFound = errors.New("not found")
	ErrTooMany  = errors.New("more than one")
	ErrUnknown  = errors.New("item of no known entity")
	ErrPruned   = errors.New("pruned")
	ErrCursor   = errors.New("bad cursor")
)

// Found while writing.
var (
	ErrExists         = errors.New("exists already")
	ErrCondition      = errors.New("condition failed")
	ErrConflict       = errors.New("item modified concurrently")
	ErrNotUnique      = errors.New("value taken")
	ErrOutcomeUnknown = errors.New("outcome unknown")
)

// Found in either.
var (
	ErrKey         = errors.New("bad key")
	ErrValue       = codec.ErrValue
	ErrThrottled   = errors.New("throttled")
	ErrUnavailable = errors.New("temporarily unavailable")
	ErrTooLarge    = errors.New("too large")
	ErrModel       = errors.New("does not fit the model")
)
