package ddbcache

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// readUnits is what an eventually consistent read of so many bytes consumes.
func readUnits(bytes int) float64 { return float64(max((bytes+4095)/4096, 1)) / 2 }

// size is the size of an item as DynamoDB counts it. AWS: "DynamoDB item sizes and formats".
func size(it item) (n int) {
	for name, v := range it {
		n += len(name) + valueSize(v)
	}
	return n
}

func valueSize(v types.AttributeValue) (n int) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return numberSize(v.Value)
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberM:
		return 3 + len(v.Value) + size(v.Value)
	case *types.AttributeValueMemberL:
		n = 3 + len(v.Value)
		for _, e := range v.Value {
			n += valueSize(e)
		}
		return n
	case *types.AttributeValueMemberSS:
		return len(strings.Join(v.Value, ""))
	case *types.AttributeValueMemberNS:
		for _, e := range v.Value {
			n += numberSize(e)
		}
		return n
	case *types.AttributeValueMemberBS:
		for _, e := range v.Value {
			n += len(e)
		}
		return n
	}
	return 1
}

// numberSize is a byte for two digits, and one more.
func numberSize(number string) int {
	digits := strings.Trim(strings.TrimLeft(number, "-0."), "0")
	return (len(digits)+1)/2 + 1
}

// plain reports whether the table returns an item as it was put: other forms of numbers and other orders of sets come
// back changed.
func plain(it item) bool {
	for _, v := range it {
		if !plainValue(v) {
			return false
		}
	}
	return true
}

func plainValue(v types.AttributeValue) bool {
	if isNil(v) {
		return false
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberN:
		return plainNumber(v.Value)
	case *types.AttributeValueMemberM:
		return plain(v.Value)
	case *types.AttributeValueMemberL:
		for _, e := range v.Value {
			if !plainValue(e) {
				return false
			}
		}
	case *types.AttributeValueMemberSS, *types.AttributeValueMemberNS, *types.AttributeValueMemberBS:
		return false
	}
	return true
}

// plainNumber reports a number in its usual form, of a length at which there is no other.
func plainNumber(number string) bool {
	digits := strings.TrimPrefix(number, "-")
	whole, fraction, point := strings.Cut(digits, ".")
	switch {
	case len(digits) == 0 || len(digits) > 18 || strings.Trim(whole+fraction, "0123456789") != "":
		return false
	case whole == "" || len(whole) > 1 && whole[0] == '0':
		return false
	case point && (fraction == "" || strings.HasSuffix(fraction, "0") || len(fraction) > 6):
		return false
	}
	return number != "-0"
}
