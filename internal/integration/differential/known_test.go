package differential

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var proofs = regexp.MustCompile(`^(https://docs\.aws\.amazon\.com/\S+|github\.com/\S+|none found: .)`)

// TestKnown checks that every known difference says why the other side is wrong, and where that is on record, or that it
// is not.
func TestKnown(t *testing.T) {
	t.Parallel()
	for _, d := range append(Known, order) {
		assert.NotEmpty(t, d.Why)
		assert.Regexp(t, proofs, d.Proof, d.Why)
	}
	for _, w := range Wordings {
		assert.Regexp(t, proofs, w.Proof, w.AWS)
		assert.NotEqual(t, w.AWS, w.Says.String())
	}
}

// TestDifferences checks that DIFFERENCES.md shows the tables of known differences.
func TestDifferences(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Known differences\n\nDifferences between ddbmem and other engines, which of them behaves as AWS does, and the source for it.\n" +
		"`go test -run TestDifferences -update` writes this file. Any other difference fails the differential test.\n" +
		"Where ddbmem says " + code(envelope) + " before a message and the other engine does not, only the rest is compared: " + newer(envelopeProof) + ".\n")
	engines := []string{"dynamodb-local", "dynoxide", "dynalite"}
	for _, engine := range engines {
		fmt.Fprintf(&b, "\n## %s\n\n| operation | the other engine | as AWS does | on record |\n|---|---|---|---|\n", engine)
		for _, d := range Known {
			if d.Engine == engine {
				operation := strings.NewReplacer("^(", "", ")$", "", "|", ", ", ".*", "*").Replace(d.Operation.String())
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", operation, d.Why, d.right(), strings.ReplaceAll(d.Proof, "|", "\\|"))
			}
		}
		for _, w := range Wordings {
			if w.Engine == engine {
				fmt.Fprintf(&b, "| * | it says %s for %s | ddbmem | %s |\n", code(w.Says.String()), code(w.AWS), w.Proof)
			}
		}
	}
	for _, d := range Known {
		assert.Contains(t, engines, d.Engine)
	}
	if *rewrite {
		require.NoError(t, os.WriteFile("DIFFERENCES.md", []byte(b.String()), 0o644))
	}
	have, err := os.ReadFile("DIFFERENCES.md")
	require.NoError(t, err)
	assert.Equal(t, string(have), b.String(), "write it with -update")
}

var rewrite = flag.Bool("update", false, "write DIFFERENCES.md")

// code is a pattern or its replacement as a cell shows it.
func code(text string) string {
	return "`" + strings.NewReplacer("|", "\\|", "^", "", "$1", "…", "${1}", "…", "$", "").Replace(text) + "`"
}

func TestViewIgnoresWhatHasNoOrder(t *testing.T) {
	t.Parallel()
	tb := &table{hash: attribute{"pk", "S"}}
	view := func(operation, answer string) string {
		return outcome{request{operation, object{}}, []verdict{judge(Answer{200, []byte(answer)})}}.view(tb)
	}
	a := `{"Items":[{"pk":{"S":"a"},"s":{"SS":["x","y"]}},{"pk":{"S":"b"},"n":{"N":"1.50"}}],"Count":2,"ScannedCount":2}`
	b := `{"ScannedCount":2.0,"Count":2,"Items":[{"pk":{"S":"b"},"n":{"N":"1.5"}},{"pk":{"S":"a"},"s":{"SS":["y","x"]}}]}`
	assert.Equal(t, view("Scan", a), view("Scan", b))
	assert.NotEqual(t, view("Query", a), view("Query", b), "a query on a table has one order")
}
