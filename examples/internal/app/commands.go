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

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/internal/term"
	"github.com/singletable-go/ddb/examples/internal/trace"
)

// session is an example on its table.
type session struct {
	Example
	engine   *engine.Engine
	trace    *trace.Client
	db       *ddb.DB
	force    bool // deletes also what is not the example's
	out, err io.Writer
}

type command struct {
	name, about string
	offline     bool // needs no engine
	needsData   bool
	run         func(context.Context, *session) error
}

var commands = []command{
	{name: "seed", about: "create the table unless it exists, and write the data", run: createAndSeed},
	{name: "patterns", about: "run every access pattern and print what it cost", needsData: true, run: patterns},
	{name: "describe", about: "print the design page", offline: true, run: describe},
	{name: "scan", about: "count the items by type, with a parallel scan", needsData: true, run: scan},
	{name: "purge", about: "delete every item", needsData: true, run: purge},
	{name: "drop", about: "delete the table", needsData: true, run: drop},
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
	if errors.Is(err, ddb.ErrExists) && !errors.Is(err, ddb.ErrModel) {
		return nil
	}
	return err
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
	fmt.Fprintf(s.out, "seeded %d items in %s: %d requests, %.1f write units\n",
		items, time.Since(begin).Round(time.Millisecond), meter.Requests(), cost.Write)
	if s.Derive == nil {
		return nil
	}
	return s.Derive(ctx, s.export())
}

func patterns(ctx context.Context, s *session) error {
	results, err := Measure(ctx, s.trace, s.engine.Has, s.Patterns(s.db))
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out)
	Report(results).Print(s.out)
	total(s.out, results)
	for _, r := range results {
		if r.Refused {
			fmt.Fprintf(s.out, "%s: rejected as expected: %s has no %s\n", r.Name, s.engine.Name, r.Needs)
		}
	}
	return nil
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
