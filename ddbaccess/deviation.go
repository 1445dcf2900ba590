package ddbaccess

import (
	"fmt"
	"math"
	"slices"
)

// Tolerance is by how much an estimate may differ from what is measured: a tenth.
const Tolerance = 0.1

// compareWith takes the estimates of the patterns and views from the report of the sample.
func (rep *Report) compareWith(sample *Report) {
	for i := range rep.Patterns {
		p, of := &rep.Patterns[i], &sample.Patterns[i]
		p.Estimated, p.Undeclared, p.before = of.Estimated, of.Undeclared, of.effort()
		for k, d := range p.Derived {
			p.Derived[k].Estimated = nil
			for _, o := range of.Derived {
				if o.View == d.View {
					p.Derived[k].Estimated = o.Estimated
				}
			}
		}
	}
}

// effort is the number of requests of a pattern, and of their keys.
func (r Result) effort() (n effort) {
	for _, q := range r.Requests {
		n.requests, n.keys = n.requests+q.Pages, n.keys+q.subjects
	}
	return n
}

type effort struct{ requests, keys int }

func (e effort) String() string { return fmt.Sprintf("%d requests with %d keys", e.requests, e.keys) }

// Deviations returns where the estimates differ from what was measured by more than the [Tolerance], a sentence for each pattern
// and each of its views. It is for the report of [Catalog.MeasureAtScale]: of another, the sample has other sizes than those
// declared. An estimate that is unknown does not differ, and neither does one of a pattern whose bounds of the sort key narrow a
// query: how many of the copies are within them is chance. A scan does not either: only what queries read has copies.
//
// A function that makes a request for each item that it finds is estimated with those of the sample. Its deviation has the numbers.
func (rep *Report) Deviations() (out []string) {
	for _, p := range rep.Patterns {
		if p.failed != nil {
			out = append(out, fmt.Sprintf("%s: it fails on copies of items: %v", p.Name, p.failed))
			continue
		}
		narrowed := slices.ContainsFunc(p.Requests, func(q Request) bool { return q.narrowed })
		if d := deviation(p.Measured, p.Estimated); d != "" && !narrowed {
			if n := p.effort(); p.before.requests > 0 && n != p.before {
				d += fmt.Sprintf("; it made %s on the sample, and %s here", p.before, n)
			}
			out = append(out, p.Name+": "+d)
		}
		for _, v := range p.Derived {
			if d := deviation(v.Measured, v.Estimated); d != "" {
				out = append(out, fmt.Sprintf("%s: view %s: %s", p.Name, v.View, d))
			}
		}
	}
	return out
}

func deviation(measured Units, estimated *Units) string {
	if estimated == nil || near(measured.Read, estimated.Read) && near(measured.Write, estimated.Write) {
		return ""
	}
	return fmt.Sprintf("estimated %s, measured %s", estimated.String(), measured.String())
}

func near(measured, estimated float64) bool {
	return math.Abs(measured-estimated) <= Tolerance*measured
}
