package ddbmem

import (
	"encoding/binary"
	"math/bits"
)

// The limits of a partition of the service, per second, and the first number of partitions of an on-demand table.
const (
	partitionReads     = 3000
	partitionWrites    = 1000
	onDemandPartitions = 4
)

// partitions returns with how many partitions the service begins a table or an index of that throughput. A scan reads
// them one after the other and pays for each.
func (d *tableDefinition) partitions(c capacityPair) uint64 {
	if d.billing == "PAY_PER_REQUEST" {
		return onDemandPartitions
	}
	parts := float64(c.read)/partitionReads + float64(c.write)/partitionWrites
	n := uint64(parts)
	if float64(n) < parts {
		n++
	}
	return max(n, 1)
}

// spread adds up what a scan reads of each partition.
type spread struct {
	total uint64 // partitions
	at    uint64 // the one that is being read
	last  uint64 // the one that the scan ends in
	bytes int    // read from it
	units float64
}

// newSpread begins a scan of the tree keys from low up to high; an empty high is no bound.
func newSpread(total uint64, low, high string) *spread {
	s := &spread{total: total, last: total - 1}
	if low != "" {
		s.at = segmentOf(low, total)
	}
	if high != "" { // the start of the next segment
		s.last, _ = bits.Mul64(binary.BigEndian.Uint64([]byte(high[:hashLen]))-1, total)
	}
	return s
}

// read notes that a row was read under a tree key.
func (s *spread) read(key string, size int, consistent bool) {
	s.moveTo(segmentOf(key, s.total), consistent)
	s.bytes += size
}

// end returns the units of the scan. A finished scan has also read the empty partitions.
func (s *spread) end(exhausted, consistent bool) float64 {
	if exhausted {
		s.moveTo(s.last, consistent)
	}
	return s.units + readUnits(s.bytes, consistent)
}

func (s *spread) moveTo(partition uint64, consistent bool) {
	for ; s.at < partition; s.at++ {
		s.units += readUnits(s.bytes, consistent)
		s.bytes = 0
	}
}
