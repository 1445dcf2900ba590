package ddbdesign_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbdesign"
)

var update = flag.Bool("update", false, "rewrite testdata/school.json and testdata/school.txt")

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile("testdata/"+name, []byte(got), 0o644))
	}
	want, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "go test -update ./ddbdesign rewrites it")
}

func written(t *testing.T, d ddbdesign.Table) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, ddbdesign.Write(&b, d))
	return b.String()
}

func TestADesignHasAllOfTheModel(t *testing.T) {
	t.Parallel()
	golden(t, "school.json", written(t, design()))
}

func TestTheDesignPage(t *testing.T) {
	t.Parallel()
	var b, direct strings.Builder
	require.NoError(t, design().Describe(&b))
	golden(t, "school.txt", b.String())
	require.NoError(t, newModel().table.Describe(&direct))
	assert.Equal(t, b.String(), direct.String())
}

func TestADesignSurvivesARoundTrip(t *testing.T) {
	t.Parallel()
	d := design()
	read, err := ddbdesign.Read(strings.NewReader(written(t, d)))
	require.NoError(t, err)
	assert.Equal(t, d, read)
}

// What a program of this format wrote is read for ever.
func TestFormat1IsRead(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/format-1.json")
	require.NoError(t, err)
	d, err := ddbdesign.Read(bytes.NewReader(text))
	require.NoError(t, err)
	assert.Equal(t, string(text), written(t, d))
	e, ok := d.Entity("student")
	require.True(t, ok)
	assert.Equal(t, "Version", e.Version)
	c, ok := d.Claim(ddbdesign.Scalar{Type: "S", Text: "h#1#2"}, ddbdesign.Scalar{Type: "S", Text: "v#0000000001"})
	assert.True(t, ok)
	assert.Equal(t, ddbdesign.Claim{Entity: "student", Version: true}, c)
}

// A change of a design changes neither the table nor another design of it.
func TestADesignIsACopy(t *testing.T) {
	t.Parallel()
	m := newModel()
	before := written(t, m.table.Design())
	d := m.table.Design()
	for i := range d.Entities {
		e := &d.Entities[i]
		for j := range e.Fields {
			for k := range e.Fields[j].Path {
				e.Fields[j].Path[k] = "x"
			}
		}
		for j := range e.Aliases {
			e.Aliases[j] = "x"
		}
		for j := range e.Entries {
			for k := range e.Entries[j].Partition.Parts {
				e.Entries[j].Partition.Parts[k] = ddbdesign.Part{}
			}
		}
	}
	for i := range d.Indexes {
		for j := range d.Indexes[i].Include {
			d.Indexes[i].Include[j] = "x"
		}
		for j := range d.Indexes[i].Partition {
			d.Indexes[i].Partition[j].Name = "x"
		}
	}
	assert.Equal(t, before, written(t, m.table.Design()))
	assert.NotContains(t, written(t, newModel().table.Design()), `"x"`)
}

func TestThePackageImportsTheStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	require.NoError(t, err)
	assert.Equal(t, "github.com/singletable-go/ddb/ddbdesign", strings.TrimSpace(string(out)))
}
