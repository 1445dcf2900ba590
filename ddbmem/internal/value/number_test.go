package value_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

const (
	overflow  = "Number overflow. Attempting to store a number with magnitude larger than supported range"
	underflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
	precision = "Attempting to store more than 38 significant digits in a Number"
)

func TestNumbersAtTheEdgesOfWhatCanBeStored(t *testing.T) {
	t.Parallel()
	zeros, nines := strings.Repeat("0", 125), strings.Repeat("9", 38)
	for text, want := range map[string]string{
		"1e125": "1" + zeros, "1E+125": "1" + zeros, "-1e125": "-1" + zeros, "10e124": "1" + zeros, "0.1e126": "1" + zeros,
		"000.1e126": "1" + zeros, nines + "e88": nines + strings.Repeat("0", 88),
		"1e-130": "0." + strings.Repeat("0", 129) + "1", "10e-131": "0." + strings.Repeat("0", 129) + "1", "0.01e-128": "0." + strings.Repeat("0", 129) + "1",
		nines + "00": nines + "00", "0." + nines: "0." + nines, "00" + nines: nines,
		"0e125": "0", "-0e-130": "0", "0.0e126": "0", "0e0": "0", "00.00e000": "0", "-0": "0", "0." + strings.Repeat("0", 130): "0",
		"+1": "1", ".5": "0.5", "5.": "5", "1e00000000000000000000001": "10", "1e-0": "1",
	} {
		v, err := value.Number(text)
		if assert.NoError(t, err, text) {
			assert.Equal(t, want, v.Text(), text)
		}
	}
	for text, refusal := range map[string]string{
		"1e126": overflow, "10e125": overflow, "-1e126": overflow, "0.1e127": overflow, "9" + nines + "e88": overflow,
		"1e2147483646": overflow, "1e2147483648": overflow, "1e99999999999": overflow, "-1e99999999999": overflow, "1e9223372036854775807": overflow,
		"1e-131": underflow, "0.1e-130": underflow, "-1e-131": underflow, "1e-2147483648": underflow, "1e-99999999999": underflow,
		"1e-9223372036854775808": underflow, "0.001e-9223372036854775808": underflow,
		// Zero is checked by the exponent that it is written with.
		"0e126": overflow, "00e126": overflow, "-0e126": overflow, "0.0e127": overflow, "0e99999999999": overflow,
		"0e-131": underflow, "0.0e-130": underflow, "0e-99999999999": underflow, "0." + strings.Repeat("0", 131): underflow,
		"1" + nines: precision, nines + ".9": precision, "0.1" + nines: precision,
	} {
		_, err := value.Number(text)
		assert.Equal(t, refusal, message(err), text)
	}
	for _, text := range []string{
		"abc", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+", "1e+-1", "1e1.5", "1e1e1", "1.2.3", "--1", "+-1", "0x10", "1f", "1d", "1_000", "1,5",
		" 1", "1 ", "1\n", "NaN", "Infinity", "-Infinity", "1e9223372036854775808", "0e9223372036854775808", "1e-9223372036854775809", "1e99999999999999999999",
	} {
		_, err := value.Number(text)
		assert.Equal(t, "The parameter cannot be converted to a numeric value: "+text, message(err), text)
	}
}

// message returns the message of a refusal, empty without one.
func message(err error) string {
	if err == nil {
		return ""
	}
	return strings.TrimPrefix(err.Error(), value.ValidationException+": ")
}

// TestWordsAboutNumbersDiffer has the two numbers for which the layers of the service have different messages.
func TestWordsAboutNumbersDiffer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]value.Error{
		"":             {Message: "The parameter cannot be converted to a numeric value", Newer: "The parameter cannot be converted to a numeric value: "},
		"1e2147483647": {Message: underflow, Newer: overflow},
		// The sum of the exponent and the place of the digit wraps, not the exponent.
		"12e2147483646":  {Message: underflow, Newer: overflow},
		"0.1e2147483647": {Message: overflow},
	} {
		_, err := value.Number(text)
		want.Code = value.ValidationException
		require.Equal(t, &want, err, text)
	}
}

func TestDifferenceOfEqualNumbersIsZero(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v, err := value.Number(numberText().Draw(t, "number"))
		require.NoError(t, err)
		d, err := v.Decimal().Sub(v.Decimal())
		require.NoError(t, err)
		require.Equal(t, "0", d.String())
	})
	smallest, err := value.Number("1.2345678901234567890123456789012345678e-130") // its last digit is far below the smallest number
	require.NoError(t, err)
	d, err := smallest.Decimal().Sub(smallest.Decimal())
	require.NoError(t, err)
	require.Equal(t, "0", d.String())
}
