package term

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTable(t *testing.T) {
	t.Parallel()
	table := &Table{Header: []string{"#", "what", "items"}, Right: []string{"#", "items"}, Wrap: "what"}
	table.Add(1, "tracks", 4)
	table.Add(10, "enrollments of a course", 12)

	var plain strings.Builder
	table.Print(&plain)
	assert.Equal(t, ""+
		" #  WHAT                     ITEMS\n"+
		" 1  tracks                       4\n"+
		"10  enrollments of a course     12\n", plain.String(), "no colours, no box, nothing behind the last column")
	assert.Equal(t, ""+
		"| # | what | items |\n"+
		"| ---:| --- | ---:|\n"+
		"| 1 | tracks | 4 |\n"+
		"| 10 | enrollments of a course | 12 |\n", table.Markdown())
}

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
