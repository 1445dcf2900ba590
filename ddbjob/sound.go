package ddbjob

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// sound reports a value that is not sent as it is: the SDK leaves out a nil, and JSON replaces what is no Unicode.
func sound(av types.AttributeValue) error {
	if av == nil || reflect.ValueOf(av).IsNil() {
		return errors.New("with a nil value")
	}
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return unicodes(av.Value)
	case *types.AttributeValueMemberSS:
		return unicodes(av.Value...)
	case *types.AttributeValueMemberL:
		return soundAll(slices.Values(av.Value))
	case *types.AttributeValueMemberM:
		return errors.Join(unicodes(slices.Collect(maps.Keys(av.Value))...), soundAll(maps.Values(av.Value)))
	}
	return nil
}

func soundAll(values func(func(types.AttributeValue) bool)) error {
	for av := range values {
		if err := sound(av); err != nil {
			return err
		}
	}
	return nil
}

func unicodes(texts ...string) error {
	if slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) }) {
		return errors.New("with a text that is not valid UTF-8")
	}
	return nil
}
