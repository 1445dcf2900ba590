package ddbdraw_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbdraw"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// learning is the drawing of a learning platform: versions, constraints, a sparse index that includes one attribute.
func learning(t testing.TB) (d ddbdraw.Drawing) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "learning.json"))
	require.NoError(t, err)
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&d))
	return d
}

func html(t testing.TB, d ddbdraw.Drawing) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, ddbdraw.HTML(&b, d))
	return b.String()
}

func entities(t testing.TB, d ddbdraw.Drawing) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, ddbdraw.Entities(&b, d))
	return b.String()
}

func index(t testing.TB, d ddbdraw.Drawing, name string) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, ddbdraw.Index(&b, d, name))
	return b.String()
}

func TestWhatIsDrawnIsAsCommitted(t *testing.T) {
	t.Parallel()
	d := learning(t)
	golden := map[string]string{"learning.html": html(t, d), "entities.svg": entities(t, d)}
	for _, ix := range d.Design.Indexes {
		golden[ix.Name+".svg"] = index(t, d, ix.Name)
	}
	for name, got := range golden {
		path := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(want), got, "go test -update . rewrites %s", path)
	}
}

func TestAnIndexThatDoesNotExistIsAnError(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	assert.EqualError(t, ddbdraw.Index(&b, learning(t), "gsi9"),
		`ddbdraw: draw index "gsi9": the design has no such index: it has "primary", "gsi1", "gsi2"`)
	assert.EqualError(t, ddbdraw.Index(&b, ddbdraw.Drawing{}, ddbdesign.Primary),
		`ddbdraw: draw index "primary": the design has no such index: it has none`)
	assert.Empty(t, b)
}

type broken struct{ err error }

func (w broken) Write([]byte) (int, error) { return 0, w.err }

func TestErrorsOfTheWriterAreReturned(t *testing.T) {
	t.Parallel()
	w := broken{errors.New("disk full")}
	d := learning(t)
	assert.ErrorIs(t, ddbdraw.HTML(w, d), w.err)
	assert.ErrorIs(t, ddbdraw.Entities(w, d), w.err)
	err := ddbdraw.Index(w, d, "gsi1")
	assert.ErrorIs(t, err, w.err)
	assert.EqualError(t, err, `ddbdraw: write index "gsi1": disk full`)
}
