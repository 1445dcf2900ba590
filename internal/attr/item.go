package attr

import (
	"bytes"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Item is an item as it is stored.
type Item = map[string]types.AttributeValue

// At returns the value at a document path, nil if there is none.
func At(attrs Item, path []string) types.AttributeValue {
	av := attrs[path[0]]
	for _, name := range path[1:] {
		m, ok := av.(*types.AttributeValueMemberM)
		if !ok {
			return nil
		}
		av = m.Value[name]
	}
	return av
}

// DeepCopy copies what an upgrade could reach into.
func DeepCopy(av types.AttributeValue) types.AttributeValue {
	switch av := av.(type) {
	case *types.AttributeValueMemberM:
		m := make(Item, len(av.Value))
		for name, v := range av.Value {
			m[name] = DeepCopy(v)
		}
		return &types.AttributeValueMemberM{Value: m}
	case *types.AttributeValueMemberL:
		l := make([]types.AttributeValue, len(av.Value))
		for i, v := range av.Value {
			l[i] = DeepCopy(v)
		}
		return &types.AttributeValueMemberL{Value: l}
	case *types.AttributeValueMemberS:
		return &types.AttributeValueMemberS{Value: av.Value}
	case *types.AttributeValueMemberN:
		return &types.AttributeValueMemberN{Value: av.Value}
	case *types.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: bytes.Clone(av.Value)}
	case *types.AttributeValueMemberBOOL:
		return &types.AttributeValueMemberBOOL{Value: av.Value}
	case *types.AttributeValueMemberNULL:
		return &types.AttributeValueMemberNULL{Value: av.Value}
	case *types.AttributeValueMemberSS:
		return &types.AttributeValueMemberSS{Value: slices.Clone(av.Value)}
	case *types.AttributeValueMemberNS:
		return &types.AttributeValueMemberNS{Value: slices.Clone(av.Value)}
	case *types.AttributeValueMemberBS:
		bs := make([][]byte, len(av.Value))
		for i, b := range av.Value {
			bs[i] = bytes.Clone(b)
		}
		return &types.AttributeValueMemberBS{Value: bs}
	default:
		return av
	}
}

// SetPath puts a value at a document path; nil leaves it absent.
func SetPath(attrs Item, path []string, av types.AttributeValue) {
	if av == nil || len(path) == 0 {
		return
	}
	for _, name := range path[:len(path)-1] {
		m, ok := attrs[name].(*types.AttributeValueMemberM)
		if !ok {
			m = &types.AttributeValueMemberM{Value: Item{}}
			attrs[name] = m
		}
		attrs = m.Value
	}
	attrs[path[len(path)-1]] = av
}

// SortedNames returns the names of the attributes in ascending order.
func SortedNames(attrs Item) []string {
	names := make([]string, 0, len(attrs))
	for name := range attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
