package ddbcache

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is an item, or a part of one, such as its key.
type item = map[string]types.AttributeValue

// shape is the names of the attributes of a primary key, sorted. The second is empty where there is only one.
type shape [2]string

// shapeOf returns the shape of a key; ok is false for what cannot be one.
func shapeOf(key item) (s shape, ok bool) {
	if len(key) == 0 || len(key) > 2 {
		return shape{}, false
	}
	n := 0
	for name := range key {
		s[n] = name
		n++
	}
	if n == 2 && s[1] < s[0] {
		s[0], s[1] = s[1], s[0]
	}
	return s, true
}

// text returns the text of the key of an item, the same for all ways to write it: DynamoDB compares numbers, not their
// digits. ok is false for what cannot be a key, for a number of a form that is not known here, and for a string that is not
// UTF-8, since the SDK sends it as another one.
func (s shape) text(it item) (text string, ok bool) {
	b := make([]byte, 0, 64)
	for i, name := range s {
		if i > 0 && name == "" {
			break
		}
		if b = appendText(b, name); invalid(name) || isNil(it[name]) {
			return "", false
		}
		switch v := it[name].(type) {
		case *types.AttributeValueMemberS:
			b, ok = appendText(append(b, 'S'), v.Value), v.Value != "" && !invalid(v.Value)
		case *types.AttributeValueMemberB:
			b, ok = appendText(append(b, 'B'), string(v.Value)), len(v.Value) > 0
		case *types.AttributeValueMemberN:
			var number string
			number, ok = canonical(v.Value)
			b = appendText(append(b, 'N'), number)
		default:
			ok = false
		}
		if !ok {
			return "", false
		}
	}
	return string(b), true
}

// keyText returns the text of a key that has no other attributes.
func keyText(key item) (text string, s shape, ok bool) {
	if s, ok = shapeOf(key); ok {
		text, ok = s.text(key)
	}
	return text, s, ok
}

// canonical returns a number in the form that all its spellings share: its digits, without zeros at either end, and their
// exponent.
func canonical(number string) (text string, ok bool) {
	digits, exponent := number, 0
	negative := strings.HasPrefix(digits, "-")
	if negative || strings.HasPrefix(digits, "+") {
		digits = digits[1:]
	}
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		if exponent, ok = exponentOf(digits[i+1:]); !ok {
			return "", false
		}
		digits = digits[:i]
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	if len(whole)+len(fraction) == 0 || strings.Trim(whole+fraction, "0123456789") != "" {
		return "", false
	}
	exponent -= len(fraction)
	digits = strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return "0", true
	}
	significant := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(significant)
	if negative {
		significant = "-" + significant
	}
	return significant + "e" + strconv.Itoa(exponent), true
}

// exponentOf returns the exponent of a number, which may begin with zeros.
func exponentOf(text string) (exponent int, ok bool) {
	digits := strings.TrimPrefix(text, "-")
	negative := digits != text
	if !negative {
		digits = strings.TrimPrefix(digits, "+")
	}
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	if digits = strings.TrimLeft(digits, "0"); len(digits) > 6 {
		return 0, false
	}
	exponent, _ = strconv.Atoi("0" + digits)
	if negative {
		exponent = -exponent
	}
	return exponent, true
}

// nameOf returns the name of a table that may be given by its ARN.
func nameOf(table string) string {
	if _, after, ok := strings.Cut(table, ":table/"); ok {
		name, _, _ := strings.Cut(after, "/")
		return name
	}
	return table
}
