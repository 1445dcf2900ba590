package ddbmem

import (
	"slices"
	"strings"
)

// throttling is an element of ThrottlingReasons: the limit, and its table or index.
type throttling struct {
	reason   string // such as "TableWriteProvisionedThroughputExceeded"
	resource string // an ARN
}

// limitType is the last part of a reason.
type limitType string

const (
	provisionedExceeded limitType = "ProvisionedThroughputExceeded"
	onDemandExceeded    limitType = "MaxOnDemandThroughputExceeded"
	accountExceeded     limitType = "AccountLimitExceeded"
	keyRangeExceeded    limitType = "KeyRangeThroughputExceeded"
)

// The messages of the service. Those about accounts are from its guide, the others also from its responses.
const (
	tableExceeded = "The level of configured provisioned throughput for the table was exceeded. " +
		"Consider increasing your provisioning level with the UpdateTable API."
	indexExceeded = "The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. " +
		"Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API"
	maximumExceeded = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
	tableScaling    = "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index " +
		"so please try again shortly. If exceptions persist, check if you have a hot key: " +
		"https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html"
	indexScaling = "Throughput exceeds the current capacity for one or more global secondary indexes. " +
		"DynamoDB is automatically scaling your index so please try again shortly."
	quotaExceeded = "Throughput exceeds the current throughput limit for your account. " +
		"Please contact AWS Support at https://aws.amazon.com/support request a limit increase"
)

// refusal is a limit that a charge exceeds.
type refusal struct {
	res   *resource
	with  access
	limit limitType
}

func (r refusal) throttling() throttling {
	with := [2]string{reading: "Read", writing: "Write"}[r.with]
	return throttling{string(r.res.kind) + with + string(r.limit), r.res.arn}
}

// throttledBy is the error of a request that exceeds limits. The first limit decides its type.
//
// The guide names the types for the limits of provisioned units, of OnDemandThroughput and of writes to an index. It
// has a write to a hot partition in provisioned mode as an example. In on-demand mode such a write gets
// ThrottlingException, a read ProvisionedThroughputExceededException, according to published logs. The quota of a table
// has no example: RequestLimitExceeded fits by its description.
func throttledBy(refusals []refusal) *apiError {
	first := refusals[0]
	onIndex, writes := first.res.kind == indexResource, first.with == writing
	e := failure(availabilitySpace+"ThrottlingException", "")
	switch {
	case first.limit == onDemandExceeded:
		e.msg = maximumExceeded
	case first.limit == accountExceeded && onIndex:
		e.msg = quotaExceeded
	case first.limit == accountExceeded:
		e = failure(modelSpace+"RequestLimitExceeded", quotaExceeded)
	case first.limit == keyRangeExceeded && writes && onIndex:
		e.msg = indexScaling
	case first.limit == keyRangeExceeded && writes && first.res.onDemand:
		e.msg = tableScaling
	case onIndex:
		e = failure(modelSpace+"ProvisionedThroughputExceededException", indexExceeded)
	default:
		e = failure(modelSpace+"ProvisionedThroughputExceededException", tableExceeded)
	}
	for _, r := range refusals {
		if t := r.throttling(); !slices.Contains(e.throttlings, t) { // parts of a request may exceed the same limit
			e.throttlings = append(e.throttlings, t)
		}
	}
	return e
}

// appendThrottlings appends the reasons of a throttled request under the name that its type has for them.
func (e *apiError) appendThrottlings(o *out) {
	if e.throttlings == nil {
		return
	}
	name := "ThrottlingReasons"
	if strings.HasPrefix(e.kind, availabilitySpace) {
		name = "throttlingReasons"
	}
	o.key(name)
	o.list(len(e.throttlings), func(i int) {
		o.open()
		o.str("reason", e.throttlings[i].reason)
		o.str("resource", e.throttlings[i].resource)
		o.close()
	})
}

// throttleReason is the reason with which a throttled item cancels a transaction.
func (e *apiError) throttleReason() reason {
	if e.kind == modelSpace+"ProvisionedThroughputExceededException" {
		return reason{code: "ProvisionedThroughputExceeded", msg: e.msg}
	}
	return reason{code: "ThrottlingError", msg: e.msg}
}

// batchThrottles are the throttled items of a batch.
type batchThrottles struct {
	count int
	first *apiError
	seen  []throttling
}

// note notes why an item was throttled.
func (b *batchThrottles) note(e *apiError) {
	if b.count++; b.first == nil {
		b.first = e
	}
	for _, t := range e.throttlings {
		if !slices.Contains(b.seen, t) {
			b.seen = append(b.seen, t)
		}
	}
}

// of reports whether all items of a batch were throttled, so that it fails; otherwise they are unprocessed.
func (b *batchThrottles) of(all int) bool { return b.count > 0 && b.count == all }

// failure is the error of a batch whose items were all throttled.
func (b *batchThrottles) failure() *apiError {
	e := *b.first
	e.throttlings = b.seen
	return &e
}
