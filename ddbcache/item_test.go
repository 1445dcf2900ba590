package ddbcache

import (
	"math/big"
	"strings"
	"testing"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawValue draws a value of any kind.
func drawValue(depth int) *rapid.Generator[types.AttributeValue] {
	kinds := 8
	if depth > 0 {
		kinds = 10
	}
	return rapid.Custom(func(t *rapid.T) types.AttributeValue {
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return &types.AttributeValueMemberS{Value: rapid.String().Draw(t, "s")}
		case 1:
			return &types.AttributeValueMemberN{Value: rapid.StringMatching(`-?[0-9]{1,30}(\.[0-9]{1,8})?`).Draw(t, "n")}
		case 2:
			return &types.AttributeValueMemberB{Value: append([]byte{}, rapid.SliceOf(rapid.Byte()).Draw(t, "b")...)}
		case 3:
			return &types.AttributeValueMemberBOOL{Value: rapid.Bool().Draw(t, "bool")}
		case 4:
			return &types.AttributeValueMemberNULL{Value: true}
		case 5:
			return &types.AttributeValueMemberSS{Value: rapid.SliceOfNDistinct(rapid.String(), 1, 4, rapid.ID).Draw(t, "ss")}
		case 6:
			return &types.AttributeValueMemberNS{Value: rapid.SliceOfN(rapid.StringMatching(`[1-9]`), 1, 4).Draw(t, "ns")}
		case 7:
			return &types.AttributeValueMemberBS{Value: rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 1, 9), 1, 3).Draw(t, "bs")}
		case 8:
			return &types.AttributeValueMemberM{Value: drawItem(depth-1).Draw(t, "m")}
		}
		return &types.AttributeValueMemberL{Value: append([]types.AttributeValue{}, rapid.SliceOfN(drawValue(depth-1), 0, 4).Draw(t, "l")...)}
	})
}

func drawItem(depth int) *rapid.Generator[item] {
	return rapid.MapOfN(rapid.StringN(1, 12, -1), drawValue(depth), 0, 6)
}

func TestAnItemComesBackAsItWasKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		it := drawItem(3).Draw(t, "item")
		e := entryOf(it)
		require.NotNil(t, e)
		if len(it) == 0 {
			assert.Nil(t, e.item())
			return
		}
		assert.Equal(t, it, e.item())
		assert.Equal(t, e.text, entryOf(e.item()).text, "equal items have equal texts")
	})
}

// A string that a caller keeps of an item holds not much more than itself in memory.
func TestAShortStringHoldsNoLargeItem(t *testing.T) {
	t.Parallel()
	of := func(n int) types.AttributeValue {
		return &types.AttributeValueMemberS{Value: strings.Repeat("x", n)}
	}
	parts := func(it item, name, text string) bool {
		s := it[name].(*types.AttributeValueMemberS).Value
		at, from := uintptr(unsafe.Pointer(unsafe.StringData(s))), uintptr(unsafe.Pointer(unsafe.StringData(text)))
		return from <= at && at < from+uintptr(len(text))
	}
	large := entryOf(item{"id": of(20), "text": of(50_000), "half": of(30_000)})
	assert.False(t, parts(large.item(), "id", large.text))
	assert.True(t, parts(large.item(), "text", large.text), "it is most of what it holds")
	small := entryOf(item{"id": of(20), "text": of(500)})
	assert.True(t, parts(small.item(), "id", small.text))
	p := page{items: []item{{"text": of(50_000)}, {"id": of(20)}}}.entry()
	for _, it := range p.page().items {
		for name := range it {
			assert.False(t, parts(it, name, p.text), "a page is larger than its items")
		}
	}
}

func TestAPageComesBackAsItWasKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := page{
			items: rapid.SliceOfN(drawItem(1), 0, 5).Draw(t, "items"),
			count: rapid.Int32Range(0, 1<<30).Draw(t, "count"), scanned: rapid.Int32Range(0, 1<<30).Draw(t, "scanned"),
		}
		if rapid.Bool().Draw(t, "there is more") {
			p.last = drawItem(0).Draw(t, "last")
		}
		assert.Equal(t, p, p.entry().page())
	})
}

