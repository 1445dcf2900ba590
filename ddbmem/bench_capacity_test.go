package ddbmem_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// BenchmarkHotPartition writes 2,000 units per second of the engine's clock to an on-demand table, under one partition
// key and over more and more shards. It reports the share of throttled writes.
func BenchmarkHotPartition(b *testing.B) {
	for _, keys := range []int{1, 2, 4, 10, 100} {
		b.Run(fmt.Sprintf("keys=%d", keys), func(b *testing.B) {
			clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
			e := ddbmem.New(ddbmem.Options{Clock: clock, Capacity: &ddbmem.Capacity{}})
			send(b, e, "CreateTable", rangeTable)
			writes, throttled := 0, 0
			for b.Loop() {
				body := fmt.Sprintf(`{"TableName":"range","Item":{"pk":{"S":"shop#%d"},"sk":{"N":"%d"}}}`, writes%keys, writes%1000)
				r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "http://engine", strings.NewReader(body))
				require.NoError(b, err)
				r.Header.Set("X-Amz-Target", "DynamoDB_20120810.PutItem")
				res, err := e.Do(r)
				require.NoError(b, err)
				if res.StatusCode != http.StatusOK {
					throttled++
				}
				if writes++; writes%2000 == 0 {
					clock.Advance(time.Second)
				}
			}
			b.ReportMetric(100*float64(throttled)/float64(writes), "%throttled")
		})
	}
}

// BenchmarkCapacity compares a put on an engine without limits to one on an engine that has them.
func BenchmarkCapacity(b *testing.B) {
	for name, capacity := range map[string]*ddbmem.Capacity{"off": nil, "on": {}} {
		b.Run(name, func(b *testing.B) {
			clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
			e := ddbmem.New(ddbmem.Options{Clock: clock, Capacity: capacity})
			send(b, e, "CreateTable", rangeTable)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				send(b, e, "PutItem", fmt.Sprintf(`{"TableName":"range","Item":{"pk":{"S":"%d"},"sk":{"N":"1"}}}`, i%1000))
				if i%1000 == 999 {
					clock.Advance(time.Second)
				}
			}
		})
	}
}
