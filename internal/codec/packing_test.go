package codec_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
)

func packing(threshold int) *codec.Packing {
	return &codec.Packing{Threshold: threshold, Methods: []codec.Method{codec.Deflate}, Size: attr.ValueSize}
}

// Whatever is stored, unpacking it ends with a value or an error, and a value that Pack made is the one that it was made of.
func FuzzUnpack(f *testing.F) {
	p := packing(1)
	for _, av := range []types.AttributeValue{
		&types.AttributeValueMemberS{Value: strings.Repeat("text ", 100)},
		&types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberS{Value: strings.Repeat("a", 200)}, &types.AttributeValueMemberNULL{Value: true}}},
		&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{`"`: &types.AttributeValueMemberSS{Value: []string{strings.Repeat("a", 200)}}}},
	} {
		packed, err := p.Pack(av)
		require.NoError(f, err)
		f.Add(packed.(*types.AttributeValueMemberB).Value, true)
	}
	f.Add([]byte("\xFF"+`{"M":{"a":{"L":[{"N":"1"},{"B":"YQ=="},{"BOOL":false}]}}}`), false)
	f.Add([]byte("\xFF"+`{"M":{"\u0041":{"NS":["1"]},"b":{"BS":[""]}}}`), false)
	f.Fuzz(func(t *testing.T, stored []byte, whole bool) {
		if !whole { // a content, so that the checksum does not keep it from being read
			z, err := codec.Deflate.Compress([]byte{1}, stored)
			require.NoError(t, err)
			stored = binary.BigEndian.AppendUint32(z, crc32.ChecksumIEEE(stored))
		}
		av, err := p.Unpack(&types.AttributeValueMemberB{Value: stored})
		if err != nil {
			assert.Nil(t, av)
			return
		}
		require.NotNil(t, av)
		again, err := p.Pack(av)
		if err != nil {
			return // what no program of this library writes
		}
		back, err := p.Unpack(again)
		require.NoError(t, err)
		want := codec.AsHeld(attr.Item{"v": av})["v"]
		assert.True(t, attr.Equal(want, codec.AsHeld(attr.Item{"v": back})["v"]), "%s and %s", attr.Text(av), attr.Text(back))
	})
}

// A damaged value is an error, wherever the damage is: each bit of it counts, and each byte that is missing.
func TestEachBitOfACompressedValueCounts(t *testing.T) {
	t.Parallel()
	p := packing(1)
	av := &types.AttributeValueMemberS{Value: strings.Repeat("The quick brown fox. ", 30)}
	packed, err := p.Pack(av)
	require.NoError(t, err)
	stored := packed.(*types.AttributeValueMemberB).Value
	for bit := range 8 * len(stored) {
		b := bytes.Clone(stored)
		b[bit/8] ^= 1 << (bit % 8)
		if got, err := p.Unpack(&types.AttributeValueMemberB{Value: b}); err == nil {
			assert.Equal(t, av, got, "bit %d", bit) // one that deflate ignores
		}
	}
	for n := range stored {
		_, err := p.Unpack(&types.AttributeValueMemberB{Value: stored[:n]})
		assert.Error(t, err, "%d bytes", n)
	}
}

// What the first release stored is read by all later ones, whatever deflate then makes of it.
func TestTheStoredFormStays(t *testing.T) {
	t.Parallel()
	for stored, want := range map[string]types.AttributeValue{
		"AXIvOrzn8PxUHYUhxAAEAAD//wjKps4=": &types.AttributeValueMemberS{Value: strings.Repeat("Grüße, ", 20)},
		"AfpfreSrZFWtFKOUFKMEYgQHK1lFK1XQASjpKFUqxdbqKCWC7PVRsoquVvJTslIy1DNVqtWpVnLy9/dRsiopKk0F8fxCfZB4TkpWSo4BFrZKtbG1tbWAAAAA///KiulX": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
			"a": &types.AttributeValueMemberL{Value: []types.AttributeValue{
				&types.AttributeValueMemberN{Value: "1.5"}, &types.AttributeValueMemberBOOL{Value: true}, &types.AttributeValueMemberNULL{Value: true}, &types.AttributeValueMemberB{Value: []byte{0, 255}},
			}},
			`"b"`: &types.AttributeValueMemberSS{Value: []string{strings.Repeat("x", 100), "y"}},
		}},
	} {
		b, err := base64.StdEncoding.DecodeString(stored)
		require.NoError(t, err)
		got, err := packing(1).Unpack(&types.AttributeValueMemberB{Value: b})
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

// What is not compressed stays the same value, not a copy.
func TestValuesBelowTheThresholdAreNotCopied(t *testing.T) {
	for _, av := range []types.AttributeValue{
		&types.AttributeValueMemberS{Value: strings.Repeat("a", 9999)}, &types.AttributeValueMemberN{Value: "1"}, &types.AttributeValueMemberNULL{Value: true},
		&types.AttributeValueMemberSS{Value: []string{strings.Repeat("a", 9999)}}, nil,
	} {
		p := packing(math.MaxInt)
		packed, err := p.Pack(av)
		require.NoError(t, err)
		assert.Equal(t, av, packed)
		assert.Zero(t, testing.AllocsPerRun(10, func() { _, _ = p.Pack(av); _, _ = p.Unpack(av) }))
	}
}

// What a small value makes a reader allocate is bounded: 400 KB can stand for 400 MB.
func TestABombIsBounded(t *testing.T) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	require.NoError(t, err)
	_, err = w.Write(make([]byte, 1<<20))
	require.NoError(t, err)
	require.NoError(t, w.Flush())
	block := b.Len()
	require.NoError(t, w.Close())
	stored := slices.Concat([]byte{1}, bytes.Repeat(b.Bytes()[:block], 350), b.Bytes()[block:], make([]byte, 4))
	require.Less(t, len(stored), 400<<10)
	p := packing(1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = p.Unpack(&types.AttributeValueMemberB{Value: stored})
	runtime.ReadMemStats(&after)
	assert.ErrorContains(t, err, "it has more than 16777216 bytes")
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100<<20))
}

func BenchmarkPacking(b *testing.B) {
	text, err := os.ReadFile("../../CHANGELOG.md")
	require.NoError(b, err)
	for _, size := range []int{2 << 10, 20 << 10, 200 << 10} {
		av := &types.AttributeValueMemberS{Value: string(bytes.Repeat(text, 1+size/len(text))[:size])}
		p := packing(1)
		packed, err := p.Pack(av)
		require.NoError(b, err)
		stored := len(packed.(*types.AttributeValueMemberB).Value)
		b.Run(fmt.Sprintf("pack/%dKB", size>>10), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				_, _ = p.Pack(av)
			}
			b.ReportMetric(float64(size)/float64(stored), "ratio")
		})
		b.Run(fmt.Sprintf("unpack/%dKB", size>>10), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				_, _ = p.Unpack(packed)
			}
		})
	}
}
