package codec_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Types that say themselves how they are stored, in every way that attributevalue distinguishes.
type (
	byValue   struct{ S string }
	byPointer struct{ S string }
	silent    struct{ S string } // says nothing
	picky     string             // refuses some values
	loudMap   map[string]string
	loudSlice []string
	reader    struct{ S string } // only unmarshals
	noisy     int                // only unmarshals, from anything
	asNull    string
	asB       string
)

func (m byValue) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberS{Value: "v:" + m.S}, nil
}

func (m *byValue) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	m.S = fmt.Sprintf("%T", av)
	if s, ok := av.(*types.AttributeValueMemberS); ok {
		m.S = strings.TrimPrefix(s.Value, "v:")
	}
	return nil
}

func (m *byPointer) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if m == nil {
		return &types.AttributeValueMemberS{Value: "nobody"}, nil
	}
	return &types.AttributeValueMemberN{Value: fmt.Sprint(len(m.S))}, nil
}

func (silent) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return nil, nil }

func (p picky) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if strings.Contains(string(p), "a") {
		return nil, errors.New("an a")
	}
	return &types.AttributeValueMemberS{Value: string(p)}, nil
}

func (p *picky) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	s, ok := av.(*types.AttributeValueMemberS)
	if !ok {
		return errors.New("no string")
	}
	*p = picky(s.Value)
	return nil
}

func (loudMap) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberBOOL{Value: true}, nil
}

func (loudSlice) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberBOOL{Value: true}, nil
}

func (l loudMap) UnmarshalDynamoDBAttributeValue(types.AttributeValue) error { return nil }

func (r *reader) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	r.S += fmt.Sprintf("%T", av)
	return nil
}

func (n *noisy) UnmarshalDynamoDBAttributeValue(types.AttributeValue) error { *n++; return nil }

func (asNull) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberNULL{Value: true}, nil
}

func (asB) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberB{}, nil
}

// Named types of every kind, with and without methods that could be mistaken for something.
type (
	text      string
	shouted   string // a Stringer: counts for map keys
	marked    string // a TextMarshaler: counts for map keys only
	whole     int32
	small     uint8
	ratio     float32
	flag      bool
	blob      []byte
	smalls    []small
	list      []string
	numeric   string // with the methods of a number
	stamp     time.Time
	stamped   stamp
	structure struct {
		A string
		B *int `dynamodbav:"b,omitempty"`
	}
	forest []forest
	chain  struct {
		Next *chain
		Kids []chain
		Name string
		By   map[string]chain
	}
	stringers interface{ String() string }
)

func (s shouted) String() string { return strings.ToUpper(string(s)) }

func (m marked) MarshalText() ([]byte, error) { return []byte("m" + m), nil }

func (m *marked) UnmarshalText(b []byte) error {
	if len(b) == 0 || b[0] != 'm' {
		return errors.New("no mark")
	}
	*m = marked(b[1:])
	return nil
}

func (n numeric) Float64() (float64, error) { return 1, nil }
func (n numeric) Int64() (int64, error)     { return 1, nil }
func (n numeric) String() string            { return "number " + string(n) }

// What structs embed.
type (
	Base struct {
		ID      string `dynamodbav:"id"`
		Created time.Time
		Note    string `dynamodbav:",omitempty"`
	}
	Other struct {
		ID   string
		Note string
		Deep
	}
	Deep struct {
		*Deeper
		Level int
	}
	Deeper struct{ Level, Deepest int }
	lower  struct {
		Inner string
		Note  string
	}
	lowerText   string
	lowerMethod struct{ A string }
	Interface   interface{ String() string }
)

func (lowerMethod) String() string { return "" }

