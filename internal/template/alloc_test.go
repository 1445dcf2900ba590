//go:build !race

package template_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A sync.Pool drops at random what it is given, where the race detector watches it; so this test is not built for it.
func TestAllocations(t *testing.T) {
	item := reflect.ValueOf(&benchItem).Elem()
	dst := make([]byte, 0, 256)
	for _, b := range benchTemplates {
		k, err := b.tm.Encode(item)
		require.NoError(t, err)
		assert.Equal(t, b.encode, testing.AllocsPerRun(100, func() { _, _ = b.tm.Encode(item) }), "%s: Encode", b.name)
		assert.Equal(t, b.encode-1, testing.AllocsPerRun(100, func() { _, _ = b.tm.AppendTo(dst, item) }), "%s: AppendTo", b.name)
		assert.Zero(t, testing.AllocsPerRun(100, func() { _ = b.tm.Match(k) }), "%s: Match", b.name)
		var y thing
		into := reflect.ValueOf(&y).Elem()
		assert.Equal(t, b.decode, testing.AllocsPerRun(100, func() { y = thing{}; _ = b.tm.Decode(k, into) }), "%s: Decode", b.name)
		assert.NoError(t, b.tm.Decode(k, into))
	}
}
