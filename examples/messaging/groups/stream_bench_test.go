package groups

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// Fifty messages per second for ten seconds, or two with -short, to 20 groups of 40, with 5 ms of latency per request. The
// lag is the time from the last message until every entry has its group's newest message.
func BenchmarkMessagesOfGroups(b *testing.B) {
	for _, workers := range []int{1, 16, 64} {
		if testing.Short() && workers < 64 { // they are late by design, and take a minute
			continue
		}
		b.Run(fmt.Sprint("workers=", workers), func(b *testing.B) {
			for b.Loop() {
				lag, requests := chatter(b, workers)
				b.ReportMetric(lag.Seconds(), "s-lag")
				b.ReportMetric(requests, "requests/message")
			}
		})
	}
}

func chatter(b *testing.B, workers int) (lag time.Duration, requests float64) {
	const groups, people, pause = 20, 40, 20 * time.Millisecond
	messages := 500
	if testing.Short() {
		messages /= 5
	}
	mem := ddbmem.New()
	s := NewStore(ddb.New(mem.Client(), "messaging", Cruddur, nil), nil)
	require.NoError(b, s.db.CreateTable(b.Context()))
	newest := make([]Message, groups)
	members := crowd(people)
	for i := range newest {
		var err error
		newest[i], err = s.Start(b.Context(), members[0], "hello", members[1:]...)
		require.NoError(b, err)
	}
	mem.SetFaults(ddbmem.Faults{Latency: 5 * time.Millisecond})
	ctx, meter := ddb.WithMeter(b.Context())
	ctx, stop := context.WithCancel(ctx)
	reader := ddbstream.NewReader(mem.StreamsClient(), "messaging", s.Mux(&ddb.MuxOptions{Workers: workers}), &ddbstream.MemoryStore{},
		&ddbstream.Options{Poll: 5 * time.Millisecond})
	ended := make(chan error, 1)
	go func() { ended <- reader.Run(ctx) }()
	tick := time.NewTicker(pause)
	for range messages {
		<-tick.C
		i := rand.IntN(groups)
		var err error
		newest[i], err = s.Send(b.Context(), members[rand.IntN(people)], newest[i].GroupID, "on we go")
		require.NoError(b, err)
	}
	tick.Stop()
	began := time.Now()
	for _, m := range newest {
		for !settled(b, s, m) {
			time.Sleep(time.Millisecond)
		}
	}
	lag = time.Since(began)
	stop()
	require.NoError(b, <-ended)
	mem.SetFaults(ddbmem.Faults{})
	for drift, err := range LastMessage.Verify(b.Context(), s.db, nil) {
		require.NoError(b, err)
		b.Fatal(drift)
	}
	total := 0
	for _, op := range []string{"Query", "GetItem", "BatchGetItem", "TransactWriteItems"} {
		total += meter.RequestsOf(op)
	}
	return lag, float64(total) / float64(messages)
}

// settled reports whether the entry of every member of a group is at m.
func settled(b *testing.B, s *Store, m Message) bool {
	for member, err := range s.members.Query(b.Context(), MembersOf(m.GroupID)) {
		require.NoError(b, err)
		if !member.LastAt.Equal(m.CreatedAt) {
			return false
		}
	}
	return true
}
