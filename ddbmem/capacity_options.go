package ddbmem

import "time"

// Capacity makes the engine limit throughput as the service does, so that a test can see a table throttle, find the hot
// partition with [Engine.CapacityMetrics], and see it gone after a better key. All times are those of the engine's clock.
// The zero Capacity is valid: the numbers of the service.
//
// A table in provisioned mode, and each of its global indexes, consumes at most its read and write capacity units a
// second, and keeps up to 300 seconds of unused units for bursts; it begins with the units of one second. On demand it
// consumes what its partitions bear: 12,000 read and 4,000 write units a second when it is new, and 30 minutes after a
// minute with a new peak twice that peak. OnDemandThroughput and the account's quota for a table and its indexes limit
// it further.
//
// In either mode a partition bears 3,000 read and 1,000 write units a second and no burst above that. Within that limit
// it may use everything that its table has left, at once: that is adaptive capacity. A new table has as many partitions
// as its warm throughput needs; warm throughput is the highest that was ever provisioned, reached or asked for, and never
// falls. A partition splits when it is larger than PartitionBytes, and when it has been near its limit for HeatAfter, in
// the middle of its heat or around the one key that takes most of it. It does not split within an item collection whose
// sort keys only grow or only shrink, nor within any item collection of a table with local indexes. Partitions never
// merge.
//
// A write that an index has no units for is refused by the table (back-pressure). A request that costs more than flows in
// during a second passes when that much is there, and leaves a debt. A conditional write that fails costs what it would
// have cost; deletions of expired items and the backfill of an index cost nothing.
//
// A throttled request changes nothing and answers with ThrottlingReasons, in a ProvisionedThroughputExceededException, a
// ThrottlingException or a RequestLimitExceeded, as the service does for that limit. In a batch its item comes back
// unprocessed, and the batch fails when all do; a transaction is cancelled with ProvisionedThroughputExceeded or
// ThrottlingError, and consumes nothing.
//
// The numbers are from the chapters on throughput capacity, throttling and quotas of the service's developer guide. Where
// the guide gives none (how long a partition must be hot, how near its limit, how long a table on demand takes to grow),
// the engine's are choices within what it says.
type Capacity struct {
	// PartitionBytes is the size of items, with those of their local indexes, at which a partition splits. The default
	// is the service's, 10 GB.
	PartitionBytes int64

	// HeatAfter is how many minutes in a row a partition must consume 80 % of its limit before it splits. It counts in
	// whole minutes of the clock. The default is 5 minutes; a negative number never splits for heat.
	HeatAfter time.Duration

	// TableRead and TableWrite are the account's quotas: units a second that a table on demand and its indexes may
	// consume together. The defaults are the service's, 40,000 each.
	TableRead  int64
	TableWrite int64
}

// The limits of the service.
const (
	partitionRead  = 3000
	partitionWrite = 1000
	partitionBytes = 10 << 30
	initialRead    = 12000 // of a table on demand
	initialWrite   = 4000
	tableQuota     = 40000
	burstSeconds   = 300
	growthTime     = 30 * time.Minute
	heatAfter      = 5 * time.Minute
	heatShare      = 0.8 // of its limit, that a hot partition consumes
)

// access is a way to consume throughput.
type access int

const (
	reading access = iota
	writing
)

// partitionLimits are what a partition bears a second.
var partitionLimits = [2]float64{reading: partitionRead, writing: partitionWrite}

// withDefaults returns the options with what they leave out.
func (c *Capacity) withDefaults() *Capacity {
	full := *c
	if full.PartitionBytes <= 0 {
		full.PartitionBytes = partitionBytes
	}
	if full.HeatAfter == 0 {
		full.HeatAfter = heatAfter
	}
	if full.TableRead <= 0 {
		full.TableRead = tableQuota
	}
	if full.TableWrite <= 0 {
		full.TableWrite = tableQuota
	}
	return &full
}
