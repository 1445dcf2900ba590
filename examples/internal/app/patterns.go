package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbdraw"
	"github.com/singletable-go/ddb/examples/internal/term"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

// patterns measures the catalog on a table of its own and prints what each pattern did and cost.
func patterns(ctx context.Context, s *session) error {
	report, rejected, err := s.measure(ctx)
	if err != nil {
		return err
	}
	sections := report.Sections()
	fmt.Fprintln(s.out)
	table(report, s.long).Print(s.out)
	if s.long {
		for _, section := range sections[1:] {
			s.section(section)
		}
	}
	total(s.out, report)
	for _, p := range rejected {
		term.Say(s.out, "%s: left out: %s has no %s", p, s.engine.Name, s.Needs[p])
	}
	return nil
}

// measure measures the catalog. An engine may reject what needs an optional capability: then it is left out.
func (s *session) measure(ctx context.Context) (report *ddbaccess.Report, rejected []string, err error) {
	report, err = s.Patterns.Measure(ctx, s.engine.Client)
	if !isRejected(err) || len(s.Needs) == 0 {
		return report, nil, err
	}
	less := *s.Patterns
	less.Patterns = slices.DeleteFunc(slices.Clone(less.Patterns), func(p *ddbaccess.Pattern) bool {
		_, optional := s.Needs[p.Name()]
		if optional {
			rejected = append(rejected, p.Name())
		}
		return optional
	})
	report, err = less.Measure(ctx, s.engine.Client)
	return report, rejected, err
}

// isRejected reports whether an engine found a request wrong.
func isRejected(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorCode() == "ValidationException"
}

// Needs are the optional capabilities of engines that patterns need, by the names of the patterns.
type Needs map[string]capability.Capability

// table is the patterns as a table: the long one for a wide terminal.
func table(report *ddbaccess.Report, long bool) *term.Table {
	t := &term.Table{
		Header: []string{"#", "access pattern", "request", "index", "key condition", "items", "measured", "estimated", "a second", "at most"},
		Right:  []string{"#", "items", "measured", "estimated", "a second"},
		Below:  [][]string{{"request", "index", "key condition", "at most"}},
	}
	for i, p := range report.Patterns {
		t.Add(append([]any{i + 1, p.Name}, cells(p.Requests, p.Items, p.Measured, p.Estimated, p.Rate)...)...)
		for _, d := range p.Derived {
			t.Add(append([]any{"", "derived: " + d.View}, cells(d.Requests, 0, d.Measured, d.Estimated, p.Rate)...)...)
		}
	}
	if !long {
		return t.Without("a second", "at most")
	}
	return t
}

func cells(requests []ddbaccess.Request, items int, measured ddbaccess.Units, estimated *ddbaccess.Units, rate float64) []any {
	join := func(of func(ddbaccess.Request) string) string {
		parts := make([]string, len(requests))
		for i, q := range requests {
			parts[i] = of(q)
			if i+1 < len(requests) { // each request begins on its own line in every column
				parts[i] += strings.Repeat("\n", max(0, len(q.Keys)-1-strings.Count(parts[i], "\n")))
			}
		}
		return strings.Join(parts, "\n")
	}
	second, cost := "", "unknown"
	if rate > 0 {
		second = fmt.Sprint(rate)
	}
	if estimated != nil {
		cost = units(*estimated)
	}
	return []any{
		join(func(q ddbaccess.Request) string { return q.Operation }),
		join(func(q ddbaccess.Request) string { return q.Index }),
		join(condition),
		items, units(measured), cost, second,
		join(func(q ddbaccess.Request) string { return "at most " + q.AtMost }),
	}
}

// condition is the keys of a request, each in a line, and what narrows it.
func condition(q ddbaccess.Request) string {
	text := strings.Join(q.Keys, "\n")
	if q.Filter != "" {
		text += " FILTER " + q.Filter
	}
	if q.Limit > 0 {
		text += fmt.Sprintf(" LIMIT %d", q.Limit)
	}
	return text
}

// units is "0.5 R" for read units, "4 W" for write units, "1 R + 4 W" for both.
func units(u ddbaccess.Units) string {
	switch {
	case u.Write == 0:
		return fmt.Sprintf("%g R", u.Read)
	case u.Read == 0:
		return fmt.Sprintf("%g W", u.Write)
	}
	return fmt.Sprintf("%g R + %g W", u.Read, u.Write)
}

// section prints a part of the page as it is.
func (s *session) section(of ddbdraw.Section) {
	fmt.Fprintf(s.out, "\n%s\n", of.Title)
	if of.Intro != "" {
		term.Say(s.out, "%s", of.Intro)
	}
	if len(of.Cells) > 0 {
		t := &term.Table{Header: of.Header}
		for i, right := range of.Right {
			if right {
				t.Right = append(t.Right, of.Header[i])
			}
		}
		for _, line := range of.Cells {
			cells := make([]any, len(line))
			for i, cell := range line {
				cells[i] = strings.ReplaceAll(cell, "`", "") // which is code, on a page
			}
			t.Add(cells...)
		}
		t.Print(s.out)
	}
	for _, note := range of.Notes {
		term.Say(s.out, "%s", note)
	}
}

// total writes the totals below a report: those of the patterns, without what views derive.
func total(w io.Writer, report *ddbaccess.Report) {
	var requests, scans, filters int
	var sum ddbaccess.Units
	for _, p := range report.Patterns {
		sum.Read += p.Measured.Read
		sum.Write += p.Measured.Write
		for _, q := range p.Requests {
			requests += q.Pages
			if q.Operation == "Scan" {
				scans++
			}
			if q.Filter != "" {
				filters++
			}
		}
	}
	fmt.Fprintln(w)
	term.Say(w, "%d access patterns, %d requests, %s; %s, %s",
		len(report.Patterns), requests, units(sum), count(scans, "scan"), count(filters, "filter expression"))
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
