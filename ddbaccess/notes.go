package ddbaccess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// notes are what the numbers of the report assume.
func notes(rep *Report) (out []string) {
	out = append(out, "Measured is what the example of a pattern cost on the sample. Estimated is what it would cost at the declared volumes.")
	if rep.Design.Indexes != nil && slices.ContainsFunc(rep.Design.Indexes, func(ix ddbdesign.Index) bool { return ix.Projection != ddbdesign.ProjectAll }) {
		out = append(out, "Entries of an index that does not project all attributes are as large as in the sample.")
	}
	for _, p := range rep.Patterns {
		if len(p.Undeclared) > 0 {
			out = append(out, fmt.Sprintf("What %s would cost is unknown: declare %s.", p.Name, list(p.Undeclared)))
		}
	}
	for _, p := range rep.Patterns {
		if p.empty() {
			out = append(out, fmt.Sprintf("A query of %s finds nothing in the sample. Its estimate is that of the typical number of items.", p.Name))
		}
	}
	if slices.ContainsFunc(rep.Patterns, func(p Result) bool { return len(p.Derived) > 0 }) {
		out = append(out, "What the views derive is that of one change: changes that arrive together share requests.")
	}
	out = append(out, rep.writeNotes()...)
	if rep.Month != nil {
		out = append(out, fmt.Sprintf("Money is for a month of 730 hours, on demand, in %s at prices of %s (%s), before tax and without reads of the stream.",
			rep.Prices.Region, rep.Prices.Date, rep.Prices.Source))
	}
	return out
}

// empty reports whether a query of the pattern, or of a view after it, finds nothing in the sample, and its estimate is known.
func (r Result) empty() bool {
	requests := slices.Clone(r.Requests)
	for _, d := range r.Derived {
		requests = append(requests, d.Requests...)
	}
	return slices.ContainsFunc(requests, func(q Request) bool { return q.empty && q.Estimated != nil })
}

// writeNotes say what a reader of the writes may wonder about.
func (rep *Report) writeNotes() (out []string) {
	for _, e := range rep.Design.Entities {
		derived := slices.ContainsFunc(e.Fields, func(f ddbdesign.Field) bool { return f.Derived != "" })
		if derived && rep.sends(ddbobserve.Update+" "+e.Name+" ") {
			out = append(out, fmt.Sprintf("A create or put of %s is sent as an update: it keeps the fields that a view fills.", e.Name))
		}
	}
	for _, v := range rep.Design.Views {
		if !slices.Contains(rep.views, v.Name) {
			out = append(out, fmt.Sprintf("View %s is not in Catalog.Views: what it reads and writes is not counted.", v.Name))
		}
	}
	return out
}

// sends reports whether a pattern writes with a key that begins with the text.
func (rep *Report) sends(text string) bool {
	return slices.ContainsFunc(rep.Patterns, func(p Result) bool {
		return slices.ContainsFunc(p.Requests, func(q Request) bool {
			return slices.ContainsFunc(q.Keys, func(k string) bool { return strings.HasPrefix(k, text) })
		})
	})
}

// list is "a", "a and b", "a, b and c".
func list(texts []string) string {
	if n := len(texts) - 1; n > 0 {
		return strings.Join(texts[:n], ", ") + " and " + texts[n]
	}
	return strings.Join(texts, "")
}
