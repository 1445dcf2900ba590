package codec

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/wire"
)

// appendDocument appends a list or a map in DynamoDB's JSON, the members of maps by name; false if the SDK would refuse it.
func appendDocument(dst []byte, av types.AttributeValue) ([]byte, bool) {
	w := wire.Writer{Text: dst, Sorted: true}
	ok := w.Value(asHeld(av))
	return w.Text, ok
}

// documentOf reads a value in DynamoDB's JSON.
func documentOf(text []byte) (types.AttributeValue, error) {
	if p := wire.PageOf(text); p != nil {
		defer p.Release()
		return p.Value().AttributeValue(), nil
	}
	var v any // of text, booleans, lists and maps
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, err
	}
	av, err := valueOf(v, 1)
	if err != nil {
		return nil, err
	}
	return av, check(av)
}

// valueOf reads {"S": "text"}, at a level of nesting.
func valueOf(v any, level int) (types.AttributeValue, error) {
	m, ok := v.(map[string]any)
	if !ok || len(m) != 1 {
		return nil, fmt.Errorf("%.40v is no attribute value", v)
	}
	if level > maxLevels {
		return nil, errNested
	}
	for kind, v := range m {
		switch v := v.(type) {
		case string:
			switch kind {
			case "S":
				return &types.AttributeValueMemberS{Value: v}, nil
			case "N":
				return &types.AttributeValueMemberN{Value: v}, nil
			case "B":
				b, err := base64.StdEncoding.DecodeString(v)
				return &types.AttributeValueMemberB{Value: b}, err
			}
		case bool:
			switch {
			case kind == "BOOL":
				return &types.AttributeValueMemberBOOL{Value: v}, nil
			case kind == "NULL" && v:
				return &types.AttributeValueMemberNULL{Value: true}, nil
			}
		case map[string]any:
			if kind != "M" {
				break
			}
			out := make(map[string]types.AttributeValue, len(v))
			for name, v := range v {
				av, err := valueOf(v, level+1)
				if err != nil {
					return nil, withinKey(name, err)
				}
				out[name] = av
			}
			return &types.AttributeValueMemberM{Value: out}, nil
		case []any:
			return listOf(kind, v, level)
		}
		return nil, fmt.Errorf("%.40q is no type of an attribute value, or not of this value", kind)
	}
	panic("unreachable")
}

// listOf reads the elements of a list or a set.
func listOf(kind string, list []any, level int) (types.AttributeValue, error) {
	avs := make([]types.AttributeValue, len(list))
	texts := make([]string, len(list))
	bins := make([][]byte, len(list))
	for i, v := range list {
		var err error
		ok := true
		if kind == "L" {
			avs[i], err = valueOf(v, level+1)
		} else if texts[i], ok = v.(string); ok && kind == "BS" {
			bins[i], err = base64.StdEncoding.DecodeString(texts[i])
		}
		if err == nil && !ok {
			err = fmt.Errorf("%.40v is no element of a set", v)
		}
		if err != nil {
			return nil, withinIndex(i, err)
		}
	}
	switch kind {
	case "L":
		return &types.AttributeValueMemberL{Value: avs}, nil
	case "SS":
		return &types.AttributeValueMemberSS{Value: texts}, nil
	case "NS":
		return &types.AttributeValueMemberNS{Value: texts}, nil
	case "BS":
		return &types.AttributeValueMemberBS{Value: bins}, nil
	}
	return nil, fmt.Errorf("%.40q is no type of an attribute value, or not of this value", kind)
}
