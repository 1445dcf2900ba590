package codec_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/field"
)

// result is what a codec made, or that it refused to: with an error or, as attributevalue does, with a panic.
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

func requireSame(t *rapid.T, what string, want, got result) {
	t.Helper()
	if got.refused != nil && strings.HasPrefix(got.refused.Error(), "panic: ") && !strings.Contains(got.refused.Error(), "nil pointer") {
		t.Fatalf("%s: %v", what, got.refused)
	}
	if (want.refused != nil) != (got.refused != nil) {
		t.Fatalf("%s: attributevalue refuses with %v, codec with %v\nattributevalue: %#v\ncodec: %#v", what, want.refused, got.refused, want.value, got.value)
	}
	if want.refused == nil && !same(reflect.ValueOf(want.value), reflect.ValueOf(got.value)) {
		require.Equal(t, want.value, got.value, what) // prints the difference
		t.Fatalf("%s: attributevalue: %#v\ncodec: %#v", what, want.value, got.value)
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
		requireSame(t, fmt.Sprintf("encode %s, %s", typ, at.what), want, got)
		if want.refused == nil && plan.Size() > 0 && len(want.value.(map[string]types.AttributeValue)) > plan.Size() {
			t.Fatalf("%s has more than %d attributes", typ, plan.Size())
		}
	}
	want := try(func() (any, error) { return attributevalue.MarshalMap(item.Interface()) })
	if want.refused != nil {
		return
	}
	checkFields(t, item, want.value.(map[string]types.AttributeValue))
	checkDecode(t, typ, want.value.(map[string]types.AttributeValue))
}

// checkFields encodes each top-level field by itself.
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

func checkDecode(t *rapid.T, typ reflect.Type, attrs map[string]types.AttributeValue) {
	decode := func(into func(dst reflect.Value) error) result {
		return try(func() (any, error) {
			dst := reflect.New(typ)
			err := into(dst)
			return dst.Interface(), err
		})
	}
	want := decode(func(dst reflect.Value) error { return attributevalue.UnmarshalMap(attrs, dst.Interface()) })
	got := decode(func(dst reflect.Value) error { return codec.For(typ).Decode(attrs, dst.Elem()) })
	requireSame(t, fmt.Sprintf("decode %s", typ), want, got)
}

// fill sets v to a random value, often an empty one.
func fill(t *rapid.T, v reflect.Value, depth int) {
	if !v.CanSet() {
		return
	}
	choice := rapid.IntRange(0, 5).Draw(t, "choice")
	if choice == 0 {
		return // zero
	}
	if v.Type().ConvertibleTo(reflect.TypeFor[time.Time]()) {
		v.Set(reflect.ValueOf(randomTime(t)).Convert(v.Type()))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, "int"))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(rapid.Uint64().Draw(t, "uint"))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(rapid.Float64().Draw(t, "float"))
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(1)
	case reflect.String:
		v.SetString(randomText(t))
	case reflect.Chan:
		v.Set(reflect.MakeChan(v.Type(), 0))
	case reflect.Func:
		v.Set(reflect.MakeFunc(v.Type(), func([]reflect.Value) []reflect.Value { return nil }))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), depth-1)
		}
	case reflect.Pointer:
		if depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), depth-1)
		}
	case reflect.Interface:
		if any := randomAny(t, depth); any.Type().AssignableTo(v.Type()) {
			v.Set(any)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), depth-1)
		}
	case reflect.Slice:
		n := 0
		if depth > 0 {
			n = rapid.IntRange(0, 3).Draw(t, "len")
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(t, v.Index(i), depth-1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		if depth <= 0 {
			return
		}
		used := map[string]bool{} // for keys that are stored alike
		for range rapid.IntRange(0, 3).Draw(t, "len") {
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(t, key, 0)
			fill(t, elem, depth-1)
			if name := fmt.Sprint(key); key.Comparable() && name != "NaN" && !used[name] {
				used[name] = true
				v.SetMapIndex(key, elem)
			}
		}
	}
}

func randomText(t *rapid.T) string {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "a", "1", "-7", "1.5", "1e400", "\xff", "2026-11-20T21:00:00Z"}), rapid.StringN(0, 5, -1)).Draw(t, "text")
}

