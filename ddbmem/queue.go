package ddbmem

// queue is a list that grows at its end and shrinks at its beginning, both in amortised constant time. It does not keep
// removed items in memory.
type queue[T any] struct {
	items []T
	head  int // the number of removed items in items
}

// len returns the number of items.
func (q *queue[T]) len() int { return len(q.items) - q.head }

// at returns an item by its position, which begins at 0.
func (q *queue[T]) at(i int) T { return q.items[q.head+i] }

// push appends an item.
func (q *queue[T]) push(v T) { q.items = append(q.items, v) }

// pop removes the first item and returns it.
func (q *queue[T]) pop() T {
	var zero T
	v := q.items[q.head]
	q.items[q.head] = zero
	q.head++
	if q.head > 32 && q.head > q.len() {
		q.items, q.head = append(make([]T, 0, q.len()+q.len()/4), q.items[q.head:]...), 0
	}
	return v
}
