// Package app is the common part of the examples: one command that runs everything, a subcommand for each step, the
// choice of the engine, and errors that say what to do.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/internal/trace"
	"github.com/singletable-go/ddb/internal/integration/local"
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

	// Patterns returns the access patterns, with values from Seed's data. It makes no request.
	Patterns func(db *ddb.DB) []Pattern

	// Check runs after the access patterns if everything is run, and reports what else holds. Optional.
	Check func(context.Context, *Session) error

	Commands []Command // in addition to those of every example

	// Drop deletes what the example's commands made beside the table, if it exists; nil if they make nothing.
	Drop func(context.Context, *Session) error
}

// Command is a subcommand of one example.
type Command struct {
	Name, About string
	NeedsData   bool // an engine without data gets the table and the seed first
	Run         func(context.Context, *Session) error
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
	err := e.command(stdout, stderr).Run(ctx, args)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "%s: %v\n", e.Name, err)
	if errors.As(err, new(usageError)) {
		return 2
	}
	return 1
}

// usageError is an error in the arguments.
type usageError struct{ error }

func (e Example) command(stdout, stderr io.Writer) *cli.Command {
	inContainer := &cli.BoolFlag{Name: "local", Usage: "run on the engine in a container, which Docker starts: " + string(local.EngineImage())}
	force := &cli.BoolFlag{Name: "force", Usage: "purge and drop the table even with data that is not the example's"}
	table := &cli.StringFlag{Name: "table", Value: cmp.Or(e.On, e.Name), Usage: "`name` of the table"}
	usage := func(_ context.Context, _ *cli.Command, err error, _ bool) error {
		return usageError{fmt.Errorf("%w; %s -h lists the flags", err, e.Name)}
	}
	all := e.all()
	names := make([]string, len(all))
	root := &cli.Command{
		Name:            e.Name,
		Usage:           e.About,
		UsageText:       e.Name + " [flags] [command]",
		Description:     "Without a command: creates the table, seeds it and runs every access pattern.\n\n" + where,
		Flags:           append([]cli.Flag{inContainer, table, force}, e.Flags...),
		HideHelpCommand: true,
		OnUsageError:    usage,
		Writer:          stdout,
		ErrWriter:       stderr,
		ExitErrHandler:  func(context.Context, *cli.Command, error) {},
	}
	action := func(c command) cli.ActionFunc {
		return func(ctx context.Context, cmd *cli.Command) error {
			if cmd.Args().Present() {
				return usageError{fmt.Errorf("unknown command %q: use one of %s", cmd.Args().First(), strings.Join(names, ", "))}
			}
			s := &session{Example: e, force: cmd.Bool("force"), out: stdout, err: stderr}
			if c.offline {
				return c.run(ctx, s)
			}
			return s.connect(ctx, cmd.Bool("local"), cmd.String("table"), c)
		}
	}
	root.Action = action(command{run: everything})
	for i, c := range all {
		names[i] = c.name
		root.Commands = append(root.Commands, &cli.Command{
			Name: c.name, Usage: c.about, Action: action(c), HideHelpCommand: true, OnUsageError: usage,
		})
	}
	return root
}

// all returns the commands of every example, then the example's own.
func (e Example) all() []command {
	all := slices.Clone(commands)
	for _, c := range e.Commands {
		all = append(all, command{name: c.Name, about: c.About, needsData: c.NeedsData, run: func(ctx context.Context, s *session) error {
			return c.Run(ctx, s.export())
		}})
	}
	return all
}

// export is the session for a command of the example. It has no trace, which would grow during a long command.
func (s *session) export() *Session {
	return &Session{DB: ddb.New(s.engine.Client, s.db.Name(), s.Table, nil), Engine: s.engine, Out: s.out, Err: s.err}
}

const where = `It runs on the endpoint in ` + engine.Variable + `; with -local on an engine in a container; otherwise in this process.
The image of the container is DynamoDB Local, unless ` + local.Variable + ` names another.
An engine in this process or in a container starts empty: a command that needs data seeds it first.`

// connect opens the engine and the model's table, runs c, and closes the engine.
func (s *session) connect(ctx context.Context, inContainer bool, table string, c command) (err error) {
	eng, err := engine.Open(ctx, inContainer)
	if err != nil {
		return s.explain(ctx, err)
	}
	defer func() { err = errors.Join(err, eng.Close()) }()
	s.engine = eng
	s.trace = trace.Wrap(eng.Client)
	s.db = ddb.New(s.trace, table, s.Table, nil)
	fmt.Fprintf(s.out, "%s: table %q on %s\n", s.About, table, eng.Name)
	if c.needsData && eng.Fresh {
		if err := create(ctx, s); err != nil {
			return s.explain(ctx, err)
		}
		if err := seed(ctx, s); err != nil {
			return s.explain(ctx, err)
		}
	}
	return s.explain(ctx, c.run(ctx, s))
}
