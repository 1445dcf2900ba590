//go:build unix

package ddbstream_test

import (
	"context"
	"fmt"
	"math"
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

const (
	behindShards = 16
	behindTime   = 6 * time.Hour // in which the records were written
)

// BenchmarkReaderBehind measures how workers of one process catch up that are 100,000 records (or DDB_BENCH_RECORDS, and
// 40,000 with -short) and six hours behind on 16 shards, with a processor that does nothing. It reports records per second
// of CPU time, the engine's included, because elapsed time depends on other load, and the ratio to one worker. It reports
// records per second of one shard, and the maximum live heap at three moments without the engine: one batch per shard. It
// reports the error of the slowest worker's Status.CatchUp at these moments, in percent.
func BenchmarkReaderBehind(b *testing.B) {
	records := 100_000
	if testing.Short() {
		records = 40_000
	}
	if n, err := strconv.Atoi(os.Getenv("DDB_BENCH_RECORDS")); err == nil {
		records = n
	}
	engine := behind(b, records)
	one := 0.0
	for _, workers := range []int{1, 4, 16} {
		b.Run(fmt.Sprint("workers=", workers), func(b *testing.B) {
			var live, n float64
			var c *catchUp
			began, wall := cpu(b), time.Now()
			for b.Loop() {
				c = &catchUp{records: records}
				c.run(b, engine, workers)
				live = max(live, c.live)
				n += float64(records)
			}
			rate := n / (cpu(b) - began).Seconds()
			if workers == 1 {
				one = rate
			}
			b.ReportMetric(rate, "records/cpu-s")
			b.ReportMetric(rate/one, "x")
			b.ReportMetric(n/time.Since(wall).Seconds()/behindShards, "records/s/shard")
			b.ReportMetric(live/1e6, "live-MB")
			for i, s := range c.samples {
				left := c.ended.Sub(s.at)
				b.ReportMetric((float64(s.says)/float64(left)-1)*100, fmt.Sprintf("%%off-at-%d%%", 25*(i+1)))
				b.Logf("workers=%d, %d%% done: %v to catch up, says Status; it took %v", workers, 25*(i+1), s.says.Round(time.Millisecond), left.Round(time.Millisecond))
			}
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

// behind is an engine whose table has a stream of so many records, written at a constant rate until now.
func behind(b *testing.B, records int) *ddbmem.Engine {
	b.Helper()
	clock := ddbmem.NewManualClock(time.Now().Add(-behindTime))
	engine := ddbmem.New(ddbmem.Options{StreamShards: behindShards, StreamBytes: -1, Clock: clock})
	client := engine.Client()
	_, err := client.CreateTable(b.Context(), &dynamodb.CreateTableInput{
		TableName: new(name), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: new("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: new("pk"), KeyType: types.KeyTypeHash}},
		StreamSpecification:  &types.StreamSpecification{StreamEnabled: new(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	})
	require.NoError(b, err)
	for n := range records {
		clock.Advance(behindTime / time.Duration(records))
		_, err := client.PutItem(b.Context(), &dynamodb.PutItemInput{TableName: new(name), Item: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: fmt.Sprint("item", n%1000)}, "n": &types.AttributeValueMemberN{Value: strconv.Itoa(n)},
		}})
		require.NoError(b, err)
	}
	return engine
}

// catchUp is one read of all records.
type catchUp struct {
	records int
	before  float64 // bytes alive
	handled atomic.Int64
	readers []*ddbstream.Reader

	gate    sync.RWMutex // held while the heap is measured, so that other allocations do not count
	live    float64      // the maximum of live bytes, above those before
	samples []catchUpSample
	ended   time.Time
}

// catchUpSample is the workers' status at a moment.
type catchUpSample struct {
	at   time.Time
	says time.Duration
}

func (c *catchUp) run(b *testing.B, engine *ddbmem.Engine, workers int) {
	b.Helper()
	c.before = heap()
	store := &ddbstream.MemoryStore{}
	ctx, stop := context.WithCancel(b.Context())
	all := make(chan struct{})
	to := processor(func(_ context.Context, batch []ddb.Record) ([]string, error) {
		c.gate.RLock()
		n := int(c.handled.Add(int64(len(batch))))
		c.gate.RUnlock()
		for quarter := 1; quarter <= 3; quarter++ {
			if at := quarter * c.records / 4; n >= at && n-len(batch) < at {
				c.sample()
			}
		}
		if n == c.records {
			c.ended = time.Now()
			close(all)
		}
		return nil, nil
	})
	for w := range workers {
		opts := &ddbstream.Options{Worker: fmt.Sprint("w", w), Discover: 100 * time.Millisecond, Lease: time.Minute, Grace: time.Minute}
		c.readers = append(c.readers, ddbstream.NewReader(engine.StreamsClient(), name, to, store, opts))
	}
	var running sync.WaitGroup
	for _, r := range c.readers {
		running.Go(func() { _ = r.Run(ctx) })
	}
	<-all
	stop()
	running.Wait()
}

// sample reads the status of the workers, and measures the live heap while each shard has a waiting batch.
func (c *catchUp) sample() {
	c.gate.Lock()
	defer c.gate.Unlock()
	s := catchUpSample{at: time.Now()}
	for _, r := range c.readers {
		says := r.Status().CatchUp
		if says < 0 {
			says = math.MaxInt64
		}
		s.says = max(s.says, says)
	}
	c.samples = append(c.samples, s)
	time.Sleep(500 * time.Millisecond)
	c.live = max(c.live, heap()-c.before)
}

// heap is the number of live bytes.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
