package attr

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/wire"
)

// MaxItemBytes is DynamoDB's limit on an item, names and values. AWS: "Constraints in Amazon DynamoDB", item size.
const MaxItemBytes = 400 << 10

// Size is the size of an item as DynamoDB counts it. AWS: "DynamoDB item sizes and formats".
func Size(attrs Item) int {
	n := 0
	for name, av := range attrs {
		n += len(name) + ValueSize(av)
	}
	return n
}

// ValueSize returns the bytes that DynamoDB counts for a value, without its name.
func ValueSize(av types.AttributeValue) int {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return len(av.Value)
	case *types.AttributeValueMemberN:
		return numberSize(av.Value)
	case *types.AttributeValueMemberB:
		return len(av.Value)
	case *types.AttributeValueMemberBOOL, *types.AttributeValueMemberNULL:
		return 1
	case *types.AttributeValueMemberL:
		n := 3
		for _, e := range av.Value {
			n += 1 + ValueSize(e)
		}
		return n
	case *types.AttributeValueMemberM:
		n := 3
		for name, e := range av.Value {
			n += 1 + len(name) + ValueSize(e)
		}
		return n
	case *types.AttributeValueMemberSS:
		n := 0
		for _, e := range av.Value {
			n += len(e)
		}
		return n
	case *types.AttributeValueMemberNS:
		n := 0
		for _, e := range av.Value {
			n += numberSize(e)
		}
		return n
	case *types.AttributeValueMemberBS:
		n := 0
		for _, e := range av.Value {
			n += len(e)
		}
		return n
	}
	return 0
}

// numberSize is a byte for two significant digits, and one more.
func numberSize(s string) int {
	if len(s) > 0 && s[0] != '0' && strings.TrimLeft(s, "0123456789") == "" { // most numbers
		return (len(strings.TrimRight(s, "0"))+1)/2 + 1
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(strings.TrimLeft(s, "+-")), "e")
	digits := strings.Trim(strings.Replace(mantissa, ".", "", 1), "0")
	n := (len(digits)+1)/2 + 1
	if strings.HasPrefix(s, "-") {
		n++
	}
	return n
}

// Size is the size of the item as DynamoDB counts it.
func (s Stored) Size() int {
	if s.JSON.IsZero() {
		return Size(s.Attrs)
	}
	n, v := 0, s.JSON.Value()
	for i, e := 0, v.First(); i < v.Len(); i, e = i+1, e.Next() {
		n += len(e.Name()) + wireSize(e)
	}
	return n
}

// wireSize is ValueSize of a value in the JSON of a response.
func wireSize(v wire.Value) int {
	n := 0
	switch v.Kind() {
	case wire.S:
		return len(v.Text())
	case wire.N:
		return numberSize(string(v.Text()))
	case wire.B:
		return v.DecodedLen()
	case wire.True, wire.False, wire.Null:
		return 1
	case wire.M, wire.L:
		n = 3
		for i, e := 0, v.First(); i < v.Len(); i, e = i+1, e.Next() {
			n += 1 + wireSize(e)
			if v.Kind() == wire.M {
				n += len(e.Name())
			}
		}
	case wire.SS, wire.NS, wire.BS:
		for i, e := 0, v.First(); i < v.Len(); i, e = i+1, e.Next() {
			n += wireSize(e)
		}
	case wire.None:
	}
	return n
}
