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

// explained says what to do about err, and keeps it.
type explained struct {
	text string
	err  error
}

func (e *explained) Error() string { return e.text }
func (e *explained) Unwrap() error { return e.err }

// explain puts the errors that a reader of the README may meet into words that help.
func (s *session) explain(ctx context.Context, err error) error {
	say := func(format string, args ...any) error { return &explained{fmt.Sprintf(format, args...), err} }
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return say("interrupted")
	case errors.Is(err, local.ErrNoDocker):
		return say("-local needs Docker: %s", firstLine(err))
	}
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return say("there is no table %q on %s: the command seed creates it", s.db.Name(), s.engine.Name)
	}
	if down, ok := errors.AsType[*net.OpError](err); ok {
		return say("nothing answers at %s, which %s names: %v", s.engine.Name, engine.Variable, down.Err)
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
