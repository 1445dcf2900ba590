package view

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/scale"
)

// halfOf returns what matching takes of source i, with keys as long as most are.
func halfOf(i int) (*Pair, attr.Item) {
	key := func(text string) attr.Item {
		return attr.Item{"pk": &types.AttributeValueMemberS{Value: text}, "sk": &types.AttributeValueMemberS{Value: text}}
	}
	p := &Pair{Target: key(fmt.Sprintf("pupil#%09d", i/100)), Source: key(fmt.Sprintf("step#%09d", i))}
	p.TargetText, p.SourceText = fmt.Sprint("t", i/100), fmt.Sprint("s", i)
	return p, attr.Item{"xp": &types.AttributeValueMemberN{Value: fmt.Sprint(i)}}
}

// However many sources a Rebuild finds right, it keeps those that wait for their other half, and no trace of the others.
func TestARebuildForgetsWhatItHasMatched(t *testing.T) {
	t.Parallel()
	const waiting = 10
	j := NewMatching(model.NewTable("pk", "sk"))
	most := 0
	for i := range scale.Of(100_000, 20_000) {
		assert.Nil(t, j.Source(halfOf(i)))
		if i >= waiting {
			assert.Nil(t, j.Ledger(halfOf(i-waiting)))
		}
		most = max(most, len(j.Order))
	}
	assert.Len(t, j.Halves, waiting)
	assert.LessOrEqual(t, most, 2*(waiting+1)+MinOrder)
	left := 0
	for range j.Rest() {
		left++
	}
	assert.Equal(t, waiting, left)
	assert.Empty(t, j.Order)
	assert.Zero(t, j.Bytes)
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
	j := NewMatching(model.NewTable("pk", "sk"))
	for i := 0; !j.Full(); i++ {
		j.Source(halfOf(i))
	}
	assert.Greater(t, len(j.Halves), 200_000)
	assert.LessOrEqual(t, live()-before, MaxJoin)
	runtime.KeepAlive(j)
}
