package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/internal/leases"
	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/messaging/groups"
	"github.com/singletable-go/ddb/examples/messaging/web"
)

func (c *commands) checkAddr() error { return site.CheckAddr(c.addr) }

// readers follow the table's stream.
const readers leases.Group = "last-message"

// serve serves the API and the page, and follows the table's stream, until ctx ends.
func (c *commands) serve(ctx context.Context, s *app.Session) error {
	log := slog.New(slog.NewTextHandler(s.Err, nil))
	listener, err := site.Listen(ctx, c.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	store, cache := c.store(s)
	positions, err := readers.Create(ctx, s)
	if err != nil {
		return err
	}
	reader := ddbstream.NewReader(engine.Streams(s.Engine.Client), s.DB.Name(), store.Mux(nil), positions, &ddbstream.Options{
		Lease:    5 * time.Second,
		Poll:     250 * time.Millisecond,
		Discover: 2 * time.Second,
		OnError: func(ctx context.Context, err error) {
			log.WarnContext(ctx, "stream: trying again", "err", err)
		},
		OnGap: func(ctx context.Context, g *ddbstream.Gap) error {
			log.WarnContext(ctx, "stream: rebuilding the entries", "gap", g)
			return groups.LastMessage.Rebuild(ctx, s.DB, nil)
		},
	})
	host, _, _ := net.SplitHostPort(c.addr)
	api := web.NewAPI(store, groups.People, log, host)
	fmt.Fprintf(s.Out, "open http://%s\n", listener.Addr())
	parts := []func(context.Context) error{reader.Run, func(ctx context.Context) error { return site.Serve(ctx, listener, api, log) }}
	if cache != nil {
		parts = append(parts, func(ctx context.Context) error { return logSaved(ctx, cache, log) })
		defer func() { fmt.Fprintln(s.Out, saved(cache)) }()
	}
	return together(ctx, parts...)
}

// together runs fs concurrently. When one ends, it cancels the others; it returns when all have ended.
func together(ctx context.Context, fs ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make(chan error, len(fs))
	for _, f := range fs {
		go func() {
			defer cancel()
			errs <- f(ctx)
		}()
	}
	var all []error
	for range fs {
		all = append(all, <-errs)
	}
	return errors.Join(all...)
}
