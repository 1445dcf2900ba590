package template_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/template"
)

// runes are at the ends of each length that a code point can have.
var runes = rapid.SampledFrom([]rune{0, 1, 'a', 0x7e, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10fffe, 0x10ffff})

func text4(most int) *rapid.Generator[string] { return rapid.StringOfN(runes, 0, most, -1) }

// A range that fits selects what it selected, of the keys that there can be.
func TestFitSelectsTheSameKeys(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 9).Draw(t, "limit")
		r := template.Range{Form: template.Within, Lo: text4(6).Draw(t, "lo"), Hi: text4(6).Draw(t, "hi")}
		switch rapid.IntRange(0, 3).Draw(t, "form") {
		case 0:
			r = template.Range{Form: template.Exact, Prefix: r.Lo, Lo: r.Lo, Hi: r.Lo}
		case 1:
			r = template.BeginsWith(r.Lo)
		}
		if r.Form == template.Within && r.Lo > r.Hi {
			r.Lo, r.Hi = r.Hi, r.Lo
		}
		fit := r.Fit(limit)
		if fit.Form == template.Within || fit.Form == template.Exact {
			require.LessOrEqual(t, len(fit.Lo), limit)
			require.LessOrEqual(t, len(fit.Hi), limit)
			require.LessOrEqual(t, fit.Lo, fit.Hi)
		}
		for range 20 {
			near := rapid.SampledFrom([]string{"", r.Lo, r.Hi}).Draw(t, "near")
			n := len([]rune(near))
			key := string([]rune(near)[:rapid.IntRange(0, n).Draw(t, "of it")]) + text4(2).Draw(t, "more")
			if len(key) <= limit {
				require.Equal(t, r.Contains(key), fit.Contains(key), "%q in %q, which fits as %q", key, r, fit)
			}
		}
	})
}

func TestFitOfFullKeys(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("x", 1024)
	lo, ok := template.AtLeast(full+"\x00", 1024)
	assert.True(t, ok)
	assert.Equal(t, full[:1023]+"y", lo)
	_, ok = template.AtLeast(strings.Repeat(template.Last, 300), 1024)
	assert.False(t, ok, "nothing is behind it")
	assert.Equal(t, full, template.AtMost(full+"é", 1024))
	assert.Equal(t, full[:1022]+"\u07ff", template.AtMost(full[:1022]+template.Last, 1024))
	assert.Empty(t, template.Below(""))
	assert.Equal(t, "`"+template.Last, template.Below("a"))
}
