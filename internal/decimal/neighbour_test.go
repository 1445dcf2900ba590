package decimal_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/decimal"
)

func TestNeighbours(t *testing.T) {
	t.Parallel()
	nines := strings.Repeat("9", 38)
	for _, c := range []struct{ n, below, above string }{
		{"0", "-1E-130", "1E-130"},
		{"5", "4." + nines[1:], "5." + strings.Repeat("0", 36) + "1"},
		{"-5", "-5." + strings.Repeat("0", 36) + "1", "-4." + nines[1:]},
		{"10", "9." + nines[1:], "10." + strings.Repeat("0", 35) + "1"},
		{"1E-130", "0", "1." + strings.Repeat("0", 36) + "1E-130"},
		{"-1E-130", "-1." + strings.Repeat("0", 36) + "1E-130", "0"},
		{nines, nines[:37] + "8", "100000000000000000000000000000000000000"},
		{"9." + nines[1:] + "E125", "9." + nines[1:37] + "8E125", ""},
		{"-9." + nines[1:] + "E125", "", "-9." + nines[1:37] + "8E125"},
	} {
		n, err := decimal.Parse(c.n)
		require.NoError(t, err)
		for want, got := range map[string]func() (decimal.Number, bool){c.below: n.Below, c.above: n.Above} {
			next, ok := got()
			if !assert.Equal(t, want != "", ok, c.n) || !ok {
				continue
			}
			w, err := decimal.Parse(want)
			require.NoError(t, err)
			assert.Equal(t, w.String(), next.String(), "beside %s", c.n)
		}
	}
}

// The number above the one below is the number itself: nothing is between.
func TestNeighboursAreEachOthers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?[1-9][0-9]{0,37}`).Draw(t, "digits")
		n, err := decimal.Parse(fmt.Sprintf("%sE%d", text, rapid.IntRange(-130, 80).Draw(t, "exponent")))
		require.NoError(t, err)
		above, ok := n.Above()
		require.True(t, ok)
		require.Equal(t, 1, above.Sub(n).Sign())
		back, ok := above.Below()
		require.True(t, ok)
		require.Equal(t, n.String(), back.String())
		below, ok := n.Below()
		require.True(t, ok)
		back, ok = below.Above()
		require.True(t, ok)
		require.Equal(t, n.String(), back.String())
	})
}
