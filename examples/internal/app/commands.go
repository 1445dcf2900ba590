package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/internal/term"
)

// session is an example on its table.
type session struct {
	Example
	options
	engine   *engine.Engine
	db       *ddb.DB
	out, err io.Writer
}

// options are the values of the flags of every example.
type options struct {
	table string
	long  bool
	yes   bool // deletes also at an endpoint
	force bool // deletes also what is not the example's
	aws   bool // the endpoint may be AWS
}

type command struct {
	name, about string
	flags       []cli.Flag
	args        []cli.Argument
	commands    []command
	offline     bool   // needs no engine
	needsTable  bool   // which at an endpoint must be there
	needsData   bool   // which an empty engine gets first
	deletes     string // for people: what of the table
	check       func() error
	begin       func(context.Context) error
	run         func(context.Context, *session) error
}

var commands = []command{
	{name: "seed", about: "create the table unless it exists, and write the data", run: createAndSeed},
	{name: "patterns", about: "run every access pattern on a table of its own, and print what it cost", run: patterns},
	{name: "describe", about: "print the design page", offline: true, run: describe},
	{name: "scan", about: "count the items by type, with a parallel scan", needsTable: true, needsData: true, run: scan},
	{name: "purge", about: "delete every item", needsTable: true, needsData: true, deletes: "every item", run: purge},
	{name: "drop", about: "delete the table", needsTable: true, needsData: true, deletes: "every item and the definition", run: drop},
}

// all returns the commands of every example, then the example's own.
func (e Example) all() []command { return append(slices.Clone(commands), own(e.Commands)...) }

func own(commands []Command) []command {
	all := make([]command, len(commands))
	for i, c := range commands {
		all[i] = command{
			name: c.Name, about: c.About, flags: c.Flags, args: c.Args, commands: own(c.Commands),
			offline: c.Offline, needsTable: c.NeedsTable, needsData: c.NeedsData, check: c.Check, begin: c.Begin,
		}
		if c.Run != nil {
			all[i].run = func(ctx context.Context, s *session) error { return c.Run(ctx, s.export()) }
		}
	}
	return all
}

// export is the session for a command of the example.
func (s *session) export() *Session {
	return &Session{DB: s.db, Engine: s.engine, Out: s.out, Err: s.err}
}

func everything(ctx context.Context, s *session) error {
	if err := createAndSeed(ctx, s); err != nil {
		return err
	}
	if err := patterns(ctx, s); err != nil || s.Check == nil {
		return err
	}
	fmt.Fprintln(s.out)
	return s.Check(ctx, s.export())
}

func createAndSeed(ctx context.Context, s *session) error {
	if err := create(ctx, s); err != nil {
		return err
	}
	return seed(ctx, s)
}

// create creates the table; an existing one is verified.
func create(ctx context.Context, s *session) error {
	err := s.db.CreateTable(ctx)
	switch {
	case !errors.Is(err, ddb.ErrExists):
		return err
	case errors.Is(err, ddb.ErrModel):
		return s.notOurs(s.db.VerifyTable(ctx))
	}
	return nil
}

func seed(ctx context.Context, s *session) error {
	bar := term.NewBar(s.err, "seeding")
	begin := time.Now()
	ctx, meter := ddb.WithMeter(ctx)
	items := 0
	err := s.Seed(ctx, s.db, func(done, total int) {
		items = total
		bar.Set(done, total)
	})
	bar.End()
	if err != nil {
		return err
	}
	cost := meter.Total()
	term.Say(s.out, "seeded %d items in %s: %d requests, %.1f write units",
		items, time.Since(begin).Round(time.Millisecond), meter.Requests(), cost.Write)
	if s.Derive == nil {
		return nil
	}
	return s.Derive(ctx, s.export())
}

func describe(_ context.Context, s *session) error { return s.Table.Describe(s.out) }

func scan(ctx context.Context, s *session) error {
	ctx, meter := ddb.WithMeter(ctx)
	counts := map[string]int{}
	for item, err := range s.db.Scan(ctx, &ddb.ScanOptions{Workers: 4}) {
		if err != nil {
			return err
		}
		counts[reflect.TypeOf(item).Name()]++
	}
	t := &term.Table{Header: []string{"type", "items"}, Right: []string{"items"}}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		t.Add(name, counts[name])
	}
	fmt.Fprintln(s.out)
	t.Print(s.out)
	fmt.Fprintf(s.out, "\n%d requests, %.1f read units\n", meter.Requests(), meter.Total().Read)
	return nil
}

func purge(ctx context.Context, s *session) error {
	bar := term.NewBar(s.err, "purging")
	remove := s.db.Purge
	if s.force {
		remove = s.db.ForcePurge
	}
	n, err := remove(ctx, &ddb.JobOptions{Workers: 4, Progress: func(p ddb.Progress) { bar.Set(p.Changed, p.Total) }})
	bar.End()
	if err != nil {
		return unforced(err)
	}
	fmt.Fprintf(s.out, "deleted %d items\n", n)
	return nil
}

// unforced adds the flag to the error of a table that has data of others.
func unforced(err error) error {
	if errors.Is(err, ddb.ErrModel) || errors.Is(err, ddb.ErrUnknown) {
		return fmt.Errorf("%w\nwith -force it is deleted anyway", err)
	}
	return err
}

func drop(ctx context.Context, s *session) error {
	if s.MayDrop != nil {
		if err := s.MayDrop(ctx, s.export()); err != nil {
			return fmt.Errorf("refused, and nothing was deleted: %w", err)
		}
	}
	remove := s.db.DropTable
	if s.force {
		remove = s.db.ForceDropTable
	}
	if err := remove(ctx); err != nil {
		return unforced(err)
	}
	fmt.Fprintf(s.out, "dropped table %q\n", s.db.Name())
	if s.Drop != nil {
		return s.Drop(ctx, s.export())
	}
	return nil
}
