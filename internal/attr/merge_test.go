package attr_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/attr"
)

// paired is the list that Merge makes, found by comparing each element with each other one.
func paired(stored, was, is []types.AttributeValue) []types.AttributeValue {
	out, used := make([]types.AttributeValue, len(is)), make([]bool, len(was))
	take := func(i, j int) {
		if out[i] == nil && !used[j] && attr.Equal(was[j], is[i]) {
			out[i], used[j] = stored[j], true
		}
	}
	for i := range min(len(is), len(was)) {
		take(i, i)
	}
	for i := range is {
		for j := range was {
			take(i, j)
		}
	}
	for i, v := range is {
		if out[i] == nil {
			if out[i] = v; len(is) == len(was) && !used[i] {
				out[i] = attr.Merge(stored[i], was[i], v)
			}
		}
	}
	return out
}

// An element of a list keeps what the program does not know of it, wherever it stands now: the first of equal ones first.
func TestMergePairsEqualElements(t *testing.T) {
	t.Parallel()
	number := func(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }
	values := []types.AttributeValue{
		&types.AttributeValueMemberS{Value: "1"}, number("1"), number("1.0"), number("2"), &types.AttributeValueMemberNULL{Value: true},
		&types.AttributeValueMemberL{Value: []types.AttributeValue{number("1")}}, &types.AttributeValueMemberL{Value: []types.AttributeValue{number("1e0")}},
		&types.AttributeValueMemberM{Value: attr.Item{"a": number("1")}}, &types.AttributeValueMemberM{Value: attr.Item{"a": number("2")}},
		&types.AttributeValueMemberSS{Value: []string{"a", "b"}}, &types.AttributeValueMemberSS{Value: []string{"b", "a"}},
	}
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.SampledFrom(values), 0, 8)
		was, is := list.Draw(t, "was"), list.Draw(t, "is")
		stored := make([]types.AttributeValue, len(was))
		for i, v := range was {
			stored[i] = &types.AttributeValueMemberM{Value: attr.Item{fmt.Sprint(i): v}}
		}
		of := func(l []types.AttributeValue) types.AttributeValue { return &types.AttributeValueMemberL{Value: l} }
		assert.Equal(t, of(paired(stored, was, is)), attr.Merge(of(stored), of(was), of(is)))
	})
}

// A list that was compressed can have many elements, so none is compared with each other one: then this takes minutes.
func TestMergeOfALongList(t *testing.T) {
	t.Parallel()
	texts := func(end string) types.AttributeValue {
		l := make([]types.AttributeValue, 40_000-len(end))
		for i := range l {
			l[i] = &types.AttributeValueMemberS{Value: fmt.Sprint(i, end)}
		}
		return &types.AttributeValueMemberL{Value: l}
	}
	was, is := texts(""), texts("?")
	assert.True(t, attr.Equal(is, attr.Merge(was, was, is)))
}
