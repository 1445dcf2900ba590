package template

import (
	"fmt"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// maxNative is how many attributes one side of an index key may have.
const maxNative = 4

// Limits is what a key attribute may hold.
type Limits struct {
	Bytes int
	Side  string // "partition" or "sort"
	// Reserved says that keys which begin with "~" are the library's own: those of the table's partition key.
	Reserved bool
}

// CheckNative reports, with a *ValueError, an attribute that cannot be the key attribute of part i: one that is absent, of no
// key's type, an empty string or no bytes (ErrEmpty), text that is not valid UTF-8 or begins with "~" where that is
// reserved (ErrText), and one that is too long. It is the one rule for what is written, given as a key, and asked for.
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

// CheckBound refuses an attribute that is no end of a range of keys, which may begin with "~" and have any length.
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
