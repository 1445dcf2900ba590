package field_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/field"
)

type (
	one    struct{ A, B string }
	two    struct{ A, C string }
	tagged struct {
		X string `dynamodbav:"A"`
	}
	deep struct{ one }
	Self struct {
		*Self
		A string
	}
	Up struct {
		*Down
		A string
	}
	Down struct {
		*Up
		B string
	}
	Text string
)

// Each of these has a trap in the promotion of its embedded structs.
var shapes = []reflect.Type{
	reflect.TypeFor[struct{ A string }](),
	reflect.TypeFor[struct {
		one
		two
	}](), // A clashes
	reflect.TypeFor[struct {
		one
		tagged
	}](), // the tag wins
	reflect.TypeFor[struct {
		one
		tagged
		A string
	}](), // the shallow one wins
	reflect.TypeFor[struct {
		deep
		two
	}](), // two wins
	reflect.TypeFor[struct {
		deep
		one
	}](), // one type at two depths
	reflect.TypeFor[struct {
		D1 struct{ one }
		one
	}](), //
	reflect.TypeFor[struct {
		one `dynamodbav:"one"`
		two
	}](), // named by its tag
	reflect.TypeFor[struct {
		one `dynamodbav:"-"`
		two
	}](), //
	reflect.TypeFor[struct {
		one `dynamodbav:"-,omitempty"`
		two
	}](), //
	reflect.TypeFor[struct {
		one `dynamodbav:",omitempty"`
		two
	}](), // an option gives no name
	reflect.TypeFor[struct {
		A string `dynamodbav:"B"`
		B string
	}](), // the tag wins
	reflect.TypeFor[struct {
		A string `dynamodbav:"C"`
		B string `dynamodbav:"C"`
	}](), // two tags: neither
	reflect.TypeFor[struct {
		A string `dynamodbav:"-,"`
		B string `json:"b"`
	}](), //
	reflect.TypeFor[struct {
		A string `dynamodbav:"a b,stringset,,x"`
		B string `dynamodbav:",string"`
	}](), //
	reflect.TypeFor[struct {
		time.Time
		A string
	}](), // an embedded time is lost
	reflect.TypeFor[Self](),
	reflect.TypeFor[Up](),
	reflect.TypeFor[struct {
		Up
		Down
	}](),
	reflect.TypeFor[struct {
		Text
		A string
	}](),
	reflect.TypeFor[struct {
		*Up `dynamodbav:"up"`
		A   string
	}](),
}

// A field is stored where, and only where, attributevalue stores it.
func checkShape(t require.TestingT, typ reflect.Type) {
	p, err := field.New(typ)
	require.NoError(t, err)
	item := reflect.New(typ)
	want := map[string]string{}
	for _, f := range p.Fields() {
		v := f.Addr(item.Elem())
		if v.Kind() != reflect.String {
			continue
		}
		v.SetString(f.Name)
		if f.Stored() {
			want[fmt.Sprint(f.Path)] = f.Name
		}
	}
	m, err := attributevalue.MarshalMap(item.Interface())
	require.NoError(t, err)
	assert.Equal(t, want, flatten(map[string]string{}, nil, m), "%s", typ)
}

func flatten(dst map[string]string, path []string, m map[string]types.AttributeValue) map[string]string {
	for name, av := range m {
		at := append(append([]string(nil), path...), name)
		switch av := av.(type) {
		case *types.AttributeValueMemberS:
			if av.Value != "0001-01-01T00:00:00Z" { // a time is not a string field
				dst[fmt.Sprint(at)] = av.Value
			}
		case *types.AttributeValueMemberM:
			flatten(dst, at, av.Value)
		}
	}
	return dst
}

func TestFieldsAgreeWithAttributevalue(t *testing.T) {
	t.Parallel()
	for _, typ := range append(shapes, reflect.TypeFor[Thing](), reflect.TypeFor[tree](), reflect.TypeFor[twice]()) {
		checkShape(t, typ)
	}
}

func TestFieldsOfRandomStructsAgreeWithAttributevalue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkShape(t, randomStruct(t, 3)) })
}

// randomStruct draws few names and repeats types, so that names and embedded types meet.
func randomStruct(t *rapid.T, depth int) reflect.Type {
	pool := append([]reflect.Type(nil), reflect.TypeFor[struct{ A, B string }](), reflect.TypeFor[struct{ D, C string }]())
	if depth > 0 {
		for range rapid.IntRange(1, 3).Draw(t, "types") {
			pool = append(pool, randomStruct(t, depth-1))
		}
	}
	var fields []reflect.StructField
	for i, n := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"A", "B", "C", "D", "E", "F"}), 1, 5, rapid.ID[string]).Draw(t, "names") {
		sf := reflect.StructField{Name: n, Type: reflect.TypeFor[string]()}
		if rapid.Bool().Draw(t, "struct") {
			sf.Type = rapid.SampledFrom(pool).Draw(t, "type")
			sf.Anonymous = rapid.IntRange(0, 3).Draw(t, "embedded") > 0
			if rapid.Bool().Draw(t, "pointer") {
				sf.Type = reflect.PointerTo(sf.Type)
			}
		}
		tag := rapid.SampledFrom([]string{"", "", "", ",omitempty", "-", "A", "B", "C", "x"}).Draw(t, fmt.Sprint("tag ", i))
		sf.Tag = reflect.StructTag(fmt.Sprintf("dynamodbav:%q", tag))
		fields = append(fields, sf)
	}
	return reflect.StructOf(fields)
}

func TestAttributesComeInOrder(t *testing.T) {
	t.Parallel()
	var names []string
	for _, a := range field.Attributes(reflect.TypeFor[Thing]()) {
		names = append(names, a.Name)
	}
	assert.Equal(t, []string{"id", "Created", "City", "street", "At", "Note", "Title", "seq", "Key", "Price", "Parent", "named", "None", "Tags"}, names)
}
