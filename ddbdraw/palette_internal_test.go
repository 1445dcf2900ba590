package ddbdraw

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// luminance is the relative luminance of WCAG 2.
func luminance(hex string) float64 {
	linear := func(hex string) float64 {
		c := float64(channel(hex)) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(hex[1:3]) + 0.7152*linear(hex[3:5]) + 0.0722*linear(hex[5:7])
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestAllTextHasContrast(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]scheme{"light": light, "dark": dark} {
		check := func(what, text, behind string) {
			assert.GreaterOrEqual(t, contrast(text, behind), 4.5, "%s: %s: %s on %s", name, what, text, behind)
		}
		assert.Len(t, s.entities, len(light.entities))
		for what, behind := range map[string]string{"ground": s.ground, "panel": s.panel} {
			check("text on "+what, s.text, behind)
			check("muted on "+what, s.muted, behind)
		}
		for i, c := range s.entities {
			what := fmt.Sprint("entity ", i)
			check("name in the box of "+what, s.on, c)
			check("line of "+what, c, s.ground)
			check("name in the panel of "+what, c, s.panel)
			check("name in an item of "+what, c, s.behind(i))
			check("text in an item of "+what, s.text, s.behind(i))
			check("muted in an item of "+what, s.muted, s.behind(i))
		}
	}
}

func TestContrastIsThatOfTheStandard(t *testing.T) {
	t.Parallel()
	assert.InDelta(t, 21, contrast("#000000", "#ffffff"), 0.01)
	assert.InDelta(t, 4.54, contrast("#767676", "#ffffff"), 0.01)
	assert.Equal(t, "#808080", mix("#000000", "#ffffff", 0.5))
	assert.Equal(t, "#ff0000", mix("#ff0000", "#0000ff", 1))
}
