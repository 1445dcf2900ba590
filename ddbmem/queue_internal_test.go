package ddbmem

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestQueueIsAListThatShrinksAtItsBeginning(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(rt *rapid.T) {
		var q queue[int]
		var want []int
		for i := range rapid.IntRange(0, 400).Draw(rt, "operations") {
			if len(want) > 0 && rapid.IntRange(0, 2).Draw(rt, "pop") == 0 {
				require.Equal(rt, want[0], q.pop())
				want = want[1:]
			} else {
				q.push(i)
				want = append(want, i)
			}
		}
		require.Equal(rt, len(want), q.len())
		for i, v := range want {
			require.Equal(rt, v, q.at(i))
		}
	})
}

func TestQueueKeepsNoMemoryOfWhatHasLeft(t *testing.T) {
	t.Parallel()

	var q queue[*[1 << 10]byte]
	for range 1000 {
		q.push(new([1 << 10]byte))
	}
	for range 990 {
		q.pop()
	}
	require.Equal(t, 10, q.len())
	require.Less(t, cap(q.items), 100)
	for _, v := range q.items[:q.head] {
		require.Nil(t, v)
	}
}
