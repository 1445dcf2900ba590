package codec_test

import (
	"testing"

	"pgregory.net/rapid"
)

// The fuzz targets draw what the properties draw, from the bytes of the fuzzer: codec and attributevalue give equal
// results, or both return an error.

func FuzzEncode(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) { checkEncode(t, rapid.SampledFrom(structs).Draw(t, "struct")) }))
}

func FuzzDecode(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		typ := rapid.SampledFrom(structs).Draw(t, "struct")
		checkDecode(t, typ, randomAttrs(t, typ), randomAttrs(t, typ))
	}))
}

func FuzzRandomStructs(f *testing.F) { f.Fuzz(rapid.MakeFuzz(randomStructs)) }
