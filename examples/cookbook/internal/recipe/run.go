package recipe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/internal/term"
)

// Run is a recipe that runs. It is used by one goroutine; what a step does may use several.
type Run struct {
	*Clock

	client *dynamodb.Client
	out    io.Writer
	name   string
	dbs    []*ddb.DB
	steps  []step
}

// step is something that was done, and what it cost.
type step struct{ what, cost string }

// DB creates a table and returns it. It is deleted when the recipe ends. Its clock is that of the recipe, unless opts has one.
func (r *Run) DB(ctx context.Context, table *ddb.Table, opts *ddb.Options) (*ddb.DB, error) {
	var o ddb.Options
	if opts != nil {
		o = *opts
	}
	if o.Now == nil {
		o.Now = r.Now
	}
	db := ddb.New(r.client, fmt.Sprintf("cookbook-%s-%d", r.name, len(r.dbs)+1), table, &o)
	if err := db.CreateTable(ctx); err != nil {
		return nil, err
	}
	r.dbs = append(r.dbs, db)
	return db, nil
}

// Client is the client of the engine.
func (r *Run) Client() *dynamodb.Client { return r.client }

// Streams is the client of the engine's streams.
func (r *Run) Streams() *dynamodbstreams.Client { return engine.Streams(r.client) }

// Drain gives the mux all changes of a table that it has not had yet.
func (r *Run) Drain(ctx context.Context, db *ddb.DB, mux *ddb.Mux, store ddbstream.Store) error {
	return ddbstream.NewReader(r.Streams(), db.Name(), mux, store, nil).Drain(ctx)
}

// Step does something, and prints its result, which may be empty, and what it cost.
func (r *Run) Step(ctx context.Context, what string, do func(ctx context.Context) (result string, err error)) error {
	ctx, meter := ddb.WithMeter(ctx)
	result, err := do(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	r.did(what, result, cost(meter.Requests(), meter.Total().Read, meter.Total().Write))
	return nil
}

// Patterns measures a catalog of access patterns on a table of its own, and prints what each found, requested and cost.
// Equal requests, as those of the shards of a partition, are one line.
func (r *Run) Patterns(ctx context.Context, c *ddbaccess.Catalog) error {
	report, err := c.Measure(ctx, r.client)
	if err != nil {
		return err
	}
	for _, p := range report.Patterns {
		requests := 0
		for _, q := range p.Requests {
			requests += q.Pages
		}
		found := ""
		if p.Items > 0 {
			found = count(p.Items, "item")
		}
		r.did(p.Name, found, cost(requests, p.Measured.Read, p.Measured.Write))
		for i := 0; i < len(p.Requests); {
			line, times := request(p.Requests[i]), 1
			for i++; i < len(p.Requests) && request(p.Requests[i]) == line; i++ {
				times++
			}
			if times > 1 {
				line = strconv.Itoa(times) + " × " + line
			}
			for part := range strings.SplitSeq(line, "\n") {
				r.Say("  %s", part)
			}
		}
	}
	return nil
}

// request says what a request asks for. A long one has a line for each key, and for each condition of a write.
func request(q ddbaccess.Request) string {
	s := requestAs(q, " ", " and ")
	if len("  "+s) <= width {
		return s
	}
	return strings.ReplaceAll(requestAs(q, "\n  ", "\n  "), " IF ", "\n    IF ")
}

func requestAs(q ddbaccess.Request, before, between string) string {
	s := q.Operation
	if q.Index != ddbobserve.Primary {
		s += " " + q.Index
	}
	s += before + strings.Join(q.Keys, between)
	if q.Filter != "" {
		s += ", filter " + q.Filter
	}
	if len(q.Projection) > 0 {
		s += ", only " + strings.Join(q.Projection, " ")
	}
	return s
}

// Say prints a line.
func (r *Run) Say(format string, args ...any) {
	term.Say(r.out, "%s", strings.TrimRight(fmt.Sprintf(format, args...), " "))
}

func (r *Run) did(what, result, cost string) {
	r.steps = append(r.steps, step{what, cost})
	if result != "" {
		what += ": " + result
	}
	r.Say("%s (%s)", what, cost)
}

// cost says what something cost: "2 requests, 0.5 R, 3 W".
func cost(requests int, read, write float64) string {
	if requests == 0 {
		return "no request"
	}
	costs := []string{count(requests, "request")}
	for _, u := range []struct {
		n    float64
		unit string
	}{{read, "R"}, {write, "W"}} {
		if u.n > 0 {
			costs = append(costs, strconv.FormatFloat(u.n, 'f', -1, 64)+" "+u.unit)
		}
	}
	return strings.Join(costs, ", ")
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// close deletes the tables.
func (r *Run) close(ctx context.Context) error {
	var errs []error
	for _, db := range r.dbs {
		if err := db.ForceDropTable(ctx); err != nil && !errors.Is(err, ddb.ErrNotFound) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
