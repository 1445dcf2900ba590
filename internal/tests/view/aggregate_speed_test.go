package view_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// spread returns a school in which each of n pupils has one step that is counted, and the records of one change of each.
func spread(t testing.TB, n int) (*fixture.School, []ddb.Record) {
	t.Helper()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	for i := range n {
		s.Pupil(t, fmt.Sprint("u", i))
		s.Step(t, fixture.Step{Student: fmt.Sprint("u", i), ID: "1", XP: i})
	}
	s.Flow(t, s.Mux())
	for i := range n {
		s.Step(t, fixture.Step{Student: fmt.Sprint("u", i), ID: "1", XP: i + 1})
	}
	return s, s.Records(t)
}

// One change of each of 400 targets with a Sum, a Count and a Max, in one batch, on a table that takes 5 ms for each request.
func BenchmarkAggregateTargets(b *testing.B) {
	for _, workers := range []int{1, 16, 64} {
		for _, latency := range []time.Duration{0, 5 * time.Millisecond} {
			b.Run(fmt.Sprintf("workers=%d/latency=%v", workers, latency), func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					s, records := spread(b, 400)
					mux := ddb.NewMux(s.Table, &ddb.MuxOptions{Workers: workers})
					mux.Maintain(s.DB, s.XP)
					s.Engine.SetFaults(ddbmem.Faults{Latency: latency})
					ctx, m := ddb.WithMeter(b.Context())
					b.StartTimer()
					start := time.Now()
					failed, err := mux.Process(ctx, records)
					took := time.Since(start)
					require.NoError(b, err)
					require.Empty(b, failed)
					n := float64(len(records))
					b.ReportMetric(n/took.Seconds(), "records/s")
					b.ReportMetric(float64(m.Requests())/n, "requests/record")
					b.ReportMetric(m.Total().Write/n, "WCU/record")
					b.ReportMetric(m.Total().Read/n, "RCU/record")
				}
			})
		}
	}
}

// A Rebuild of 100,000 sources that are right already, in 1,000 targets. With -short, a twentieth of both.
func BenchmarkRebuildOfWhatIsRight(b *testing.B) {
	n, targets := 100_000, 1000
	if testing.Short() {
		n, targets = n/20, targets/20
	}
	s := fixture.NewSchool().Open(b, ddbmem.Options{})
	for i := range targets {
		s.Pupil(b, fmt.Sprint("u", i))
	}
	for i := range n {
		s.Step(b, fixture.Step{Student: fmt.Sprint("u", i/(n/targets)), ID: fmt.Sprint(i), XP: i})
	}
	mux := ddb.NewMux(s.Table, nil)
	mux.Maintain(s.DB, s.XP)
	for records := s.Records(b); len(records) > 0; {
		k := min(1000, len(records))
		_, err := mux.Process(b.Context(), records[:k])
		require.NoError(b, err)
		records = records[k:]
	}
	for b.Loop() {
		ctx, m := ddb.WithMeter(b.Context())
		heap := heapOf(func() { require.NoError(b, s.XP.Rebuild(ctx, s.DB, nil)) })
		b.ReportMetric(float64(m.RequestsOf("Scan")), "scans")
		b.ReportMetric(float64(m.Requests()-m.RequestsOf("Scan"))/float64(n)*100, "others/100sources")
		b.ReportMetric(m.Total().Read/float64(n), "RCU/source")
		b.ReportMetric(m.Total().Write/float64(n), "WCU/source")
		b.ReportMetric(heap, "MB")
	}
}

// Each target costs a transaction, and a query and an update where it has a rank; what is read by key is read a hundred at once.
func TestATargetOfABatchCostsFourRequestsAtMost(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 16} {
		s, records := spread(t, 100)
		mux := ddb.NewMux(s.Table, &ddb.MuxOptions{Workers: workers})
		mux.Maintain(s.DB, s.XP)
		ctx, m := ddb.WithMeter(t.Context())
		_, err := mux.Process(ctx, records)
		require.NoError(t, err)
		assert.Equal(t, 100, m.RequestsOf("TransactWriteItems"))
		assert.Equal(t, 100, m.RequestsOf("Query"))
		assert.Equal(t, 100, m.RequestsOf("UpdateItem"))
		assert.Equal(t, 5, m.RequestsOf("BatchGetItem"), "two looks at fifty pairs each, and the targets")
		assert.Zero(t, m.RequestsOf("GetItem"))
		assert.LessOrEqual(t, m.Total().Read, 9.0*100)
		assert.LessOrEqual(t, m.Total().Write, 9.0*100)
		assert.Empty(t, s.DriftOf(t, s.XP))
	}
}

// However many records of a batch are about a target, its rank is read once.
func TestARankIsReadOnceABatch(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	s.Pupil(t, "a")
	s.Flow(t, s.Mux())
	for i := range 30 {
		s.Step(t, fixture.Step{Student: "a", ID: fmt.Sprint(i), XP: i})
	}
	mux := ddb.NewMux(s.Table, nil)
	mux.Maintain(s.DB, s.XP)
	ctx, m := ddb.WithMeter(t.Context())
	_, err := mux.Process(ctx, s.Records(t))
	require.NoError(t, err)
	assert.Equal(t, 1, m.RequestsOf("Query"))
	assert.Equal(t, 1, m.RequestsOf("UpdateItem"))
	assert.Equal(t, 1, m.RequestsOf("TransactWriteItems"))
	assert.Equal(t, fixture.Pupil{ID: "a", Name: "n", XP: 435, Steps: 30, Best: 29}, s.Get(t, "a"))
}
