package codec_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/codec"
)

// Keys that are not whole numbers are read back, or are rejected: NaN equals nothing, and attributevalue does not read
// the largest float32.
func TestFloatKeysComeBackOrAreRefused(t *testing.T) {
	t.Parallel()
	type some struct {
		M map[float32]int `dynamodbav:"m"`
		N map[float64]int `dynamodbav:"n"`
		A any             `dynamodbav:"a"`
	}
	plan := codec.For(reflect.TypeFor[some]())
	encode := func(v some) error {
		_, err := plan.Encode(reflect.ValueOf(&v).Elem())
		return err
	}
	below := math.Nextafter32(math.MaxFloat32, 0)
	kept := some{M: map[float32]int{0.1: 1, below: 2, -below: 3, 1e-45: 4}, N: map[float64]int{0.1: 1, math.MaxFloat64: 2, math.Inf(1): 3}}
	attrs, err := plan.Encode(reflect.ValueOf(&kept).Elem())
	require.NoError(t, err)
	var back some
	require.NoError(t, plan.Decode(attrs, reflect.ValueOf(&back).Elem()))
	require.Equal(t, kept, back)
	nan := float32(math.NaN())
	for want, bad := range map[string]some{
		`M["NaN"]: is NaN, which no lookup finds again`: {M: map[float32]int{nan: 1}},
		`N["NaN"]: is NaN`: {N: map[float64]int{math.NaN(): 1}},
		`A["NaN"]: is NaN`: {A: map[float64]int{math.NaN(): 1}},
		`M["-3.4028235e+38"]: is the largest float32, which attributevalue does not read back as a key`: {M: map[float32]int{-math.MaxFloat32: 1}},
	} {
		err := encode(bad)
		require.ErrorIs(t, err, codec.ErrValue)
		require.ErrorContains(t, err, want)
	}
}

// An element is in a set once, in whatever form it is written; 1 and 1.0 are one number.
func TestAnElementThatStandsInASetTwiceIsRefused(t *testing.T) {
	t.Parallel()
	type some struct {
		S []string      `dynamodbav:"s,stringset,omitempty"`
		N []float64     `dynamodbav:"n,numberset,omitempty"`
		T []json.Number `dynamodbav:"t,numberset,omitempty"`
		B [][]byte      `dynamodbav:"b,binaryset,omitempty"`
		P []*string     `dynamodbav:"p,stringset,omitempty"`
		A any           `dynamodbav:"a,omitempty"`
	}
	plan := codec.For(reflect.TypeFor[some]())
	a := "a"
	for want, bad := range map[string]some{
		"S[2]": {S: []string{"a", "b", "a"}}, "N[1]": {N: []float64{0, math.Copysign(0, -1)}}, "T[1]": {T: []json.Number{"1", "1.0"}},
		"B[1]": {B: [][]byte{{1}, {1}}}, "P[1]": {P: []*string{&a, &a}}, "A[1]": {A: [][]byte{{1}, {1}}},
	} {
		_, err := plan.Encode(reflect.ValueOf(&bad).Elem())
		require.ErrorIs(t, err, codec.ErrValue, want)
		require.ErrorContains(t, err, want+": is in the set twice")
	}
	good := some{S: []string{"a", "A", ""}, N: []float64{1, -1, 0.1}, T: []json.Number{"1", "10"}, B: [][]byte{{1}, {}}, P: []*string{&a}}
	_, err := plan.Encode(reflect.ValueOf(&good).Elem())
	require.NoError(t, err)
}
