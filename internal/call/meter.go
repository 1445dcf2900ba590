package call

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/singletable-go/ddb/internal/model"
)

// Meter counts the requests made, and the capacity consumed, under one context. Safe for concurrent use.
type Meter struct {
	mu        sync.Mutex
	parent    *Meter
	requests  map[string]int
	hits      int
	capacity  map[Consumer]Capacity
	estimated Capacity
}

// Consumer is what consumed capacity: a table, by the name that requests give it, and an index of it, "" for the table itself.
type Consumer struct{ Table, Index string }

// Capacity is consumed capacity, in units.
type Capacity struct{ Read, Write float64 }

type meterKey struct{}

// WithMeter returns a context whose operations are counted in the returned meter, and in those of outer contexts.
func WithMeter(ctx context.Context) (context.Context, *Meter) {
	parent, _ := ctx.Value(meterKey{}).(*Meter)
	m := &Meter{parent: parent, requests: map[string]int{}, capacity: map[Consumer]Capacity{}}
	return context.WithValue(ctx, meterKey{}, m), m
}

// Requests returns the number of requests that went out, the SDK's own retries included.
func (m *Meter) Requests() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, c := range m.requests {
		n += c
	}
	return n
}

// RequestsOf returns the number of requests of one API operation, such as "Query".
func (m *Meter) RequestsOf(operation string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.requests[operation]
}

// Hits returns the number of items and pages that came from a client that caches.
func (m *Meter) Hits() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hits
}

func (m *Meter) hit(n int) {
	for ; m != nil; m = m.parent {
		m.mu.Lock()
		m.hits += n
		m.mu.Unlock()
	}
}

// Total returns the capacity that everything consumed.
func (m *Meter) Total() Capacity { return m.Of(func(Consumer) bool { return true }) }

// Of returns the capacity that whatever counts consumed.
func (m *Meter) Of(counts func(Consumer) bool) Capacity {
	m.mu.Lock()
	defer m.mu.Unlock()
	var sum Capacity
	for by, c := range m.capacity {
		if counts(by) {
			sum = sum.plus(c)
		}
	}
	return sum
}

// Estimated returns the part of the capacity that is estimated: DynamoDB charges writes whose condition fails, and
// transactions that are cancelled for one, and its errors do not say how much. It is counted for the table itself.
func (m *Meter) Estimated() Capacity {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.estimated
}

// guess adds an estimate for a table.
func (m *Meter) guess(table string, c Capacity) {
	for ; m != nil; m = m.parent {
		m.mu.Lock()
		m.capacity[Consumer{Table: table}] = m.capacity[Consumer{Table: table}].plus(c)
		m.estimated = m.estimated.plus(c)
		m.mu.Unlock()
	}
}

// Indexes returns the names of the indexes that consumed capacity, in any table, sorted; "primary" is a table itself.
func (m *Meter) Indexes() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for by := range m.capacity {
		names = append(names, cmp.Or(by.Index, model.PrimaryName))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (c Capacity) plus(d Capacity) Capacity { return Capacity{c.Read + d.Read, c.Write + d.Write} }

func (m *Meter) add(operation string, requests int, consumed map[Consumer]Capacity) {
	for ; m != nil; m = m.parent {
		m.mu.Lock()
		m.requests[operation] += requests
		for by, c := range consumed {
			if c == (Capacity{}) {
				continue // not touched
			}
			m.capacity[by] = m.capacity[by].plus(c)
		}
		m.mu.Unlock()
	}
}
