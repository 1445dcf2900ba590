package define_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Holder has a field of any type.
type Holder[V any] struct {
	ID  string `dynamodbav:"-"`
	Val V      `dynamodbav:"val"`
}

func defineHolder[V any](table *ddb.Table) (*ddb.Entity[Holder[V]], error) {
	return ddb.Define(table, "holder", func(h *Holder[V], d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("h#"), ddb.Str(&h.ID))
		d.Primary(id, id)
	})
}

// refuses requires that Define refuses a field of type V, once, with words of the reason.
func refuses[V any](t *testing.T, want string) {
	t.Helper()
	_, err := defineHolder[V](ddb.NewTable("pk", "sk"))
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "field Val: ")
	require.ErrorContains(t, err, want)
	require.Equal(t, 1, strings.Count(err.Error(), "define holder"), err)
}

// keeps requires that a value comes back, from JSON and from attributes.
func keeps[V any](t *testing.T, v V) {
	t.Helper()
	for _, path := range []bool{false, true} {
		repo, _ := holders[V](t, path)
		created, err := repo.Create(t.Context(), Holder[V]{"1", v})
		require.NoError(t, err)
		got, err := repo.Get(t.Context(), Holder[V]{ID: "1"})
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("%v", v), fmt.Sprintf("%v", got.Val))
		assert.Equal(t, fmt.Sprintf("%v", v), fmt.Sprintf("%v", created.Val))
	}
}

func holders[V any](t *testing.T, attributePath bool) (*ddb.Repository[Holder[V]], *Holder[V]) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	e, err := defineHolder[V](table)
	require.NoError(t, err)
	db := ddb.New(ddbmem.New().Client(), "table", table, &ddb.Options{UseAttributeMaps: attributePath})
	require.NoError(t, db.CreateTable(t.Context()))
	return ddb.NewRepository(db, e), e.Fields()
}

// Hidden is as a decimal of another module is: text methods, and nothing that is exported.
type Hidden struct{ digits string }

func (h Hidden) MarshalText() ([]byte, error) { return []byte(h.digits), nil }

func (h *Hidden) UnmarshalText(text []byte) error { h.digits = string(text); return nil }

type secret struct{ b int } //nolint:unused // it is lost for that

// Outbound writes itself, and does not read itself.
type Outbound struct{ n int }

func (o Outbound) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberN{Value: fmt.Sprint(o.n)}, nil
}

type weekday int

func (w weekday) String() string { return "day" }

type oneWay struct{ A int }

func (o oneWay) MarshalText() ([]byte, error) { return []byte("x"), nil }

type lowerText string

func TestFieldsThatWouldBeLostAreRefused(t *testing.T) {
	t.Parallel()
	const nothing = "stores nothing of a "
	refuses[Hidden](t, nothing+"define_test.Hidden, which has no exported field, and it would come back as zero: make it an AsText[define_test.Hidden]")
	refuses[*Hidden](t, "AsText[define_test.Hidden]")
	refuses[[]Hidden](t, "AsText[define_test.Hidden]")
	refuses[map[string]*Hidden](t, "AsText[define_test.Hidden]")
	refuses[[][]map[string][2]Hidden](t, "AsText[define_test.Hidden]")
	refuses[[]struct{ Inner struct{ Deep Hidden } }](t, "AsText[define_test.Hidden]")
	refuses[big.Int](t, "AsText[big.Int]")
	refuses[*big.Int](t, "AsText[big.Int]")
	refuses[netip.Addr](t, "AsText[netip.Addr]")
	refuses[*regexp.Regexp](t, "AsText[regexp.Regexp]")
	refuses[*time.Location](t, nothing+"time.Location")
	refuses[secret](t, nothing+"define_test.secret, which has no exported field, and it would come back as zero: give it MarshalDynamoDBAttributeValue and UnmarshalDynamoDBAttributeValue")
	refuses[[]secret](t, nothing+"define_test.secret")
	refuses[*atomic.Int64](t, nothing+"atomic.Int64")
	refuses[[]*url.URL](t, nothing+"url.Userinfo")
	refuses[Outbound](t, "a define_test.Outbound marshals itself and does not unmarshal itself")
	refuses[[]Outbound](t, "marshals itself and does not unmarshal itself")

	const cannot = "attributevalue cannot store a "
	refuses[uintptr](t, cannot+"uintptr")
	refuses[[]uintptr](t, cannot+"uintptr")
	refuses[map[string]uintptr](t, cannot+"uintptr")
	refuses[unsafe.Pointer](t, cannot+"unsafe.Pointer")
	refuses[chan int](t, cannot+"chan int")
	refuses[[]chan int](t, cannot+"chan int")
	refuses[map[string]func()](t, cannot+"func()")
	refuses[complex128](t, cannot+"complex128")
	refuses[error](t, "cannot read a error back")
	refuses[[]fmt.Stringer](t, "cannot read a fmt.Stringer back")

	refuses[map[secret]int](t, "cannot write map keys of type define_test.secret")
	refuses[map[any]int](t, "cannot write map keys of type interface {}")
	refuses[map[*int]int](t, "cannot write map keys of type *int")
	refuses[map[[2]int]int](t, "cannot write map keys of type [2]int")
	refuses[map[time.Duration]int](t, "map keys of type time.Duration are stored as what String returns")
	refuses[[]map[weekday]int](t, "map keys of type define_test.weekday are stored as what String returns")
	refuses[map[oneWay]int](t, "map keys of type define_test.oneWay marshal themselves as text and do not unmarshal themselves")
}