// structs is what the codec is compared with attributevalue on. Each line has its own trap.
var structs = []reflect.Type{
	reflect.TypeFor[everything](),
	reflect.TypeFor[struct{}](),
	reflect.TypeFor[chain](),
	reflect.TypeFor[struct {
		A, B *string
		C    **string
		D    ***int `dynamodbav:",omitempty"`
		E    *any
		F    *[]string
		G    *map[string]int
		H    *time.Time `dynamodbav:",unixtime"`
		I    *structure `dynamodbav:",omitempty"`
		J    **structure
	}](),
	reflect.TypeFor[struct {
		A byValue
		B *byValue
		C byPointer
		D *byPointer
		E silent
		F *silent
		G []byValue
		H []byPointer
		I map[string]byPointer
		J map[string]*byPointer
		K **byPointer
		L [2]byPointer
		M struct{ byPointer }
		N struct{ byValue }
	}](),
	reflect.TypeFor[struct {
		A picky
		B picky `dynamodbav:",omitempty"`
		C []picky
		D map[string]picky
		E loudMap
		F loudMap `dynamodbav:",omitempty"`
		G loudSlice
		H *loudMap
		I reader
		J *reader
		K noisy
		L asNull `dynamodbav:",omitempty"`
		M map[string]loudMap
	}](),
	reflect.TypeFor[struct {
		A []byValue `dynamodbav:",stringset"`
		B []picky   `dynamodbav:",stringset"`
		C []reader
		D []*string `dynamodbav:",stringset"`
		E []noisy   `dynamodbav:",numberset"`
		F []asNull  `dynamodbav:",stringset"`
		G []asB     `dynamodbav:",binaryset"`
		H [][]byte  `dynamodbav:",stringset"`
		I []blob
		J []blob    `dynamodbav:",binaryset"`
		K []numeric `dynamodbav:",numberset"`
		L []numeric `dynamodbav:",stringset"`
		M []any     `dynamodbav:",stringset"`
		N []*int    `dynamodbav:",numberset,omitemptyelem"`
		O []string  `dynamodbav:",stringset,nullemptyelem"`
		P []string  `dynamodbav:",stringset,omitemptyelem"`
		Q [2]string `dynamodbav:",stringset"`
		R []string  `dynamodbav:",stringset,numberset"`
		S []flag    `dynamodbav:",stringset"`
	}](),
	reflect.TypeFor[struct {
		A map[shouted]string
		B map[marked]int
		C map[int]string
		D map[flag]string
		E map[float64]string
		F map[text]text
		G map[string]map[string]int
		H map[string][]string `dynamodbav:",stringset"`
		I map[string]any
		J map[any]string
		K map[string]string `dynamodbav:",omitemptyelem"`
		L map[string]string `dynamodbav:",nullemptyelem"`
		M map[string]*structure
		N map[string]structure
		O map[struct{ A int }]string
		P map[*string]string
		Q map[numeric]string
	}](),
	reflect.TypeFor[struct {
		A any
		B []any
		C stringers
		D any `dynamodbav:",string"`
		E any `dynamodbav:",omitempty"`
		F [3]any
		G map[string]any `dynamodbav:",omitempty,omitemptyelem"`
		H *any
		I error
	}](),
	reflect.TypeFor[struct {
		A [4]byte
		B [2]string
		C [0]int `dynamodbav:",omitempty"`
		D [2]small
		E smalls
		F []small
		G []byte `dynamodbav:",stringset"`
		H []byte `dynamodbav:",omitempty"`
		I blob   `dynamodbav:",nullempty"`
		J [3]structure
		K *[4]byte
		L [][4]byte
		M [0]byte
	}](),
	reflect.TypeFor[struct {
		A time.Time `dynamodbav:",omitempty"`
		B time.Time `dynamodbav:",unixtime,string"`
		C time.Time `dynamodbav:",string"`
		D stamp
		E stamped   `dynamodbav:",unixtime"`
		F time.Time `dynamodbav:",nullempty,omitempty"`
		G []time.Time
		H []time.Time `dynamodbav:",stringset,unixtime"`
		I map[string]time.Time
		J attributevalue.UnixTime
		K *attributevalue.UnixTime
		L time.Duration
		M []stamp
	}](),
	reflect.TypeFor[struct {
		A int       `dynamodbav:",string"`
		B float64   `dynamodbav:",string,omitempty"`
		C numeric   `dynamodbav:",string"`
		D string    `dynamodbav:",string"`
		E bool      `dynamodbav:",string"`
		F *int      `dynamodbav:",string"`
		G []int     `dynamodbav:",string"`
		H uint64    `dynamodbav:",string,nullempty"`
		I structure `dynamodbav:",string"`
		J []string  `dynamodbav:",string"`
		K any       `dynamodbav:",string"`
		L attributevalue.Number
		M attributevalue.Number `dynamodbav:",omitempty"`
		N []attributevalue.Number
		O []attributevalue.Number `dynamodbav:",numberset"`
	}](),
	reflect.TypeFor[struct {
		A uintptr
		B complex128
		C chan int
		D func()
		E []complex64
		F map[string]chan int
		G *chan int
		H uintptr `dynamodbav:",nullempty"`
		I []func()
	}](),
	reflect.TypeFor[struct {
		A string `dynamodbav:",omitzero"`
		B int    `dynamodbav:",omitempty,nullempty"`
		C []int  `dynamodbav:",omitempty,nullempty"`
		D string `dynamodbav:"d d"`
		E string `dynamodbav:"-"`
		F string `dynamodbav:"-,"`
		G string `dynamodbav:"\u212a"`
		H string `json:"h" dynamodbav:""`
	}](),
	reflect.TypeFor[struct {
		A []structure       `dynamodbav:",omitemptyelem"`
		B [][]string        `dynamodbav:",omitemptyelem"`
		C [][]string        `dynamodbav:",nullemptyelem"`
		D []*structure      `dynamodbav:",omitemptyelem"`
		E map[string][]int  `dynamodbav:",omitemptyelem,nullemptyelem"`
		F []string          `dynamodbav:",omitempty,nullemptyelem"`
		G []map[string]int  `dynamodbav:",omitemptyelem"`
		H **int             `dynamodbav:",omitempty,omitemptyelem"`
		I []**int           `dynamodbav:",omitemptyelem"`
		J map[string]*[]int `dynamodbav:",omitemptyelem"`
		K forest
		L []int
		M []float32
	}](),
	reflect.TypeFor[struct {
		Base
		Other
		Extra string
	}](),
	reflect.TypeFor[struct {
		*Base
		*Other `dynamodbav:"other"`
		lower
		ID string
	}](),
	reflect.TypeFor[struct {
		Deep
		Level string
		time.Time
	}](),
	reflect.TypeFor[struct {
		*lower
		A string
	}](),
	reflect.TypeFor[struct {
		lower `dynamodbav:"low"`
		A     string
	}](),
	reflect.TypeFor[struct {
		*lower `dynamodbav:"low"`
		A      string
	}](),
	reflect.TypeFor[struct {
		lowerText
		A string
	}](),
	reflect.TypeFor[struct {
		lowerMethod `dynamodbav:"low"`
		A           string
	}](),
	reflect.TypeFor[struct {
		Interface
		A string
	}](),
	reflect.TypeFor[struct {
		X struct {
			lower `dynamodbav:"low"`
			A     string
		}
		Y []struct {
			lowerText
			A string
		}
	}](),
	reflect.TypeFor[byValue](),
	reflect.TypeFor[byPointer](),
	reflect.TypeFor[silent](),
	reflect.TypeFor[reader](),
	reflect.TypeFor[struct{ byValue }](),
	reflect.TypeFor[stamp](),
	reflect.TypeFor[time.Time](),
	reflect.TypeFor[attributevalue.UnixTime](),
}

type everything struct {
	String  string
	Text    text `dynamodbav:"text,omitempty"`
	Int     int
	Int8    int8 `dynamodbav:"i8,omitempty"`
	Int16   int16
	Whole   whole `dynamodbav:",nullempty"`
	Int64   int64
	Uint    uint
	Small   small
	Uint16  uint16
	Uint32  uint32
	Uint64  uint64
	Float32 float32
	Ratio   ratio `dynamodbav:",omitempty"`
	Float64 float64
	Bool    bool
	Flag    flag `dynamodbav:",omitempty"`
	At      time.Time
	Unix    time.Time `dynamodbav:",unixtime"`
	Bytes   []byte
	Blob    blob
	Strings []string
	List    list
	SS      []string          `dynamodbav:",stringset"`
	SSL     list              `dynamodbav:",stringset,omitempty"`
	NS      []int             `dynamodbav:",numberset"`
	NSF     []float64         `dynamodbav:",numberset,omitempty"`
	BS      [][]byte          `dynamodbav:",binaryset"`
	Map     map[string]string `dynamodbav:",omitempty"`
	Texts   map[string]text
	Ints    map[text]int
	Nested  structure
	Pointer *structure
	Structs []structure
	ByName  map[string]structure
	Any     any
	hidden  string
}
