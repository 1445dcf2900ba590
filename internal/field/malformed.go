package field

import (
	"fmt"
	"reflect"
	"strings"
)

// tagKey is the key of attributevalue's tags.
const tagKey = "dynamodbav"

// malformed reports a tag that tries to name an attribute in a form that Go does not parse: dynamodbav: "a".
func malformed(tag reflect.StructTag) error {
	if _, found := tag.Lookup(tagKey); found || !strings.Contains(strings.ToLower(string(tag)), tagKey) {
		return nil
	}
	rest := string(tag)
	for rest = strings.TrimLeft(rest, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		key, value, ok := strings.Cut(rest, `:"`)
		end := closing(value)
		if !ok || end < 0 || strings.ContainsAny(key, " \"\t:") {
			break // Go reads no further
		}
		if strings.EqualFold(strings.Trim(key, ",;"), tagKey) {
			break
		}
		rest = value[end+1:]
	}
	if !strings.Contains(strings.ToLower(rest), tagKey) {
		return nil // it is part of another key's value
	}
	return fmt.Errorf("the tag `%s` is malformed, and Go does not find %s in it: write `dynamodbav:\"name\"`, separate pairs by one space, without spaces around a colon", tag, tagKey)
}

// closing returns the position of the quote that ends a value, -1 if there is none.
func closing(value string) int {
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}
