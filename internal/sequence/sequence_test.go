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
