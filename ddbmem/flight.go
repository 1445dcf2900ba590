package ddbmem

import (
	"sync"
	"sync/atomic"
)

// itemKey is an item of a table.
type itemKey struct {
	table *table
	key   string
}

// flight tracks the items of the transactions in progress. A request that overlaps with one is rejected, as in the
// service, and does not wait.
type flight struct {
	count atomic.Int64
	mu    sync.Mutex
	items map[itemKey]bool
}

// takeOff claims the items of a transaction, or returns which of them another transaction holds.
func (f *flight) takeOff(keys []itemKey) (taken []bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, k := range keys {
		if f.items[k] {
			if taken == nil {
				taken = make([]bool, len(keys))
			}
			taken[i] = true
		}
	}
	if taken != nil {
		return taken
	}
	if f.items == nil {
		f.items = map[itemKey]bool{}
	}
	for _, k := range keys {
		f.items[k] = true
	}
	f.count.Add(int64(len(keys)))
	return nil
}

// land releases the items of a transaction.
func (f *flight) land(keys []itemKey) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, k := range keys {
		delete(f.items, k)
	}
	f.count.Add(-int64(len(keys)))
}

// busy reports whether a transaction in progress holds the item.
func (f *flight) busy(t *table, key string) bool {
	if f.count.Load() == 0 {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.items[itemKey{t, key}]
}

// conflicts claims the items of a transaction, or returns the reasons of those that another transaction holds.
func (e *Engine) conflicts(keys []itemKey) []reason { return conflictReasons(e.flight.takeOff(keys)) }

// readConflicts is like conflicts for a transaction that reads: it claims nothing.
func (e *Engine) readConflicts(keys []itemKey) []reason {
	var taken []bool
	for i, k := range keys {
		if e.flight.busy(k.table, k.key) {
			if taken == nil {
				taken = make([]bool, len(keys))
			}
			taken[i] = true
		}
	}
	return conflictReasons(taken)
}

func conflictReasons(taken []bool) []reason {
	if taken == nil {
		return nil
	}
	reasons := make([]reason, len(taken))
	for i, t := range taken {
		if t {
			reasons[i] = reason{code: "TransactionConflict", msg: "Transaction is ongoing for the item"}
		}
	}
	return reasons
}
