package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/internal/integration/local"
)

// explained is an error with advice.
type explained struct {
	text string
	err  error
}

func (e *explained) Error() string { return e.text }
func (e *explained) Unwrap() error { return e.err }

// explain adds advice to the errors that a reader of the README may see.
func (s *session) explain(ctx context.Context, err error) error {
	say := func(format string, args ...any) error { return &explained{fmt.Sprintf(format, args...), err} }
	switch {
	case err == nil || errors.As(err, new(*explained)):
		return err
	case ctx.Err() != nil:
		return say("interrupted")
	case errors.Is(err, local.ErrNoDocker):
		return say("-local needs Docker: %s", firstLine(err))
	}
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok && s.engine != nil {
		return s.noTable(err)
	}
	if down, ok := errors.AsType[*net.OpError](err); ok && s.engine != nil && !s.engine.Fresh {
		return say("cannot connect to %s, the value of %s: %v", s.engine.Name, engine.Variable, down.Err)
	}
	if errors.Is(err, ddb.ErrNotFound) {
		return say("%v: was the table seeded with the same flags?", err)
	}
	return err
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
