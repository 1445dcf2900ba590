package codec_test

import (
	"errors"
	"math"
	"reflect"
	"strconv"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/codec"
)

type attrs = map[string]types.AttributeValue

func decode[T any](m attrs) (T, error) {
	var item T
	err := codec.For(reflect.TypeFor[T]()).Decode(m, reflect.ValueOf(&item).Elem())
	return item, err
}

func encode[T any](item T) (attrs, error) {
	return codec.For(reflect.TypeFor[T]()).Encode(reflect.ValueOf(&item).Elem())
}

func TestErrorsNameTheField(t *testing.T) {
	t.Parallel()
	type place struct{ Streets []structure }
	type thing struct {
		*Base
		Place place
		By    map[string][]place `dynamodbav:"by"`
		Seq   int                `dynamodbav:",omitempty,nullempty"`
		Picky *picky
		Small int8
	}
	for want, m := range map[string]attrs{
		"ID: unmarshal failed, cannot unmarshal bool into Go value type string":                  {"id": &types.AttributeValueMemberBOOL{}},
		"Small: unmarshal failed, cannot unmarshal number overflow, 128 into Go value type int8": {"small": num("128")},
		`Place.Streets[1].B: strconv.ParseInt: parsing "1.5": invalid syntax`: {"Place": &types.AttributeValueMemberM{Value: attrs{
			"Streets": &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberM{}, &types.AttributeValueMemberM{Value: attrs{"b": num("1.5")}}}},
		}}},
		`By["x"][0].Streets: unmarshal failed, cannot unmarshal string into Go value type []codec_test.structure`: {"by": &types.AttributeValueMemberM{Value: attrs{
			"x": &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberM{Value: attrs{"Streets": str("")}}}},
		}}},
	} {
		_, err := decode[thing](m)
		assert.EqualError(t, err, want)
		assert.Error(t, attributevalue.UnmarshalMap(m, new(thing)))
	}
	_, err := encode(thing{})
	assert.EqualError(t, err, "Seq: an empty value under both omitempty and nullempty")
	_, err = encode(thing{Seq: 1, Picky: new(picky("a"))})
	assert.EqualError(t, err, "Picky: an a")
	where, ok := errors.AsType[*codec.Error](err)
	require.True(t, ok)
	assert.Equal(t, "Picky", where.Path)

	_, err = decode[thing](attrs{"Small": str("")})
	mismatch, ok := errors.AsType[*attributevalue.UnmarshalTypeError](err)
	require.True(t, ok)
	assert.Equal(t, "string", mismatch.Value)
}

func TestNamesThatDifferInCase(t *testing.T) {
	t.Parallel()
	type thing struct {
		EntityType string
		Kind       string
		Count      int
		Map        map[string]string
	}
	got, err := decode[thing](attrs{"entitytype": str("a"), "KIND": str("b"), "\u212aind2": str("c"), "count": num("3")})
	require.NoError(t, err)
	assert.Equal(t, thing{EntityType: "a", Kind: "b", Count: 3}, got)
	got, err = decode[thing](attrs{"\u212aind": str("c")})
	require.NoError(t, err)
	assert.Equal(t, thing{Kind: "c"}, got, "a Kelvin sign folds to k")

	both := attrs{"EntityType": str("mine"), "entityType": str("theirs"), "Map": &types.AttributeValueMemberM{Value: attrs{"a": str("1")}}, "map": &types.AttributeValueMemberM{Value: attrs{"b": str("2")}}}
	for range 20 {
		got, err = decode[thing](both)
		require.NoError(t, err)
		assert.Equal(t, thing{EntityType: "mine", Map: map[string]string{"a": "1"}}, got, "the exact name wins")
	}
	for range 20 {
		got, err = decode[thing](attrs{"Count": num("1"), "count": str("x"), "kind": str("c"), "KIND": str("a"), "kIND": str("d")})
		require.NoError(t, err)
		assert.Equal(t, thing{Count: 1, Kind: "a"}, got, "then the least one")
	}

	plan := codec.For(reflect.TypeFor[thing]()).Beside("pk", "entityType", "count", "Kind")
	var item thing
	require.NoError(t, plan.Decode(attrs{"pk": str("p"), "entityType": str("theirs"), "count": str("x"), "Kind": str("k")}, reflect.ValueOf(&item).Elem()))
	assert.Equal(t, thing{Kind: "k"}, item)
	require.NoError(t, plan.Decode(attrs{"pk": str("p"), "entityType": str("theirs"), "kind": str("k"), "unknown": str("u")}, reflect.ValueOf(&item).Elem()))
	assert.Equal(t, thing{Kind: "k"}, item)
}

