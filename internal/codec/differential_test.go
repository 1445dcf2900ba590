package codec_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/wire"
)

// result is what a codec made, or its error or, as for attributevalue, its panic.
type result struct {
	value   any
	refused error
}

func try(f func() (any, error)) (r result) {
	defer func() {
		if p := recover(); p != nil {
			r = result{refused: fmt.Errorf("panic: %v", p)}
		}
	}()
	v, err := f()
	if err != nil {
		return result{refused: err}
	}
	return result{value: v}
}

func requireSame(t require.TestingT, what string, want, got result) {
	if got.refused != nil && strings.HasPrefix(got.refused.Error(), "panic: ") && !strings.Contains(got.refused.Error(), "nil pointer") {
		require.FailNow(t, "codec panics", "%s: %v", what, got.refused)
	}
	if (want.refused != nil) != (got.refused != nil) {
		require.FailNow(t, "only one refuses", "%s: attributevalue with %v, codec with %v\nattributevalue: %#v\ncodec: %#v", what, want.refused, got.refused, want.value, got.value)
	}
	if want.refused == nil && !same(reflect.ValueOf(want.value), reflect.ValueOf(got.value)) {
		require.Equal(t, want.value, got.value, what) // prints the difference
		require.FailNow(t, "other results", "%s: attributevalue: %#v\ncodec: %#v", what, want.value, got.value)
	}
}

// same is reflect.DeepEqual, except that NaN equals NaN and a function another one.
func same(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() || !a.IsValid() {
		return a.IsValid() == b.IsValid()
	}
	if a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.Type() == reflect.TypeFor[*time.Location]() && b.IsNil() && a.Pointer() == reflect.ValueOf(time.Local).Pointer() { //nolint:gosmopolitan // what attributevalue returns
			return true // what attributevalue reads of Unix seconds, in the local zone, and codec in UTC
		}
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return same(a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice, reflect.Array:
		if a.Kind() == reflect.Slice && a.IsNil() != b.IsNil() || a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.IsNil() != b.IsNil() || a.Len() != b.Len() {
			return false
		}
		for _, k := range a.MapKeys() {
			found := false
			for _, l := range b.MapKeys() { // keys may be pointers, too
				found = found || same(k, l) && same(a.MapIndex(k), b.MapIndex(l))
			}
			if !found {
				return false
			}
		}
		return true
	case reflect.Float32, reflect.Float64:
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float()) || a.Float() != a.Float() && b.Float() != b.Float()
	case reflect.Func, reflect.Chan:
		return a.IsNil() == b.IsNil()
	default:
		return a.Equal(b)
	}
}

func checkEncode(t *rapid.T, typ reflect.Type) {
	item := reflect.New(typ)
	fill(t, item.Elem(), 4)
	plan := codec.For(typ)
	for _, at := range []struct {
		what string
		in   any
		v    reflect.Value
	}{{"addressable", item.Interface(), item.Elem()}, {"value", item.Elem().Interface(), reflect.ValueOf(item.Elem().Interface())}} {
		want := try(func() (any, error) { return attributevalue.MarshalMap(at.in) })
		got := try(func() (any, error) { return plan.Encode(at.v) })
		if itself(at.in) {
			require.ErrorIs(t, got.refused, codec.ErrValue)
			continue
		}
		requireEncoded(t, fmt.Sprintf("encode %s, %s", typ, at.what), want, got)
		if want.refused == nil && plan.Size() > 0 && len(want.value.(map[string]types.AttributeValue)) > plan.Size() {
			t.Fatalf("%s has more than %d attributes", typ, plan.Size())
		}
	}
	want := try(func() (any, error) { return attributevalue.MarshalMap(item.Interface()) })
	if _, err := plan.Encode(item.Elem()); errors.Is(err, codec.ErrValue) {
		w := wire.NewWriter()
		defer w.Release()
		require.False(t, plan.WriteJSON(w, item.Elem(), ""), "what is refused is not written: %s", err)
		return
	}
	checkJSON(t, plan, item.Elem(), want)
	checkStored(t, plan, item.Elem())
	if want.refused != nil {
		return
	}
	checkFields(t, item, want.value.(map[string]types.AttributeValue))
	checkDecode(t, typ, want.value.(map[string]types.AttributeValue))
}

// checkJSON writes an item, which must come out as its attributes do, or be left to them.
func checkJSON(t *rapid.T, plan *codec.Plan, item reflect.Value, want result) {
	w := wire.NewWriter()
	defer w.Release()
	if !plan.WriteJSON(w, item, "") {
		return
	}
	require.NoError(t, want.refused, "only written")
	by := wire.NewWriter()
	defer by.Release()
	require.True(t, by.Value(&types.AttributeValueMemberM{Value: want.value.(map[string]types.AttributeValue)}), "%#v", want.value)
	var got, expected any
	require.NoError(t, json.Unmarshal([]byte(`{"M":{`+string(w.Text)+`}}`), &got), "%s", w.Text)
	require.NoError(t, json.Unmarshal(by.Text, &expected))
	require.Equal(t, expected, got)
}

