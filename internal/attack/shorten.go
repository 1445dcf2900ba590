package attack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// maxShorten bounds the time for shortening a round.
const maxShorten = 15 * time.Second

// shorten omits calls and faults while the round still fails, with the same kind of problem.
func (pl plan) shorten(t *testing.T, p Promise, engine func() Engine, out *report) *report {
	kind, end := out.problems[0].Kind, time.Now().Add(maxShorten)
	var all []step
	for i := range p.Processes {
		for n := range p.Calls {
			all = append(all, step{i, n})
		}
	}
	try := func(next plan) bool {
		if time.Now().After(end) {
			return false
		}
		got := next.run(t, p, engine())
		i := slices.IndexFunc(got.problems, func(p Problem) bool { return p.Kind == kind })
		if i < 0 {
			return false
		}
		got.problems[0], got.problems[i] = got.problems[i], got.problems[0]
		pl, out = next, got
		return true
	}
	// ever smaller pieces, while omitting a piece helps
	for size := len(all) / 2; size > 0; {
		shorter := false
		for piece := range slices.Chunk(slices.Clone(all), size) {
			next := plan{pl.seed, set(pl.without, piece), pl.calm}
			if try(next) {
				shorter = true
				all = slices.DeleteFunc(all, func(s step) bool { return slices.Contains(piece, s) })
			}
		}
		if size > 1 || !shorter {
			size /= 2
		}
	}
	for _, s := range all {
		try(plan{pl.seed, pl.without, set(pl.calm, []step{s})})
	}
	return out
}

func set(have map[step]bool, more []step) map[step]bool {
	out := maps.Clone(have)
	if out == nil {
		out = map[step]bool{}
	}
	for _, s := range more {
		out[s] = true
	}
	return out
}

// print shows the problems, and what led to them.
func (r *report) print() string {
	const maxProblems, maxCalls = 4, 25
	var b strings.Builder
	for i, p := range r.problems {
		if i == maxProblems {
			fmt.Fprintf(&b, "  and %d more\n", len(r.problems)-i)
			break
		}
		fmt.Fprintf(&b, "  [%s] %s\n", p.Kind, strings.ReplaceAll(p.Text, "\n", "\n    "))
	}
	for _, p := range r.world.Processes {
		fmt.Fprintf(&b, "  process %s: %s, %d attempts\n", p.Name, p.Style, p.maxAttempts)
	}
	calls := r.calls
	if len(calls) > maxCalls { // those of the item
		about := func(c *Call) bool {
			item := r.problems[0].Item
			return item == "" || strings.Contains(c.Text, item) || slices.ContainsFunc(c.trace, func(s string) bool { return strings.Contains(s, item) })
		}
		calls = slices.DeleteFunc(slices.Clone(calls), func(c *Call) bool { return !about(c) })
	}
	if n := len(calls) - maxCalls; n > 0 {
		fmt.Fprintf(&b, "  … %d calls before these\n", n)
		calls = calls[n:]
	}
	var lines []string
	for _, c := range calls {
		lines = append(lines, fmt.Sprintf("%4d %s %s", c.begun, c.ID, c.Text))
		lines = append(lines, c.trace...)
	}
	slices.SortStableFunc(lines, func(a, b string) int { return strings.Compare(a[:4], b[:4]) })
	for _, l := range lines {
		b.WriteString("  " + l + "\n")
	}
	return b.String()
}
