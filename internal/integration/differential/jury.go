package differential

import (
	"fmt"
	"strings"
)

// jury is the engines that one table is compared on.
type jury struct {
	ours    *Engine
	others  []*Engine
	out     map[string]string // engines that no longer take part, and why
	history []string
}

func newJury(ours *Engine, others []*Engine) *jury {
	return &jury{ours: ours, others: others, out: map[string]string{}}
}

// logger is what a jury says things to.
type logger interface {
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// try sends a request to all engines and fails when those that count contradict ddbmem.
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
	votes := map[string][]string{}
	for _, e := range j.others {
		if j.out[e.Name] != "" {
			continue
		}
		theirs, err := ask(e, r)
		if err != nil {
			j.out[e.Name] = err.Error()
			continue
		}
		view := j.hear(e, tb, mine, theirs, ours)
		if view != "" && view != ours {
			votes[view] = append(votes[view], e.Name)
		}
	}
	for view, engines := range votes {
		if len(engines) > 1 || len(j.others) == 1 {
			text := fmt.Sprintf("%s\n\n%s\n  ddbmem: %s\n  %s: %s", strings.Join(j.history, "\n"), r.operation, ours, strings.Join(engines, ", "), view)
			// One name for all tables: only a failure that reads the same each time is shrunk.
			t.Fatalf("%s", strings.ReplaceAll(text, tb.name, "differential"))
		}
	}
}

// hear returns the view of an engine's outcome, or nothing when it has no say in it: it does not know the operation, or
// the difference is a known one. An engine whose data has come to differ takes no further part.
func (j *jury) hear(e *Engine, tb *table, mine, theirs outcome, ours string) string {
	v := &theirs.pages[0]
	v.message = translate(e.Name, v.message)
	operation := mine.request.operation
	if v.code == "UnknownOperationException" || v.code == "InternalFailure" || v.code == "InternalServerError" {
		return j.drop(e, mine, "it answers "+v.code)
	}
	view := theirs.view(tb)
	if strings.Contains(view, "\ufffd") {
		j.out[e.Name] = "it runs without a locale and loses letters" // no request has this one
		return ""
	}
	if view == ours {
		return view
	}
	if mine.failed() != theirs.failed() {
		j.out[e.Name] = fmt.Sprintf("one side refused %s", operation)
	}
	if known(dispute{tb, mine.request, e.Name, ours, view}) != nil {
		return ""
	}
	return view
}

func (j *jury) drop(e *Engine, mine outcome, why string) string {
	if !mine.failed() {
		j.out[e.Name] = why
	}
	return ""
}
