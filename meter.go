package ddb

import (
	"context"

	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/model"
)

// Meter counts the requests made, and the capacity consumed, under one context. Safe for concurrent use.
type Meter struct{ m *call.Meter }

// Capacity is consumed capacity, in units.
type Capacity struct{ Read, Write float64 }

// WithMeter returns a context whose operations are counted in the returned meter, and in the meters of outer contexts.
// It counts paging, batches, fetched items, companion items, retries and requests on the table itself. It makes each
// request ask for its consumed capacity, which costs nothing.
func WithMeter(ctx context.Context) (context.Context, *Meter) {
	ctx, m := call.WithMeter(ctx)
	return ctx, &Meter{m}
}

// Requests returns the number of requests sent, including the SDK's own retries.
func (m *Meter) Requests() int { return m.m.Requests() }

// RequestsOf returns the number of requests of one API operation, such as "Query".
func (m *Meter) RequestsOf(operation string) int { return m.m.RequestsOf(operation) }

// Hits returns the number of items and pages that came from a client that caches, such as that of package ddbcache. They
// are no requests and consume nothing.
func (m *Meter) Hits() int { return m.m.Hits() }

// Total returns the capacity that everything under the context consumed. What responses of a retried request that never arrived
// consumed is not known and not included; of what failed conditions consumed it includes an estimate, see [Meter.Estimated].
func (m *Meter) Total() Capacity { return Capacity(m.m.Total()) }

// Capacity returns the part of [Meter.Total] that one index consumed; the primary index is the table itself. The index is that of
// the tables that a [DB] with its model was made for: tables of other models are not included, whatever the names of their indexes.
func (m *Meter) Capacity(ix *Index) Capacity {
	return Capacity(m.m.Of(func(by call.Consumer) bool { return consumed(ix.m, by) }))
}

// Estimated returns the part of the capacity that is estimated: DynamoDB charges for writes whose condition fails, and
// for transactions that are cancelled for one, and its errors do not say how much. It is counted for the table itself.
func (m *Meter) Estimated() Capacity { return Capacity(m.m.Estimated()) }

// Indexes returns the names of the indexes that consumed capacity, in any table, sorted; "primary" is a table itself.
func (m *Meter) Indexes() []string { return m.m.Indexes() }

// consumed reports whether ix is what consumed.
func consumed(ix *model.Index, by call.Consumer) bool {
	name := ix.Name
	if ix.Kind == model.PrimaryIndex {
		name = "" // a live index may be called as the primary one is
	}
	return by.Index == name && ix.Table.Called(by.Table)
}
