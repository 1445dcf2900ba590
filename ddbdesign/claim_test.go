package ddbdesign_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbdesign"
)

func TestClaims(t *testing.T) {
	t.Parallel()
	d := design()
	for keys, want := range map[[2]string]ddbdesign.Claim{
		{"school#1#", "#"}:                                   {Entity: "school"},
		{"school#1#", "#student#7#"}:                         {Entity: "student"},
		{"h#1#7", "v#0000000012"}:                            {Entity: "student", Version: true},
		{"~u#student~email=a@b.c", "x"}:                      {Entity: "student", Companion: "unique"},
		{"~u#student~seat=in#1#0004", "x"}:                   {Entity: "student", Companion: "unique"},
		{"~u#student~email~" + strings.Repeat("h", 43), "x"}: {Entity: "student", Companion: "unique"},
		{"~u#student~seat~" + strings.Repeat("h", 43), "x"}:  {Entity: "student", Companion: "unique"},
		{"~u#student~sea~" + strings.Repeat("h", 43), "x"}:   {Companion: "unique"},
		{"~u#teacher~email=a@b.c", "x"}:                      {Companion: "unique"},
		{"~a#numbers#9#school#1##", "x"}:                     {Entity: "school", View: "numbers", Companion: "ledger"},
		{"~a#numbers#~" + strings.Repeat("h", 43), "x"}:      {Entity: "school", View: "numbers", Companion: "ledger"},
		{"~a#others#9#school#1##", "x"}:                      {Companion: "ledger"},
		{"~r#numbers#latest best#9#school", "x"}:             {Entity: "school", View: "numbers", Companion: "rank"},
		{"~d#numbers#distinct cities#9#school", "x"}:         {Entity: "school", View: "numbers", Companion: "distinct"},
		{"~g", "numbers"}:                                    {Companion: "gap"},
		{"~l#reader", "x"}:                                   {Companion: "lease"},
		{"~lstart#reader", "x"}:                              {Companion: "lease"},
	} {
		got, ok := d.Claim(ddbdesign.Scalar{Type: "S", Text: keys[0]}, ddbdesign.Scalar{Type: "S", Text: keys[1]})
		assert.True(t, ok, keys)
		assert.Equal(t, want, got, keys)
	}
	for _, keys := range [][2]ddbdesign.Scalar{
		{{"S", "school#1#"}, {"S", "#grade"}},
		{{"S", "school#1#"}, {"N", "5"}},
		{{"S", "~x"}, {"S", "#"}},
		{{"N", "5"}, {"S", "#"}},
		{{}, {}},
		{{"S", "h#1#7"}, {"S", "v#12"}},
		{{"S", "~gap"}, {"S", "x"}},
		{{"N", "~g"}, {"S", "x"}},
	} {
		got, ok := d.Claim(keys[0], keys[1])
		assert.False(t, ok, keys)
		assert.Zero(t, got)
	}
}

// Of two rules, one may begin as the other does.
func TestTheLongestKeyOfACompanionCounts(t *testing.T) {
	t.Parallel()
	key := func(text string) ddbdesign.Template {
		return ddbdesign.Template{Parts: []ddbdesign.Part{lit(text), {Kind: ddbdesign.PartTarget}}}
	}
	long := ddbdesign.Companion{Purpose: ddbdesign.PurposeRank, View: "long", Key: key("~r#v#max a#b#")}
	short := ddbdesign.Companion{Purpose: ddbdesign.PurposeRank, View: "short", Key: key("~r#v#max a#")}
	for _, companions := range [][]ddbdesign.Companion{{long, short}, {short, long}} {
		got, ok := ddbdesign.Table{Companions: companions}.Claim(ddbdesign.Scalar{Type: "S", Text: "~r#v#max a#b#4#x"}, ddbdesign.Scalar{})
		assert.True(t, ok)
		assert.Equal(t, "long", got.View)
	}
}

func TestNoEntityClaimsAKeyOfTheLibrary(t *testing.T) {
	t.Parallel()
	d := ddbdesign.Table{Entities: []ddbdesign.Entity{{Name: "x", Entries: []ddbdesign.IndexEntry{{Partition: native("S")}}}}}
	_, ok := d.Claim(ddbdesign.Scalar{Type: "S", Text: "~x"}, ddbdesign.Scalar{})
	assert.False(t, ok)
	_, ok = d.Claim(ddbdesign.Scalar{Type: "S", Text: "x"}, ddbdesign.Scalar{})
	assert.True(t, ok)
}

func TestFamiliesShareAPartitionKey(t *testing.T) {
	t.Parallel()
	d := design()
	families := d.Families(ddbdesign.Primary)
	require.Len(t, families, 2)
	assert.Equal(t, "school#{ID}#", families[0].Partition.Text)
	names := func(f ddbdesign.Family) (out []string) {
		for _, m := range f.Members {
			out = append(out, m.Entity)
		}
		return out
	}
	assert.Equal(t, []string{"school", "student", "grade"}, names(families[0]))
	assert.Equal(t, []string{"student"}, names(families[1]))
	assert.True(t, families[1].Members[0].Version)
	byScore := d.Families("by-score")
	require.Len(t, byScore, 1)
	assert.True(t, byScore[0].Members[0].Entry.ByAttributes)
	assert.Equal(t, "by-score", byScore[0].Index)
	assert.Empty(t, d.Families("nowhere"))

	// Templates that differ in more than the names of fields are other families.
	for _, change := range []func(p *ddbdesign.Part){
		func(p *ddbdesign.Part) { p.Kind = ddbdesign.PartFold },
		func(p *ddbdesign.Part) { p.Stop = "##" },
		func(p *ddbdesign.Part) { p.Width = 4 },
		func(p *ddbdesign.Part) { p.N = 4 },
		func(p *ddbdesign.Part) { p.Type = "N" },
		func(p *ddbdesign.Part) { p.Text = "x" },
	} {
		other := design()
		change(&other.Entities[2].Entries[0].Partition.Parts[1])
		assert.Len(t, other.Families(ddbdesign.Primary), 3)
	}
	other := design()
	other.Entities[2].Entries[0].Partition.Parts[1].Signed = true
	assert.Len(t, other.Families(ddbdesign.Primary), 2)
}
