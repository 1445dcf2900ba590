//go:build unix

package ddbstream_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// BenchmarkReaderBehind is what it costs to catch up for workers of one process that are 100,000 records behind on 16 shards, or as
// many as DDB_BENCH_RECORDS says, with a processor that does nothing. It tells records a second of CPU time, that of the engine
// included, since a busy machine makes others of no use; the ratio to one worker; and the live heap halfway, less that of the
// engine: it is that of the batches under way, one a shard.
func BenchmarkReaderBehind(b *testing.B) {
	records := 100_000
	if n, err := strconv.Atoi(os.Getenv("DDB_BENCH_RECORDS")); err == nil {
		records = n
	}
	engine := behind(b, records)
	one := 0.0
	for _, workers := range []int{1, 4, 16} {
		b.Run(fmt.Sprint("workers=", workers), func(b *testing.B) {
			var live, n float64
			began := cpu(b)
			for b.Loop() {
				live = max(live, catchUp(b, engine, records, workers))
				n += float64(records)
			}
			rate := n / (cpu(b) - began).Seconds()
			if workers == 1 {
				one = rate
			}
			b.ReportMetric(rate, "records/cpu-s")
			b.ReportMetric(rate/one, "x")
			b.ReportMetric(live/1e6, "live-MB")
		})
	}
}

// cpu is the CPU time of the process.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// behind is an engine whose table has a stream of so many records.
func behind(b *testing.B, records int) *ddbmem.Engine {
	b.Helper()
	engine := ddbmem.New(ddbmem.Options{StreamShards: 16})
	client := engine.Client()
	_, err := client.CreateTable(b.Context(), &dynamodb.CreateTableInput{
		TableName: new(name), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: new("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: new("pk"), KeyType: types.KeyTypeHash}},
		StreamSpecification:  &types.StreamSpecification{StreamEnabled: new(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	})
	require.NoError(b, err)
	for n := range records {
		_, err := client.PutItem(b.Context(), &dynamodb.PutItemInput{TableName: new(name), Item: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: fmt.Sprint("item", n%1000)}, "n": &types.AttributeValueMemberN{Value: strconv.Itoa(n)},
		}})
		require.NoError(b, err)
	}
	return engine
}

// catchUp reads all of it, and returns the bytes that live halfway beside those before.
func catchUp(b *testing.B, engine *ddbmem.Engine, records, workers int) (live float64) {
	b.Helper()
	before := heap()
	store := &ddbstream.MemoryStore{}
	ctx, stop := context.WithCancel(b.Context())
	var handled atomic.Int64
	half, all := make(chan struct{}), make(chan struct{})
	var once sync.Once
	to := processor(func(_ context.Context, batch []ddb.Record) ([]string, error) {
		n := handled.Add(int64(len(batch)))
		if n >= int64(records/2) {
			once.Do(func() {
				live = heap() - before
				close(half)
			})
		}
		if n == int64(records) {
			close(all)
		}
		return nil, nil
	})
	var running sync.WaitGroup
	for w := range workers {
		opts := &ddbstream.Options{Worker: fmt.Sprint("w", w), Discover: 100 * time.Millisecond, Lease: time.Minute, Grace: time.Minute}
		r := ddbstream.NewReader(engine.StreamsClient(), name, to, store, opts)
		running.Go(func() { _ = r.Run(ctx) })
	}
	<-half
	<-all
	stop()
	running.Wait()
	return live
}

// heap is how many bytes live.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
