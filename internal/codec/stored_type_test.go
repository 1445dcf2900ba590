package codec_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/field"
)

type instant time.Time

type selfWritten struct{ N int }

func (selfWritten) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberBOOL{Value: true}, nil
}

type every struct {
	Text    string
	Pointer **string
	Yes     bool
	Int     int8
	Uint    *uint
	Float   float64
	Number  attributevalue.Number
	JSON    json.Number
	Quoted  int `dynamodbav:",string"`
	Time    time.Time
	Unix    time.Time  `dynamodbav:",unixtime"`
	PUnix   *time.Time `dynamodbav:",unixtime"`
	Instant instant
	Bytes   []byte
	Array   [4]byte
	List    []string
	Times   []time.Time
	Names   []string `dynamodbav:",stringset"`
	Sizes   []int    `dynamodbav:",numberset"`
	Keys    [][]byte `dynamodbav:",binaryset"`
	Labels  map[string]string
	Place   struct{ City string }
	PPlace  *struct{ City string }
	AsText  ddb.AsText[time.Time]
	PAsText *ddb.AsText[time.Time]
	Self    selfWritten
	Any     any
}

// The type that a design says is that which the codec writes; none where the value decides.
func TestTheStoredTypeIsWhatIsWritten(t *testing.T) {
	t.Parallel()
	s, u, at, place := "x", uint(1), time.Unix(1, 0).UTC(), struct{ City string }{"Ulm"}
	ps, as := &s, ddb.AsText[time.Time]{Value: at}
	v := every{
		"x", &ps, true, 1, &u, 1.5, "1", "1", 1, at, at, &at, instant(at),
		[]byte{1},
		[4]byte{1},
		[]string{"x"},
		[]time.Time{at},
		[]string{"x"},
		[]int{1},
		[][]byte{{1}},
		map[string]string{"a": "b"},
		place, &place, as, &as,
		selfWritten{},
		5,
	}
	proto, err := field.New(reflect.TypeFor[every]())
	require.NoError(t, err)
	names := map[reflect.Type]string{
		reflect.TypeFor[*types.AttributeValueMemberS](): "S", reflect.TypeFor[*types.AttributeValueMemberN](): "N",
		reflect.TypeFor[*types.AttributeValueMemberB](): "B", reflect.TypeFor[*types.AttributeValueMemberBOOL](): "BOOL",
		reflect.TypeFor[*types.AttributeValueMemberL](): "L", reflect.TypeFor[*types.AttributeValueMemberM](): "M",
		reflect.TypeFor[*types.AttributeValueMemberSS](): "SS", reflect.TypeFor[*types.AttributeValueMemberNS](): "NS",
		reflect.TypeFor[*types.AttributeValueMemberBS](): "BS",
	}
	seen := map[string]bool{}
	for _, f := range proto.Fields() {
		if f.Nested() || !f.Stored() {
			continue
		}
		av, err := codec.EncodeField(f, f.Get(reflect.ValueOf(v)))
		require.NoError(t, err, f.Name)
		want := names[reflect.TypeOf(av)]
		if f.Name == "Self" || f.Name == "Any" {
			want = ""
		}
		seen[want] = true
		assert.Equal(t, want, f.StoredType(), f.Name)
	}
	assert.Len(t, seen, 10)
}
