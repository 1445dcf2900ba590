package codec

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// arena hands out the strings and numbers of one item from a few blocks, which live as long as any of them does.
// The zero arena is ready for use; a nil one allocates each value by itself.
type arena struct {
	strings []types.AttributeValueMemberS
	numbers []types.AttributeValueMemberN
	next    size // of the next blocks: what is expected and not in a block yet
}

// size is a number of strings and numbers.
type size struct{ strings, numbers int }

func (s size) plus(t size) size { return size{s.strings + t.strings, s.numbers + t.numbers} }
func (s size) times(n int) size { return size{s.strings * n, s.numbers * n} }

// A block may be as large as this: what an item leaves unused, because of omitempty for example, stays small.
const blockSize = 64

// expect announces values.
func (a *arena) expect(s size) {
	if a != nil {
		a.next = a.next.plus(s)
	}
}

func (a *arena) string(s string) types.AttributeValue {
	if a == nil {
		return &types.AttributeValueMemberS{Value: s}
	}
	if len(a.strings) == 0 {
		n := min(max(a.next.strings, 1), blockSize)
		a.strings = make([]types.AttributeValueMemberS, n)
		a.next.strings -= n
	}
	av := &a.strings[0]
	a.strings = a.strings[1:]
	av.Value = s
	return av
}

func (a *arena) number(n string) types.AttributeValue {
	if a == nil {
		return &types.AttributeValueMemberN{Value: n}
	}
	if len(a.numbers) == 0 {
		n := min(max(a.next.numbers, 1), blockSize)
		a.numbers = make([]types.AttributeValueMemberN, n)
		a.next.numbers -= n
	}
	av := &a.numbers[0]
	a.numbers = a.numbers[1:]
	av.Value = n
	return av
}
