// Command bench prints the costs of the library, compared with hand-written code on the SDK and attributevalue, and
// with other libraries.
//
//	go run ./bench              # single calls
//	go run ./bench -scale       # scans and loads of large tables
//	go run ./bench -start       # programs that start, in package start
//	go run ./bench -growth      # many entities, wide structs, large items
//	go run ./bench -write -all  # all of this, written to bench/REPORT.md; or -write with some of the flags
//	go run ./bench -rebuild 100000  # the memory of a Rebuild, and nothing else
//	go run ./internal/integration/withengine go run ./bench -engines  # ddbmem beside another engine
//
// All contenders run on one stub transport, so that only the client's CPU counts, and on ddbmem, which includes the
// engine's CPU for all. Before the measurement, the result of each contender is compared with the stored data. The
// contenders run in turn, many times: in a random order each round, with the same number of calls in each turn, and
// after a garbage collection. What counts is the CPU time of the process, garbage collection included, in the
// best quarter of the turns, as a ratio to the SDK in the same run. Do not compare times of different runs. Allocations
// are exact.
package main
