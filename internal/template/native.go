package template

import (
	"fmt"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// maxNative is how many attributes each side of an index key may have.
const maxNative = 4

// Limits are the limits of a key attribute.
type Limits struct {
	Bytes int
	Side  string // "partition" or "sort"
	// Reserved says that keys which begin with "~" are the library's own, as in the table's partition key.
	Reserved bool
}

// CheckNative returns a *ValueError for an attribute that cannot be the key attribute of part i. It may be absent, of a
// type that no key has, an empty string or binary (ErrEmpty), or too long. It may be text that is not valid UTF-8, or
// begins with "~" where that is reserved (ErrText). This is the one rule for what is written, given as a key, and
// queried.
func (t Template) CheckNative(i int, av types.AttributeValue, limits Limits) error {
	if err := checkNative(av, limits); err != nil {
		return t.parts[i].valueError(err)
	}
	return nil
}

func checkNative(av types.AttributeValue, limits Limits) error {
	size := 0
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		if err := CheckBound(av); err != nil {
			return err
		}
		if limits.Reserved && av.Value[0] == reserved {
			return &detail{`begins the key with "~", as the keys of the library do`, ErrText}
		}
		size = len(av.Value)
	case *types.AttributeValueMemberB:
		size = len(av.Value)
	case *types.AttributeValueMemberN:
		size = 1
	}
	switch {
	case size == 0:
		return ErrEmpty
	case size > limits.Bytes:
		return &detail{fmt.Sprintf("has %d bytes, DynamoDB allows %d in a %s key", size, limits.Bytes, limits.Side), ErrOverflow}
	}
	return nil
}

// CheckBound rejects an attribute that cannot bound a range of keys. A bound may begin with "~" and have any length.
func CheckBound(av types.AttributeValue) error {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		switch {
		case av.Value == "":
			return ErrEmpty
		case !utf8.ValidString(av.Value):
			return &detail{"is not valid UTF-8", ErrText}
		}
	case *types.AttributeValueMemberB:
		if len(av.Value) == 0 {
			return ErrEmpty
		}
	case *types.AttributeValueMemberN: // never empty
	default:
		return ErrEmpty
	}
	return nil
}
