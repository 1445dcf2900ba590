package field_test

import (
	"reflect"
	"runtime"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/field"
)

type city struct {
	Name string
	Zip  string `dynamodbav:"zip,omitempty"`
}

type Place struct {
	City   city
	Street *city `dynamodbav:"street"`
	At     *time.Time
}

type Base struct {
	ID      string `dynamodbav:"id"`
	Created time.Time
	Title   string // hidden by Thing.Title
}

type unexported struct {
	Note   string
	secret string
}

type Money struct{ Cents int }

func (m Money) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberN{Value: "1"}, nil
}

type Thing struct {
	Base
	*Place
	unexported
	Title  string
	Seq    int `dynamodbav:"seq,omitempty"`
	Key    city
	Hidden city `dynamodbav:"-"`
	Price  Money
	Parent *Thing
	Named  unexportedAlias `dynamodbav:"named"`
	None   struct{}
	Tags   []string `dynamodbav:",stringset,omitempty,omitzero"`
	secret int
}

type unexportedAlias struct{ A, B int }

func prototype[T any](t *testing.T) (*field.Prototype, *T) {
	t.Helper()
	p, err := field.New(reflect.TypeFor[T]())
	require.NoError(t, err)
	return p, p.Pointer().Interface().(*T)
}

func TestResolve(t *testing.T) {
	t.Parallel()
	p, f := prototype[Thing](t)
	for _, c := range []struct {
		name string
		ptr  any
		path []string
	}{
		{"Title", &f.Title, []string{"Title"}},
		{"Base", &f.Base, nil},
		{"ID", &f.ID, []string{"id"}},
		{"Created", &f.Created, []string{"Created"}},
		{"Base.Title", &f.Base.Title, nil},
		{"City", &f.City, []string{"City"}},
		{"City.Name", &f.City.Name, []string{"City", "Name"}},
		{"City.Zip", &f.City.Zip, []string{"City", "zip"}},
		{"Street", &f.Street, []string{"street"}},
		{"Street.Zip", &f.Street.Zip, []string{"street", "zip"}},
		{"At", &f.At, []string{"At"}},
		{"Note", &f.Note, []string{"Note"}},
		{"Seq", &f.Seq, []string{"seq"}},
		{"Hidden", &f.Hidden, nil},
		{"Hidden.Zip", &f.Hidden.Zip, nil},
		{"Price", &f.Price, []string{"Price"}},
		{"Price.Cents", &f.Price.Cents, nil},
		{"Parent", &f.Parent, []string{"Parent"}},
		{"Named.B", &f.Named.B, []string{"named", "B"}},
		{"Tags", &f.Tags, []string{"Tags"}},
	} {
		got, err := p.Resolve(c.ptr)
		if assert.NoError(t, err, c.name) {
			assert.Equal(t, c.name, got.Name)
			assert.Equal(t, c.path, got.Path, c.name)
			assert.Equal(t, len(c.path) > 0, got.Stored(), c.name)
			assert.Same(t, c.ptr, got.Addr(p.Pointer().Elem()).Addr().Interface(), c.name)
		}
	}
	tags, err := p.Resolve(&f.Tags)
	require.NoError(t, err)
	assert.True(t, tags.StringSet && tags.OmitEmpty)
	base, err := p.Resolve(&f.Base)
	require.NoError(t, err)
	assert.True(t, base.Embedded)
	require.NoError(t, p.Changed())
}

func TestResolveTellsAStructFromItsFirstField(t *testing.T) {
	t.Parallel()
	p, f := prototype[Thing](t)
	for ptr, want := range map[any]string{&f.Base: "Base", &f.ID: "ID", &f.Key: "Key", &f.Key.Name: "Key.Name"} {
		got, err := p.Resolve(ptr)
		require.NoError(t, err)
		assert.Equal(t, want, got.Name)
	}
}

