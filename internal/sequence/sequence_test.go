package sequence_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/sequence"
)

func TestCompareIsNumeric(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[1-9][0-9]{20,39}`)
		a, b := digits.Draw(t, "a"), digits.Draw(t, "b")
		x, ok := new(big.Int).SetString(a, 10)
		require.True(t, ok)
		y, ok := new(big.Int).SetString(b, 10)
		require.True(t, ok)
		assert.Equal(t, x.Cmp(y), sequence.Compare(a, b))
	})
}

func TestCompareIsNotThatOfText(t *testing.T) {
	t.Parallel()
	short, long := strings.Repeat("9", 21), "1"+strings.Repeat("0", 21)
	assert.Negative(t, sequence.Compare(short, long))
	assert.Positive(t, strings.Compare(short, long))
}

func TestTimeOrdersBeforeTheNumberOfKinesis(t *testing.T) {
	t.Parallel()
	const early, late = "999999999999999", "1720740233012995" // microseconds: text has them the other way round
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{early + ".49628", late + ".1", -1},
		{late + ".9", late + ".10", -1},
		{late + ".10", late + ".10", 0},
		{late, late + ".1", -1},
	} {
		assert.Equal(t, tc.want, sequence.Compare(tc.a, tc.b), "%s and %s", tc.a, tc.b)
		assert.Equal(t, -tc.want, sequence.Compare(tc.b, tc.a), "%s and %s", tc.b, tc.a)
	}
}
