package codec_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Types that say themselves how they are stored, in every way that attributevalue distinguishes.
type (
	byValue   struct{ S string }
	byPointer struct{ S string }
	silent    struct{ S string } // says nothing
	picky     string             // rejects some values
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
	unmarked  string // a TextUnmarshaler
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

func (u *unmarked) UnmarshalText(b []byte) error { *u = unmarked("un" + string(b)); return nil }

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
