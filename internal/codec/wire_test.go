package codec_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/wire"
)

// checkWire requires that an item is decoded from its JSON as from the attribute map, or rejected with the same error.
func checkWire(t require.TestingT, plan *codec.Plan, attrs map[string]types.AttributeValue) (taken bool) {
	text, ok := inJSON(attrs)
	if !ok || len(attrs) == 0 {
		return false
	}
	page, it := readWire(text)
	if page == nil {
		return false
	}
	defer page.Release()
	require.Equal(t, it.Attributes(), it.Attributes())
	want, got := reflect.New(plan.Type()), reflect.New(plan.Type())
	w := try(func() (any, error) { return want.Interface(), plan.Decode(it.Attributes(), want.Elem()) })
	it.Begin()
	g := try(func() (any, error) { return got.Interface(), plan.DecodeWire(it, got.Elem()) })
	requireSame(t, fmt.Sprintf("decode %s of %s", text, plan.Type()), w, g)
	return true
}

// readWire reads an item as the image of a record; page is nil if that is declined.
func readWire(text []byte) (page *wire.Page, it wire.Item) {
	event := slices.Concat([]byte(`{"Records":[{"dynamodb":{"NewImage":`), text, []byte("}}]}"))
	page = wire.ReadEvent(event, func(r *wire.Record) { it = r.New })
	return page, it
}

// inJSON writes an item as DynamoDB does, and reports false for one that it cannot store.
func inJSON(attrs map[string]types.AttributeValue) ([]byte, bool) {
	v, ok := plainMap(attrs)
	if !ok {
		return nil, false
	}
	text, err := json.Marshal(v)
	return text, err == nil
}

func plainMap(attrs map[string]types.AttributeValue) (map[string]any, bool) {
	out := map[string]any{}
	for name, av := range attrs {
		v, ok := plain(av)
		if !ok {
			return nil, false
		}
		out[name] = v
	}
	return out, true
}

func plain(av types.AttributeValue) (map[string]any, bool) {
	if v := reflect.ValueOf(av); !v.IsValid() || v.IsNil() {
		return nil, false
	}
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": av.Value}, true
	case *types.AttributeValueMemberN:
		return map[string]any{"N": av.Value}, true
	case *types.AttributeValueMemberB:
		return map[string]any{"B": base64.StdEncoding.EncodeToString(av.Value)}, true
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": av.Value}, true
	case *types.AttributeValueMemberNULL:
		return map[string]any{"NULL": true}, true
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": av.Value}, av.Value != nil
	case *types.AttributeValueMemberNS:
		return map[string]any{"NS": av.Value}, av.Value != nil
	case *types.AttributeValueMemberBS:
		set := []string{}
		for _, b := range av.Value {
			set = append(set, base64.StdEncoding.EncodeToString(b))
		}
		return map[string]any{"BS": set}, true
	case *types.AttributeValueMemberL:
		list := []any{}
		for _, e := range av.Value {
			v, ok := plain(e)
			if !ok {
				return nil, false
			}
			list = append(list, v)
		}
		return map[string]any{"L": list}, true
	case *types.AttributeValueMemberM:
		m, ok := plainMap(av.Value)
		return map[string]any{"M": m}, ok
	}
	return nil, false
}

func TestDecodeWire(t *testing.T) {
	t.Parallel()
	item := sampleOrder()
	plan := codec.For(reflect.TypeFor[order]())
	attrs, err := plan.Encode(reflect.ValueOf(&item).Elem())
	require.NoError(t, err)
	attrs = withKeys(attrs)
	assert.True(t, checkWire(t, plan, attrs))
	assert.True(t, checkWire(t, plan.Beside("pk", "sk", "gsi1_pk", "gsi1_sk", "entityType"), attrs))
	attrs["NOTES"] = str("spelled otherwise")
	assert.True(t, checkWire(t, plan, attrs))
	attrs["total"] = str("no number")
	assert.True(t, checkWire(t, plan, attrs))
	require.Error(t, plan.DecodeWire(wire.Item{}, reflect.ValueOf(new(int)).Elem()))
}

// wireOrder returns an order with keys.
func wireOrder(t testing.TB) (*codec.Plan, wire.Item) {
	item := sampleOrder()
	plan := codec.For(reflect.TypeFor[order]()).Beside("pk", "sk", "gsi1_pk", "gsi1_sk", "entityType")
	attrs, err := plan.Encode(reflect.ValueOf(&item).Elem())
	require.NoError(t, err)
	text, _ := inJSON(withKeys(attrs))
	page, it := readWire(text)
	require.NotNil(t, page)
	return plan, it
}

func TestAllocationsOfDecodeWire(t *testing.T) {
	plan, it := wireOrder(t)
	var dst order
	v := reflect.ValueOf(&dst).Elem()
	allocs := testing.AllocsPerRun(100, func() {
		v.SetZero()
		it.Begin()
		require.NoError(t, plan.DecodeWire(it, v))
	})
	assert.InDelta(t, 5, allocs, 0, "the strings, the labels, the lines, and the map twice")
}

func BenchmarkDecodeWire(b *testing.B) {
	plan, it := wireOrder(b)
	var dst order
	v := reflect.ValueOf(&dst).Elem()
	b.ReportAllocs()
	for b.Loop() {
		v.SetZero()
		it.Begin()
		if err := plan.DecodeWire(it, v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadWire(b *testing.B) {
	item := sampleOrder()
	attrs, err := codec.For(reflect.TypeFor[order]()).Encode(reflect.ValueOf(&item).Elem())
	require.NoError(b, err)
	text, _ := inJSON(withKeys(attrs))
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		page, _ := readWire(text)
		page.Release()
	}
}
