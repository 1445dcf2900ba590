package template_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/template"
)

// designed: the description of a template matches what the template matches, and finds the text of each field in a key.
func designed(t *rapid.T) {
	tm := drawTemplate.Draw(t, "template")
	d := model.Names{}.Template(tm)
	require.Equal(t, tm.String(), d.Text)
	k, err := tm.Encode(of(drawThing.Draw(t, "x")))
	s := rapid.OneOf(drawText, rapid.StringOf(rapid.SampledFrom([]rune("a#h0-9é~TZ")))).Draw(t, "s")
	if err == nil {
		at := rapid.IntRange(0, len(k)).Draw(t, "at")
		s = k[:at] + s + k[min(len(k), at+rapid.IntRange(0, 2).Draw(t, "cut")):]
		name, ok := d.Prefix(k[:at])
		require.True(t, ok, "%s: %q begins %q", tm, k[:at], k)
		require.Equal(t, at == 0, name == "")
	}
	require.Equal(t, tm.Match(s), d.Match(s), "%s: %q", tm, s)
	if tm.Match(s) && !strings.HasSuffix(s, template.Last) { // else it is a bound
		name, ok := d.Prefix(s)
		require.True(t, ok)
		require.Equal(t, d.Text, name)
	}
}

// toldByDesign: a key that the codec writes has the text of each of its fields.
func toldByDesign(t *rapid.T) {
	tm, x := drawTemplate.Draw(t, "template"), drawThing.Draw(t, "x")
	k, err := tm.Encode(of(x))
	if err != nil {
		return
	}
	d := model.Names{}.Template(tm)
	texts, ok := d.Fields(k)
	require.True(t, ok, "%s: %q", tm, k)
	names := map[string]bool{}
	for i, p := range tm.Parts() {
		if p.Kind == template.Literal {
			continue
		}
		names[p.Field.Name] = true
		if tm.Index(p.Field) == i {
			want, err := tm.EncodePart(i, p.Field.Get(of(x)))
			require.NoError(t, err)
			require.Equal(t, want, texts[p.Field.Name], "%s: %q", tm, k)
		}
	}
	require.Len(t, texts, len(names))
}

func TestTheDesignMatchesWhatTheTemplateMatches(t *testing.T) {
	t.Parallel()
	rapid.Check(t, designed)
	rapid.Check(t, toldByDesign)
}

func FuzzDesigned(f *testing.F) { f.Fuzz(rapid.MakeFuzz(designed)) }
