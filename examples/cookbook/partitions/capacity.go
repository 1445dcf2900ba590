package partitions

import (
	"math"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Consistency is how a read is done: the units that each 4 KB cost.
type Consistency float64

// The kinds of reads.
const (
	Eventual      Consistency = 0.5 // what a read is by default, and each read of a global index
	Strong        Consistency = 1
	Transactional Consistency = 2
)

// DynamoDB's KB has 1,024 bytes.
const (
	bytesOfWrite     = 1 << 10
	bytesOfRead      = 4 << 10
	bytesOfPartition = 10 << 30
)

// WriteUnits is what a write consumes: a unit for each KB of the item before or after it, whichever is larger. A condition
// that fails consumes what the stored item would. Each global index consumes as much again for its entry if that changes,
// and twice if the key of the entry does. AWS: "DynamoDB read and write operations".
func WriteUnits(bytes int) float64 { return rounded(bytes, bytesOfWrite) }

// TransactWriteUnits is what a write in a transaction consumes, since each is prepared and then committed.
func TransactWriteUnits(bytes int) float64 { return 2 * WriteUnits(bytes) }

// ReadUnits is what a read consumes. bytes is the size of the item; of a Query or a Scan it is what the request reads in
// all, before filter and projection. In a batch or a transaction each item is rounded up. A read that finds nothing consumes
// as much as one of 4 KB.
func ReadUnits(bytes int, c Consistency) float64 { return float64(c) * rounded(bytes, bytesOfRead) }

func rounded(bytes, unit int) float64 { return float64(max(1, (bytes+unit-1)/unit)) }

// Provision is the capacity for requests at a rate: whole units a second. Take the rate of the busiest seconds: DynamoDB
// keeps unused capacity for up to 300 seconds, and does not promise it.
func Provision(perSecond, units float64) int {
	const rounding = 1e-9 // of a rate such as a third a second
	return int(math.Ceil(perSecond*units - rounding))
}

// Partitions estimates how many partitions a table has: for its throughput, where reads and writes count together, and for
// its size. DynamoDB documents the limits of a partition, but not how many there are or when they split. What counts is
// that no key gets more than one partition has.
func Partitions(readUnits, writeUnits float64, bytes int64) int {
	forThroughput := int(math.Ceil(readUnits/3000 + writeUnits/1000))
	forSize := int((bytes + bytesOfPartition - 1) / bytesOfPartition)
	return max(1, forThroughput, forSize)
}

// ItemBytes is the size of an item as DynamoDB counts it, names included. It takes what Entity.Encode returns. Of a number
// it is an upper bound: zeros at its ends do not count. AWS: "DynamoDB item sizes and formats".
func ItemBytes(item map[string]types.AttributeValue) int {
	n := 0
	for name, v := range item {
		n += len(name) + valueBytes(v)
	}
	return n
}

func valueBytes(v types.AttributeValue) int {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return 1 + (len(v.Value)+1)/2
	case *types.AttributeValueMemberSS:
		return sum(v.Value, func(s string) int { return len(s) })
	case *types.AttributeValueMemberBS:
		return sum(v.Value, func(b []byte) int { return len(b) })
	case *types.AttributeValueMemberNS:
		return sum(v.Value, func(n string) int { return 1 + (len(n)+1)/2 })
	case *types.AttributeValueMemberL: // 3 bytes, and one for each element
		return 3 + len(v.Value) + sum(v.Value, valueBytes)
	case *types.AttributeValueMemberM:
		return 3 + len(v.Value) + ItemBytes(v.Value)
	default: // NULL and BOOL
		return 1
	}
}

func sum[T any](elements []T, bytes func(T) int) (n int) {
	for _, e := range elements {
		n += bytes(e)
	}
	return n
}