func TestResolveRefusesWhatIsNoField(t *testing.T) {
	t.Parallel()
	p, f := prototype[Thing](t)
	loaded := Thing{Place: &Place{}}
	_, other := prototype[Thing](t)
	local, number := "x", 3
	var none *string
	for name, ptr := range map[string]any{
		"nil":                      nil,
		"nil pointer":              none,
		"a value":                  f.Title,
		"a field of an item":       &loaded.Title,
		"a nested field of one":    &loaded.City.Name,
		"of another prototype":     &other.Title,
		"a variable":               &local,
		"a number":                 &number,
		"the prototype itself":     f,
		"an unexported field":      &f.secret,
		"a field of zero size":     &f.None,
		"a nil pointer's value":    f.Parent,
		"a pointer to the pointer": &f,
	} {
		got, err := p.Resolve(ptr)
		assert.Error(t, err, name)
		assert.Nil(t, got, name)
	}
	_, err := p.Resolve(&loaded.Title)
	assert.EqualError(t, err, "a string that is not a field of Thing (name fields through Fields(), not through an item)")
}

type selfMade struct {
	Base
	Name string
}

func (*selfMade) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return nil, nil }

func TestAnItemThatMarshalsItselfHasNoAttributesOfItsOwn(t *testing.T) {
	t.Parallel()
	p, f := prototype[selfMade](t)
	for _, ptr := range []any{&f.Name, &f.ID} {
		got, err := p.Resolve(ptr)
		require.NoError(t, err)
		assert.False(t, got.Stored())
	}
}

func TestNewRefusesWhatIsNoStruct(t *testing.T) {
	t.Parallel()
	for _, typ := range []reflect.Type{reflect.TypeFor[int](), reflect.TypeFor[*Thing](), reflect.TypeFor[map[string]int]()} {
		_, err := field.New(typ)
		assert.Error(t, err)
	}
}

type tree struct {
	Left, Right *tree
	Leaf        *leaf
	Kids        []tree
}

type leaf struct {
	Up    *tree
	Other *leaf
	N     int
}

func TestRecursiveTypesEnd(t *testing.T) {
	t.Parallel()
	p, f := prototype[tree](t)
	n, err := p.Resolve(&f.Leaf.N)
	require.NoError(t, err)
	assert.Equal(t, []string{"Leaf", "N"}, n.Path)
	up, err := p.Resolve(&f.Leaf.Up)
	require.NoError(t, err)
	assert.Equal(t, "Leaf.Up", up.Name)
	assert.Nil(t, f.Left)
	assert.Nil(t, f.Leaf.Up)
}

type twice struct {
	First, Second *city
	Third, Fourth city
}

func TestOneTypeInSeveralFields(t *testing.T) {
	t.Parallel()
	p, f := prototype[twice](t)
	for ptr, want := range map[*string]string{
		&f.First.Zip: "First.Zip", &f.Second.Zip: "Second.Zip", &f.Third.Zip: "Third.Zip", &f.Fourth.Zip: "Fourth.Zip",
	} {
		got, err := p.Resolve(ptr)
		require.NoError(t, err)
		assert.Equal(t, want, got.Name)
	}
}

type zeroSizes struct {
	A struct{}
	B [0]int
	C string
	D struct{}
	E *struct{}
}

func TestFieldsOfZeroSizeHideNothing(t *testing.T) {
	t.Parallel()
	p, f := prototype[zeroSizes](t)
	got, err := p.Resolve(&f.C)
	require.NoError(t, err)
	assert.Equal(t, "C", got.Name)
	for _, ptr := range []any{&f.A, &f.B, &f.D} {
		_, err := p.Resolve(ptr)
		assert.Error(t, err)
	}
	assert.NoError(t, p.Changed())
}

// The prototype keeps what it allocated, so that no item can come to lie at an address that means a field.
func TestReplacedNestedStructsKeepTheirAddresses(t *testing.T) {
	t.Parallel()
	p, f := prototype[Thing](t)
	f.Place = &Place{Street: &city{}}
	for range 3 {
		runtime.GC()
		for range 1000 {
			item := &Place{Street: &city{}}
			_, err := p.Resolve(&item.Street.Zip)
			require.Error(t, err)
		}
	}
	assert.ErrorContains(t, p.Changed(), "field Place of the prototype of Thing was written to")
}

