package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/learning/graph"
	"github.com/singletable-go/ddb/examples/learning/load"
	"github.com/singletable-go/ddb/examples/learning/school"
)

func (c *commands) loadFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "clients", Usage: "`number` of clients", Value: 50, Destination: &c.clients, Validator: atLeastOne},
		&cli.DurationFlag{Name: "for", Usage: "`time` that it takes", Value: 20 * time.Second, Destination: &c.duration, Validator: positive},
	}
}

// load serves the service on a free port, sends it operations from many clients, and prints what they measured.
func (c *commands) load(ctx context.Context, s *app.Session) error {
	listener, err := site.Listen(ctx, "localhost:0")
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(s.Err, nil))
	service := graph.NewService(s.Engine.Client, s.DB.Name(), &graph.Options{Log: log})
	serving, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- site.Serve(serving, listener, graph.NewSite(service, log), log) }()

	fmt.Fprintf(s.Out, "%d clients for %s\n", c.clients, c.duration)
	report, err := load.Run(ctx, "http://"+listener.Addr().String()+"/graphql", school.Generate(c.size), c.clients, c.duration)
	if err != nil {
		return err
	}
	report.Print(s.Out)
	stop()
	if err := <-served; err != nil {
		return err
	}
	if failed := report.Failed(); len(failed) > 0 {
		return fmt.Errorf("%d of %d operations failed, the first one: %w", len(failed), report.Operations(), failed[0])
	}
	return nil
}
