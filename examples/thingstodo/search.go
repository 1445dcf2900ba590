package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/term"
	"github.com/singletable-go/ddb/examples/thingstodo/search"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// search finds things and prints them.
func (c *commands) search(ctx context.Context, s *app.Session) error {
	q, err := c.query()
	if err != nil {
		return err
	}
	return c.withIndex(ctx, s, func(x *search.Index, _ bool) error {
		ctx, meter := ddb.WithMeter(ctx)
		found, err := x.Find(ctx, q)
		if err != nil {
			return err
		}
		printThings(s, q, found)
		fmt.Fprintf(s.Out, "%d found; requests to the table: %d, read units: %.1f\n", found.Total, meter.Requests(), meter.Total().Read)
		return nil
	})
}

func printThings(s *app.Session, q search.Query, found search.Result) {
	if len(found.Things) == 0 {
		return
	}
	t := &term.Table{Header: []string{"id", "title", "ages", "days", "tags"}, Right: []string{"km"}, Wrap: "title"}
	if q.Near != nil {
		t.Header = append(t.Header, "km")
	}
	for _, thing := range found.Things {
		ages, days := "all", "all"
		if a := thing.Ages; a != nil {
			ages = fmt.Sprintf("%d-%d", a.From, a.To)
		}
		if d := thing.Days; d != nil {
			days = fmt.Sprintf("%s to %s", d.From, d.To)
		}
		cells := []any{thing.ID, thing.Title, ages, days, strings.Join(thing.Tags, ", ")}
		if q.Near != nil {
			cells = append(cells, fmt.Sprintf("%.1f", search.Distance(*q.Near, *thing.Place.At)))
		}
		t.Add(cells...)
	}
	fmt.Fprintln(s.Out)
	t.Print(s.Out)
	tags := make([]string, len(found.Tags))
	for i, tag := range found.Tags {
		tags[i] = fmt.Sprintf("%s %d", tag.Tag, tag.Count)
	}
	fmt.Fprintf(s.Out, "\ntags: %s\n", strings.Join(tags, ", "))
}

// rebuild makes the index again.
func (c *commands) rebuild(ctx context.Context, s *app.Session) error {
	return c.withIndex(ctx, s, func(x *search.Index, isNew bool) error {
		if isNew {
			return nil
		}
		return rebuild(ctx, s, x)
	})
}

func rebuild(ctx context.Context, s *app.Session, x *search.Index) error {
	ctx, meter := ddb.WithMeter(ctx)
	begin := time.Now()
	n, err := x.Rebuild(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "indexed %d published things in %s: %d requests, %.1f read units\n",
		n, time.Since(begin).Round(time.Millisecond), meter.Requests(), meter.Total().Read)
	return nil
}

// verify lists what differs between the index and the table.
func (c *commands) verify(ctx context.Context, s *app.Session) error {
	return c.withIndex(ctx, s, func(x *search.Index, _ bool) error {
		n := 0
		for d, err := range x.Verify(ctx) {
			if err != nil {
				return err
			}
			n++
			fmt.Fprintln(s.Out, d)
		}
		if n > 0 {
			return fmt.Errorf("the index differs from the table in %d things: run index rebuild", n)
		}
		fmt.Fprintln(s.Out, "the index has what is published, and nothing else")
		return nil
	})
}

// withIndex opens the index, brings it up to date, and closes it after do.
func (c *commands) withIndex(ctx context.Context, s *app.Session, do func(x *search.Index, isNew bool) error) (err error) {
	x, empty, err := search.Open(things.NewStore(s.DB), c.index)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	if empty {
		err = rebuild(ctx, s, x)
	} else {
		err = catchUp(ctx, s, x)
	}
	if err != nil {
		return err
	}
	return do(x, empty)
}

// catchUp brings an index up to date with the records since it was last used.
func catchUp(ctx context.Context, s *app.Session, x *search.Index) error {
	from, err := x.Positions(ctx)
	if err != nil {
		return err
	}
	return reader(s, x.Mux(), from, time.Time{}, func(ctx context.Context) error { return rebuild(ctx, s, x) }).Drain(ctx)
}
