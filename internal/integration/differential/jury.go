package differential

import (
	"fmt"
	"slices"
	"strings"
)

// jury compares two engines on one table.
type jury struct {
	ours    *Engine
	other   *Engine
	out     string // why the other engine is excluded; empty while it is not
	history []string
}

func newJury(ours, other *Engine) *jury { return &jury{ours: ours, other: other} }

// logger is where a jury writes.
type logger interface {
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// try sends a request to both engines and fails if they differ in an unknown way.
func (j *jury) try(t logger, tb *table, r request) {
	if nothing, err := removesFromNothing(j.ours, r); err != nil {
		t.Fatalf("%v", err)
	} else if nothing {
		return
	}
	j.history = append(j.history, r.operation+" "+canonical(r.body))
	mine, err := ask(j.ours, r)
	if err != nil {
		t.Fatalf("%v", err)
	}
	ours := mine.view(tb)
	theirs, err := ask(j.other, r)
	if err != nil { // if the engine is gone, the next table is not created
		j.out = err.Error()
		t.Logf("%v", err)
		return
	}
	view := j.hear(tb, mine, theirs, ours)
	if view == "" || view == ours {
		return
	}
	text := fmt.Sprintf("%s\n\n%s\n  ddbmem: %s\n  %s: %s", strings.Join(j.history, "\n"), r.operation, ours, j.other.Name, view)
	// One name for all tables: a failure is reduced only if its text is the same each time.
	t.Fatalf("%s", strings.ReplaceAll(text, tb.name, "differential"))
}

// hear returns the view of the other engine's outcome, or nothing if the difference is known. An engine whose data has
// diverged is excluded.
func (j *jury) hear(tb *table, mine, theirs outcome, ours string) string {
	v := &theirs.pages[0]
	v.message = translate(j.other.Name, v.message)
	operation := mine.request.operation
	if slices.ContainsFunc(theirs.pages, func(v verdict) bool { return v.code == crashed }) {
		j.out = "it crashes on " + operation
		return ""
	}
	if v.code == "InternalFailure" || v.code == "InternalServerError" {
		if !mine.failed() {
			j.out = "it returns " + v.code
		}
		return ""
	}
	view := theirs.view(tb)
	ours = unwrapped(ours, view)
	if strings.Contains(view, "\ufffd") {
		j.out = "it runs without a locale and loses letters" // no request has this one
		return ""
	}
	if view == ours {
		return ""
	}
	if mine.failed() != theirs.failed() {
		j.out = fmt.Sprintf("one side refused %s", operation)
	}
	if known(dispute{tb, mine.request, j.other.Name, ours, view}) != nil {
		return ""
	}
	return view
}
