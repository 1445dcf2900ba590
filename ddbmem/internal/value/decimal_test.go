package value_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// numberText generates numbers within the limits, in many spellings.
func numberText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		sign := rapid.SampledFrom([]string{"", "-", "+"}).Draw(t, "sign")
		digits := rapid.StringMatching(`0{0,3}[0-9]{1,37}0{0,3}`).Draw(t, "digits")
		digits = digits[:min(len(digits), 38)]
		point := rapid.IntRange(0, len(digits)).Draw(t, "point")
		exponent := rapid.IntRange(-90, 80).Draw(t, "exponent")
		if rapid.Bool().Draw(t, "plain") {
			exponent = 0
		}
		text := sign + digits[:point] + "." + digits[point:]
		if exponent != 0 {
			text += fmt.Sprintf("e%d", exponent)
		}
		return text
	})
}

func rational(t require.TestingT, text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	require.True(t, ok, text)
	return r
}

func TestNumberKeepsItsMagnitude(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := numberText().Draw(t, "number")
		v, err := value.Number(text)
		require.NoError(t, err)
		require.Zero(t, rational(t, text).Cmp(rational(t, v.Text())))
		again, err := value.Number(v.Text())
		require.NoError(t, err)
		require.Equal(t, v, again, "canonical form is stable")
	})
}

func TestNumberOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := numberText().Draw(t, "a"), numberText().Draw(t, "b")
		v, err := value.Number(a)
		require.NoError(t, err)
		w, err := value.Number(b)
		require.NoError(t, err)
		want := rational(t, a).Cmp(rational(t, b))
		order, ok := value.Compare(v, w)
		require.True(t, ok)
		require.Equal(t, want, order)
		require.Equal(t, want, bytes.Compare(value.AppendKey(nil, v), value.AppendKey(nil, w)))
		require.Equal(t, want, cmp.Compare(value.Key(v), value.Key(w)))
		require.Equal(t, want == 0, value.Equal(v, w))
	})
}

func TestKeyPartsCompareLeftToRight(t *testing.T) {
	t.Parallel()
	scalar := rapid.Custom(func(t *rapid.T) value.Value {
		return value.String(rapid.StringMatching(`[\x00\x01a]{0,3}`).Draw(t, "s"))
	})
	rapid.Check(t, func(t *rapid.T) {
		a1, a2 := scalar.Draw(t, "a1"), scalar.Draw(t, "a2")
		b1, b2 := scalar.Draw(t, "b1"), scalar.Draw(t, "b2")
		want := cmp.Or(cmp.Compare(a1.Text(), b1.Text()), cmp.Compare(a2.Text(), b2.Text()))
		a := value.AppendKeyPart(value.AppendKeyPart(nil, a1), a2)
		b := value.AppendKeyPart(value.AppendKeyPart(nil, b1), b2)
		require.Equal(t, want, bytes.Compare(a, b))
	})
}

func TestArithmetic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := numberText().Draw(t, "a"), numberText().Draw(t, "b")
		x, err := value.ParseDecimal(a)
		require.NoError(t, err)
		y, err := value.ParseDecimal(b)
		require.NoError(t, err)
		if sum, err := x.Add(y); err == nil {
			require.Zero(t, rational(t, sum.String()).Cmp(new(big.Rat).Add(rational(t, a), rational(t, b))))
		}
		if difference, err := x.Sub(y); err == nil {
			require.Zero(t, rational(t, difference.String()).Cmp(new(big.Rat).Sub(rational(t, a), rational(t, b))))
		}
	})
}

func TestArithmeticLimits(t *testing.T) {
	t.Parallel()
	add := func(a, b string) (string, error) {
		x, err := value.ParseDecimal(a)
		require.NoError(t, err)
		y, err := value.ParseDecimal(b)
		require.NoError(t, err)
		sum, err := x.Add(y)
		return sum.String(), err
	}
	sum, err := add("99999999999999999999999999999999999999", "1")
	require.NoError(t, err)
	assert.Equal(t, "100000000000000000000000000000000000000", sum)
	sum, err = add("0.1", "0.2")
	require.NoError(t, err)
	assert.Equal(t, "0.3", sum)
	_, err = add("9.9e125", "9.9e125")
	require.ErrorContains(t, err, "Number overflow.")
	_, err = add("1", "1e-38")
	require.ErrorContains(t, err, "Number overflow")
}

func TestSize(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{
		`{"S":"héllo"}`: 6, `{"B":"AQID"}`: 3, `{"BOOL":true}`: 1, `{"NULL":true}`: 1,
		`{"N":"0"}`: 1, `{"N":"1"}`: 2, `{"N":"12"}`: 2, `{"N":"123"}`: 3, `{"N":"-1"}`: 3, `{"N":"1000"}`: 2,
		`{"SS":["a","bc"]}`: 3, `{"NS":["1","22"]}`: 4, `{"BS":["AQ=="]}`: 1,
		`{"L":[]}`: 3, `{"L":[{"S":"ab"}]}`: 6, `{"M":{}}`: 3, `{"M":{"k":{"S":"ab"}}}`: 7,
	} {
		v, err := value.Parse([]byte(in))
		require.NoError(t, err)
		assert.Equal(t, want, v.Size(), in)
	}
}

func TestItem(t *testing.T) {
	t.Parallel()
	item := value.NewItem(value.Field{Name: "b", Value: value.Int(1)}, value.Field{Name: "a", Value: value.String("x")}, value.Field{Name: "b", Value: value.Int(2)})
	assert.Equal(t, value.Int(2), item.Get("b"))
	assert.True(t, item.Get("c").IsZero())
	longer := item.With("aa", value.Null())
	assert.Len(t, item, 2)
	assert.Len(t, longer, 3)
	assert.True(t, longer.Without("aa").Equal(item))
	assert.True(t, longer.Only("zz", "b", "a").Equal(item))
	nested := longer.With("m", value.Map(item)).With("s", value.Set(value.SS, []string{"b", "a", "b"}))
	assert.True(t, nested.Compact().Equal(nested))
	assert.Equal(t, nested.Size(), nested.Compact().Size())
}
