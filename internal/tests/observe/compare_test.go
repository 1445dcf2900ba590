package observe_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbobserve"
)

// line is a request as a text with all that the wire shows.
func line(r ddbobserve.Request) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\tfilter %q projection %q examined %d counted %d more %t unprocessed %d attempts %d", r, r.Filter, r.Projection, r.Examined, r.Counted, r.More, r.Unprocessed, r.Attempts)
	fmt.Fprintf(&b, "\n\titems %v capacity %v throttled %v table %s err %s", r.Items, r.Capacity, r.Throttled, r.Table, code(r.Err))
	for _, w := range r.Writes {
		fmt.Fprintf(&b, "\n\t%s of %q, %d bytes, if %s", w, w.Entity, w.Bytes, w.Condition)
	}
	for _, k := range r.Keys {
		fmt.Fprintf(&b, "\n\tkey %s", ddbobserve.KeyText(k))
	}
	return b.String()
}

// same reports whether a request is as it went over the wire. Where the context ended in the pause before another attempt, the wire
// has the error of the last one.
func same(wire, seen ddbobserve.Request) bool {
	if errors.Is(seen.Err, context.Canceled) && wire.Err != nil {
		seen.Err = wire.Err
	}
	return line(wire) == line(seen)
}

// whole is a request whose key condition is one text.
func whole(r ddbobserve.Request) ddbobserve.Request {
	if r.Condition != nil {
		texts := make([]string, len(r.Condition))
		for i, c := range r.Condition {
			texts[i] = c.String()
		}
		r.Condition = []ddbobserve.KeyCondition{{Attribute: strings.Join(texts, " AND ")}}
	}
	return r
}

func code(err error) string {
	if err == nil {
		return "none"
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	if _, ok := errors.AsType[*smithy.OperationError](err); ok {
		return "lost"
	}
	return err.Error()
}

// requireSame compares what an observer got with what went over the wire, and with what a meter counted beside others.
func (w *watch) requireSame(t testing.TB, seen []ddbobserve.Request, m *ddb.Meter, others int) {
	t.Helper()
	want := w.requests(t)
	var extra []string
	attempts, byOperation, hits := 0, map[string]int{}, 0
	var sum, guess ddbobserve.Capacity
	for _, r := range seen {
		if i := slices.IndexFunc(want, func(on ddbobserve.Request) bool { return same(on, whole(r)) }); i >= 0 {
			want = slices.Delete(want, i, i+1)
		} else if r.Attempts > 0 || !errors.Is(r.Err, context.Canceled) { // else it was not sent: another segment of a scan had failed
			extra = append(extra, line(whole(r)))
		}
		attempts += r.Attempts
		byOperation[r.Operation] += r.Attempts
		hits += r.Hits
		c := r.Consumed()
		sum.Read, sum.Write = sum.Read+c.Read, sum.Write+c.Write
		guess.Write += r.Estimated.Write
		assert.Positive(t, r.Duration)
	}
	for _, r := range want {
		extra = append(extra, "not observed: "+line(r))
	}
	require.Empty(t, strings.Join(extra, "\n"), "what was observed and did not go over the wire")
	require.NotEmpty(t, seen)
	assert.Equal(t, m.Requests(), attempts+others, "others: on the table itself")
	for operation, n := range byOperation {
		assert.Equal(t, m.RequestsOf(operation), n, operation)
	}
	assert.Equal(t, m.Hits(), hits)
	assert.Equal(t, m.Total(), ddb.Capacity(sum))
	assert.Equal(t, m.Estimated(), ddb.Capacity(guess))
}
