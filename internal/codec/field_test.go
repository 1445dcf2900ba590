package codec_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/field"
)

type basket struct {
	Status  text      `dynamodbav:"status,omitempty"`
	Expires time.Time `dynamodbav:"expires,unixtime"`
	Seq     int       `dynamodbav:",string"`
	Tags    []string  `dynamodbav:",stringset"`
	Scores  []float64 `dynamodbav:",numberset,omitemptyelem"`
	Hashes  [][]byte
	Lines   []line
	ByName  map[string]*line
	Bytes   []byte
	Loud    loudMap
	Notes   *[]string `dynamodbav:",nullemptyelem"`
	Wrong   []bool    `dynamodbav:",stringset"`
	Any     any
	Nested  struct {
		At *time.Time `dynamodbav:"at,unixtime"`
	}
}

func basketFields(t testing.TB) (*basket, func(ptr any) *field.Field) {
	t.Helper()
	p, err := field.New(reflect.TypeFor[basket]())
	require.NoError(t, err)
	return p.Pointer().Interface().(*basket), func(ptr any) *field.Field {
		f, err := p.Resolve(ptr)
		require.NoError(t, err)
		return f
	}
}

func TestEncodeField(t *testing.T) {
	t.Parallel()
	b, field := basketFields(t)
	at := time.Unix(1700000000, 5)
	for _, c := range []struct {
		ptr, value any
		want       types.AttributeValue
	}{
		{&b.Status, text("open"), str("open")},
		{&b.Status, text(""), nil},
		{&b.Expires, at, num("1700000000")},
		{&b.Nested.At, &at, num("1700000000")},
		{&b.Nested.At, (*time.Time)(nil), &types.AttributeValueMemberNULL{Value: true}},
		{&b.Seq, 7, str("7")},
		{&b.Tags, []string{"a", "b"}, &types.AttributeValueMemberSS{Value: []string{"a", "b"}}},
		{&b.Tags, []string{}, &types.AttributeValueMemberNULL{Value: true}},
		{&b.Scores, []float64{0, 1.5}, &types.AttributeValueMemberNS{Value: []string{"1.5"}}},
		{&b.Any, "any", str("any")},
		{&b.Any, 7, num("7")},
	} {
		f := field(c.ptr)
		got, err := codec.EncodeField(f, reflect.ValueOf(c.value))
		require.NoError(t, err, f.Name)
		assert.Equal(t, c.want, got, f.Name)
	}
}

// A value is encoded as the item would encode it, whether the caller can address it or not.
func TestPointerReceiversOfFieldsAndElements(t *testing.T) {
	t.Parallel()
	type thing struct {
		One     byPointer
		List    []byPointer
		ByName  map[string]byPointer
		Pointer *byPointer
		Holder  struct{ In byPointer }
		Any     any
		Anys    map[string]any
	}
	p, err := field.New(reflect.TypeFor[thing]())
	require.NoError(t, err)
	f := p.Pointer().Interface().(*thing)
	item := thing{
		One: byPointer{"1"}, List: []byPointer{{"22"}}, ByName: map[string]byPointer{"x": {"333"}}, Pointer: &byPointer{"4444"}, Any: byPointer{"5"},
		Anys: map[string]any{"x": &byPointer{"6"}},
	}
	m, err := attributevalue.MarshalMap(&item)
	require.NoError(t, err)
	for ptr, value := range map[any]any{&f.One: &item.One, &f.List: &item.List, &f.ByName: &item.ByName, &f.Pointer: &item.Pointer, &f.Holder: &item.Holder, &f.Any: &item.Any} {
		named, err := p.Resolve(ptr)
		require.NoError(t, err)
		for _, v := range []reflect.Value{reflect.ValueOf(value).Elem(), reflect.ValueOf(reflect.ValueOf(value).Elem().Interface())} {
			got, err := codec.EncodeField(named, v)
			require.NoError(t, err)
			assert.Equal(t, m[named.Attr()], got, named.Name)
		}
	}
	check := func(ptr any, want types.AttributeValue, elem any) {
		named, err := p.Resolve(ptr)
		require.NoError(t, err)
		for _, v := range []reflect.Value{reflect.ValueOf(elem).Elem(), reflect.ValueOf(reflect.ValueOf(elem).Elem().Interface())} {
			got, err := codec.EncodeElem(named, v)
			require.NoError(t, err)
			assert.Equal(t, want, got, named.Name)
		}
	}
	check(&f.List, m["List"].(*types.AttributeValueMemberL).Value[0], &byPointer{"22"})
	check(&f.ByName, m["ByName"].(*types.AttributeValueMemberM).Value["x"], &byPointer{"333"})
	six := any(&byPointer{"6"})
	check(&f.Anys, m["Anys"].(*types.AttributeValueMemberM).Value["x"], &six)
}

func TestDecodeField(t *testing.T) {
	t.Parallel()
	b, field := basketFields(t)
	var at time.Time
	require.NoError(t, codec.DecodeField(field(&b.Expires), num("1700000000"), reflect.ValueOf(&at).Elem()))
	assert.Equal(t, time.Unix(1700000000, 0).UTC(), at)
	var seq int
	require.NoError(t, codec.DecodeField(field(&b.Seq), str("7"), reflect.ValueOf(&seq).Elem()))
	assert.Equal(t, 7, seq)
	assert.EqualError(t, codec.DecodeField(field(&b.Seq), str("x"), reflect.ValueOf(&seq).Elem()), `Seq: strconv.ParseInt: parsing "x": invalid syntax`)
	assert.ErrorContains(t, codec.DecodeField(field(&b.Seq), str("7"), reflect.ValueOf(&at).Elem()), "a time.Time where a int is expected")
}

func TestEncodeElem(t *testing.T) {
	t.Parallel()
	b, field := basketFields(t)
	for _, c := range []struct {
		ptr, value any
		want       types.AttributeValue
	}{
		{&b.Tags, "a", str("a")},
		{&b.Tags, "", str("")},
		{&b.Scores, 2.5, num("2.5")},
		{&b.Scores, 0.0, nil},
		{&b.Hashes, []byte{1}, &types.AttributeValueMemberB{Value: []byte{1}}},
		{&b.Lines, line{SKU: "s"}, &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"sku": str("s"), "quantity": num("0"), "price": num("0")}}},
		{&b.ByName, (*line)(nil), &types.AttributeValueMemberNULL{Value: true}},
		{&b.Notes, "", &types.AttributeValueMemberNULL{Value: true}},
	} {
		f := field(c.ptr)
		got, err := codec.EncodeElem(f, reflect.ValueOf(c.value))
		require.NoError(t, err, f.Name)
		assert.Equal(t, c.want, got, f.Name)
	}
	for ptr, value := range map[any]any{&b.Bytes: byte(1), &b.Status: "s", &b.Loud: "x", &b.Wrong: true, &b.Lines: "no line", &b.Hashes: []byte(nil)} {
		_, err := codec.EncodeElem(field(ptr), reflect.ValueOf(value))
		assert.Error(t, err, field(ptr).Name)
		assert.ErrorContains(t, err, field(ptr).Name)
	}
}
