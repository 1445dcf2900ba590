package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/thingstodo/search"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
	"github.com/singletable-go/ddb/examples/thingstodo/web"
)

// serve serves the API until it is interrupted. The search index follows the table's stream.
func (c *commands) serve(ctx context.Context, s *app.Session) (err error) {
	listener, err := site.Listen(ctx, c.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	store := things.NewStore(s.DB)
	x, empty, err := search.Open(store, c.index)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	begin := time.Now()
	if empty {
		if err := rebuild(ctx, s, x); err != nil {
			return err
		}
	}
	follower, err := c.follower(ctx, s, x, begin)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(s.Err, nil))
	fmt.Fprintf(s.Out, "serving http://%s, such as http://%[1]s/search?q=pottery\n", listener.Addr())

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	followed := make(chan error, 1)
	go func() {
		followed <- follower.Run(ctx)
		stop()
	}()
	err = site.Serve(ctx, listener, web.New(store, x, log), log)
	stop()
	return errors.Join(err, <-followed)
}

// follower keeps an index up to date. One in memory was rebuilt at the start, and needs only what changed since; the
// other goes on where it was.
func (c *commands) follower(ctx context.Context, s *app.Session, x *search.Index, begin time.Time) (*ddbstream.Reader, error) {
	from, err := x.Positions(ctx)
	if err != nil {
		return nil, err
	}
	var since time.Time
	if c.index == "" {
		since = begin.Add(-time.Minute) // clocks differ
	}
	return reader(s, x.Mux(), from, since, func(ctx context.Context) error { return rebuild(ctx, s, x) }), nil
}
