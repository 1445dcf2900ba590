package codec

import (
	"maps"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A encodeFunc returns nil if attributevalue stores nothing. a may be nil.
type encodeFunc func(a *arena, v reflect.Value) (types.AttributeValue, error)

// A decodeFunc sets v, which must be settable and addressable.
type decodeFunc func(av types.AttributeValue, v reflect.Value) error

// node is the compiled codec of a type with the options of one tag.
type node struct {
	enc  encodeFunc // of a field or element
	bare encodeFunc // of a pointer's value: attributevalue checks emptiness only at the pointer
	dec  decodeFunc
	wire wireFunc // nil: dec of the attribute value

	json     jsonFunc // the JSON of enc; nil: through its attribute value
	bareJSON jsonFunc // the JSON of bare; nil: through its attribute value

	stored storedFunc // dec of what enc returns; nil: both are called

	size  size // of the strings and numbers in it, as far as the type determines it
	whole bool // attributevalue does both directions

	// text is set if enc always returns a string, or with number a number, with this text.
	text   func(reflect.Value) string
	number bool
	valid  validFunc // of what text accepts; nil: everything

	// addressed says that enc may depend on addressability: the type contains values that may have a marshaler with a
	// pointer receiver.
	addressed bool

	nests bool // its values may have too many levels

	fields *structure // of a struct that is stored as a map of its fields
}

type nodeKey struct {
	typ reflect.Type
	tag tag
}

// nodes holds the complete nodes by key, and is replaced as a whole: a lookup neither locks nor allocates.
var (
	nodes     atomic.Pointer[map[nodeKey]*node]
	compiling sync.Mutex
)

func nodeOf(t reflect.Type, g tag) *node {
	key := nodeKey{t, g}
	if all := nodes.Load(); all != nil {
		if n := (*all)[key]; n != nil {
			return n
		}
	}
	compiling.Lock()
	defer compiling.Unlock()
	c := compiler{}
	if all := nodes.Load(); all != nil {
		c = maps.Clone(*all)
	}
	n := c.node(t, g)
	nodes.Store((*map[nodeKey]*node)(&c))
	return n
}

// compiler holds all nodes, also incomplete ones, so that a recursive type finds itself. So parts of a node must be
// read when it runs, not when it is compiled, unless missing them is correct.
type compiler map[nodeKey]*node

func (c compiler) node(t reflect.Type, g tag) *node {
	key := nodeKey{t, g}
	if n := c[key]; n != nil {
		return n
	}
	n := &node{}
	c[key] = n
	if !c.compile(n, t, g) {
		enc := func(_ *arena, v reflect.Value) (types.AttributeValue, error) {
			if err := sound(v, g); err != nil {
				return nil, err
			}
			av, err := delegateEncode(v, g)
			if err != nil || av == nil {
				return nil, err
			}
			if levels(av) > maxLevels {
				return nil, errNested
			}
			return av, check(av)
		}
		dec := func(av types.AttributeValue, v reflect.Value) error { return delegateDecode(av, v, g) }
		*n = node{whole: true, addressed: t.Kind() != reflect.Interface, enc: enc, bare: enc, dec: dec}
	}
	n.nests = nests(t)
	return n
}

// compile fills n, and returns false for a type that is left to attributevalue.
func (c compiler) compile(n *node, t reflect.Type, g tag) bool {
	switch t.Kind() {
	case reflect.Bool:
		n.bare, n.dec, n.wire = encodeBool, decodeBool, wireBool
		n.bareJSON, n.stored = jsonBool, same
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n.leaf(formatInt, g&asString == 0, nil)
		n.bareJSON, n.stored = plainJSON(n.number, addInt), same
		n.dec, n.wire = decodeInt(g), wireInt(g)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n.leaf(formatUint, g&asString == 0, nil)
		n.bareJSON, n.stored = plainJSON(n.number, addUint), same
		n.dec, n.wire = decodeUint(g), wireUint(g)
	case reflect.Float32:
		n.leaf(formatFloat32, g&asString == 0, floats(g))
		n.bareJSON, n.stored = n.validJSON(plainJSON(n.number, addFloat32)), storedFloat(g)
		n.dec, n.wire = decodeFloat(g), wireFloat(g)
	case reflect.Float64:
		n.leaf(formatFloat64, g&asString == 0, floats(g))
		n.bareJSON, n.stored = n.validJSON(plainJSON(n.number, addFloat64)), storedFloat(g)
		n.dec, n.wire = decodeFloat(g), wireFloat(g)
	case reflect.String:
		number := t.Implements(numberType) && g&asString == 0
		valid := validString
		if number {
			valid = validNumber
		}
		n.leaf(reflect.Value.String, number, valid)
		n.bareJSON, n.stored = jsonString(number), same
		if number {
			n.bareJSON, n.stored = n.validJSON(n.bareJSON), storedNumber
		}
		n.dec, n.wire = decodeString, wireString
	case reflect.Struct:
		if t.ConvertibleTo(timeType) {
			n.time(t, g)
		} else if !c.structure(n, t) {
			return false
		}
	case reflect.Slice:
		if !c.slice(n, t, g) {
			return false
		}
	case reflect.Array:
		if !c.array(n, t, g) {
			return false
		}
	case reflect.Map:
		if !c.mapping(n, t, g) {
			return false
		}
	case reflect.Pointer:
		return c.pointer(n, t, g) // its rules for emptiness and marshalers differ
	default:
		return false // interfaces, and types that cannot be stored
	}
	n.addressed = n.text == nil && (t.Kind() == reflect.Struct || t.Kind() == reflect.Array) || marshals(t)
	n.marshaler(t)
	n.enc, n.json = n.bare, n.bareJSON
	n.empty(t, g)
	n.unmarshaler(t)
	return true
}

var (
	timeType        = reflect.TypeFor[time.Time]()
	byteType        = reflect.TypeFor[byte]()
	binarySetType   = reflect.TypeFor[[][]byte]()
	stringType      = reflect.TypeFor[string]()
	stringMapType   = reflect.TypeFor[map[string]string]()
	marshalerType   = reflect.TypeFor[attributevalue.Marshaler]()
	unmarshalerType = reflect.TypeFor[attributevalue.Unmarshaler]()
	// A string with these methods is stored as a number.
	numberType = reflect.TypeFor[interface {
		Float64() (float64, error)
		Int64() (int64, error)
		String() string
	}]()
)

func marshals(t reflect.Type) bool {
	return t.Implements(marshalerType) || t.Name() != "" && reflect.PointerTo(t).Implements(marshalerType)
}

func unmarshals(t reflect.Type) bool {
	return t.Name() != "" && reflect.PointerTo(t).Implements(unmarshalerType)
}
