package ddbdesign_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbdesign"
)

// with adds a field to each object in a JSON text, but for DynamoDB's values.
func with(v any, n *int) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if name != "values" {
				with(member, n)
			}
		}
		*n++
		v["newer"] = map[string]any{"number": json.Number("12345678901234567890123"), "of": []any{*n, nil, "<&>"}}
	case []any:
		for _, elem := range v {
			with(elem, n)
		}
	}
}

func TestFieldsOfANewerWriterAreKept(t *testing.T) {
	t.Parallel()
	var tree any
	dec := json.NewDecoder(strings.NewReader(written(t, design())))
	dec.UseNumber()
	require.NoError(t, dec.Decode(&tree))
	objects := 0
	with(tree, &objects)
	newer, err := json.Marshal(tree)
	require.NoError(t, err)
	d, err := ddbdesign.Read(bytes.NewReader(newer))
	require.NoError(t, err)
	again := written(t, d)
	assert.JSONEq(t, string(newer), again)
	assert.Equal(t, objects, strings.Count(again, `"newer": {`))
	assert.Contains(t, again, "12345678901234567890123")

	plain := design()
	require.NotContains(t, written(t, plain), "newer")
	d.Unknown = nil
	assert.Equal(t, objects-1, strings.Count(written(t, d), `"newer": {`), "what is known does not bring it back")
}

func TestADesignThatCannotBeReadSaysWhere(t *testing.T) {
	t.Parallel()
	text := written(t, design())
	replaced := func(old, new string) string {
		require.Contains(t, text, old)
		return strings.Replace(text, old, new, 1)
	}
	for name, c := range map[string]struct{ text, want string }{
		"nothing":                  {"", "unexpected end of JSON input"},
		"no object":                {"[1]", `want an object with a number "format"`},
		"a syntax error":           {`{"format": 1,}`, "invalid character"},
		"no format":                {`{}`, "format: there is none: was it written by Write?"},
		"a newer format":           {`{"format": 2}`, "format: it is 2, this program knows up to 1: build the program with a newer release of github.com/singletable-go/ddb"},
		"no indexes":               {`{"format": 1}`, "indexes: there is none"},
		"a wrong type":             {replaced(`"kind": "primary"`, `"kind": 5`), "indexes[0].kind: it is the number 5, want a string"},
		"an object for a list":     {replaced(`"aliases": [`, `"aliases": {}, "x": [`), "entities[1].aliases: it is an object, want an array"},
		"a text for an object":     {`{"format": 1, "entities": [{}, "x"]}`, "entities[1]: it is a string, want an object"},
		"a fraction":               {replaced(`"schema": 2`, `"schema": 2.5`), "entities[1].schema: it is the number 2.5, want a whole number"},
		"an unknown kind of index": {replaced(`"kind": "local"`, `"kind": "lunar"`), `indexes[3].kind: "lunar" is none of`},
		"an unknown part":          {replaced(`"kind": "shard"`, `"kind": "shred"`), `entities[1].entries[1].partition.parts[0].kind: "shred" is none of`},
		"no such index":            {replaced(`"index": "open"`, `"index": "shut"`), `entities[1].entries[2].index: "shut": there is no such index`},
		"no such field":            {replaced(`"version": "Version"`, `"version": "Edition"`), `entities[1].version: "Edition": student has no such field`},
		"no such field of a key":   {replaced(`"field": "Email"`, `"field": "Mail"`), `entities[1].entries[1].sort.parts[0].field: "Mail": student has no such field`},
		"no such entity": {replaced(`"under": [
        "student"`, `"under": [
        "pupil"`), `entities[2].under[0]: "pupil": there is no such entity`},
		"no such operator": {replaced(`"op": "in"`, `"op": "within"`), `entities[1].entries[2].when[0].op: "within": there is no such operator`},
		"no value":         {replaced(`"S": "open"`, `"S": "open", "N": "1"`), `when[0].values[0]: want DynamoDB JSON`},
		"no such view":     {replaced(`"derived": "numbers"`, `"derived": "names"`), `entities[0].fields[5].derived: "names": there is no such view`},
		"a rule":           {replaced(`"op": "distinct"`, `"op": "unlike"`), `views[0].rules[3].op: "unlike" is none of`},
		"a purpose":        {replaced(`"purpose": "gap"`, `"purpose": "gape"`), `.purpose: "gape" is none of`},
		"two names":        {replaced(`"name": "by-mail"`, `"name": "old"`), `"old" is there twice`},
		"a width":          {replaced(`"width": 10`, `"width": -10`), `entities[1].history.sort.parts[1].width: -10 bytes`},
		"a stop":           {replaced(`"stop": "#"`, `"stop": "!"`), `.stop: "!": want the literal that follows`},
		"a missing sort key": {replaced(`"sort": {
            "text": "#",
            "parts": [
              {
                "kind": "literal",
                "text": "#"
              }
            ]
          }`, `"sort": null`), "entities[0].entries[0].sort.parts: there is none"},
		"no number of the format": {`{"format": "1"}`, "format: want a whole number: was it written by Write?"},
		"the format in capitals":  {`{"FORMAT": 1}`, "format: there is none"},
	} {
		_, err := ddbdesign.Read(strings.NewReader(c.text))
		assert.ErrorContains(t, err, c.want, name)
		assert.ErrorContains(t, err, "ddbdesign: read: ", name)
	}
	broken := errors.New("broken")
	_, err := ddbdesign.Read(iotest.ErrReader(broken))
	assert.ErrorIs(t, err, broken)
}