func TestChanged(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(*Thing){
		"Title":       func(f *Thing) { f.Title = "x" },
		"Base.ID":     func(f *Thing) { f.ID = "x" },
		"Base.Title":  func(f *Thing) { f.Base.Title = "x" },
		"Key.Zip":     func(f *Thing) { f.Key.Zip = "x" },
		"Hidden.Zip":  func(f *Thing) { f.Hidden = city{Zip: "z"} },
		"Place":       func(f *Thing) { f.Place = nil },
		"Place.City":  func(f *Thing) { f.City = city{Name: "n"} },
		"Street":      func(f *Thing) { *f.Place = Place{} },
		"Street.Name": func(f *Thing) { f.Street.Name = "n" },
		"Street.Zip":  func(f *Thing) { *f.Street = city{Zip: "z"} },
		"At":          func(f *Thing) { f.At = new(time.Now()) },
		"Created":     func(f *Thing) { f.Created = time.Now() },
		"Parent":      func(f *Thing) { f.Parent = f },
		"Tags":        func(f *Thing) { f.Tags = []string{} },
		"secret":      func(f *Thing) { f.secret = 1 },
		"unexported":  func(f *Thing) { f.unexported.secret = "s" },
		"Price.Cents": func(f *Thing) { f.Price.Cents = 1 },
		"*":           func(f *Thing) { *f = Thing{} },
	} {
		p, f := prototype[Thing](t)
		require.NoError(t, p.Changed())
		write(f)
		err := p.Changed()
		if assert.Error(t, err, name) && name != "*" {
			assert.ErrorContains(t, err, name)
			assert.ErrorContains(t, err, "Thing was written to")
		}
	}
}

func TestChangedAllocatesNothing(t *testing.T) {
	p, _ := prototype[Thing](t)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if p.Changed() != nil {
			t.Error("changed")
		}
	}))
}

func TestGetAndAddr(t *testing.T) {
	t.Parallel()
	p, f := prototype[Thing](t)
	zip, err := p.Resolve(&f.Street.Zip)
	require.NoError(t, err)
	var item Thing
	assert.Equal(t, "", zip.Get(reflect.ValueOf(item)).Interface(), "behind nil pointers")
	zip.Addr(reflect.ValueOf(&item).Elem()).SetString("80331")
	assert.Equal(t, "80331", item.Street.Zip)
	assert.Equal(t, "80331", zip.Get(reflect.ValueOf(item)).Interface())
	assert.Equal(t, "street", zip.Attr())
	assert.True(t, zip.Nested())
}

func TestOverlaps(t *testing.T) {
	t.Parallel()
	p, f := prototype[Thing](t)
	resolve := func(ptr any) *field.Field {
		got, err := p.Resolve(ptr)
		require.NoError(t, err)
		return got
	}
	check := func(a, b any, want bool) {
		t.Helper()
		assert.Equal(t, want, resolve(a).Overlaps(resolve(b)))
		assert.Equal(t, want, resolve(b).Overlaps(resolve(a)))
	}
	check(&f.Title, &f.Title, true)
	check(&f.Title, &f.ID, false)
	check(&f.City, &f.City.Name, true)
	check(&f.City.Zip, &f.City.Name, false)
	check(&f.City.Zip, &f.Street.Zip, false)
	check(&f.Place, &f.City.Zip, true) // promoted
	check(&f.Base, &f.ID, true)
	check(&f.Base, &f.Title, false)
	check(&f.Hidden, &f.Hidden.Zip, true) // stored nowhere
	check(&f.Hidden.Name, &f.Hidden.Zip, false)
	check(&f.Price, &f.Price.Cents, true)

	q, g := prototype[twice](t)
	first, err := q.Resolve(&g.First)
	require.NoError(t, err)
	assert.False(t, first.Overlaps(resolve(&f.Base)), "two structs")
}

func BenchmarkResolve(b *testing.B) {
	p, err := field.New(reflect.TypeFor[Thing]())
	require.NoError(b, err)
	f := p.Pointer().Interface().(*Thing)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Resolve(&f.Street.Zip); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkChanged(b *testing.B) {
	p, err := field.New(reflect.TypeFor[Thing]())
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Changed(); err != nil {
			b.Fatal(err)
		}
	}
}
