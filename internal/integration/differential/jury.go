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
	out     string // why the other engine takes no further part, empty while it does
	history []string
}

func newJury(ours, other *Engine) *jury { return &jury{ours: ours, other: other} }

// logger is what a jury says things to.
type logger interface {
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// try sends a request to both engines and fails when they differ in a way that is not known.
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
	if err != nil { // if it is gone altogether, the next table is not created
		j.out = err.Error()
		t.Logf("%v", err)
		return
	}
	view := j.hear(tb, mine, theirs, ours)
	if view == "" || view == ours {
		return
	}
	text := fmt.Sprintf("%s\n\n%s\n  ddbmem: %s\n  %s: %s", strings.Join(j.history, "\n"), r.operation, ours, j.other.Name, view)
	// One name for all tables: only a failure that reads the same each time is shrunk.
	t.Fatalf("%s", strings.ReplaceAll(text, tb.name, "differential"))
}

// hear returns the view of the other engine's outcome, or nothing when the difference is a known one. An engine whose data
// has come to differ takes no further part.
func (j *jury) hear(tb *table, mine, theirs outcome, ours string) string {
	v := &theirs.pages[0]
	v.message = translate(j.other.Name, v.message)
	operation := mine.request.operation
	if slices.ContainsFunc(theirs.pages, func(v verdict) bool { return v.code == crashed }) {
		j.out = "it does not survive " + operation
		return ""
	}
	if v.code == "InternalFailure" || v.code == "InternalServerError" {
		if !mine.failed() {
			j.out = "it answers " + v.code
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