// Other writers of JSON write null and empty lists for what is not there.
func TestNullIsAbsent(t *testing.T) {
	t.Parallel()
	const text = `{"format":1,"indexes":[{"name":"primary","kind":"primary","partition":[{"name":"pk","type":"S"}],"projection":"ALL"}],"entities":[{"name":"x","go":"X","fields":[{"name":"ID","go":"string"}],"entries":[{"index":"primary","partition":{"text":"{ID}","parts":[{"kind":"str","field":"ID"}]}}]}]}`
	want, err := ddbdesign.Read(strings.NewReader(text))
	require.NoError(t, err)
	got, err := ddbdesign.Read(strings.NewReader(strings.Replace(text, `"go":"X"`, `"go":"X","history":null,"doc":null,"under":[],"schema":null,"uniques":null`, 1)))
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestAnUnknownFieldDoesNotReplaceAKnownOne(t *testing.T) {
	t.Parallel()
	d := design()
	d.Unknown = ddbdesign.Unknown{"doc": json.RawMessage(`"other"`), "": json.RawMessage("1"), "-": json.RawMessage("2")}
	text := written(t, d)
	assert.Equal(t, 1, strings.Count(text, `  "doc": "Schools`))
	assert.NotContains(t, text, "other")
	again, err := ddbdesign.Read(strings.NewReader(text))
	require.NoError(t, err)
	assert.Equal(t, ddbdesign.Unknown{"": json.RawMessage("1"), "-": json.RawMessage("2")}, again.Unknown)
}

func TestADesignWithFaultsIsNotWritten(t *testing.T) {
	t.Parallel()
	d := design()
	d.Entities[2].Under = []string{"pupil"}
	var b strings.Builder
	assert.EqualError(t, ddbdesign.Write(&b, d), `ddbdesign: write: entities[2].under[0]: "pupil": there is no such entity`)
	assert.Empty(t, b.String())
	d = design()
	d.Unknown = ddbdesign.Unknown{"x": json.RawMessage("{")}
	assert.Error(t, ddbdesign.Write(&b, d))
	assert.Empty(t, b.String())
}

// FuzzRead reads any text: what is read is written and read again as it is, and no method panics.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := ddbdesign.Write(&b, design()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"format":1,"indexes":[{"name":"primary","kind":"primary","partition":[{"name":"pk","type":"S"}],"projection":"ALL"}],"x":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := ddbdesign.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		once := written(t, d)
		again, err := ddbdesign.Read(strings.NewReader(once))
		require.NoError(t, err)
		require.Equal(t, once, written(t, again))
		use(t, d, string(text))
	})
}

// use calls all methods with a text.
func use(t *testing.T, d ddbdesign.Table, text string) {
	t.Helper()
	require.NoError(t, d.Describe(io.Discard))
	_, _ = d.Claim(ddbdesign.Scalar{Type: "S", Text: text}, ddbdesign.Scalar{Type: "S", Text: text})
	for _, ix := range d.Indexes {
		for _, f := range d.Families(ix.Name) {
			for _, m := range f.Members {
				for _, tm := range []ddbdesign.Template{m.Entry.Partition, m.Entry.Sort} {
					_, told := tm.Fields(text)
					require.Equal(t, tm.Match(text), told)
					_, _ = tm.Prefix(text)
				}
			}
		}
	}
}

// Methods of what no one checked do not panic either.
func TestADesignMadeByHandDoesNotPanic(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"", "literal", "str", "fold", "num", "time", "text", "native", "shard", "target", "x"} {
		for width := range 40 {
			for _, native := range []bool{false, true} {
				p := ddbdesign.Part{Kind: kind, Width: width - 2, Signed: true, Stop: strings.Repeat("#", width%2), Type: "N"}
				tm := ddbdesign.Template{Native: native, Parts: []ddbdesign.Part{p, p}}
				d := ddbdesign.Table{Indexes: []ddbdesign.Index{{}, {Name: "primary"}}, Entities: []ddbdesign.Entity{{}, {Entries: []ddbdesign.IndexEntry{{Index: "primary", Partition: tm, Sort: tm}}}}}
				require.Error(t, d.Check())
				for _, text := range []string{"", "~", "-", "0", "#", strings.Repeat("1", 50), fmt.Sprint("2026-11-20T12:00:00.000000000Z", "\U0010FFFF"), "\U0010FFFF"} {
					use(t, d, text)
				}
			}
		}
	}
}
