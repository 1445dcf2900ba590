package codec

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// arena allocates the strings and numbers of one item in a few blocks, which live as long as any of them. The zero
// arena is ready for use; a nil one allocates each value separately.
type arena struct {
	strings []types.AttributeValueMemberS
	numbers []types.AttributeValueMemberN
	next    size // of the next blocks: expected values without a block yet
}

// size is a number of strings and numbers.
type size struct{ strings, numbers int }

func (s size) plus(t size) size { return size{s.strings + t.strings, s.numbers + t.numbers} }
func (s size) times(n int) size { return size{s.strings * n, s.numbers * n} }

// blockSize bounds a block, so that the unused part is small if an item leaves values out, for example by omitempty.
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
