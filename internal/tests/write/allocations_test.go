//go:build !race

package write_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestBudgets holds what a call allocates beside what the SDK does: its request, keys and expressions, and the item decoded or
// encoded as attributes. It is not built for the race detector, for which a sync.Pool drops at random what it is given.
func TestBudgets(t *testing.T) {
	p := newParcels(t)
	for name, w := range p.work() {
		allocs := testing.AllocsPerRun(100, func() {
			if err := w.run(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
		assert.InDelta(t, w.allocs, allocs, 0, name)
	}
}
