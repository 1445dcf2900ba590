package term

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBarKeepsQuietElsewhereThanOnATerminal(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	bar := NewBar(&out, "seeding")
	bar.begin = bar.begin.Add(-2 * patience)
	for i := range 10 {
		bar.Set(i, 10)
	}
	bar.End()
	assert.Empty(t, out.String())
}
