package platform

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// counter is a processor that counts the changes of progress that were handled.
type counter struct {
	ddbstream.Processor
	handled atomic.Int64
}

func (c *counter) Process(ctx context.Context, records []ddb.Record) (failed []string, err error) {
	failed, err = c.Processor.Process(ctx, records)
	for _, r := range records {
		if sort, ok := r.Keys["sk"].(*types.AttributeValueMemberS); ok && strings.HasPrefix(sort.Value, string(progress)) && !slices.Contains(failed, r.Sequence) {
			c.handled.Add(1)
		}
	}
	return failed, err
}

// A hundred thousand changes of progress, or five thousand with -short, from the stream into the xp of students: nothing is lost and nothing counts twice.
func BenchmarkStudentXP(b *testing.B) {
	const students, chapters = 100, 250
	changes := 100_000
	if testing.Short() {
		changes /= 20
	}
	for b.Loop() {
		b.StopTimer()
		mem := ddbmem.New()
		s := NewStore(ddb.New(mem.Client(), "learning", Table, nil))
		require.NoError(b, s.db.CreateTable(b.Context()))
		for i := range students {
			_, err := s.Register(b.Context(), Student{ID: fmt.Sprint(i), Email: fmt.Sprint(i, "@school.example")})
			require.NoError(b, err)
		}
		r := rand.New(rand.NewPCG(1, 2))
		for i := range changes {
			p := Progress{StudentID: fmt.Sprint(r.IntN(students)), EnrollmentID: "e", ChapterID: fmt.Sprint(r.IntN(chapters)), Marker: fmt.Sprint(i), XP: r.IntN(1000)}
			require.NoError(b, s.db.Do(b.Context(), Progresses.Put(p)))
		}
		ctx, meter := ddb.WithMeter(b.Context())
		ctx, stop := context.WithCancel(ctx)
		c := &counter{Processor: s.Mux(nil)}
		reader := ddbstream.NewReader(mem.StreamsClient(), "learning", c, &ddbstream.MemoryStore{}, &ddbstream.Options{Poll: time.Millisecond})
		ended := make(chan error, 1)
		began := time.Now()
		b.StartTimer()
		go func() { ended <- reader.Run(ctx) }()
		for c.handled.Load() < int64(changes) {
			select {
			case err := <-ended:
				b.Fatalf("the reader ended before it had read everything: %v", err)
			case <-time.After(10 * time.Millisecond):
			}
		}
		b.StopTimer()
		took := time.Since(began)
		stop()
		require.NoError(b, <-ended)
		for drift, err := range StudentXP.Verify(b.Context(), s.db, nil) {
			require.NoError(b, err)
			b.Fatal(drift)
		}
		cost := meter.Total()
		b.ReportMetric(float64(changes)/took.Seconds(), "records/s")
		b.ReportMetric(cost.Write/float64(changes), "WCU/record")
		b.ReportMetric(cost.Read/float64(changes), "RCU/record")
		b.StartTimer()
	}
}