func TestEncodeTo(t *testing.T) {
	t.Parallel()
	dst := attrs{"pk": str("p")}
	plan := codec.For(reflect.TypeFor[structure]())
	require.NoError(t, plan.EncodeTo(dst, reflect.ValueOf(structure{A: "a"})))
	assert.Equal(t, attrs{"pk": str("p"), "A": str("a")}, dst)
	assert.Equal(t, 2, plan.Size())
	assert.Equal(t, reflect.TypeFor[structure](), plan.Type())
	assert.Error(t, plan.EncodeTo(dst, reflect.ValueOf("x")))
	assert.Error(t, plan.Decode(dst, reflect.ValueOf(&dst).Elem()))

	dst = attrs{"pk": str("p")}
	require.ErrorIs(t, codec.For(reflect.TypeFor[byValue]()).EncodeTo(dst, reflect.ValueOf(byValue{})), codec.ErrValue,
		"attributevalue.MarshalMap makes nothing of a string, without a word")
	assert.Equal(t, attrs{"pk": str("p")}, dst)
}

func TestPlansAreCompiledOnce(t *testing.T) {
	t.Parallel()
	type local struct {
		Next *local
		Kids []local
		Any  map[string]any
		Far  chain
	}
	var plans [16]*codec.Plan
	var wait sync.WaitGroup
	for i := range plans {
		wait.Go(func() {
			plans[i] = codec.For(reflect.TypeFor[local]())
			item := local{Next: &local{}, Kids: []local{{}, {}}}
			m, err := plans[i].Encode(reflect.ValueOf(&item).Elem())
			assert.NoError(t, err)
			assert.Len(t, m, 4)
		})
	}
	wait.Wait()
	for _, p := range plans {
		assert.Same(t, plans[0], p)
	}
}

// Everything that is decoded is a copy: neither codec nor caller may write through to the other.
func TestNothingIsShared(t *testing.T) {
	t.Parallel()
	type thing struct {
		B  []byte
		SS []string `dynamodbav:",stringset"`
		BS [][]byte
	}
	from := thing{B: []byte("b"), SS: []string{"s"}, BS: [][]byte{[]byte("b")}}
	m, err := encode(from)
	require.NoError(t, err)
	to, err := decode[thing](m)
	require.NoError(t, err)
	assert.Equal(t, from, to)
	to.B[0], to.SS[0], to.BS[0][0] = 'x', "x", 'x'
	from.B[0], from.SS[0], from.BS[0][0] = 'y', "y", 'y'
	again, err := decode[thing](m)
	require.NoError(t, err)
	assert.Equal(t, thing{B: []byte("b"), SS: []string{"s"}, BS: [][]byte{[]byte("b")}}, again)
}

// DynamoDB has no negative zero. A write returns what a read does: the sign is lost from a number and kept in a text.
func TestTheSignOfZeroIsStoredOnlyAsText(t *testing.T) {
	t.Parallel()
	type gauge struct {
		F float64
		G float32 `dynamodbav:",omitzero"`
		L []float64
		M map[string]struct{ F float32 }
		A any
		T float64 `dynamodbav:",string"`
		B float32 `dynamodbav:",string"`
	}
	zero := math.Copysign(0, -1)
	in := gauge{F: zero, G: float32(zero), L: []float64{zero, -1}, M: map[string]struct{ F float32 }{"a": {float32(zero)}}, A: zero, T: zero, B: float32(zero)}
	var got gauge
	require.NoError(t, codec.For(reflect.TypeFor[gauge]()).Stored(reflect.ValueOf(&got).Elem(), reflect.ValueOf(in)))
	for name, f := range map[string]float64{"F": got.F, "G": float64(got.G), "L": got.L[0], "M": float64(got.M["a"].F), "A": got.A.(float64)} {
		assert.False(t, math.Signbit(f), name)
	}
	assert.InDelta(t, -1, got.L[1], 0)
	assert.True(t, math.Signbit(got.T))
	assert.True(t, math.Signbit(float64(got.B)))
}

// The budgets are exact: one more allocation must be a deliberate change.
func TestAllocations(t *testing.T) {
	o := sampleOrder()
	plan := codec.For(reflect.TypeFor[order]())
	m := withKeys(o.toMap())
	into := new(order)
	check := func(want float64, what string, f func() error) {
		t.Helper()
		got := testing.AllocsPerRun(200, func() {
			if err := f(); err != nil {
				t.Fatal(err)
			}
		})
		assert.Equal(t, want, got, what)
	}
	check(37, "encode", func() error { _, err := plan.Encode(reflect.ValueOf(&o).Elem()); return err })
	check(4, "decode", func() error { *into = order{}; return plan.Decode(m, reflect.ValueOf(into).Elem()) })

	b, field := basketFields(t)
	status, seq := field(&b.Status), field(&b.Seq)
	open, seven := reflect.ValueOf(text("open")), reflect.ValueOf(7)
	check(1, "encode a string", func() error { _, err := codec.EncodeField(status, open); return err })
	check(1, "encode a number", func() error { _, err := codec.EncodeField(seq, seven); return err })
	expires, at := field(&b.Expires), reflect.ValueOf(o.Created)
	check(2, "encode a time", func() error { _, err := codec.EncodeField(expires, at); return err })
	var to basket
	av := str(strconv.Itoa(7))
	check(0, "decode a field", func() error { return codec.DecodeField(seq, av, reflect.ValueOf(&to.Seq).Elem()) })
}
