package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/term"
	"github.com/singletable-go/ddb/examples/internal/trace"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

// Pattern is an access pattern with the values for which it is run.
type Pattern struct {
	Name string // as a person would say it: "courses of a track"
	Run  func(context.Context) (items int, err error)

	Go []string // the lines of the source that make its requests, as they stand there: see [Pattern.By]

	Extra bool // not one of the system's own: listed after them, and not counted

	Needs capability.Capability // an optional capability: an engine without it must reject the pattern
}

// One is a pattern with one item as its result.
func One[T any](name string, get func(context.Context) (T, error)) Pattern {
	return Pattern{Name: name, Run: func(ctx context.Context) (int, error) {
		if _, err := get(ctx); err != nil {
			return 0, err
		}
		return 1, nil
	}}
}

// Many is a pattern with several items as its result.
func Many[T any](name string, query func(context.Context) iter.Seq2[T, error]) Pattern {
	return Pattern{Name: name, Run: func(ctx context.Context) (int, error) {
		items, err := ddb.Collect(query(ctx))
		return len(items), err
	}}
}

// By returns the pattern with the lines of Go that make its requests. A test compares them with the source.
func (p Pattern) By(lines ...string) Pattern {
	p.Go = lines
	return p
}

// Result is what a pattern sent and returned.
type Result struct {
	Pattern
	Reads    []trace.Request // the requests as sent, writes included
	Items    int
	Requests int     // as the library's meter counts them
	Capacity float64 // read units
	Written  float64 // write units
	Refused  bool    // the engine lacks what the pattern needs
}

// Measure runs patterns one after the other, on a table with the client t. has reports the engine's capabilities.
//
// If has is nil they are not known: a pattern with a Needs may be rejected. With an error it returns the results before it.
func Measure(ctx context.Context, t *trace.Client, has func(capability.Capability) bool, patterns []Pattern) ([]Result, error) {
	results := make([]Result, 0, len(patterns))
	for _, p := range patterns {
		t.Take()
		ctx, meter := ddb.WithMeter(ctx)
		items, err := p.Run(ctx)
		refused := p.Needs != "" && (has == nil && rejected(err) || has != nil && !has(p.Needs))
		switch {
		case refused && err == nil:
			return results, fmt.Errorf("%s: an engine without %s did not reject it", p.Name, p.Needs)
		case !refused && err != nil:
			return results, fmt.Errorf("%s: %w", p.Name, err)
		}
		results = append(results, Result{
			Pattern: p, Reads: t.Take(), Items: items, Requests: meter.Requests(),
			Capacity: meter.Total().Read, Written: meter.Total().Write,
			Refused: refused,
		})
	}
	return results, nil
}

// rejected reports whether an engine found a request wrong.
func rejected(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorCode() == "ValidationException"
}

// Report returns the results as a table: the whole one, for a page. On a terminal it may be without its last columns.
func Report(results []Result) *term.Table {
	t := &term.Table{
		Header: []string{"#", "access pattern", "operation", "index", "key condition", "items", "requests", "capacity", "at most", "Go"},
		Right:  []string{"#", "items", "requests", "capacity"},
		Below:  [][]string{{"operation", "index", "key condition"}, {"at most"}, {"Go"}},
		Note:   Worst,
	}
	for i, r := range results {
		number := fmt.Sprint(i + 1)
		if r.Extra {
			number = "+"
		}
		join := func(of func(trace.Request) string) string {
			parts := make([]string, len(r.Reads))
			for j, q := range r.Reads {
				parts[j] = of(q)
				if j+1 < len(r.Reads) { // each request begins on its own line in every column
					parts[j] += strings.Repeat("\n", strings.Count(q.Key, "\n")-strings.Count(parts[j], "\n"))
				}
			}
			return strings.Join(parts, "\n")
		}
		items := any(r.Items)
		if r.Refused {
			items = "refused"
		}
		t.Add(
			number, r.Name,
			join(func(q trace.Request) string { return q.Operation }),
			join(func(q trace.Request) string { return q.Index }),
			join(func(q trace.Request) string { return strings.TrimSpace(q.Key + filter(q)) }),
			items, r.Requests, r.cost(), join(trace.Request.Worst), strings.Join(r.Go, "\n"),
		)
	}
	return t
}

// cost is "0.5" for read units, "4.0 w" for write units, "1.0 + 4.0 w" for both.
func (r Result) cost() string {
	switch {
	case r.Written == 0:
		return fmt.Sprintf("%.1f", r.Capacity)
	case r.Capacity == 0:
		return fmt.Sprintf("%.1f w", r.Written)
	}
	return fmt.Sprintf("%.1f + %.1f w", r.Capacity, r.Written)
}

func filter(q trace.Request) string {
	if q.Filter == "" {
		return ""
	}
	return " FILTER " + q.Filter
}

// total writes the totals below a report.
func total(w io.Writer, results []Result) {
	var patterns, requests, scans, filters int
	var capacity, written float64
	for _, r := range results {
		if r.Extra {
			continue
		}
		patterns++
		requests += r.Requests
		capacity += r.Capacity
		written += r.Written
		for _, q := range r.Reads {
			if q.Operation == "Scan" {
				scans++
			}
			if q.Filter != "" {
				filters++
			}
		}
	}
	units := fmt.Sprintf("%.1f read units", capacity)
	if written > 0 {
		units += fmt.Sprintf(", %.1f write units", written)
	}
	fmt.Fprintln(w)
	term.Say(w, "%d access patterns, %d requests, %s; %s, %s",
		patterns, requests, units, count(scans, "scan"), count(filters, "filter expression"))
}

// count is "no scan", "1 scan" or "2 scans".
func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
