package call

import (
	"context"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/wire"
)

// metered is one API call under a meter, if there is one, and observed, if something observes.
type metered struct {
	meter     *Meter
	seen      *exchange
	operation string
	read      bool
	count     bool
	attempts  int
	responses int               // those of attempts that were seen, whatever sent them
	opts      *dynamodb.Options // of the call, once the client took them
	pending   bool              // the attempt was sent, and may have been done
	lost      bool              // an attempt before it was pending to its end
	with      [1]func(*dynamodb.Options)
	next      dynamodb.HTTPClient
	smithyhttp.ClientProtocol
	one [1]*wire.Writer // of a PutItem

	estimate float64 // write units of failed conditions, of which DynamoDB says nothing
	table    string  // that they consumed

	itemCall wire.Call // which reads the items of the response, or writes those of the request, or compares its checksum alone
}

func meterOf(ctx context.Context, operation string, read bool) *metered {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	return &metered{meter: m, operation: operation, read: read, itemCall: wire.Call{ChecksumOnly: true}}
}

// metered is meterOf for a request for items.
func (c *Conn) metered(ctx context.Context, operation string, read bool) *metered {
	m := meterOf(ctx, operation, read)
	if c.Observe != nil {
		m.seen = c.exchange(ctx, operation)
	}
	return m
}

// meterOfItems is metered for a call whose items are encoded as JSON and decoded from it, unless the client or the options are
// against it.
func (c *Conn) meterOfItems(ctx context.Context, operation string, read bool) *metered {
	m := c.metered(ctx, operation, read)
	m.itemCall.ChecksumOnly = c.AttributeMaps
	return m
}

// item returns the item of a successful response, which may be looked at until the page is released. attrs is the one that the
// SDK has read.
func (c *metered) item(attrs attr.Item) (attr.Stored, *wire.Page) {
	switch page := c.itemCall.Page(); {
	case page != nil:
		return attr.Stored{JSON: page.Item(0)}, page
	case len(attrs) == 0:
		return attr.Stored{}, nil
	}
	return attr.Stored{Attrs: attrs}, nil
}

// idle reports that nothing counts or observes the call.
func (c *metered) idle() bool { return c.meter == nil && c.seen == nil }

// want is the ReturnConsumedCapacity of the request.
func (c *metered) want() types.ReturnConsumedCapacity {
	if c.idle() {
		return ""
	}
	return types.ReturnConsumedCapacityIndexes
}

// counted makes the call count its attempts even without a meter.
func (c *metered) counted() *metered {
	c.count = true
	return c
}

// asOptions is options as the SDK takes them.
func (c *metered) asOptions() []func(*dynamodb.Options) {
	c.with[0] = c.options
	return c.with[:]
}

// options makes the call count its attempts, of which the SDK may make several.
func (c *metered) options(o *dynamodb.Options) {
	c.itemCall.Options(o)
	if c.idle() && !c.count || o.HTTPClient == nil || o.Protocol == nil {
		return
	}
	c.opts = o
	c.next, o.HTTPClient = o.HTTPClient, c
	c.ClientProtocol, o.Protocol = o.Protocol, c
}

// Do sends an attempt. It may have been done, unless it is found to be refused.
func (c *metered) Do(r *http.Request) (*http.Response, error) {
	c.attempts++
	c.lost = c.lost || c.pending
	resp, err := c.next.Do(r)
	c.pending = err == nil || !apierror.Of(err).Refused()
	return resp, err
}

// DeserializeResponse reads the response of an attempt.
func (c *metered) DeserializeResponse(ctx context.Context, schema *smithy.OperationSchema, registry *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) error {
	c.responses++
	err := c.ClientProtocol.DeserializeResponse(ctx, schema, registry, resp, out)
	if err != nil && apierror.Of(&smithyhttp.ResponseError{Response: resp, Err: err}).Refused() {
		c.pending = false
	}
	if c.seen != nil {
		c.seen.throttled(err)
	}
	return err
}

// counts reports that the attempts of the call are those that were counted.
func (c *metered) counts() bool {
	return c.attempts > 0 || c.opts != nil && c.opts.HTTPClient == dynamodb.HTTPClient(c)
}

// lostAny reports that an attempt of a call, which ended with err, may have been done although nothing said so. A client
// that ignores options, or sets a transport of its own behind them, says nothing of its attempts.
func (c *metered) lostAny(err error) bool {
	switch {
	case c.lost:
		return true
	case err == nil:
		return false
	case c.counts():
		return c.pending
	}
	return !apierror.Of(err).Refused()
}

// done adds the call, which ended with err, to the meter, and hands over what was observed. It is the last thing that is done with
// the call. Where attempts are not counted, it is one.
func (c *metered) done(ctx context.Context, err error, consumed ...types.ConsumedCapacity) {
	if c.idle() {
		return
	}
	sum := map[Consumer]Capacity{}
	for i := range consumed {
		addConsumed(sum, &consumed[i], c.read)
	}
	attempts := c.attempts
	if !c.counts() {
		attempts = 1
	}
	c.meter.add(c.operation, attempts, sum)
	if c.estimate > 0 {
		c.meter.guess(c.table, Capacity{Write: c.estimate})
	}
	if c.seen == nil {
		return
	}
	if c.responses == 0 {
		c.seen.throttled(err)
	}
	c.seen.Attempts, c.seen.Estimated.Write = attempts, c.estimate
	c.seen.end(ctx, sum, err)
}

// hitsKey is the key in the metadata of a response under which a client that caches, such as package ddbcache, says how many of its
// items or pages, an int, came from there. The text is a part of what the two packages agree on.
const hitsKey = "github.com/singletable-go/ddb: hits"

// cached counts what came from a cache, of a response without an error.
func (c *metered) cached(response middleware.Metadata) {
	if c.idle() {
		return
	}
	if n, _ := response.Get(hitsKey).(int); n > 0 {
		c.meter.hit(n)
		if c.seen != nil {
			c.seen.Hits = n
		}
	}
}

// refused estimates what a write consumed whose condition failed on an item: as much as writing the item, which is at least
// a unit. AWS: "DynamoDB read and write operations", conditional writes.
func (c *metered) refused(table string, old attr.Item) {
	c.table = table
	c.estimate += float64(max((attr.Size(old)+1023)/1024, 1))
}

// cancelled estimates what a cancelled transaction consumed: twice what each of its writes would have, of which size says
// how large they are.
func (c *metered) cancelled(table string, size func(i int) int, n int, reasons []types.CancellationReason) {
	if !slices.ContainsFunc(reasons, func(r types.CancellationReason) bool { return TextOf(r.Code) == "ConditionalCheckFailed" }) {
		return
	}
	c.table = table
	for i := range n {
		bytes := size(i)
		if i < len(reasons) {
			bytes = max(bytes, attr.Size(reasons[i].Item))
		}
		c.estimate += 2 * float64(max((bytes+1023)/1024, 1))
	}
}

func addConsumed(sum map[Consumer]Capacity, cc *types.ConsumedCapacity, read bool) {
	var table string
	if cc.TableName != nil {
		table = *cc.TableName
	}
	add := func(ix string, part *types.Capacity) {
		if part == nil {
			return
		}
		by := Consumer{table, ix}
		sum[by] = sum[by].plus(split(part.CapacityUnits, part.ReadCapacityUnits, part.WriteCapacityUnits, read))
	}
	if cc.Table == nil && cc.CapacityUnits != nil { // an engine that does not break it down
		by := Consumer{table, ""}
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
