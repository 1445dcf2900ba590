package ddb

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
)

// halfOf returns what matching takes of source i, with keys as long as most are.
func halfOf(i int) (*pair, attr.Item) {
	key := func(text string) attr.Item {
		return attr.Item{"pk": &types.AttributeValueMemberS{Value: text}, "sk": &types.AttributeValueMemberS{Value: text}}
	}
	p := &pair{target: key(fmt.Sprintf("pupil#%09d", i/100)), source: key(fmt.Sprintf("step#%09d", i))}
	p.targetText, p.sourceText = fmt.Sprint("t", i/100), fmt.Sprint("s", i)
	return p, attr.Item{"xp": &types.AttributeValueMemberN{Value: fmt.Sprint(i)}}
}

// However many sources a Rebuild finds right, it keeps those that wait for their other half, and no trace of the others.
func TestARebuildForgetsWhatItHasMatched(t *testing.T) {
	t.Parallel()
	const waiting = 10
	j := newMatching(model.NewTable("pk", "sk"))
	most := 0
	for i := range 100_000 {
		assert.Nil(t, j.source(halfOf(i)))
		if i >= waiting {
			assert.Nil(t, j.ledger(halfOf(i-waiting)))
		}
		most = max(most, len(j.order))
	}
	assert.Len(t, j.halves, waiting)
	assert.LessOrEqual(t, most, 2*(waiting+1)+minOrder)
	left := 0
	for range j.rest() {
		left++
	}
	assert.Equal(t, waiting, left)
	assert.Empty(t, j.order)
	assert.Zero(t, j.bytes)
}

// What waits for its other half takes no more memory than it is counted for. Not parallel: it measures the heap.
func TestARebuildIsFullBeforeItsMemoryIs(t *testing.T) {
	live := func() int {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	before := live()
	j := newMatching(model.NewTable("pk", "sk"))
	for i := 0; !j.full(); i++ {
		j.source(halfOf(i))
	}
	assert.Greater(t, len(j.halves), 200_000)
	assert.LessOrEqual(t, live()-before, maxJoin)
	runtime.KeepAlive(j)
}