func randomTime(t *rapid.T) time.Time {
	at := time.Unix(rapid.Int64Range(-70e9, 270e9).Draw(t, "seconds"), rapid.Int64Range(0, 999999999).Draw(t, "nanoseconds"))
	if rapid.Bool().Draw(t, "UTC") {
		return at.UTC()
	}
	return at.In(time.FixedZone("", rapid.IntRange(-14*60, 14*60).Draw(t, "zone")*60))
}

func randomAny(t *rapid.T, depth int) reflect.Value {
	typ := rapid.SampledFrom([]reflect.Type{
		reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[float64](), reflect.TypeFor[bool](), reflect.TypeFor[[]byte](),
		reflect.TypeFor[time.Time](), reflect.TypeFor[byValue](), reflect.TypeFor[byPointer](), reflect.TypeFor[*byPointer](), reflect.TypeFor[*string](),
		reflect.TypeFor[[]any](), reflect.TypeFor[map[string]any](), reflect.TypeFor[structure](), reflect.TypeFor[*structure](), reflect.TypeFor[shouted](),
		reflect.TypeFor[**int](), reflect.TypeFor[[]string](),
	}).Draw(t, "type")
	v := reflect.New(typ).Elem()
	fill(t, v, depth-1)
	return v
}

// randomAV draws attributes of every kind.
func randomAV(t *rapid.T, depth int) types.AttributeValue {
	top := 9
	if depth > 0 {
		top = 11
	}
	switch rapid.IntRange(0, top).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return &types.AttributeValueMemberNULL{Value: rapid.Bool().Draw(t, "null")}
	case 2:
		return &types.AttributeValueMemberBOOL{Value: rapid.Bool().Draw(t, "bool")}
	case 3:
		return &types.AttributeValueMemberN{Value: randomNumber(t)}
	case 4:
		return &types.AttributeValueMemberB{Value: rapid.SliceOfN(rapid.Byte(), -1, 4).Draw(t, "binary")}
	case 5:
		return &types.AttributeValueMemberSS{Value: drawSet(t, randomText)}
	case 6:
		return &types.AttributeValueMemberNS{Value: drawSet(t, randomNumber)}
	case 7:
		return &types.AttributeValueMemberBS{Value: drawSet(t, func(t *rapid.T) []byte { return []byte(randomText(t)) })}
	case 8, 9:
		return &types.AttributeValueMemberS{Value: randomText(t)}
	case 10:
		return &types.AttributeValueMemberL{Value: drawSet(t, func(t *rapid.T) types.AttributeValue { return randomAV(t, depth-1) })}
	default:
		m := map[string]types.AttributeValue{}
		for range rapid.IntRange(0, 3).Draw(t, "len") {
			m[rapid.SampledFrom([]string{"", "a", "2", "true", "A", "b", "mx", "Name", "Inner", "low"}).Draw(t, "name")] = randomAV(t, depth-1)
		}
		dropTwins(m)
		return &types.AttributeValueMemberM{Value: m}
	}
}

