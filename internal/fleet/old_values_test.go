package fleet_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// lowered is an id of which ABC and abc are one key.
type lowered string

func (l lowered) MarshalText() ([]byte, error)     { return []byte(strings.ToLower(string(l))), nil }
func (l *lowered) UnmarshalText(text []byte) error { *l = lowered(text); return nil }

// holder has a value of the type that today's definitions take.
type holder[V any] struct {
	ID  lowered `dynamodbav:"id"`
	Val V       `dynamodbav:"val"`
}

func (h holder[V]) name() string { return string(h.ID) }

// page has the keys of the table as its own attributes.
type page struct {
	PK string `dynamodbav:"pk"`
	SK string `dynamodbav:"sk"`
}

// values is a table as an older release left it.
type values struct{ client *dynamodb.Client }

func openValues(t *testing.T) *values {
	t.Helper()
	raw, err := os.ReadFile("testdata/values-0e51cb8.json")
	require.NoError(t, err)
	var tables map[string][]map[string]any
	require.NoError(t, json.Unmarshal(raw, &tables))
	v := &values{ddbmem.New().Client()}
	for name, items := range tables {
		table := ddb.NewTable("pk", "sk")
		pages(t, table)
		require.NoError(t, ddb.New(v.client, name, table, nil).CreateTable(t.Context()))
		for _, it := range items {
			_, err := v.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: itemOf(it)})
			require.NoError(t, err)
		}
	}
	return v
}

func pages(t *testing.T, table *ddb.Table) *ddb.Entity[page] {
	t.Helper()
	e, err := ddb.Define(table, "page", func(p *page, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Native(&p.PK)), ddb.Key(ddb.Native(&p.SK)))
	})
	require.NoError(t, err)
	return e
}

// reads requires that an item is read alone and in a list, with a value or with its own error (says is not ""), and
// that it can be deleted.
func reads[V any](t *testing.T, v *values, id string, want V, says string) {
	t.Helper()
	both(t, v, holder[V]{lowered(id), want}, func(h *holder[V]) *lowered { return &h.ID }, says)
}

func both[T interface{ name() string }](t *testing.T, v *values, want T, id func(*T) *lowered, says string) {
	t.Helper()
	for _, opts := range []*ddb.Options{nil, {UseAttributeMaps: true}} {
		table := ddb.NewTable("pk", "sk")
		e, err := ddb.Define(table, "holder", func(x *T, d *ddb.Definition) {
			key := ddb.Key(ddb.Prefix("h#"), ddb.Text(id(x)))
			d.Primary(key, key)
		})
		require.NoError(t, err)
		repo := ddb.NewRepository(ddb.New(v.client, "values", table, opts), e)
		var key T
		*id(&key) = lowered(strings.ToLower(want.name()))
		got, err := repo.Get(t.Context(), key)
		listed, all := ddb.CollectAll(repo.Query(t.Context(), e.Query(key)))
		if says == "" {
			require.NoError(t, err, want.name())
			require.NoError(t, all, want.name())
			assert.Equal(t, want, got)
			assert.Equal(t, []T{want}, listed)
		} else {
			for _, err := range []error{err, all} {
				bad, ok := errors.AsType[*ddb.ItemError](err)
				require.True(t, ok, "%v", err)
				require.ErrorContains(t, err, says)
				assert.Contains(t, bad.Key, `pk="h#`+want.name())
			}
		}
		if opts == nil {
			continue
		}
		require.NoError(t, repo.Delete(t.Context(), key))
		_, err = repo.Get(t.Context(), key)
		require.ErrorIs(t, err, ddb.ErrNotFound)
	}
}

// Stored values that are rejected now are read by the types that are accepted now, or are an error of that item only.
func TestOldValuesThatAreRefusedNowAreRead(t *testing.T) {
	t.Parallel()
	v := openValues(t)
	type kept struct{ Kept string }
	type label struct{ Label string }
	three := 3
	reads(t, v, "text", "Jos\ufffd", "")
	reads(t, v, "map", map[string]string{"Jos\ufffd": "\ufffd"}, "")
	reads(t, v, "zone", time.Date(1880, 1, 1, 0, 0, 0, 0, time.FixedZone("", 53*60)), "")
	reads(t, v, "year", time.Time{}, `cannot unmarshal "12026-01-01T00:00:00Z" into time.Time`)
	reads(t, v, "farzone", time.Time{}, `cannot unmarshal "2026-01-01T00:00:00+25:00" into time.Time`)
	reads(t, v, "ABC", "key of another spelling", "")
	reads(t, v, "list", []kept{{"a"}}, "")
	reads(t, v, "embedded-time", label{"a"}, "")
	reads(t, v, "pointers", &three, "")
	reads(t, v, "maxfloat", float32(math.MaxFloat32), "")
	reads(t, v, "uintptr", uint64(0), "")
	reads(t, v, "float-keys", map[float32]int(nil), `cannot unmarshal map key "3.4028235e+38" into Go value type float32`)
	reads(t, v, "twice", map[string]int{"1s": 1}, "")
	reads(t, v, "nan-key", map[string]*int{"NaN": nil}, "")
	both(t, v, binaries{"bytes", [][]byte{{1}, {2}}}, func(b *binaries) *lowered { return &b.ID }, "")
	both(t, v, tags{"tagged", []string{"a", "b"}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), "1", []string{"b"}}, func(x *tags) *lowered { return &x.ID }, "")
	left, err := v.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("values")})
	require.NoError(t, err)
	assert.Empty(t, left.Items, "the test reads all of them")
}

type (
	binaries struct {
		ID  lowered  `dynamodbav:"id"`
		Val [][]byte `dynamodbav:"val,binaryset"` // without the tag it was stored alike
	}
	tags struct {
		ID   lowered   `dynamodbav:"id"`
		Set  []string  `dynamodbav:"set,stringset"`      // was an array
		Time time.Time `dynamodbav:"time"`               // was tagged string
		Any  any       `dynamodbav:"any"`                // was tagged string
		Skip []string  `dynamodbav:"skip,omitemptyelem"` // was an array
	}
)

func (b binaries) name() string { return string(b.ID) }
func (x tags) name() string     { return string(x.ID) }

// For every read a key that begins with "~" is the library's own. An item that an older release wrote there was never
// visible: the SDK deletes it. Text that was not UTF-8 is stored as another text, under which it is found.
func TestOldNativeKeysThatAreRefusedNow(t *testing.T) {
	t.Parallel()
	v := openValues(t)
	table := ddb.NewTable("pk", "sk")
	e := pages(t, table)
	repo := ddb.NewRepository(ddb.New(v.client, "pages", table, nil), e)
	for _, key := range []page{{"Jos\ufffd", "1"}, {"x", "~1"}} {
		got, err := repo.Get(t.Context(), key)
		require.NoError(t, err)
		assert.Equal(t, key, got)
		require.NoError(t, repo.Delete(t.Context(), key))
	}
	lost := page{"~x", "1"}
	_, err := repo.Get(t.Context(), lost)
	require.ErrorIs(t, err, ddb.ErrKey)
	require.ErrorIs(t, repo.Delete(t.Context(), lost), ddb.ErrKey)
	all, err := ddb.CollectAll(repo.Scan(t.Context(), nil))
	require.ErrorIs(t, err, ddb.ErrUnknown, "it is told, and nothing else is there")
	assert.Empty(t, all)
	_, err = v.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("pages"), Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "~x"}, "sk": &types.AttributeValueMemberS{Value: "1"},
	}})
	require.NoError(t, err)
	left, err := v.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("pages")})
	require.NoError(t, err)
	assert.Empty(t, left.Items)
}
