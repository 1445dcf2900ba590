package attr

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// JSON is an item in DynamoDB's JSON: {"pk": {"S": "s#1"}}.
type JSON map[string]types.AttributeValue

// MarshalJSON writes the item in DynamoDB's JSON.
func (w JSON) MarshalJSON() ([]byte, error) {
	out := make(map[string]wireValue, len(w))
	for name, av := range w {
		out[name] = wireValue{av}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads DynamoDB's JSON.
func (w *JSON) UnmarshalJSON(b []byte) error {
	var raw map[string]wireValue
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	if raw == nil {
		*w = nil
		return nil
	}
	out := make(JSON, len(raw))
	for name, v := range raw {
		out[name] = v.av
	}
	*w = out
	return nil
}

// wireValue is one attribute value in DynamoDB's JSON: {"S": "text"}.
type wireValue struct{ av types.AttributeValue }

func (w wireValue) MarshalJSON() ([]byte, error) {
	switch av := w.av.(type) {
	case *types.AttributeValueMemberS:
		return json.Marshal(map[string]string{"S": av.Value})
	case *types.AttributeValueMemberN:
		return json.Marshal(map[string]string{"N": av.Value})
	case *types.AttributeValueMemberB:
		return json.Marshal(map[string]string{"B": base64.StdEncoding.EncodeToString(av.Value)})
	case *types.AttributeValueMemberBOOL:
		return json.Marshal(map[string]bool{"BOOL": av.Value})
	case *types.AttributeValueMemberNULL:
		return json.Marshal(map[string]bool{"NULL": av.Value})
	case *types.AttributeValueMemberSS:
		return json.Marshal(map[string][]string{"SS": av.Value})
	case *types.AttributeValueMemberNS:
		return json.Marshal(map[string][]string{"NS": av.Value})
	case *types.AttributeValueMemberBS:
		return json.Marshal(map[string][][]byte{"BS": av.Value})
	case *types.AttributeValueMemberL:
		list := make([]wireValue, len(av.Value))
		for i, e := range av.Value {
			list[i] = wireValue{e}
		}
		return json.Marshal(map[string][]wireValue{"L": list})
	case *types.AttributeValueMemberM:
		m := JSON(av.Value)
		if m == nil {
			m = JSON{}
		}
		return json.Marshal(map[string]JSON{"M": m})
	}
	if unknown, ok := w.av.(*types.UnknownUnionMember); ok { // of a newer DynamoDB
		return json.Marshal(map[string][]byte{unknown.Tag: unknown.Value})
	}
	return json.Marshal(map[string]string{"UNKNOWN": fmt.Sprintf("%T", w.av)}) // which is read back as a raw record
}

func (w *wireValue) UnmarshalJSON(b []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	if len(raw) != 1 {
		return fmt.Errorf("an attribute value with %d types in place of one", len(raw))
	}
	for kind, text := range raw {
		av, err := wireMember(kind, text)
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		w.av = av
	}
	return nil
}

func wireMember(kind string, text json.RawMessage) (types.AttributeValue, error) {
	switch kind {
	case "S":
		v, err := unmarshalAs[string](text)
		return &types.AttributeValueMemberS{Value: v}, err
	case "N":
		v, err := unmarshalAs[string](text)
		return &types.AttributeValueMemberN{Value: v}, err
	case "B":
		v, err := unmarshalAs[[]byte](text)
		return &types.AttributeValueMemberB{Value: v}, err
	case "BOOL":
		v, err := unmarshalAs[bool](text)
		return &types.AttributeValueMemberBOOL{Value: v}, err
	case "NULL":
		v, err := unmarshalAs[bool](text)
		return &types.AttributeValueMemberNULL{Value: v}, err
	case "SS":
		v, err := unmarshalAs[[]string](text)
		return &types.AttributeValueMemberSS{Value: v}, err
	case "NS":
		v, err := unmarshalAs[[]string](text)
		return &types.AttributeValueMemberNS{Value: v}, err
	case "BS":
		v, err := unmarshalAs[[][]byte](text)
		return &types.AttributeValueMemberBS{Value: v}, err
	case "L":
		list, err := unmarshalAs[[]wireValue](text)
		out := make([]types.AttributeValue, len(list))
		for i, e := range list {
			out[i] = e.av
		}
		return &types.AttributeValueMemberL{Value: out}, err
	case "M":
		m, err := unmarshalAs[JSON](text)
		return &types.AttributeValueMemberM{Value: m}, err
	}
	return nil, fmt.Errorf("no type of an attribute value")
}

func unmarshalAs[V any](text json.RawMessage) (v V, err error) {
	err = json.Unmarshal(text, &v)
	return v, err
}
