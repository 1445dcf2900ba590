package template

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestShardIsFrozen fails when a text moves to another shard: its keys on disk would not be found.
func TestShardIsFrozen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][3]int{
		"":              {6, 42, 342},
		"a":             {3, 15, 315},
		"a@example.com": {7, 95, 95},
		"ü":             {1, 5, 105},
	} {
		assert.Equal(t, want, [3]int{shardOf(text, 8), shardOf(text, 100), shardOf(text, 1000)}, "%q", text)
	}
}

// TestShardSpreads counts how evenly numbered texts, which differ in few bits, fall.
func TestShardSpreads(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 3, 8, 16, 100} {
		count := make([]int, n)
		const texts = 20000
		for i := range texts {
			count[shardOf("user-"+strconv.Itoa(2*i), n)]++
		}
		for shard, c := range count {
			assert.InEpsilon(t, texts/n, c, 0.3, "shard %d of %d", shard, n)
		}
	}
}
