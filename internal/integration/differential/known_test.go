package differential

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
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
