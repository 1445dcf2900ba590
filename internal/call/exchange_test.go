package call

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A request is for the entity that all its items are of. Those of the library's own count where there are no others.
func TestTheEntityOfSeveralItems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		items []string
		want  string
	}{
		{nil, ""},
		{[]string{"a", "a"}, "a"},
		{[]string{"a", "b"}, ""},
		{[]string{"a", "b", "a", "a"}, ""},
		{[]string{"a", "~"}, "a"},
		{[]string{"~", "a", "~"}, "a"},
		{[]string{"~", "a", "~", "b"}, ""},
		{[]string{"~", "~"}, "~"},
		{[]string{"", "a"}, ""},
		{[]string{"a", ""}, ""},
		{[]string{"~", "", "~"}, ""},
	} {
		x := &exchange{}
		for _, e := range c.items {
			x.of(e)
		}
		assert.Equal(t, c.want, x.Entity, "%q", c.items)
	}
}
