// Package app is what the examples have in common: one command that runs everything, a subcommand for each part of it,
// the choice of the engine, and errors that say what to do.
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
	About string // one line
	Table *ddb.Table
	On    string     // the table's name, unless -table says another; default Name
	Flags []cli.Flag // beside those of every example

	// Seed writes the example's data and calls progress as it goes. Writing the same data again changes nothing.
	Seed func(ctx context.Context, db *ddb.DB, progress func(done, total int)) error

	// Derive brings what views derive up to date with what Seed has written; it follows Seed wherever that runs. Optional.
	Derive func(context.Context, *Session) error

	// Patterns returns the access patterns, on data that Seed has written. Listing them makes no request.
	Patterns func(db *ddb.DB) []Pattern

	// Check follows the access patterns where everything is run, and says what else holds. Optional.
	Check func(context.Context, *Session) error

	Commands []Command // beside those of every example

	// Drop deletes what the example's commands made beside the table, if it is there; nil if they make nothing.
	Drop func(context.Context, *Session) error
}

// Command is a subcommand of one example.
type Command struct {
	Name, About string
	NeedsData   bool // where the engine comes up empty, the table is created and seeded first
	Run         func(context.Context, *Session) error
}

// Session is an example on its table, while a command runs.
type Session struct {
	DB       *ddb.DB
	Engine   *engine.Engine
	Out, Err io.Writer
}

// Main runs the example as a command and does not return. The first interrupt cancels what is under way.
func Main(e Example) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second one kills
	code := Run(ctx, e, os.Args, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Run runs the example with the given arguments and returns the exit code: 0, 1 for a failure, 2 for a mistake in the
// arguments.
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

// usageError is a mistake in the arguments.
type usageError struct{ error }

func (e Example) command(stdout, stderr io.Writer) *cli.Command {
	inContainer := &cli.BoolFlag{Name: "local", Usage: "run on the engine in a container, which Docker starts: " + string(local.EngineImage())}
	force := &cli.BoolFlag{Name: "force", Usage: "purge and drop the table even if it is another's"}
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
				return usageError{fmt.Errorf("unknown command %q: there are %s", cmd.Args().First(), strings.Join(names, ", "))}
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

// all returns the commands of every example and then the example's own.
func (e Example) all() []command {
	all := slices.Clone(commands)
	for _, c := range e.Commands {
		all = append(all, command{name: c.Name, about: c.About, needsData: c.NeedsData, run: func(ctx context.Context, s *session) error {
			return c.Run(ctx, s.export())
		}})
	}
	return all
}

// export is the session for a command of the example: without the trace, which would grow while a command runs for long.
func (s *session) export() *Session {
	return &Session{DB: ddb.New(s.engine.Client, s.db.Name(), s.Table, nil), Engine: s.engine, Out: s.out, Err: s.err}
}

const where = `It runs on the endpoint that ` + engine.Variable + ` names; with -local on an engine in a container; else in this process.
The image of the container is DynamoDB Local, unless ` + local.Variable + ` names another.
What runs in this process or in its container starts empty, so that a command that needs data seeds it first.`

// connect opens the engine and the table's model, runs c, and closes the engine again.
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
