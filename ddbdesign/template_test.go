package ddbdesign_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbdesign"
)

func lit(text string) ddbdesign.Part {
	return ddbdesign.Part{Kind: ddbdesign.PartLiteral, Text: text}
}

func str(field, stop string) ddbdesign.Part {
	return ddbdesign.Part{Kind: ddbdesign.PartStr, Field: field, Stop: stop}
}

func native(kind string) ddbdesign.Template {
	return ddbdesign.Template{Native: true, Parts: []ddbdesign.Part{{Kind: ddbdesign.PartNative, Field: "X", Type: kind}}}
}

var (
	progress = ddbdesign.Template{Parts: []ddbdesign.Part{lit("g#e#"), str("EnrollmentID", "#h#"), lit("#h#"), str("ChapterID", "")}}
	seq      = ddbdesign.Template{Parts: []ddbdesign.Part{lit("n#"), {Kind: ddbdesign.PartNum, Field: "Seq", Width: 4, Signed: true}, lit("#"), str("ID", "")}}
	when     = ddbdesign.Template{Parts: []ddbdesign.Part{{Kind: ddbdesign.PartTime, Field: "At", Width: 30}}}
	spread   = ddbdesign.Template{Parts: []ddbdesign.Part{{Kind: ddbdesign.PartShard, Field: "ID", Width: 2, N: 8}, lit("#"), str("ID", "#"), lit("#"), {Kind: ddbdesign.PartFold, Field: "ID"}}}
)

func TestThePrefixOfAKeyIsNamed(t *testing.T) {
	t.Parallel()
	const last = "\U0010FFFF"
	for _, c := range []struct {
		t          ddbdesign.Template
		text, want string
		no         bool
	}{
		{progress, "", "", false},
		{progress, "g#", "g#", false},
		{progress, "g#e#12#h#", "g#e#{EnrollmentID}#h#", false},
		{progress, "g#e#12#h", "g#e#{EnrollmentID}", false}, // the value may be 12#h
		{progress, "g#e#12#h#7", "g#e#{EnrollmentID}#h#{ChapterID}", false},
		{progress, "g#e#12#h#" + last, "g#e#{EnrollmentID}#h#…", false},
		{progress, last, "…", false},
		{progress, "x", "", true},
		{progress, "g#e##h#7", "", true},
		{seq, "n#0012#a", "n#{Seq:4}#{ID}", false},
		{seq, "n#-998", "n#{Seq:4}", false},
		{seq, "n#00", "n#{Seq:4}", false},
		{seq, "n#001/" + last, "n#{Seq:4}…", false}, // below n#0020
		{seq, "n#001/", "", true},
		{seq, "n#00120", "", true},
		{when, "2026-11-20T12:00:00.000000000Y" + last, "{At}…", false},
		{when, "2026-11-20T12", "{At}", false},
		{when, "2026-11-20 12", "", true},
		{native("S"), "~abc", "=X", false},
		{native("N"), "abc", "", true},
		{spread, "07#a#b", "{ID:shard8}#{ID}#{ID:fold}", false},
		{ddbdesign.Template{Parts: []ddbdesign.Part{str("ID", "")}}, "~x", "{ID}", false},
		{ddbdesign.Template{}, "x", "", true},
	} {
		got, ok := c.t.Prefix(c.text)
		assert.Equal(t, !c.no, ok, c.text)
		if ok {
			assert.Equal(t, c.want, got, c.text)
		}
	}
}

func TestOnlySignedNumbersAreNegative(t *testing.T) {
	t.Parallel()
	num := func(width int, signed bool) ddbdesign.Template {
		return ddbdesign.Template{Parts: []ddbdesign.Part{{Kind: ddbdesign.PartNum, Field: "N", Width: width, Signed: signed}}}
	}
	assert.True(t, num(4, true).Match("-998"))
	assert.False(t, num(4, false).Match("-998"))
	assert.False(t, num(1, true).Match("-"), "a sign needs a digit")
	assert.False(t, num(4, true).Match("--98"))
}

func TestNoTemplateMatchesAKeyOfTheLibrary(t *testing.T) {
	t.Parallel()
	id := ddbdesign.Template{Parts: []ddbdesign.Part{str("ID", "")}}
	assert.True(t, id.Match("x~"))
	assert.False(t, id.Match("~x"))
}

func TestFieldsOfAKey(t *testing.T) {
	t.Parallel()
	got, ok := spread.Fields("07#A#a")
	require.True(t, ok)
	assert.Equal(t, map[string]string{"ID": "A"}, got, "the part that tells the value")
	for _, text := range []string{"0x#A#a", "07#A", "07##a", "7#A#a", ""} {
		_, ok := spread.Fields(text)
		assert.False(t, ok, text)
	}
	for kind, texts := range map[string][2][]string{
		"S": {{"x", "~", "5"}, {""}},
		"N": {{"5", "-1.5", "1E+20"}, {"", "x", "NaN", "Inf", "0x10", "1_0"}},
		"B": {{"AQI=", "AA=="}, {"", "A", "~"}},
	} {
		for _, text := range texts[0] {
			fields, ok := native(kind).Fields(text)
			assert.True(t, ok, "%s %q", kind, text)
			assert.Equal(t, map[string]string{"X": text}, fields)
		}
		for _, text := range texts[1] {
			assert.False(t, native(kind).Match(text), "%s %q", kind, text)
		}
	}
	two := native("S")
	two.Parts = append(two.Parts, two.Parts...)
	assert.False(t, two.Match("x"), "two attributes have no common text")
}
