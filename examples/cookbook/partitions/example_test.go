package partitions_test

import (
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
	"github.com/singletable-go/ddb/examples/cookbook/partitions"
)

func Example_hotPartition() {
	recipe.Example(partitions.HotPartition)
	// Output:
	// 150 writes a second, a key for all: 100 of 300 throttled, by a hot key range (300 requests, 2000 W)
	//   a partition took 2000 units in 2 s, 100 % of them for {"day":{"S":"day#2026-03-02"}}
	// 150 writes a second, a key for each vehicle: 0 of 300 throttled (300 requests, 3000 W)
	// 80 consistent reads a second of one vehicle's day: 20 of 80 throttled (80 requests, 3000 R)
	// the same reads, eventually consistent: 0 of 80 throttled (80 requests, 2000 R)
}

func Example_randomSharding() {
	recipe.Example(partitions.RandomSharding)
	// Output:
	// 1,500 votes in a second, one key a poll: 500 of 1500 throttled (1500 requests, 1000 W)
	// its votes of that second, from one key: 1000, in their order (1 request, 11 R)
	// 1,500 votes in a second, ten keys a poll: 0 of 1500 throttled (1500 requests, 1500 W)
	// its votes of that second: 1500, in their order (10 requests, 20.5 R)
}

func Example_calculatedSharding() {
	recipe.Example(partitions.CalculatedSharding)
	// Output:
	// 1,500 tickets in a second, one key a concert: 500 of 1500 throttled (1500 requests, 1000 W)
	// 1,500 tickets in a second, ten keys a concert: 0 of 1500 throttled (1500 requests, 1500 W)
	// one of its tickets, by number: seat 25-35 (1 request, 0.5 R)
	// all its tickets: 1500, from 00000 to 01499 (10 requests, 16.5 R)
}

func Example_distributedUpload() {
	recipe.Example(partitions.DistributedUpload)
	// Output:
	// 200 articles of 50 units each, 40 of each paper
	// 2,000 units a second, sorted by paper: 100 of 200 throttled (200 requests, 5000 W)
	// 2,000 units a second, spread: 0 of 200 throttled (200 requests, 10000 W)
}

func Example_parallelScan() {
	recipe.Example(partitions.ParallelScan)
	// Output:
	// a table of 6 MB with 500 read units a second, which users need too
	// two workers, as fast as they can: throttled, and so are the users
	// two workers, paced at 200 R a second: 60 items in 3.7 s, none throttled (8 requests, 733.5 R)
}

func Example_capacity() {
	recipe.Example(partitions.Capacity)
	// Output:
	// 10 writes of 2 KB a second: 20 WCU; 6 of 4.5 KB: 30 WCU; 120 of 2 KB a minute: 4 WCU
	// 10 consistent reads of 4 KB a second: 10 RCU; of 6 KB: 20 RCU; 16 eventual ones of 12 KB: 24 RCU
	// partitions: 4 for 6,000 RCU and 1,500 WCU, 4 for 35 GB
	// write 4 KB: 4 calculated (1 request, 4 W)
	// write 4 KB and a byte: 5 calculated (1 request, 5 W)
	// write 4.5 KB: 5 calculated (1 request, 5 W)
	// write 6 KB in a transaction: 12 calculated (1 request, 12 W)
	// read 6 KB: 1 calculated (1 request, 1 R)
	// read 6 KB, consistent: 2 calculated (1 request, 2 R)
	// read 6 KB in a transaction: 4 calculated (1 request, 4 R)
}
