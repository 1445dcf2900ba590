package codec_test

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/field"
)

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
		for _, field := range v.Fields() {
			fill(t, field, depth-1)
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

// samples are attributes of every kind, empty ones and some that do not fit anything included.
var samples = func() []types.AttributeValue {
	null := &types.AttributeValueMemberNULL{Value: true}
	leaves := []types.AttributeValue{
		nil, null, &types.AttributeValueMemberNULL{}, &types.AttributeValueMemberBOOL{Value: true}, &types.AttributeValueMemberBOOL{},
		&types.AttributeValueMemberN{Value: "1"}, &types.AttributeValueMemberN{Value: "-1.5"}, &types.AttributeValueMemberN{Value: "300"}, &types.AttributeValueMemberN{Value: "1e300"},
		&types.AttributeValueMemberN{}, &types.AttributeValueMemberN{Value: "99999999999999999999"},
		&types.AttributeValueMemberS{}, &types.AttributeValueMemberS{Value: "a"}, &types.AttributeValueMemberS{Value: "7"}, &types.AttributeValueMemberS{Value: "2026-11-20T21:00:00.5+01:00"},
		&types.AttributeValueMemberB{}, &types.AttributeValueMemberB{Value: []byte{}}, &types.AttributeValueMemberB{Value: []byte{1}}, &types.AttributeValueMemberB{Value: []byte{1, 2, 3, 4}},
		&types.AttributeValueMemberSS{}, &types.AttributeValueMemberSS{Value: []string{}}, &types.AttributeValueMemberSS{Value: []string{"a"}}, &types.AttributeValueMemberSS{Value: []string{"a", "7", ""}},
		&types.AttributeValueMemberNS{}, &types.AttributeValueMemberNS{Value: []string{"1"}}, &types.AttributeValueMemberNS{Value: []string{"1", "2.5", "300"}},
		&types.AttributeValueMemberBS{}, &types.AttributeValueMemberBS{Value: [][]byte{{1}}}, &types.AttributeValueMemberBS{Value: [][]byte{{1}, {}, {1, 2, 3, 4}, nil}},
		&types.AttributeValueMemberL{}, &types.AttributeValueMemberL{Value: []types.AttributeValue{}}, &types.AttributeValueMemberM{}, &types.UnknownUnionMember{Tag: "X"},
	}
	all := leaves
	for _, leaf := range leaves {
		all = append(all,
			&types.AttributeValueMemberL{Value: []types.AttributeValue{leaf}},
			&types.AttributeValueMemberL{Value: []types.AttributeValue{leaf, null, leaf}},
			&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"a": leaf}},
			&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"true": leaf, "B": leaf}},
			&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"3": leaf}})
	}
	return all
}()

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
		var tag strings.Builder
		tag.WriteString(rapid.SampledFrom([]string{"", "", "", "a", "b", "name", "-"}).Draw(t, "tag"))
		for _, o := range rapid.SliceOfNDistinct(rapid.SampledFrom(options), 0, 2, rapid.ID[string]).Draw(t, "options") {
			tag.WriteString("," + o)
		}
		sf.Tag = reflect.StructTag(fmt.Sprintf("dynamodbav:%q", tag.String()))
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
