// Package app is the common part of the examples: one command that runs everything, a subcommand for each step, the
// choice of the engine, and errors that say what to do.
package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/internal/engine"
)

// Example is a system modelled on one table.
type Example struct {
	Name  string // of the command
	About string // in one line
	Table *ddb.Table
	On    string     // the table's name without -table; default Name
	Flags []cli.Flag // in addition to those of every example

	// Seed writes the example's data and calls progress after each batch. A second run with the same data changes
	// nothing.
	Seed func(ctx context.Context, db *ddb.DB, progress func(done, total int)) error

	// Derive rebuilds the derived values of what Seed has written; it runs after Seed. Optional.
	Derive func(context.Context, *Session) error

	// Patterns is the catalog of the access patterns. It has data of its own.
	Patterns *ddbaccess.Catalog

	// Needs are the capabilities of engines that some of the patterns need. An engine without one rejects the pattern.
	Needs Needs

	// Check runs after the access patterns if everything is run, and reports what else holds. Optional.
	Check func(context.Context, *Session) error

	Commands []Command // in addition to those of every example

	// MayDrop reports why Drop would not delete what it has to, before anything is deleted. Optional.
	MayDrop func(context.Context, *Session) error

	// Drop deletes what the example's commands made beside the table, if it exists; nil if they make nothing.
	Drop func(context.Context, *Session) error
}

// Command is a subcommand of one example.
type Command struct {
	Name, About string
	Flags       []cli.Flag     // in addition to those of the example
	Args        []cli.Argument // what it takes that is no flag
	Commands    []Command      // its own subcommands; then it has no Run

	Offline    bool // it needs no engine: its session has no DB and no Engine
	NeedsTable bool // an endpoint must have the table, and it must fit the model: else nothing is run
	NeedsData  bool // an engine without data gets the table and the seed first

	// Check refuses values of flags. It runs before an engine is opened. Optional.
	Check func() error

	// Begin takes what the command needs besides the engine, such as a port, so that it is not seeded for nothing. It
	// runs after Check and before an engine is opened. Optional.
	Begin func(context.Context) error

	Run func(context.Context, *Session) error
}

// Session is an example on its table, while a command runs.
type Session struct {
	DB       *ddb.DB
	Engine   *engine.Engine
	Out, Err io.Writer
}

// Main runs the example as a command and does not return. The first interrupt cancels the current work.
func Main(e Example) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt kills the process
	code := Run(ctx, e, os.Args, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Run runs the example with the given arguments and returns the exit code: 0, 1 for a failure, 2 for a usage error.
func Run(ctx context.Context, e Example, args []string, stdout, stderr io.Writer) int {
	var help bytes.Buffer
	out := &output{Writer: stdout}
	err := e.command(&help, out, stderr).Run(ctx, args)
	if err == nil && help.Len() > 0 { // a pipe waits for its reader even with nothing to read
		fmt.Fprint(out, hang(help.String(), helpWidth))
	}
	if failed := out.failed(); err == nil && failed != nil {
		err = fmt.Errorf("the output is not complete: %w", failed)
	}
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "%s: %v\n", e.Name, err)
	if errors.As(err, new(usageError)) || errors.As(err, new(cli.ExitCoder)) { // the second: help for no command
		return 2
	}
	return 1
}

// usageError is an error in the arguments.
type usageError struct{ error }
