package ddbaccess

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbdesign"
)

// Measure runs the patterns and returns what they did and cost, and what they would cost at the declared volumes. It creates a
// table of a new name, seeds it, runs each pattern once with its example, in order, and deletes the table. The clock of the
// table stands still, and the table has no TTL: see Catalog.Now. After a pattern that writes, it brings the views of the catalog
// up to date through the stream of the table: see [Result].Derived.
//
// The client needs the SDK's calls for tables, and its own options for the stream if the catalog has views: a *dynamodb.Client
// has both. Without either the error matches [ddb.ErrModel]. An engine in memory is best: it is fast, and the numbers are those
// of DynamoDB. Where indexes lag, a seed that waits for them lets the patterns find its items.
//
// The error is that of [Catalog.Validate], or names the pattern that failed. If ctx ends, Measure returns its error after it
// has deleted the table.
//
// It costs what the seed and the patterns cost, a scan of the seeded table, and a read for each item that a pattern writes.
func (c *Catalog) Measure(ctx context.Context, client ddb.Client) (*Report, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return c.measure(ctx, client, hooks{})
}

// run is a measurement that is under way.
type run struct {
	c       *Catalog
	design  ddbdesign.Table
	db      *ddb.DB
	watch   *watcher
	streams *streams // nil without views
	copied  int      // items, see enlarge
}

// hooks are called during a measurement, where they are set.
type hooks struct {
	seeded   func(context.Context, *run) error // before the views of the seed are brought up to date
	measured func(*run, *measured)
	tolerant bool // a pattern may fail
}

func (c *Catalog) measure(ctx context.Context, client ddb.Client, hook hooks) (rep *Report, err error) {
	if client == nil {
		return nil, errors.New("ddbaccess: a nil client: use a *dynamodb.Client")
	}
	r := &run{c: c, design: c.Table.Design()}
	name := "ddbaccess-" + rand.Text()[:12]
	r.watch = &watcher{client: client, table: name, design: &r.design}
	r.db = ddb.New(client, name, c.Table, &ddb.Options{Now: c.now, Observe: r.watch.observe})
	if r.streams, err = newStreams(client, r.db, c.Views); err != nil {
		return nil, err
	}
	t, err := newTable(client, name)
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := t.drop(ctx); e != nil {
			rep, err = nil, errors.Join(err, e)
		}
	}()
	if err := t.create(ctx, c.Table); err != nil {
		return nil, err
	}
	if err := r.seed(ctx, hook.seeded); err != nil {
		return nil, err
	}
	samples := r.samples()
	all := make([]*measured, len(c.Patterns))
	for i, p := range c.Patterns {
		all[i], err = r.pattern(ctx, p)
		if err != nil && hook.tolerant && ctx.Err() == nil {
			all[i] = &measured{p: p, failed: err}
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("ddbaccess: pattern %q: %w", p.name, err)
		}
		if hook.measured != nil {
			hook.measured(r, all[i])
		}
	}
	if err := ctx.Err(); err != nil { // the last pattern may not say so
		return nil, fmt.Errorf("ddbaccess: %w", err)
	}
	rep = r.report(all)
	rep.Samples = samples
	return rep, nil
}

func (r *run) seed(ctx context.Context, seeded func(context.Context, *run) error) error {
	if r.c.Seed != nil {
		if err := r.c.Seed(ctx, r.db); err != nil {
			return fmt.Errorf("ddbaccess: seed: %w", err)
		}
	}
	if seeded != nil {
		if err := seeded(ctx, r); err != nil {
			return fmt.Errorf("ddbaccess: enlarge the seed: %w", err)
		}
	}
	if err := r.streams.drain(ctx, func(string) error { return nil }); err != nil {
		return fmt.Errorf("ddbaccess: views of the seed: %w", err)
	}
	if err := r.watch.begin(ctx); err != nil {
		return fmt.Errorf("ddbaccess: read the seeded table: %w", err)
	}
	return nil
}

// measured is what a pattern did.
type measured struct {
	p     *Pattern
	items int
	calls []call
	views []viewCalls

	failed error
}

// viewCalls is what a view did after a pattern.
type viewCalls struct {
	view  string
	calls []call
}

func (r *run) pattern(ctx context.Context, p *Pattern) (*measured, error) {
	if _, err := r.watch.take(); err != nil {
		return nil, err
	}
	m := &measured{p: p}
	items, err := p.Run(withPattern(ctx, p.name), r.db, nil)
	if err != nil {
		return nil, err
	}
	m.items = len(items)
	if m.calls, err = r.watch.take(); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(m.calls, func(c call) bool { return len(c.Writes) > 0 }) {
		return m, nil
	}
	err = r.streams.drain(withPattern(ctx, p.name), func(view string) error {
		calls, err := r.watch.take()
		if len(calls) > 0 {
			m.add(view, calls)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("views: %w", err)
	}
	return m, nil
}

// add adds the requests of a view to those that it made before.
func (m *measured) add(view string, calls []call) {
	for i := range m.views {
		if m.views[i].view == view {
			m.views[i].calls = append(m.views[i].calls, calls...)
			return
		}
	}
	m.views = append(m.views, viewCalls{view, calls})
}
