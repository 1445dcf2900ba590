package codec

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/decimal"
)

// AsHeld returns attributes as the table returns them: a number has its canonical text. It shares unchanged values.
func AsHeld(attrs map[string]types.AttributeValue) map[string]types.AttributeValue {
	out, cloned := attrs, false
	for name, av := range attrs {
		if held := asHeld(av); held != av {
			if !cloned {
				out, cloned = maps.Clone(attrs), true
			}
			out[name] = held
		}
	}
	return out
}

func asHeld(av types.AttributeValue) types.AttributeValue {
	switch v := av.(type) {
	case *types.AttributeValueMemberN:
		if text := heldNumber(v.Value); text != v.Value {
			return &types.AttributeValueMemberN{Value: text}
		}
	case *types.AttributeValueMemberNS:
		set := slices.Clone(v.Value)
		for i, text := range set {
			set[i] = heldNumber(text)
		}
		if !slices.Equal(set, v.Value) {
			return &types.AttributeValueMemberNS{Value: set}
		}
	case *types.AttributeValueMemberL:
		list := slices.Clone(v.Value)
		for i, e := range list {
			list[i] = asHeld(e)
		}
		if !slices.Equal(list, v.Value) {
			return &types.AttributeValueMemberL{Value: list}
		}
	case *types.AttributeValueMemberM:
		if held := AsHeld(v.Value); !maps.Equal(held, v.Value) {
			return &types.AttributeValueMemberM{Value: held}
		}
	}
	return av
}

// heldNumber is the text in which DynamoDB returns a number.
func heldNumber(text string) string {
	n, err := decimal.Parse(text)
	if err != nil || !n.Fits() {
		return text
	}
	return n.Plain()
}
