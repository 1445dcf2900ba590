package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/learning/graph"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

func (c *commands) serveFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "addr", Usage: "`address` to listen on; port 0 is any free one", Value: "localhost:8080", Destination: &c.addr},
	}
}

func (c *commands) checkAddr() error { return site.CheckAddr(c.addr) }

// listen takes the port, before the table is seeded.
func (c *commands) listen(ctx context.Context) (err error) {
	c.listener, err = site.Listen(ctx, c.addr)
	return err
}

// serve serves GraphQL and the query page until it is interrupted. It follows the table's stream too, so that a mutation
// changes the derived values.
func (c *commands) serve(ctx context.Context, s *app.Session) error {
	defer c.listener.Close()
	positions, err := readers.Create(ctx, s)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(s.Err, nil))
	handler := graph.NewSite(graph.NewService(s.Engine.Client, s.DB.Name(), &graph.Options{Log: log}), log)
	fmt.Fprintf(s.Out, "open http://%s, or send queries to http://%[1]s/graphql\n", c.listener.Addr())

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	followed := make(chan error, 1)
	go func() {
		followed <- c.reader(s, platform.NewStore(s.DB).Mux(nil), positions).Run(ctx)
		stop()
	}()
	err = site.Serve(ctx, c.listener, handler, log)
	stop()
	return errors.Join(err, <-followed)
}
