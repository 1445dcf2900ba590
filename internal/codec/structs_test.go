package codec_test

import (
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
)

// structs is what the codec is compared with attributevalue on. Each line has its own trap.
var structs = []reflect.Type{
	reflect.TypeFor[everything](),
	reflect.TypeFor[struct{}](),
	reflect.TypeFor[chain](),
	reflect.TypeFor[struct {
		A, B *string
		C    **string
		D    ***int `dynamodbav:",omitempty"`
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
		R map[unmarked]string
	}](),
	reflect.TypeFor[struct {
		A any
		B []any
		C stringers
		D any `dynamodbav:",string"`
		E any `dynamodbav:",omitempty"`
		F [3]any
		G map[string]any `dynamodbav:",omitempty,omitemptyelem"`
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
	hidden  string //nolint:unused // attributevalue passes over it
}
