package template

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFoldTableIsFrozen fails when any mapping changes: keys on disk were made with these. Do not update the sum; a newer
// Unicode needs another kind of part.
func TestFoldTableIsFrozen(t *testing.T) {
	t.Parallel()
	sum := sha256.New()
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if l := lower(r); l != r {
			_, err := sum.Write(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(r)), uint32(l)))
			require.NoError(t, err)
		}
	}
	assert.Equal(t, "15.0.0", foldUnicode)
	assert.Equal(t, frozenFold, hex.EncodeToString(sum.Sum(nil)))
}

func TestFoldTable(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if r >= 0xD800 && r < 0xE000 {
			continue
		}
		if unicode.Version == foldUnicode && unicode.ToLower(r) != lower(r) {
			t.Errorf("%U is %U, not %U", r, lower(r), unicode.ToLower(r))
		}
		if l := lower(r); lower(l) != l {
			t.Errorf("%U is not folded once and for all", r)
		}
	}
	for i := 1; i < len(foldTable); i++ {
		require.Less(t, foldTable[i-1].hi, foldTable[i].lo, "sorted, for the search")
	}
}

func TestFoldKeepsWhatIsNotText(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "a\xffb\xe2\x82", string(appendFold(nil, "A\xffB\xe2\x82")))
	assert.Equal(t, "\uFFFD", string(appendFold(nil, "\uFFFD")))
}

// lower is what Fold makes of one code point.
func lower(r rune) rune {
	l, _ := utf8.DecodeRune(appendFold(nil, string(r)))
	if !utf8.ValidRune(r) {
		return r
	}
	return l
}

const frozenFold = "67e6f4cf32b2ac9bc64ca1f6ed03890d4400538511b42e3d8339a534cb94c3ae"
