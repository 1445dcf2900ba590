package ddb

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/wire"
)

// Meter counts the requests made, and the capacity consumed, under one context. Safe for concurrent use.
type Meter struct {
	mu        sync.Mutex
	parent    *Meter
	requests  map[string]int
	capacity  map[consumer]Capacity
	estimated Capacity
}

// consumer is what consumed capacity: a table, by the name that requests give it, and an index of it, "" for the table itself.
type consumer struct{ table, index string }

// Capacity is consumed capacity, in units.
type Capacity struct{ Read, Write float64 }

type meterKey struct{}

// WithMeter returns a context whose operations are counted in the returned meter, and in the meters of outer contexts
// too: paging, batches, hydration, companion items, retries and requests on the table itself included. It makes each request ask for its consumed
// capacity, which costs nothing.
func WithMeter(ctx context.Context) (context.Context, *Meter) {
	parent, _ := ctx.Value(meterKey{}).(*Meter)
	m := &Meter{parent: parent, requests: map[string]int{}, capacity: map[consumer]Capacity{}}
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
// ix is nil. An index is that of the tables that a [DB] with its model was made for: tables of other models are not in it, whatever
// their indexes are called. What responses of a retried request that never arrived consumed is not known and not in it; of
// what failed conditions consumed there is an estimate in it, see [Meter.Estimated].
func (m *Meter) Capacity(ix *Index) Capacity {
	m.mu.Lock()
	defer m.mu.Unlock()
	var sum Capacity
	for by, c := range m.capacity {
		if ix == nil || consumedBy(ix.m, by) {
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
		m.capacity[consumer{table: table}] = m.capacity[consumer{table: table}].plus(c)
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
		names = append(names, cmp.Or(by.index, model.PrimaryName))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// consumedBy reports whether ix is what consumed.
func consumedBy(ix *model.Index, by consumer) bool {
	name := ix.Name
	if ix.Kind == model.PrimaryIndex {
		name = "" // a live index may be called as the primary one is
	}
	return by.index == name && ix.Table.Called(by.table)
}

func (c Capacity) plus(d Capacity) Capacity { return Capacity{c.Read + d.Read, c.Write + d.Write} }

func (m *Meter) add(operation string, requests int, consumed map[consumer]Capacity) {
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

// metered is one API call under a meter, if there is one.
type metered struct {
	meter     *Meter
	operation string
	read      bool
	count     bool
	attempts  int
	applied   bool // the client took the options
	lost      bool // of an attempt nothing came back, or a failure inside the service: it may have been done
	with      [1]func(*dynamodb.Options)

	estimate float64 // write units of failed conditions, of which DynamoDB says nothing
	table    string  // that they consumed

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
	c.applied = true
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		count := middleware.FinalizeMiddlewareFunc("ddbMeter", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			c.attempts++
			out, md, err := next.HandleFinalize(ctx, in)
			if err != nil && !apierror.Of(err).Refused() {
				c.lost = true
			}
			return out, md, err
		})
		if err := stack.Finalize.Insert(count, "Retry", middleware.After); err != nil {
			return stack.Finalize.Add(count, middleware.After)
		}
		return nil
	})
}

// lostAny reports that an attempt of a call, which ended with err, may have been done although nothing said so. A client
// that ignores options says nothing of its attempts.
func (c *metered) lostAny(err error) bool {
	return c.lost || err != nil && !c.applied && !apierror.Of(err).Refused()
}

// done adds the call to the meter. A client that ignores options counts as one attempt.
func (c *metered) done(consumed ...types.ConsumedCapacity) {
	if c.meter == nil {
		return
	}
	sum := map[consumer]Capacity{}
	for i := range consumed {
		addConsumed(sum, &consumed[i], c.read)
	}
	c.meter.add(c.operation, max(c.attempts, 1), sum)
	if c.estimate > 0 {
		c.meter.guess(c.table, Capacity{Write: c.estimate})
	}
}

// refused estimates what a write consumed whose condition failed on an item: as much as writing the item, which is at least
// a unit. AWS: "DynamoDB read and write operations", conditional writes.
func (c *metered) refused(db *DB, old attr.Item) {
	c.table = db.name
	c.estimate += float64(max((attr.Size(old)+1023)/1024, 1))
}

// cancelled estimates what a cancelled transaction consumed: twice what each of its writes would have.
func (c *metered) cancelled(db *DB, actions []*action, reasons []types.CancellationReason) {
	if !slices.ContainsFunc(reasons, func(r types.CancellationReason) bool { return text(r.Code) == "ConditionalCheckFailed" }) {
		return
	}
	c.table = db.name
	for i, a := range actions {
		n := a.size()
		if i < len(reasons) {
			n = max(n, attr.Size(reasons[i].Item))
		}
		c.estimate += 2 * float64(max((n+1023)/1024, 1))
	}
}

func addConsumed(sum map[consumer]Capacity, cc *types.ConsumedCapacity, read bool) {
	var table string
	if cc.TableName != nil {
		table = *cc.TableName
	}
	add := func(ix string, part *types.Capacity) {
		if part == nil {
			return
		}
		by := consumer{table, ix}
		sum[by] = sum[by].plus(split(part.CapacityUnits, part.ReadCapacityUnits, part.WriteCapacityUnits, read))
	}
	if cc.Table == nil && cc.CapacityUnits != nil { // an engine that does not break it down
		by := consumer{table, ""}
		sum[by] = sum[by].plus(split(cc.CapacityUnits, cc.ReadCapacityUnits, cc.WriteCapacityUnits, read))
		return
	}
	add("", cc.Table)
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
