package ddbmem_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/singletable-go/ddb/ddbmem"
)

// BenchmarkRewrites writes 10,000 items of 200 bytes again and again, with a stream, and reports what the process takes.
// For the five million rewrites that fit into 500 MB: -bench Rewrites -benchtime 5000000x.
func BenchmarkRewrites(b *testing.B) {
	e := ddbmem.New()
	send(b, e, "CreateTable", streamTable)
	pad := strings.Repeat("x", 200-2-5-1-4-1)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		send(b, e, "PutItem", fmt.Sprintf(`{"TableName":"hash","Item":{"pk":{"S":"%05d"},"n":{"N":"%d"},"v":{"S":%q}}}`, n%10_000, n, pad))
		n++
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "MB-of-process")
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MB-live")
	runtime.KeepAlive(e)
}
