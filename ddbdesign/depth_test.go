package ddbdesign_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbdesign"
)

// least is a design of one index, with more at its beginning.
func least(more string) string {
	return `{` + more + `"format":1,"indexes":[{"name":"primary","kind":"primary","partition":[{"name":"pk","type":"S"}],"projection":"ALL"}]}`
}

// nots is a condition within n-1 others.
func nots(inner ddb.Cond, n int) ddb.Cond {
	for range n - 1 {
		inner = ddb.Not(inner)
	}
	return inner
}

// Conditions nest as deep as a definition, Check, Write and Read all allow, and no deeper: no one of them takes what another refuses.
func TestConditionsNestAsDeepEverywhere(t *testing.T) {
	t.Parallel()
	of := func(levels int) (*ddb.Table, error) {
		table := ddb.NewTable("pk", "sk")
		ix := table.GSI("by-name", "gpk", "gsk")
		_, err := ddb.Define(table, "school", func(s *School, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID))
			d.Primary(id, id)
			d.Index(ix, id, id).When(nots(ddb.Eq(&s.Name, "a"), levels))
		})
		return table, err
	}
	table, err := of(50)
	require.NoError(t, err)
	d := table.Design()
	read, err := ddbdesign.Read(strings.NewReader(written(t, d)))
	require.NoError(t, err)
	assert.Equal(t, d, read)

	_, err = of(51)
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "conditions nest 51 levels deep, 50 are allowed")
	when := &d.Entities[0].Entries[1].When[0]
	*when = ddbdesign.Condition{Op: "not", Of: []ddbdesign.Condition{*when}}
	const want = "entities[0].entries[1].when[0].of[0].of[0]"
	require.ErrorContains(t, d.Check(), want)
	require.ErrorContains(t, d.Check(), "it is within 50 other conditions: want up to 49")
	assert.ErrorContains(t, ddbdesign.Write(io.Discard, d), want)
}

// Indentation makes deep JSON many times as long. So neither Read nor Write takes what nests deeper than a design can, known or not.
func TestWhatNestsTooDeepIsRefused(t *testing.T) {
	t.Parallel()
	const most = 199 // within the object of the design
	lists := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	text := `"\"` + strings.Repeat("[", 300) + `":` + lists(most) + `,` // brackets in a name nest nothing
	d, err := ddbdesign.Read(strings.NewReader(least(text)))
	require.NoError(t, err)
	_, err = ddbdesign.Read(strings.NewReader(written(t, d)))
	require.NoError(t, err)

	d.Unknown = ddbdesign.Unknown{"x": json.RawMessage(lists(most + 1))}
	for _, err := range []error{
		func() error {
			_, err := ddbdesign.Read(strings.NewReader(least(`"x":` + lists(most+1) + `,`)))
			return err
		}(),
		func() error { _, err := ddbdesign.Read(strings.NewReader(lists(20_000))); return err }(),
		ddbdesign.Write(io.Discard, d),
	} {
		assert.ErrorContains(t, err, "it nests more than 200 levels of arrays and objects")
	}
}

// Names of JSON differ in case: one that differs from a known name in case only is unknown, and is kept.
func TestANameInAnotherCaseIsUnknown(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"FORMAT", "Format", "Doc", "Indexes"} {
		d, err := ddbdesign.Read(strings.NewReader(least(`"` + name + `":"x",`)))
		require.NoError(t, err, name)
		assert.Equal(t, ddbdesign.Unknown{name: json.RawMessage(`"x"`)}, d.Unknown)
		assert.Contains(t, written(t, d), `"`+name+`": "x"`)
	}
}
