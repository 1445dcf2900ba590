package decimal_test

import (
	"cmp"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/decimal"
)

func texts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`-?[0-9]{1,38}`),
		rapid.StringMatching(`-?[0-9]{1,19}\.[0-9]{1,19}`),
		rapid.StringMatching(`-?[0-9](\.[0-9]{1,8})?E[+-]?[0-9]{1,2}`),
		rapid.SampledFrom([]string{"0", "-0", "0.1", "0.2", "0.3", "1", "-1", "10", "1E+125", "1E-130"}),
	)
}

func rat(t require.TestingT, s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	require.True(t, ok, "%q", s)
	return r
}

func TestArithmeticIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := texts().Draw(t, "a"), texts().Draw(t, "b")
		x, err := decimal.Parse(a)
		require.NoError(t, err)
		y, err := decimal.Parse(b)
		require.NoError(t, err)
		assert.Zero(t, rat(t, x.String()).Cmp(rat(t, a)), "%s reads as %s", a, x)
		assert.Zero(t, rat(t, x.Add(y).String()).Cmp(new(big.Rat).Add(rat(t, a), rat(t, b))))
		assert.Zero(t, rat(t, x.Sub(y).String()).Cmp(new(big.Rat).Sub(rat(t, a), rat(t, b))))
		assert.True(t, x.Add(y).Sub(y).Sub(x).IsZero())
		assert.Equal(t, rat(t, a).Sign(), x.Sign())
	})
}

func TestOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := texts().Draw(t, "a"), texts().Draw(t, "b")
		x, err := decimal.Parse(a)
		require.NoError(t, err)
		y, err := decimal.Parse(b)
		require.NoError(t, err)
		c := rat(t, a).Cmp(rat(t, b))
		assert.Equal(t, c, cmp.Compare(x.Order(), y.Order()), "%s %s", x.Order(), y.Order())
		assert.True(t, c == 0 || !strings.HasPrefix(x.Order(), y.Order()))
	})
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "x", "1.-5", "1_0", "1.5.5", "1E", "1E9999999", "NaN", "Infinity", "0x10"} {
		_, err := decimal.Parse(s)
		assert.Error(t, err, "%q", s)
	}
}
