package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

// tablePage is the number of items of a page of a large table: about 1 MB.
const tablePage = 850

// bigTable is an HTTP transport for scans of a table of any size, page by page, with the same items in each page.
type bigTable struct {
	page  []byte // the items
	pages int    // per segment
}

func newBigTable(items, segments int) *bigTable {
	var page []item
	for _, o := range sampleOrders(tablePage) {
		page = append(page, must(Orders.Encode(o)))
	}
	return &bigTable{[]byte(itemsJSON(page)), max(1, items/tablePage/segments)}
}

func (b *bigTable) items(segments int) int { return b.pages * segments * tablePage }

func (b *bigTable) Do(r *http.Request) (*http.Response, error) {
	var in struct {
		ExclusiveStartKey struct{ SK struct{ S string } }
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	if err != nil {
		return nil, err
	}
	n, _ := strconv.Atoi(in.ExclusiveStartKey.SK.S)
	var out bytes.Buffer
	fmt.Fprintf(&out, `{"Count":%d,"ScannedCount":%d,"Items":[`, tablePage, tablePage)
	out.Write(b.page)
	out.WriteByte(']')
	if n+1 < b.pages {
		fmt.Fprintf(&out, `,"LastEvaluatedKey":{"pk":{"S":"page"},"sk":{"S":"%d"}}`, n+1)
	}
	out.WriteByte('}')
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(&out), ContentLength: int64(out.Len()), Request: r,
	}, nil
}

func (b *bigTable) client() *dynamodb.Client {
	return stub{}.client(func(o *dynamodb.Options) { o.HTTPClient = b })
}

// effort is the cost of one scan: items, CPU and elapsed time, and the maximum memory.
type effort struct {
	items int64
	cpu   time.Duration
	wall  time.Duration
	heap  uint64
}

func watched(f func() (int64, error)) (effort, error) {
	runtime.GC()
	var peak atomic.Uint64
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		var m runtime.MemStats
		for {
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapInuse))
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	cpu, wall := cpuTime(), time.Now()
	n, err := f()
	out := effort{n, cpuTime() - cpu, time.Since(wall), 0}
	close(done)
	wg.Wait()
	out.heap = peak.Load()
	return out, err
}

// scanByHand is a parallel scan on the SDK: a goroutine per segment, and a channel of pages to the one consumer.
func scanByHand(ctx context.Context, client *dynamodb.Client, workers int) (int64, error) {
	type page struct {
		orders []record
		err    error
	}
	pages := make(chan page)
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			in := &dynamodb.ScanInput{TableName: aws.String(tableName), Segment: aws.Int32(int32(i)), TotalSegments: aws.Int32(int32(workers))}
			for {
				res, err := client.Scan(ctx, in)
				if err != nil {
					pages <- page{err: err}
					return
				}
				p := page{orders: make([]record, len(res.Items))}
				for i, it := range res.Items {
					p.err = errors.Join(p.err, attributevalue.UnmarshalMap(it, &p.orders[i]))
				}
				pages <- p
				if in.ExclusiveStartKey = res.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
					return
				}
			}
		})
	}
	go func() {
		wg.Wait()
		close(pages)
	}()
	var n int64
	var err error
	for p := range pages {
		err = errors.Join(err, p.err)
		for i := range p.orders {
			if p.orders[i].Total > 0 {
				n++
			}
		}
	}
	return n, err
}

func scanByUs(ctx context.Context, client *dynamodb.Client, workers int) (int64, error) {
	orders := ddb.NewRepository(ddb.New(client, tableName, Shop, nil), Orders)
	var n int64
	for o, err := range orders.Scan(ctx, &ddb.ScanOptions{Workers: workers}) {
		if err != nil {
			return n, err
		}
		if o.Total > 0 {
			n++
		}
	}
	return n, nil
}

// scales scans tables of two sizes by several numbers of workers.
func scales(ctx context.Context, out io.Writer, items int) error {
	fmt.Fprintf(out, "Scans of a table in pages of %d items (1 MB), beside a loop on the SDK with a goroutine for each segment. Ratios are ddb to the SDK.\n\n"+
		"| items | workers | CPU, ratio | elapsed, ratio | heap, ddb | heap, SDK | CPU an item, ddb | CPU an item, SDK |\n|---|---|---|---|---|---|---|---|\n", tablePage)
	for _, size := range []int{items / 10, items} {
		for _, workers := range []int{1, 4, 16} {
			table := newBigTable(size, workers)
			hand, err := watched(func() (int64, error) { return scanByHand(ctx, table.client(), workers) })
			if err != nil {
				return err
			}
			us, err := watched(func() (int64, error) { return scanByUs(ctx, table.client(), workers) })
			if err != nil {
				return err
			}
			if want := int64(table.items(workers)); hand.items != want || us.items != want {
				return fmt.Errorf("scan of %d items: %d by hand, %d by us", want, hand.items, us.items)
			}
			each := func(r effort) float64 { return float64(r.cpu.Nanoseconds()) / 1000 / float64(r.items) }
			fmt.Fprintf(out, "| %d | %d | %.2f | %.2f | %.0f MB | %.0f MB | %.1f µs | %.1f µs |\n", us.items, workers, float64(us.cpu)/float64(hand.cpu),
				float64(us.wall)/float64(hand.wall), float64(us.heap)/1e6, float64(hand.heap)/1e6, each(us), each(hand))
		}
	}
	return nil
}

// loads writes many items in calls of a thousand.
func loads(ctx context.Context, out io.Writer, items int) error {
	const call, chunk, workers = 1000, 25, 8
	client := stub{"BatchWriteItem": []byte(`{"UnprocessedItems":{}}`)}.client()
	orders := sampleOrders(call)
	hand, err := watched(func() (n int64, err error) {
		for range items / call {
			tasks, errs := make(chan []Order), make(chan error, workers)
			for range workers {
				go func() {
					var failed error
					for task := range tasks {
						failed = errors.Join(failed, writeByHand(ctx, client, task))
					}
					errs <- failed
				}()
			}
			for task := range slices.Chunk(orders, chunk) {
				tasks <- task
			}
			close(tasks)
			for range workers {
				err = errors.Join(err, <-errs)
			}
			n += call
		}
		return n, err
	})
	if err != nil {
		return err
	}
	db := ddb.New(client, tableName, Shop, nil)
	us, err := watched(func() (n int64, err error) {
		for range items / call {
			ops := make([]ddb.Op, len(orders))
			for i, o := range orders {
				ops[i] = Orders.Put(o)
			}
			if err := db.Batch(ctx, ops...); err != nil {
				return n, err
			}
			n += call
		}
		return n, nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nA load of %d items in calls of %d, beside BatchWriteItem on the SDK, eight at a time. Ratios are ddb to the SDK:\nCPU %.2f, elapsed %.2f; heap %.0f MB with ddb, %.0f MB with the SDK.\n", items, call,
		float64(us.cpu)/float64(hand.cpu), float64(us.wall)/float64(hand.wall), float64(us.heap)/1e6, float64(hand.heap)/1e6)
	return nil
}

func writeByHand(ctx context.Context, client *dynamodb.Client, orders []Order) error {
	requests := make([]types.WriteRequest, len(orders))
	for i, o := range orders {
		it, err := attributevalue.MarshalMap(recordOf(o))
		if err != nil {
			return err
		}
		requests[i] = types.WriteRequest{PutRequest: &types.PutRequest{Item: it}}
	}
	res, err := client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{tableName: requests}})
	if err == nil && len(res.UnprocessedItems) > 0 {
		err = errors.New("unprocessed items")
	}
	return err
}