// checkStored compares the expected item with the item that is read.
func checkStored(t *rapid.T, plan *codec.Plan, item reflect.Value) {
	want := try(func() (any, error) {
		dst := reflect.New(item.Type())
		attrs, err := plan.Encode(item)
		if err == nil {
			err = plan.Decode(codec.AsHeld(attrs), dst.Elem())
		}
		return dst.Interface(), err
	})
	got := try(func() (any, error) {
		dst := reflect.New(item.Type())
		err := plan.Stored(dst.Elem(), item)
		return dst.Interface(), err
	})
	requireSame(t, fmt.Sprintf("stored %s", item.Type()), want, got)
}

// checkFields encodes each top-level field separately.
func checkFields(t *rapid.T, item reflect.Value, want map[string]types.AttributeValue) {
	if item.Type().Implements(reflect.TypeFor[attributevalue.Marshaler]()) {
		return
	}
	p, err := field.New(item.Elem().Type())
	require.NoError(t, err)
	for _, f := range p.Fields() {
		if !f.Stored() || f.Nested() || len(f.Index) > 1 {
			continue
		}
		v := item.Elem().FieldByIndex(f.Index)
		got, err := codec.EncodeField(f, v)
		if err != nil {
			t.Fatalf("encode field %s: %v", f.Name, err)
		}
		if !same(reflect.ValueOf(want[f.Attr()]), reflect.ValueOf(got)) {
			t.Fatalf("encode field %s: %#v instead of %#v", f.Name, got, want[f.Attr()])
		}
		if got == nil {
			continue
		}
		whole := reflect.New(item.Elem().Type()).Elem()
		wantValue := try(func() (any, error) {
			err := attributevalue.UnmarshalMap(map[string]types.AttributeValue{f.Attr(): got}, whole.Addr().Interface())
			return whole.FieldByIndex(f.Index).Interface(), err
		})
		gotValue := try(func() (any, error) {
			dst := reflect.New(f.Type).Elem()
			err := codec.DecodeField(f, got, dst)
			return dst.Interface(), err
		})
		if reflect.PointerTo(item.Elem().Type()).Implements(reflect.TypeFor[attributevalue.Unmarshaler]()) {
			continue
		}
		requireSame(t, "decode field "+f.Name, wantValue, gotValue)
	}
}

// checkDecode decodes attrs, and over the result more.
func checkDecode(t require.TestingT, typ reflect.Type, attrs ...map[string]types.AttributeValue) {
	want, got := reflect.New(typ), reflect.New(typ)
	for i, m := range attrs {
		checkWire(t, codec.For(typ), m)
		w := try(func() (any, error) { return want.Interface(), attributevalue.UnmarshalMap(m, want.Interface()) })
		g := try(func() (any, error) { return got.Interface(), codec.For(typ).Decode(m, got.Elem()) })
		requireSame(t, fmt.Sprintf("decode %d of %s", i, typ), w, g)
		if w.refused != nil {
			return // with some of the values, which ones is left to chance
		}
	}
}

func TestEncodesAsAttributevalue(t *testing.T) {
	t.Parallel()
	for i, typ := range structs {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) { checkEncode(t, typ) })
		})
	}
}

func TestDecodesAsAttributevalue(t *testing.T) {
	t.Parallel()
	for i, typ := range structs {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) { checkDecode(t, typ, randomAttrs(t, typ), randomAttrs(t, typ)) })
		})
	}
}

// Each field meets each kind of attribute.
func TestDecodesEveryAttributeIntoEveryField(t *testing.T) {
	t.Parallel()
	for _, typ := range structs {
		for _, a := range field.Attributes(typ) {
			for i, first := range samples {
				checkDecode(t, typ, attrs{a.Name: first}, attrs{a.Name: samples[len(samples)-1-i]}, attrs{a.Name: samples[i*7%len(samples)]})
				checkDecode(t, typ, attrs{a.Name: first}, attrs{a.Name: samples[max(i-1, 0)]})
			}
		}
	}
}

func TestRandomStructsAsAttributevalue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, randomStructs)
}

func randomStructs(t *rapid.T) {
	typ := randomStruct(t, 3)
	for range 3 {
		checkEncode(t, typ)
		checkDecode(t, typ, randomAttrs(t, typ), randomAttrs(t, typ))
	}
}
