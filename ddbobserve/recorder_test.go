package ddbobserve_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/ddbobserve"
)

func TestARecorderKeepsRequestsUntilTheyAreTaken(t *testing.T) {
	t.Parallel()
	var r ddbobserve.Recorder
	assert.Nil(t, r.Take())
	for _, operation := range []string{"GetItem", "Query"} {
		r.Observe(t.Context(), &ddbobserve.Request{Operation: operation})
	}
	assert.Equal(t, []ddbobserve.Request{{Operation: "GetItem"}, {Operation: "Query"}}, r.Take())
	assert.Nil(t, r.Take())
}

func TestARecorderOfManyGoroutines(t *testing.T) {
	t.Parallel()
	var r ddbobserve.Recorder
	var wg sync.WaitGroup
	taken := make([]int, 8)
	for i := range taken {
		wg.Go(func() {
			for range 100 {
				r.Observe(t.Context(), &ddbobserve.Request{})
				taken[i] += len(r.Take())
			}
		})
	}
	wg.Wait()
	sum := len(r.Take())
	for _, n := range taken {
		sum += n
	}
	assert.Equal(t, 800, sum)
}

func TestAPatternIsOfTheContext(t *testing.T) {
	t.Parallel()
	assert.Empty(t, ddbobserve.PatternOf(t.Context()))
	outer := ddbobserve.WithPattern(t.Context(), "courses of a track")
	inner := ddbobserve.WithPattern(outer, "track by id")
	assert.Equal(t, "courses of a track", ddbobserve.PatternOf(outer))
	assert.Equal(t, "track by id", ddbobserve.PatternOf(inner))
	assert.Empty(t, ddbobserve.PatternOf(context.WithValue(t.Context(), "pattern", "x"))) //nolint:staticcheck // a key of another's
}

func TestWhatARequestConsumed(t *testing.T) {
	t.Parallel()
	assert.Zero(t, ddbobserve.Request{}.Consumed())
	assert.Equal(t, ddbobserve.Capacity{Read: 1.5, Write: 7}, ddbobserve.Request{
		Capacity:  map[string]ddbobserve.Capacity{"primary": {Read: 1, Write: 2}, "gsi1": {Read: 0.5, Write: 1}},
		Estimated: ddbobserve.Capacity{Write: 4},
	}.Consumed())
}
