package golden

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A failure shows the lines that differ, and whose they are.
func TestTheDifferenceHasTheLinesThatDiffer(t *testing.T) {
	t.Parallel()
	for have, want := range map[string]string{
		"a\nb\nc\nd\n":    "--- README.md\n+++ the program\n@@ line 2\n-b\n-c\n+x\n",
		"a\nd\n":          "--- README.md\n+++ the program\n@@ line 2\n+x\n",
		"a\nx\nx\nd\n":    "--- README.md\n+++ the program\n@@ line 3\n-x\n",
		"":                "--- README.md\n+++ the program\n@@ line 1\n+a\n+x\n+d\n",
		"a\nx\nd\nmore\n": "--- README.md\n+++ the program\n@@ line 4\n-more\n",
	} {
		assert.Equal(t, want, diff("README.md", have, "a\nx\nd\n"))
	}
}
