// Command bench prints what the library costs beside the SDK with attributevalue, written by hand, and beside its peers.
//
//	go run ./bench              # the table
//	go run ./bench -write       # and writes it to bench/REPORT.md
//	go run ./bench -scale       # scans and loads of large tables, too
//	go run ./bench -rebuild 100000  # the memory of a Rebuild, and nothing else
//
// All run on one stub transport, so that the client's CPU is all that there is, and on ddbmem, where the engine's is included for all alike. What a
// contender returns is compared with what was stored before it is measured. Each contender runs for a while, in turn, many times; what counts
// is CPU time of the process, garbage collection included, in the best quarter of its turns, and its ratio to that of the SDK beside it. Times of
// different runs are not to be compared. Allocations are exact.
package main
