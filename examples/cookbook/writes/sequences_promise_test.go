package writes_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	. "github.com/singletable-go/ddb/examples/cookbook/writes"
)

// No two calls get the same number, though responses are lost.
func TestNumbersOfASequenceAreUnique(t *testing.T) {
	t.Parallel()
	db, _ := unreliable(t, LedgerTable)
	const writers, each = 8, 20
	var mu sync.Mutex
	taken := map[int64]int{}
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				first, last, err := UniqueNumbers(t.Context(), db, "parcels", int64(1+(w+i)%3))
				assert.NoError(t, err)
				mu.Lock()
				for n := first; n <= last; n++ {
					taken[n]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	highest := int64(0)
	for n, calls := range taken {
		assert.Equal(t, 1, calls, "number %d", n)
		highest = max(highest, n)
	}
	assert.Greater(t, highest, int64(len(taken)), "the test loses responses, and so numbers")
}

// Each sale has a number, and the numbers have no gap, though responses are lost and each sale is numbered twice at once.
func TestInvoiceNumbersHaveNoGap(t *testing.T) {
	t.Parallel()
	db, _ := unreliable(t, LedgerTable)
	sales := ddb.NewRepository(db, Sales)
	const n = 24
	for i := range n {
		_, err := sales.Put(t.Context(), Sale{ID: fmt.Sprint(i)})
		require.NoError(t, err)
	}
	got := make([][2]int64, n)
	var all sync.WaitGroup
	for twice := range 2 {
		for part := range 4 {
			all.Go(func() {
				for i := part; i < n; i += 4 {
					number, err := InvoiceNumber(t.Context(), db, "invoices", fmt.Sprint(i))
					assert.NoError(t, err)
					got[i][twice] = number
				}
			})
		}
	}
	all.Wait()
	var numbers []int64
	for i, g := range got {
		assert.Equal(t, g[0], g[1], "sale %d", i)
		s, err := sales.Consistent().Get(t.Context(), Sale{ID: fmt.Sprint(i)})
		require.NoError(t, err)
		assert.Equal(t, g[0], s.Invoice)
		numbers = append(numbers, s.Invoice)
	}
	slices.Sort(numbers)
	for i, number := range numbers {
		assert.Equal(t, int64(i+1), number)
	}
}
