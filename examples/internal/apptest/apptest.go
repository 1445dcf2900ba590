// Package apptest tests the examples as commands.
package apptest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

// Run runs an example with the given arguments.
func Run(t *testing.T, e app.Example, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = app.Run(t.Context(), e, append([]string{e.Name}, args...), &out, &errs)
	return code, out.String(), errs.String()
}

// Help requires that the output of -h contains each of these words.
func Help(t *testing.T, e app.Example, words ...string) {
	t.Helper()
	code, out, errs := Run(t, e, "-h")
	assert.Zero(t, code)
	assert.Empty(t, errs)
	for _, want := range words {
		assert.Contains(t, out, want)
	}
}

// Mistakes runs each command line. It must fail with the code, print one line of error and nothing else, and that line
// must contain the mapped text.
func Mistakes(t *testing.T, make func() app.Example, code int, lines map[string]string) {
	t.Helper()
	for line, want := range lines {
		t.Run(line, func(t *testing.T) {
			got, out, errs := Run(t, make(), strings.Fields(line)...)
			assert.Equal(t, code, got)
			if code == 2 {
				assert.Empty(t, out)
			}
			assert.Contains(t, errs, want)
			assert.Equal(t, 1, strings.Count(errs, "\n"), "one line: %s", errs)
		})
	}
}

// Works runs each command line on the engine in this process; it must print the mapped text.
func Works(t *testing.T, make func() app.Example, lines map[string]string) {
	t.Helper()
	t.Setenv(localtest.Endpoint, "")
	for line, want := range lines {
		t.Run(line, func(t *testing.T) {
			code, out, errs := Run(t, make(), strings.Fields(line)...)
			assert.Zero(t, code, errs)
			assert.Contains(t, out, "in this process")
			assert.Contains(t, out, want)
		})
	}
}

// Table is a test table on the engine in a container. It outlives the commands that are run on it.
type Table struct {
	Name string
	t    *testing.T
	make func() app.Example
}

// NewTable returns a table that does not exist yet.
func NewTable(t *testing.T, make func() app.Example) Table {
	t.Helper()
	t.Setenv(localtest.Endpoint, *localtest.Client(t).Options().BaseEndpoint)
	return Table{localtest.TableName(t), t, make}
}

// Run runs the example on the table, with -yes, and requires the exit code and the printed text want.
func (t Table) Run(code int, want string, args ...string) {
	t.t.Helper()
	got, out, errs := Run(t.t, t.make(), append(args, "-yes", "-table", t.Name)...)
	assert.Equal(t.t, code, got, "%v: %s", args, errs)
	assert.Contains(t.t, out+errs, want, "%v", args)
}
