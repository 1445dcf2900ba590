package ddbaccess_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbmem"
)

func run(t *testing.T, c *ddbaccess.Catalog, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = ddbaccess.RunMain(t.Context(), append([]string{"/bin/model"}, args...), &o, &e, ddbmem.New().Client(), c)
	return code, o.String(), e.String()
}

// The lines of a terminal have up to 80 columns: only a name that is longer is not broken.
func TestThePatternsFitATerminal(t *testing.T) {
	t.Parallel()
	code, out, errs := run(t, newShop().catalog(), "patterns")
	assert.Zero(t, code)
	assert.Empty(t, errs)
	for line := range strings.Lines(out) {
		assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80, line)
	}
	assert.Contains(t, out, `
  3  orders of a customer
     3 items, 1 request, 0.5 R, estimated 4 R, 20 a second
     Query primary
       pk = "c#{CustomerID}" AND begins_with(sk, "o#")
`)
	assert.Contains(t, out, "-wide prints this as one table.")
	assert.NotContains(t, out, "At most", "no line has that value")
	_, wide, _ := run(t, newShop().catalog(), "patterns", "-wide")
	assert.True(t, strings.HasPrefix(wide, "| # | access pattern |"))
}

func TestVerbs(t *testing.T) {
	t.Parallel()
	c := newShop().catalog()
	rep := measure(t, c)
	_, out, _ := run(t, c, "page")
	assert.Equal(t, text(t, rep), plain(out))
	_, out, _ = run(t, c, "page", "-json")
	_, err := ddbaccess.ReadReport(strings.NewReader(out))
	require.NoError(t, err)
	_, out, _ = run(t, c, "patterns", "-json")
	_, err = ddbaccess.ReadReport(strings.NewReader(out))
	require.NoError(t, err)
	_, out, _ = run(t, c, "design")
	assert.True(t, strings.HasPrefix(out, "ENTITY "))
	_, out, _ = run(t, c, "design", "-json")
	d, err := ddbdesign.Read(strings.NewReader(out))
	require.NoError(t, err)
	assert.Len(t, d.Entities, 4)
	_, out, _ = run(t, c, "draw")
	assert.Contains(t, out, "<html")
	assert.Contains(t, out, "1@example.com", "the sample is drawn")

	file := filepath.Join(t.TempDir(), "prices.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"region": "moon-1", "date": "d", "source": "s", "currency": "XTS", "readMillion": 1, "writeMillion": 1, "gbMonth": 1}`), 0o600))
	_, out, _ = run(t, c, "patterns", "-prices", file)
	assert.Contains(t, out, "XTS a month")
	assert.Nil(t, c.Prices, "the catalog stays as it is")
	code, out, errs := run(t, c, "page", "-prices", "none.json")
	assert.Equal(t, 1, code)
	assert.Empty(t, out)
	assert.Contains(t, errs, "model page: ddbaccess: prices: open none.json")
}

func TestHelpAndMistakes(t *testing.T) {
	t.Parallel()
	c := newShop().catalog()
	for _, tt := range []struct {
		args      []string
		code      int
		out, errs string
	}{
		{nil, 2, "", "usage: model VERB [flags]"},
		{[]string{"-h"}, 0, "usage: model VERB [flags]", ""},
		{[]string{"help"}, 0, "patterns  run each access pattern", ""},
		{[]string{"patterns", "-h"}, 0, "usage: model patterns [flags]", ""},
		{[]string{"page", "-h"}, 0, "-prices file", ""},
		{[]string{"lint"}, 2, "", `model: there is no verb "lint"`},
		{[]string{"page", "-wide"}, 2, "", "model page: flag provided but not defined: -wide"},
		{[]string{"design", "x"}, 2, "", `model design: there is no argument "x"`},
	} {
		code, out, errs := run(t, c, tt.args...)
		assert.Equal(t, tt.code, code, "%v", tt.args)
		assert.Contains(t, out, tt.out, "%v", tt.args)
		assert.Contains(t, errs, tt.errs, "%v", tt.args)
		assert.Equal(t, tt.out == "", out == "", "%v", tt.args)
		assert.Equal(t, tt.errs == "", errs == "", "%v", tt.args)
		for line := range strings.Lines(out + errs) {
			assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80, line)
		}
	}
}

// A finding is printed and fails; a pattern that fails prints nothing.
func TestFindingsFailAProgram(t *testing.T) {
	t.Parallel()
	c := newShop().catalog()
	c.Patterns = append(c.Patterns, ddbaccess.Func("everything", scan, 1))
	code, out, errs := run(t, c, "patterns")
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "scan: everything reads all of the table")
	assert.Contains(t, errs, "findings that are not accepted")
	code, out, errs = run(t, &ddbaccess.Catalog{}, "design")
	assert.Equal(t, 1, code)
	assert.Empty(t, out)
	assert.Contains(t, errs, "Catalog.Table is nil")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var o, e bytes.Buffer
	assert.Equal(t, 1, ddbaccess.RunMain(ctx, []string{"model", "page"}, &o, &e, ddbmem.New().Client(), c))
	assert.Contains(t, e.String(), context.Canceled.Error())
}

// A program without a catalog says so, whatever the verb, and does not panic.
func TestAProgramWithoutACatalogSaysSo(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"patterns"}, {"patterns", "-json"}, {"page"}, {"page", "-prices", "none.json"}, {"design"}, {"design", "-json"}, {"draw"}} {
		code, out, errs := run(t, nil, args...)
		assert.Equal(t, 1, code)
		assert.Empty(t, out)
		assert.Equal(t, "model "+args[0]+": ddbaccess: a nil catalog\n", errs)
	}
	var out, errs bytes.Buffer
	assert.Equal(t, 1, ddbaccess.RunMain(t.Context(), []string{"model", "page"}, &out, &errs, nil, newShop().catalog()))
	assert.Equal(t, "model page: ddbaccess: a nil client: use a *dynamodb.Client\n", errs.String())
}
