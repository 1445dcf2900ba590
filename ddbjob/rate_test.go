package ddbjob_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/ddbmem"
)

// jobs are the jobs of this package on a table "old".
var jobs = map[string]func(ctx context.Context, w *world, o ddb.JobOptions) error{
	"copy": func(ctx context.Context, w *world, o ddb.JobOptions) error {
		_, err := ddbjob.Copy(ctx, w.open("old"), w.open("new"), &ddbjob.CopyOptions{JobOptions: o})
		return err
	},
	"export": func(ctx context.Context, w *world, o ddb.JobOptions) error {
		_, err := ddbjob.Export(ctx, w.open("old"), memory{fstest.MapFS{}, nil}, &ddbjob.ExportOptions{JobOptions: o})
		return err
	},
	"import": func(ctx context.Context, w *world, o ddb.JobOptions) error {
		_, err := ddbjob.Import(ctx, w.open("new"), w.exported, &ddbjob.ImportOptions{JobOptions: o})
		return err
	},
	"restore": func(ctx context.Context, w *world, o ddb.JobOptions) error {
		_, err := ddbjob.Restore(ctx, w.open("new"), w.exported, &ddbjob.RestoreOptions{JobOptions: o})
		return err
	},
	"each": func(ctx context.Context, w *world, o ddb.JobOptions) error {
		f := orders.Fields()
		_, err := ddbjob.Each(ctx, w.open("old"), orders, nil, func(o order) ddb.Op { return orders.Update(o, ddb.Add(&f.Points, 1)) }, &ddbjob.EachOptions{JobOptions: o})
		return err
	},
}

// eachJob runs a test on each job, with 400 orders of about 1 KB to do.
func eachJob(t *testing.T, f func(t *testing.T, w *world, job func(context.Context, *world, ddb.JobOptions) error)) {
	for name, job := range jobs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "old", "new")
				db := w.open("old")
				var ops []ddb.Op
				for i := range 400 {
					ops = append(ops, orders.Put(order{Customer: fmt.Sprint(i % 40), ID: fmt.Sprint(i), Text: strings.Repeat("x", 700)}))
				}
				require.NoError(t, db.Batch(t.Context(), ops...))
				w.exported = memory{fstest.MapFS{}, nil}
				_, err := ddbjob.Export(t.Context(), db, w.exported, &ddbjob.ExportOptions{FileBytes: 1, JobOptions: ddb.JobOptions{Segments: 4}})
				require.NoError(t, err)
				f(t, w, job)
			})
		})
	}
}

// A job consumes the units of a second that it was given, of reads and writes together, within a tenth.
func TestEveryJobKeepsItsRate(t *testing.T) {
	t.Parallel()
	eachJob(t, func(t *testing.T, w *world, job func(context.Context, *world, ddb.JobOptions) error) {
		for _, rate := range []int{10, 40} {
			ctx, m := ddb.WithMeter(t.Context())
			w.empty(t, "new")
			started := time.Now()
			require.NoError(t, job(ctx, w, ddb.JobOptions{Rate: rate, Segments: 8}))
			units := m.Total().Read + m.Total().Write
			if units < 100 { // an export reads 50 units
				continue
			}
			assert.InEpsilon(t, rate, units/time.Since(started).Seconds(), 0.1, "%v units", units)
		}
	})
}

// Progress is told as a job goes on, and the context ends it.
func TestEveryJobTellsItsProgressAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	eachJob(t, func(t *testing.T, w *world, job func(context.Context, *world, ddb.JobOptions) error) {
		var last ddb.Progress
		told := 0
		require.NoError(t, job(t.Context(), w, ddb.JobOptions{Rate: 40, Segments: 8, Progress: func(p ddb.Progress) {
			assert.GreaterOrEqual(t, p.Items, last.Items)
			assert.GreaterOrEqual(t, p.Checked, last.Checked)
			last = p
			told++
		}}))
		assert.Greater(t, told, 3)
		assert.Equal(t, 400, last.Items)
		assert.Equal(t, 400, last.Total)

		w.empty(t, "new")
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		started := time.Now()
		require.ErrorIs(t, job(ctx, w, ddb.JobOptions{Rate: 1, Segments: 8}), context.DeadlineExceeded)
		assert.Equal(t, 2*time.Second, time.Since(started))
	})
}

// Throttling, unprocessed items and lost responses are no errors.
func TestEveryJobWeathersTheService(t *testing.T) {
	t.Parallel()
	eachJob(t, func(t *testing.T, w *world, job func(context.Context, *world, ddb.JobOptions) error) {
		before := w.dump(t, "old")
		w.engine.SetFaults(ddbmem.Faults{Throttle: 0.05, Unprocessed: 0.2, Drop: 0.05})
		err := job(t.Context(), w, ddb.JobOptions{Workers: 3, Segments: 8})
		w.engine.SetFaults(ddbmem.Faults{})
		if strings.HasSuffix(t.Name(), "each") { // an Add to an order without a version is not known to be done
			require.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
			return
		}
		require.NoError(t, err)
		if have := w.dump(t, "new"); len(have) > 0 {
			assert.Empty(t, differ(before, have))
		}
	})
}

// empty empties a table.
func (w *world) empty(t require.TestingT, name string) {
	_, err := w.open(name).ForcePurge(context.Background(), nil)
	require.NoError(t, err)
}

// Puts are spread: where one partition has half of all items, one after the other, no 20 puts have much more than half of it.
func TestPutsAreSpreadOverPartitions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "old", "new")
	r := rand.New(rand.NewPCG(1, 1))
	var ops []ddb.Op
	for i := range 2000 {
		c := "hot"
		if i%2 == 0 {
			c = fmt.Sprint(r.IntN(200))
		}
		ops = append(ops, orders.Put(order{Customer: c, ID: fmt.Sprint(i)}))
	}
	require.NoError(t, w.open("old").Batch(t.Context(), ops...))
	to := &recorder{Client: w.safe}
	_, err := ddbjob.Copy(t.Context(), w.open("old"), ddb.New(to, "new", shop, nil), &ddbjob.CopyOptions{JobOptions: ddb.JobOptions{Workers: 1}})
	require.NoError(t, err)
	puts := to.puts
	require.Len(t, puts, 2000)
	assert.LessOrEqual(t, largestShare(puts, 20), 12, "of 20 puts one after the other")
}

// largestShare is the most puts of one partition among n in a row.
func largestShare(puts []string, n int) int {
	most := 0
	for from := range len(puts) - n + 1 {
		count := map[string]int{}
		for _, pk := range puts[from : from+n] {
			count[pk]++
			most = max(most, count[pk])
		}
	}
	return most
}

// recorder is a client that remembers the partitions of puts.
type recorder struct {
	*dynamodb.Client
	puts []string
}

func (r *recorder) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	for _, put := range in.RequestItems["new"] {
		r.puts = append(r.puts, put.PutRequest.Item["pk"].(*types.AttributeValueMemberS).Value)
	}
	return r.Client.BatchWriteItem(ctx, in, o...)
}
