package attr

import (
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Merge returns the value of an attribute that was read as was and is to be is: stored, with what differs between the
// two. What the entity's type does not know of it, inside structs, maps and lists, stays.
func Merge(stored, was, is types.AttributeValue) types.AttributeValue {
	if was != nil && is != nil && Equal(was, is) {
		return stored
	}
	switch stored := stored.(type) {
	case *types.AttributeValueMemberM:
		was, ok := was.(*types.AttributeValueMemberM)
		is, ok2 := is.(*types.AttributeValueMemberM)
		if ok && ok2 {
			return &types.AttributeValueMemberM{Value: mergedMap(stored.Value, was.Value, is.Value)}
		}
	case *types.AttributeValueMemberL:
		was, ok := was.(*types.AttributeValueMemberL)
		is, ok2 := is.(*types.AttributeValueMemberL)
		switch {
		case !ok || !ok2 || len(was.Value) > len(stored.Value):
		case len(was.Value) == len(stored.Value):
			return &types.AttributeValueMemberL{Value: mergedList(stored.Value, was.Value, is.Value)}
		case len(was.Value) == len(is.Value): // an array that is shorter than what is stored
			out := mergedList(stored.Value[:len(was.Value)], was.Value, is.Value)
			return &types.AttributeValueMemberL{Value: append(out, stored.Value[len(was.Value):]...)}
		}
	}
	return is
}

func mergedMap(stored, was, is Item) Item {
	out := maps.Clone(stored)
	for name := range was {
		if is[name] == nil {
			delete(out, name)
		}
	}
	for name, v := range is {
		if v = Merge(stored[name], was[name], v); v != nil {
			out[name] = v
		}
	}
	return out
}

// mergedList pairs elements: equal ones wherever they stand now, each once, and else those at one position of a list that
// is as long as it was.
func mergedList(stored, was, is []types.AttributeValue) []types.AttributeValue {
	out := make([]types.AttributeValue, len(is))
	used := make([]bool, len(was))
	for i, v := range is {
		if i < len(was) && Equal(was[i], v) {
			out[i], used[i] = stored[i], true
		}
	}
	free := map[string][]int{} // of each value the positions that it had and that are not used
	for j, v := range was {
		if !used[j] {
			text := Canonical(v)
			free[text] = append(free[text], j)
		}
	}
	for i, v := range is {
		if out[i] != nil || len(free) == 0 {
			continue
		}
		if text := Canonical(v); len(free[text]) > 0 {
			j := free[text][0]
			out[i], used[j], free[text] = stored[j], true, free[text][1:]
		}
	}
	for i, v := range is {
		switch {
		case out[i] != nil:
		case len(is) == len(was) && !used[i]:
			out[i] = Merge(stored[i], was[i], v)
		default:
			out[i] = v
		}
	}
	return out
}
