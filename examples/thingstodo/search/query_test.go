package search

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

func TestQueries(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	for id, d := range map[string]things.Details{
		"pots": {
			Title: "Pottery for families", About: "We glaze vases.", Tags: []string{"craft", "indoors"},
			Place: things.Place{City: "Kraków", At: &things.Point{Lat: 52.2, Lon: 21.0}},
			Ages:  &things.Ages{From: 6, To: 12}, Days: &things.Days{From: 20261120, To: 20261210},
		},
		"boats": {
			Title: "Sailing", About: "Bring your own pots of tea.", Tags: []string{"outdoors", "open air"},
			Place: things.Place{City: "Harbour", At: &things.Point{Lat: 52.25, Lon: 21.0}}, // 5.6 km from the pots
			Ages:  &things.Ages{From: 10, To: 120}, Days: &things.Days{From: 20261224, To: 20261224},
		},
		"old": {Title: "Kites", About: "From an earlier release: no ages, no days, no point."},
	} {
		s.publish(t, id, d)
	}
	s.follow(t)
	here := &things.Point{Lat: 52.2, Lon: 21.001}
	for name, test := range map[string]struct {
		q    Query
		want []string
	}{
		"everything":              {Query{}, []string{"boats", "old", "pots"}},
		"blank text":              {Query{Text: " \t"}, []string{"boats", "old", "pots"}},
		"a word":                  {Query{Text: "pottery"}, []string{"pots"}},
		"another form of it":      {Query{Text: "VASE"}, []string{"pots"}},
		"in any field":            {Query{Text: "harbour"}, []string{"boats"}},
		"without accents":         {Query{Text: "krakow"}, []string{"pots"}},
		"with them":               {Query{Text: "Kraków"}, []string{"pots"}},
		"all words, of any field": {Query{Text: "sailing harbour pot"}, []string{"boats"}},
		"one word too many":       {Query{Text: "pottery harbour"}, []string{}},
		"words that all have":     {Query{Text: "the pottery and a vase"}, []string{"pots"}},
		"the word of a tag":       {Query{Text: "air"}, []string{"boats"}},
		"a whole tag":             {Query{Tag: "open air"}, []string{"boats"}},
		"a part of a tag":         {Query{Tag: "air"}, []string{}},
		"from a day":              {Query{From: 20261211}, []string{"boats", "old"}},
		"from its last day":       {Query{From: 20261210}, []string{"boats", "old", "pots"}},
		"to a day":                {Query{To: 20261119}, []string{"old"}},
		"to its first day":        {Query{To: 20261120}, []string{"old", "pots"}},
		"on days between":         {Query{From: 20261211, To: 20261223}, []string{"old"}},
		"for an age":              {Query{Age: new(7)}, []string{"old", "pots"}},
		"for its oldest":          {Query{Age: new(12)}, []string{"boats", "old", "pots"}},
		"for babies":              {Query{Age: new(0)}, []string{"old"}},
		"near":                    {Query{Near: here}, []string{"pots", "boats"}},
		"nearer":                  {Query{Near: here, Within: 5}, []string{"pots"}},
		"nearest first":           {Query{Near: &things.Point{Lat: 52.3, Lon: 21}, Within: 50}, []string{"boats", "pots"}},
		"far away":                {Query{Near: &things.Point{Lat: -52, Lon: -170}}, []string{}},
		"all of it":               {Query{Text: "pottery", Near: here, Within: 10, From: 20261201, Age: new(7), Tag: "craft"}, []string{"pots"}},
	} {
		got := s.find(t, test.q)
		if test.q.Near == nil {
			assert.ElementsMatch(t, test.want, got, name)
			continue
		}
		assert.Equal(t, test.want, got, name)
	}
	best := s.find(t, Query{Text: "pot"})
	assert.Equal(t, []string{"boats"}, best)
	assert.InDelta(t, 5.56, Distance(*here, things.Point{Lat: 52.25, Lon: 21.001}), 0.01)
}

// A word in the title counts more than one in the description.
func TestTheTitleCountsMost(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	s.publish(t, "in the title", things.Details{Title: "Kites", About: "for all"})
	s.publish(t, "in the text", things.Details{Title: "Sailing", About: "no kites"})
	s.publish(t, "not at all", things.Details{Title: "Bread"})
	s.follow(t)
	assert.Equal(t, []string{"in the title", "in the text"}, s.find(t, Query{Text: "kite"}))
}

func TestQueriesThatMeanNothing(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	for want, q := range map[string]Query{
		"text: has 10000 characters":    {Text: strings.Repeat("a", 10_000)},
		"text: is not valid UTF-8":      {Text: "a\xff"},
		`text: "\"" has no word`:        {Text: `"`},
		`text: "*" has no word`:         {Text: "*"},
		`text: "+-" has no word`:        {Text: "+-"},
		`text: "the of" has no word`:    {Text: "the of"},
		"tag: is longer":                {Tag: strings.Repeat("a", 1000)},
		"near: 91,0 is no place":        {Near: &things.Point{Lat: 91}},
		"near: NaN,0 is no place":       {Near: &things.Point{Lat: math.NaN()}},
		"within: is of no use":          {Within: 10},
		"within: -1 km is no distance":  {Near: &things.Point{}, Within: -1},
		"within: NaN km is no distance": {Near: &things.Point{}, Within: math.NaN()},
		"within: +Inf km is":            {Near: &things.Point{}, Within: math.Inf(1)},
		"from: 20261399 is not a day":   {From: 20261399},
		"to: 1 is not a day":            {To: 1},
		"age: -1 is no age":             {Age: new(-1)},
		"page: 51 is no page":           {Page: 51},
		"page: -1 is no page":           {Page: -1},
	} {
		_, err := s.Find(t.Context(), q)
		assert.ErrorAs(t, err, new(*things.InvalidError), want)
		assert.ErrorContains(t, err, want)
		assert.Less(t, len(err.Error()), 300)
	}
}

// No text is more than words: it finds what has them, or it has none, and nothing else happens.
func TestNoTextIsSyntax(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	s.publish(t, "a", things.Details{Title: "Pottery"})
	s.follow(t)
	for _, text := range []string{"title:pottery", "pottery~", `"pottery"`, "+pottery", "pottery*", "(pottery", `pottery\`, "/pottery/", "pottery^", "{pottery}"} {
		found := s.find(t, Query{Text: text})
		if text != "title:pottery" { // two words
			assert.Equal(t, []string{"a"}, found, text)
		}
	}
	assert.Empty(t, s.find(t, Query{Text: "-pottery sailing"}), "a minus excludes nothing")
}

// Whatever is searched for, there is a result or an error that says what is wrong with it.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	s.publish(t, "a", things.Details{Title: "Pottery"})
	s.follow(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune(`"*+-~^:\/(){}[]<>=!?&| pot`)), 0, 250, -1)).Draw(t, "text")
		_, err := s.Find(t.Context(), Query{Text: text, Tag: text})
		if err != nil {
			require.ErrorAs(t, err, new(*things.InvalidError))
		}
	})
}