func randomNumber(t *rapid.T) string {
	return rapid.OneOf(rapid.SampledFrom([]string{"0", "1", "-1", "255", "256", "1.5", "1e2", "1e39", "x", "", "NaN", "18446744073709551615", "99999999999999999999"}),
		rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]+)?`)).Draw(t, "number")
}

func drawSet[E any](t *rapid.T, elem func(*rapid.T) E) []E {
	n := rapid.IntRange(-1, 3).Draw(t, "len")
	if n < 0 {
		return nil
	}
	set := make([]E, n)
	for i := range set {
		set[i] = elem(t)
	}
	return set
}

// dropTwins keeps one of the names that differ only in case: which of them attributevalue takes is left to chance.
func dropTwins(m map[string]types.AttributeValue) {
	for a := range m {
		for b := range m {
			if a < b && strings.EqualFold(a, b) {
				delete(m, b)
			}
		}
	}
}

// randomAttrs draws attributes under names that typ might know.
func randomAttrs(t *rapid.T, typ reflect.Type) map[string]types.AttributeValue {
	attrs := map[string]types.AttributeValue{}
	pool := []string{"unknown", "", "\u212a", "\u017f"}
	for _, a := range field.Attributes(typ) {
		pool = append(pool, a.Name)
	}
	for range rapid.IntRange(1, 4).Draw(t, "attributes") {
		name := rapid.SampledFrom(pool).Draw(t, "name")
		switch rapid.IntRange(0, 3).Draw(t, "case") {
		case 0:
			name = strings.ToUpper(name)
		case 1:
			name = strings.Map(unicode.SimpleFold, name)
		}
		attrs[name] = randomAV(t, 3)
	}
	dropTwins(attrs)
	return attrs
}

var kinds = []reflect.Type{
	reflect.TypeFor[string](), reflect.TypeFor[text](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[uint8](), reflect.TypeFor[small](),
	reflect.TypeFor[uint64](), reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[bool](), reflect.TypeFor[flag](), reflect.TypeFor[any](),
	reflect.TypeFor[time.Time](), reflect.TypeFor[stamp](), reflect.TypeFor[byValue](), reflect.TypeFor[byPointer](), reflect.TypeFor[silent](), reflect.TypeFor[picky](),
	reflect.TypeFor[reader](), reflect.TypeFor[noisy](), reflect.TypeFor[loudMap](), reflect.TypeFor[loudSlice](), reflect.TypeFor[asNull](), reflect.TypeFor[numeric](),
	reflect.TypeFor[attributevalue.Number](), reflect.TypeFor[attributevalue.UnixTime](), reflect.TypeFor[blob](), reflect.TypeFor[smalls](), reflect.TypeFor[structure](),
	reflect.TypeFor[chain](), reflect.TypeFor[shouted](), reflect.TypeFor[marked](), reflect.TypeFor[Base](), reflect.TypeFor[Deep](), reflect.TypeFor[forest](),
}

func randomType(t *rapid.T, depth int) reflect.Type {
	choice := rapid.IntRange(0, 9).Draw(t, "shape")
	if depth <= 0 {
		choice = 0
	}
	switch choice {
	case 5:
		return reflect.PointerTo(randomType(t, depth-1))
	case 6, 7:
		return reflect.SliceOf(randomType(t, depth-1))
	case 8:
		key := rapid.SampledFrom(kinds[:12]).Draw(t, "key")
		return reflect.MapOf(key, randomType(t, depth-1))
	case 9:
		if rapid.Bool().Draw(t, "array") {
			return reflect.ArrayOf(rapid.IntRange(0, 2).Draw(t, "len"), randomType(t, depth-1))
		}
		return randomStruct(t, depth-1)
	}
	return rapid.SampledFrom(kinds).Draw(t, "type")
}

// randomStruct makes a struct type of random fields and tags, some of them embedded.
func randomStruct(t *rapid.T, depth int) reflect.Type {
	options := []string{"omitempty", "nullempty", "omitemptyelem", "nullemptyelem", "string", "unixtime", "stringset", "numberset", "binaryset", "omitzero"}
	var fields []reflect.StructField
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"A", "B", "C", "Name", "ID"}), 1, 3, rapid.ID[string]).Draw(t, "names") {
		sf := reflect.StructField{Name: name, Type: randomType(t, depth)}
		tag := rapid.SampledFrom([]string{"", "", "", "a", "b", "name", "-"}).Draw(t, "tag")
		for _, o := range rapid.SliceOfNDistinct(rapid.SampledFrom(options), 0, 2, rapid.ID[string]).Draw(t, "options") {
			tag += "," + o
		}
		sf.Tag = reflect.StructTag(fmt.Sprintf("dynamodbav:%q", tag))
		under := sf.Type
		if under.Kind() == reflect.Pointer {
			under = under.Elem()
		}
		// reflect cannot make structs that promote methods.
		if under.Kind() == reflect.Struct && sf.Type.NumMethod() == 0 && reflect.PointerTo(under).NumMethod() == 0 {
			sf.Anonymous = rapid.Bool().Draw(t, "embedded")
		}
		fields = append(fields, sf)
	}
	return reflect.StructOf(fields)
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
			rapid.Check(t, func(t *rapid.T) { checkDecode(t, typ, randomAttrs(t, typ)) })
		})
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
		checkDecode(t, typ, randomAttrs(t, typ))
	}
}
