package ddbmem

import "time"

// Capacity makes the engine limit throughput as the service does. A test can see a table throttle, find the hot
// partition with [Engine.CapacityMetrics], and verify that a better key removes it. All times are those of the engine's
// clock. The zero Capacity is valid and uses the service's numbers.
//
// In provisioned mode a table, and each of its global indexes, consumes at most its read and write capacity units per
// second. It keeps up to 300 seconds of unused units for bursts and begins with the units of one second. In on-demand
// mode it consumes what its partitions allow: 12,000 read and 4,000 write units per second when it is new. Thirty
// minutes after a minute with a new peak it is twice that peak. OnDemandThroughput and the account's quota for a table
// and its indexes limit it further.
//
// In both modes a partition allows 3,000 read and 1,000 write units per second, and no burst above that. Within this
// limit it may use all the units that its table has left (adaptive capacity). A new table has as many partitions as its
// warm throughput needs. Warm throughput is the highest throughput that was ever provisioned, reached or requested; it
// never falls.
//
// A partition splits when it is larger than PartitionBytes, and when it has been near its limit for HeatAfter. A hot
// partition splits in the middle of its load, or around the one key with most of it. It does not split within an item
// collection whose sort keys only grow or only shrink, nor within any item collection of a table with local indexes.
// Partitions never merge.
//
// If an index has no write units left, the write to the table is throttled (back-pressure). A request that costs more
// than the units of one second succeeds when those are available, and leaves a debt. A failed conditional write costs
// the same as a successful one. Deletion of expired items and the backfill of an index cost nothing.
//
// A throttled request changes nothing. Its error has ThrottlingReasons, in a ProvisionedThroughputExceededException, a
// ThrottlingException or a RequestLimitExceeded, as the service returns for that limit. In a batch the item is returned
// as unprocessed, and the batch fails if all items are. A transaction is cancelled with ProvisionedThroughputExceeded
// or ThrottlingError and consumes nothing.
//
// The numbers come from the developer guide's chapters on throughput capacity, throttling and quotas. The guide does
// not say how long a partition must be hot, how near its limit, or how long an on-demand table takes to grow. There the
// engine's numbers are choices within what the guide says.
type Capacity struct {
	// PartitionBytes is the size at which a partition splits: items with their entries in local indexes. The default is
	// the service's, 10 GB.
	PartitionBytes int64

	// HeatAfter is for how many minutes in a row a partition must consume 80 % of its limit before it splits, in whole
	// minutes of the clock. The default is 5 minutes; a negative number disables splitting for heat.
	HeatAfter time.Duration

	// TableRead and TableWrite are the account's quotas: units per second that an on-demand table and its indexes may
	// consume together. The defaults are the service's, 40,000 each.
	TableRead  int64
	TableWrite int64
}

// The limits of the service.
const (
	partitionRead  = 3000
	partitionWrite = 1000
	partitionBytes = 10 << 30
	initialRead    = 12000 // of an on-demand table
	initialWrite   = 4000
	tableQuota     = 40000
	burstSeconds   = 300
	growthTime     = 30 * time.Minute
	heatAfter      = 5 * time.Minute
	heatShare      = 0.8 // the share of its limit that a hot partition consumes
)

// access is reading or writing.
type access int

const (
	reading access = iota
	writing
)

// partitionLimits are the limits of a partition, per second.
var partitionLimits = [2]float64{reading: partitionRead, writing: partitionWrite}

// withDefaults returns the options with their defaults.
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
