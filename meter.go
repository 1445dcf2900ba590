package ddb

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/singletable-go/ddb/internal/wire"
)

// Meter counts the requests made, and the capacity consumed, under one context. Safe for concurrent use.
type Meter struct {
	mu       sync.Mutex
	parent   *Meter
	requests map[string]int
	capacity map[string]Capacity
}

// Capacity is consumed capacity, in units.
type Capacity struct{ Read, Write float64 }

type meterKey struct{}

// WithMeter returns a context whose operations are counted in the returned meter, and in the meters of outer contexts
// too: paging, batches, hydration, companion items and retries included. It makes each request ask for its consumed
// capacity, which costs nothing.
func WithMeter(ctx context.Context) (context.Context, *Meter) {
	parent, _ := ctx.Value(meterKey{}).(*Meter)
	m := &Meter{parent: parent, requests: map[string]int{}, capacity: map[string]Capacity{}}
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

// Capacity returns the capacity consumed by one index, the primary index being the table itself; by everything when
// ix is nil. What answers of a retried request that never arrived consumed is not known and not in it.
func (m *Meter) Capacity(ix *Index) Capacity {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ix != nil {
		return m.capacity[ix.name]
	}
	var sum Capacity
	for _, c := range m.capacity {
		sum = sum.plus(c)
	}
	return sum
}

// Indexes returns the names of the indexes that consumed capacity, sorted; "primary" is the table itself.
func (m *Meter) Indexes() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.capacity))
}

func (c Capacity) plus(d Capacity) Capacity { return Capacity{c.Read + d.Read, c.Write + d.Write} }

func (m *Meter) add(operation string, requests int, consumed map[string]Capacity) {
	for ; m != nil; m = m.parent {
		m.mu.Lock()
		m.requests[operation] += requests
		for ix, c := range consumed {
			if c == (Capacity{}) {
				continue // not touched
			}
			m.capacity[ix] = m.capacity[ix].plus(c)
		}
		m.mu.Unlock()
	}
}

// metered is one API call under a meter, if there is one.
type metered struct {
	meter     *Meter
	operation string
	read      bool
	count     bool
	attempts  int
	lost      int // attempts of which nothing came back, or a failure inside the service: they may have been done
	with      [1]func(*dynamodb.Options)

	answer wire.Call // which reads the items of the response, or writes those of the request, or compares its checksum alone
}

func meterOf(ctx context.Context, operation string, read bool) *metered {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	return &metered{meter: m, operation: operation, read: read, answer: wire.Call{ChecksumOnly: true}}
}

// answered is meterOf for a call whose items are decoded from their JSON, unless the client or the options are against it.
func (db *DB) answered(ctx context.Context, operation string) *metered {
	m := meterOf(ctx, operation, true)
	m.answer.ChecksumOnly = db.opts.AttributePath
	return m
}

// encoded makes a write encode its items itself, on the same terms.
func (c *metered) encoded(db *DB) *metered {
	c.answer.ChecksumOnly, c.answer.RequestOnly = db.opts.AttributePath, true
	return c
}

// want is the ReturnConsumedCapacity of the request.
func (c *metered) want() types.ReturnConsumedCapacity {
	if c.meter == nil {
		return ""
	}
	return types.ReturnConsumedCapacityIndexes
}

// counted makes the call count its attempts even without a meter.
func (c *metered) counted() *metered {
	c.count = true
	return c
}

// opts is options as the SDK takes them.
func (c *metered) opts() []func(*dynamodb.Options) {
	c.with[0] = c.options
	return c.with[:]
}

// options counts the attempts of the call, which the SDK may make several of.
func (c *metered) options(o *dynamodb.Options) {
	c.answer.Options(o)
	if c.meter == nil && !c.count {
		return
	}
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		count := middleware.FinalizeMiddlewareFunc("ddbMeter", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			c.attempts++
			out, md, err := next.HandleFinalize(ctx, in)
			if err != nil && !denied(err) {
				c.lost++
			}
			return out, md, err
		})
		if err := stack.Finalize.Insert(count, "Retry", middleware.After); err != nil {
			return stack.Finalize.Add(count, middleware.After)
		}
		return nil
	})
}

// denied reports an answer that says that nothing was done.
func denied(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorFault() == smithy.FaultClient
}

// done adds the call to the meter. A client that ignores options counts as one attempt.
func (c *metered) done(consumed ...types.ConsumedCapacity) {
	if c.meter == nil {
		return
	}
	sum := map[string]Capacity{}
	for i := range consumed {
		addConsumed(sum, &consumed[i], c.read)
	}
	c.meter.add(c.operation, max(c.attempts, 1), sum)
}

func addConsumed(sum map[string]Capacity, cc *types.ConsumedCapacity, read bool) {
	add := func(ix string, part *types.Capacity) {
		if part == nil {
			return
		}
		sum[ix] = sum[ix].plus(split(part.CapacityUnits, part.ReadCapacityUnits, part.WriteCapacityUnits, read))
	}
	if cc.Table == nil && cc.CapacityUnits != nil { // an engine that does not break it down
		sum["primary"] = sum["primary"].plus(split(cc.CapacityUnits, cc.ReadCapacityUnits, cc.WriteCapacityUnits, read))
		return
	}
	add("primary", cc.Table)
	for name, part := range cc.LocalSecondaryIndexes {
		add(name, &part)
	}
	for name, part := range cc.GlobalSecondaryIndexes {
		add(name, &part)
	}
}

// split tells read units from write units: only transactions do so themselves.
func split(units, reads, writes *float64, read bool) Capacity {
	switch {
	case reads != nil || writes != nil:
		var c Capacity
		if reads != nil {
			c.Read = *reads
		}
		if writes != nil {
			c.Write = *writes
		}
		return c
	case units == nil:
		return Capacity{}
	case read:
		return Capacity{Read: *units}
	}
	return Capacity{Write: *units}
}
