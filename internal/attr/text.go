package attr

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ScalarType returns the type that a key attribute with this value has, and "" if no key attribute can hold it.
func ScalarType(av types.AttributeValue) types.ScalarAttributeType {
	switch av.(type) {
	case *types.AttributeValueMemberS:
		return types.ScalarAttributeTypeS
	case *types.AttributeValueMemberN:
		return types.ScalarAttributeTypeN
	case *types.AttributeValueMemberB:
		return types.ScalarAttributeTypeB
	}
	return ""
}

// ZeroUnix is the zero time as seconds since 1970.
var ZeroUnix = strconv.FormatInt(time.Time{}.Unix(), 10)

// IsEmpty reports whether av is what an omitempty field would leave out.
func IsEmpty(av types.AttributeValue) bool {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return av.Value == ""
	case *types.AttributeValueMemberN:
		return strings.Trim(av.Value, "-0.") == ""
	case *types.AttributeValueMemberB:
		return len(av.Value) == 0
	case *types.AttributeValueMemberBOOL:
		return !av.Value
	case *types.AttributeValueMemberNULL:
		return true
	case *types.AttributeValueMemberL:
		return len(av.Value) == 0
	case *types.AttributeValueMemberM:
		return len(av.Value) == 0
	}
	return false
}

// AppendKeyValue appends the type, the length and the text of a key value to b.
func AppendKeyValue(b []byte, av types.AttributeValue) []byte {
	var kind byte
	var text []byte
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		kind, text = 'S', []byte(av.Value)
	case *types.AttributeValueMemberN:
		kind, text = 'N', []byte(av.Value)
	case *types.AttributeValueMemberB:
		kind, text = 'B', av.Value
	}
	b = append(b, kind)
	b = binary.AppendUvarint(b, uint64(len(text)))
	return append(b, text...)
}

// Number returns n as an attribute value.
func Number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// Text renders a value for messages and descriptions.
func Text(av types.AttributeValue) string {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return fmt.Sprintf("%q", av.Value)
	case *types.AttributeValueMemberN:
		return av.Value
	case *types.AttributeValueMemberB:
		return fmt.Sprintf("0x%x", av.Value)
	case nil:
		return "(none)"
	}
	return fmt.Sprintf("(%T)", av)
}
