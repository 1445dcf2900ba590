package load

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/singletable-go/ddb/examples/internal/term"
)

// Report is what the clients measured.
type Report struct {
	Took     time.Duration
	outcomes []outcome
}

func (r *Report) add(o outcome) { r.outcomes = append(r.outcomes, o) }

// Operations returns how many operations were sent.
func (r Report) Operations() int { return len(r.outcomes) }

// Failed returns the errors that were not expected.
func (r Report) Failed() []error {
	var failed []error
	for _, o := range r.outcomes {
		if o.err != nil {
			failed = append(failed, o.err)
		}
	}
	return failed
}

// Print prints a table with a line for each kind of operation, and the sums.
func (r Report) Print(w io.Writer) {
	t := &term.Table{
		Header: []string{"operation", "sent", "refused", "p50", "p99", "requests"},
		Right:  []string{"sent", "refused", "p50", "p99", "requests"},
	}
	for _, k := range mix {
		s := summarize(r.outcomes, k.name)
		t.Add(k.name, s.sent, s.refused, s.p50, s.p99, fmt.Sprintf("%.1f", s.requests))
	}
	t.Print(w)
	all := summarize(r.outcomes, "")
	fmt.Fprintf(w, "\n%d operations in %s: %.0f a second, p50 %s, p99 %s, %.1f requests each, %d errors\n",
		all.sent, r.Took.Round(time.Millisecond), float64(all.sent)/r.Took.Seconds(), all.p50, all.p99, all.requests, len(r.Failed()))
}

// summary sums up outcomes.
type summary struct {
	sent, refused int
	p50, p99      time.Duration
	requests      float64 // for each
}

// summarize sums up the outcomes of a kind, or all of them.
func summarize(outcomes []outcome, kind string) summary {
	var s summary
	var took []time.Duration
	for _, o := range outcomes {
		if kind != "" && o.kind != kind {
			continue
		}
		s.sent++
		s.requests += float64(o.requests)
		took = append(took, o.took)
		if o.refused {
			s.refused++
		}
	}
	if s.sent == 0 {
		return s
	}
	slices.Sort(took)
	s.requests /= float64(s.sent)
	s.p50 = took[len(took)/2].Round(10 * time.Microsecond)
	s.p99 = took[len(took)*99/100].Round(10 * time.Microsecond)
	return s
}