func TestAValueOfAnUnknownKindIsNotKept(t *testing.T) {
	t.Parallel()
	assert.Nil(t, entryOf(item{"new": &types.UnknownUnionMember{Tag: "D"}}))
	var none *types.AttributeValueMemberS
	assert.Nil(t, entryOf(item{"none": none}))
	assert.Nil(t, putEntry(item{"none": none}))
	assert.Nil(t, entryOf(item{"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{nil}}}))
	assert.Nil(t, page{items: []item{{"new": &types.UnknownUnionMember{Tag: "D"}}}}.entry())
}

// Two spellings of a number are one key, and two numbers are two.
func TestKeysAreNumbersNotTheirDigits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`[-+]?[0-9]{0,9}(\.[0-9]{0,6})?([eE][-+]?0{0,9}[0-9]{1,2})?`)
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		if rapid.Bool().Draw(t, "alike") {
			b = strings.TrimPrefix(a, "+")
			if !strings.HasPrefix(b, "-") {
				b = "00" + b
			}
		}
		x, isA := new(big.Rat).SetString(a)
		y, isB := new(big.Rat).SetString(b)
		textA, okA := canonical(a)
		textB, okB := canonical(b)
		require.Equal(t, [2]bool{isA, isB}, [2]bool{okA, okB}, "%q %q", a, b)
		if isA && isB {
			assert.Equal(t, x.Cmp(y) == 0, textA == textB, "%q is %q, and %q is %q", a, textA, b, textB)
		}
	})
}

func TestKeyTextsAreOfTheKeyAlone(t *testing.T) {
	t.Parallel()
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	one, shape, ok := keyText(item{"sk": s("1"), "pk": s("a")})
	require.True(t, ok)
	again, ok := shape.text(item{"pk": s("a"), "sk": s("1"), "more": s("x")})
	require.True(t, ok)
	assert.Equal(t, one, again)
	for _, other := range []item{
		{"pk": s("a1"), "sk": s("")},
		{"pk": s("a"), "sk": s("2")},
		{"pk": s("a"), "sk": &types.AttributeValueMemberN{Value: "1"}},
		{"pk": s("a"), "sk": &types.AttributeValueMemberB{Value: []byte("1")}},
		{"pk": s("a"), "s": s("k1")},
		{"pk": s("a")},
		{},
		{"pk": s("a"), "sk": s("1"), "more": s("x")},
		{"pk": &types.AttributeValueMemberBOOL{}},
		{"pk": nil},
		{"pk": (*types.AttributeValueMemberS)(nil)},
		{"pk": s("\xff")},
		{"\xff": s("a")},
	} {
		text, _, ok := keyText(other)
		assert.True(t, !ok || text != one, "%v", other)
	}
}

func TestSizesAreThoseOfDynamoDB(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		of   types.AttributeValue
		want int
	}{
		{&types.AttributeValueMemberS{Value: "häh"}, 4},
		{&types.AttributeValueMemberN{Value: "-1200.50"}, 4},
		{&types.AttributeValueMemberB{Value: []byte("abc")}, 3},
		{&types.AttributeValueMemberBOOL{}, 1},
		{&types.AttributeValueMemberNULL{Value: true}, 1},
		{&types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberS{Value: "ab"}}}, 6},
		{&types.AttributeValueMemberM{Value: item{"k": &types.AttributeValueMemberS{Value: "ab"}}}, 7},
		{&types.AttributeValueMemberSS{Value: []string{"a", "bc"}}, 3},
	} {
		assert.Equal(t, tc.want+len("name"), size(item{"name": tc.of}), "%#v", tc.of)
	}
	assert.InDelta(t, 0.5, readUnits(0), 0)
	assert.InDelta(t, 0.5, readUnits(4096), 0)
	assert.InDelta(t, 1, readUnits(4097), 0)
}