func TestFieldsThatAreStoredComeBack(t *testing.T) {
	t.Parallel()
	keeps(t, time.Second)
	keeps(t, json.RawMessage(`{"a":1}`))
	keeps(t, json.Number("12"))
	keeps(t, 'x')
	keeps(t, []rune("xy"))
	keeps(t, float32(0.1))
	keeps(t, [0]int{})
	keeps(t, [4]byte{1, 2, 3})
	keeps(t, [3]int{1, 2, 3})
	keeps(t, []any{nil, 1.5, "x", map[string]any{"a": nil}})
	keeps(t, struct{}{})
	keeps(t, map[string]struct{}{"a": {}})
	keeps(t, map[int]string{-3: "b"})
	keeps(t, map[bool]int{true: 1})
	keeps(t, map[float64]int{1.5: 1})
	keeps(t, map[netip.Addr]int{netip.MustParseAddr("1.2.3.4"): 1})
	keeps(t, map[lowerText]int{"a": 1})
	keeps(t, map[string]*int{"a": nil})
	keeps(t, "a\x00b\u2028")
	keeps(t, attributevalue.UnixTime(time.Unix(12, 0).UTC()))
}

func TestEmbeddedValuesThatWouldBeLostAreRefused(t *testing.T) {
	t.Parallel()
	type Clocked struct {
		ID string `dynamodbav:"-"`
		time.Time
	}
	_, err := ddb.Define(ddb.NewTable("pk", "sk"), "clocked", func(c *Clocked, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("c#"), ddb.Str(&c.ID))
		d.Primary(id, id)
	})
	require.ErrorContains(t, err, "field Time: an embedded time.Time is not stored: give the field a name, or its tag")

	type Named struct {
		ID string `dynamodbav:"-"`
		pk        //nolint:unused // attributevalue stores it
	}
	_, err = ddb.Define(ddb.NewTable("pk", "sk"), "named", func(c *Named, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("c#"), ddb.Str(&c.ID))
		d.Primary(id, id)
	})
	require.ErrorContains(t, err, `attributevalue stores the embedded define_test.pk as "pk" and cannot read it back`)
}

type pk string //nolint:unused // of the field above

// A channel in an any is seen when it is written, and so is all else that would be lost there.
func TestValuesBehindAnAnyThatWouldBeLostAreRefused(t *testing.T) {
	t.Parallel()
	for _, path := range []bool{false, true} {
		repo, f := holders[any](t, path)
		for what, v := range map[string]any{
			"a chan": make(chan int), "a func": func() {}, "a uintptr": uintptr(3), "a hidden": Hidden{"1"}, "a pointer": &secret{},
			"in a list": []any{1, []chan int{}}, "in a map": map[string]any{"a": map[string]any{"b": func() {}}}, "in a struct": struct{ A any }{Hidden{"1"}},
			"map keys": map[secret]int{}, "NaN": []any{math.NaN()}, "text": map[string]any{"a": "\xff"}, "a time": []any{time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)},
		} {
			_, err := repo.Create(t.Context(), Holder[any]{"1", v})
			require.ErrorContains(t, err, "Val", what)
			_, err = repo.Update(t.Context(), Holder[any]{ID: "1"}, ddb.Set(&f.Val, v))
			require.ErrorContains(t, err, "Val", what)
			_, err = repo.Get(t.Context(), Holder[any]{ID: "1"})
			require.ErrorIs(t, err, ddb.ErrNotFound, what)
		}
	}
}
