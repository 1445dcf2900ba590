package main

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/internal/leases"
)

// publishers follow the table's stream. The index keeps its own positions.
const publishers leases.Group = "publisher"

// reader reads the table's stream from positions on, or from a time on if there are none. onGap is called when records
// were lost.
func reader(s *app.Session, to ddbstream.Processor, from ddbstream.Store, since time.Time, onGap func(context.Context) error) *ddbstream.Reader {
	return ddbstream.NewReader(engine.Streams(s.Engine.Client), s.DB.Name(), to, from, &ddbstream.Options{
		From: since, Lease: 5 * time.Second, Poll: 250 * time.Millisecond, Discover: 2 * time.Second,
		OnError: func(_ context.Context, err error) { fmt.Fprintf(s.Err, "stream: trying again: %v\n", err) },
		OnGap: func(ctx context.Context, g *ddbstream.Gap) error {
			fmt.Fprintf(s.Err, "stream: %v\n", g)
			if !g.Lost {
				return nil
			}
			return onGap(ctx)
		},
	})
}
