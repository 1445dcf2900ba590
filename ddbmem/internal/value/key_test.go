package value

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestKeyPartLenFindsTheEndOfAPart(t *testing.T) {
	t.Parallel()

	digits := rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,15})?(e-?[0-9]{1,2})?`)
	rapid.Check(t, func(rt *rapid.T) {
		var v Value
		switch kind := rapid.SampledFrom([]Kind{S, B, N}).Draw(rt, "kind"); kind {
		case S:
			v = String(rapid.String().Draw(rt, "text"))
		case B:
			v = Binary(string(rapid.SliceOf(rapid.SampledFrom([]byte{0, 1, 0xfe, 0xff, 'a'})).Draw(rt, "bytes")))
		default:
			var err error
			if v, err = Number(digits.Draw(rt, "number")); err != nil {
				rt.Skip("not a number that can be stored")
			}
		}
		key := AppendKeyPart(nil, v)
		rest := rapid.SliceOf(rapid.Byte()).Draw(rt, "rest")
		require.Equal(rt, len(key), KeyPartLen(v.Kind(), string(key)+string(rest)))
	})
}
