package ddbstream

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/singletable-go/ddb"
)

// Status is how a reader stands. It can be written as JSON; durations are in nanoseconds there.
type Status struct {
	Table   string        `json:"table"`
	Worker  string        `json:"worker"`
	Running bool          `json:"running"`
	Paused  bool          `json:"paused,omitempty"`
	Records int64         `json:"records"` // handled by this worker since it was made
	Batches int64         `json:"batches"`
	Retries int64         `json:"retries"`
	Rate    float64       `json:"rate"`   // records a second, over about the last half minute
	Behind  time.Duration `json:"behind"` // the most of its shards
	Outages []Outage      `json:"outages,omitempty"`
	Shards  []ShardStatus `json:"shards"` // all that the group has leases of, as they were last seen
}

// ShardStatus is how one shard stands. Of the shards of other workers there is only what their leases say.
type ShardStatus struct {
	Stream     string        `json:"stream"`
	Shard      string        `json:"shard"`
	Owner      string        `json:"owner,omitempty"`
	Mine       bool          `json:"mine,omitempty"` // this worker reads it
	Done       bool          `json:"done,omitempty"`
	Wanted     string        `json:"wanted,omitempty"`     // the worker that asks for it
	Checkpoint string        `json:"checkpoint,omitempty"` // written to the store
	Position   string        `json:"position,omitempty"`   // handled
	At         time.Time     `json:"at,omitzero"`          // when the last record was written that was handled
	Behind     time.Duration `json:"behind"`               // its age, 0 at the tip; DynamoDB does not tell how many records follow
	Tip        bool          `json:"tip,omitempty"`        // the last read found nothing new
	Records    int64         `json:"records"`              // by this worker, since it took the shard
	Retries    int64         `json:"retries"`
	Rate       float64       `json:"rate"`
	LastError  string        `json:"last_error,omitempty"`
}

// meter counts what becomes of a shard. Its lock is never held over a request.
type meter struct {
	mu    sync.Mutex
	s     ShardStatus
	rate  float64
	rated time.Time
}

// window is the time over which a rate is taken.
const window = 30 * time.Second

// decayed is the rate at a time.
func (m *meter) decayed(now time.Time) float64 {
	return m.rate * math.Exp(-now.Sub(m.rated).Seconds()/window.Seconds())
}

func (m *meter) change(f func(s *ShardStatus)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.s)
}

// status is how the shard stands now.
func (m *meter) status(now time.Time) ShardStatus {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.s
	s.Rate = m.decayed(now)
	if !s.Tip && !s.At.IsZero() {
		s.Behind = max(now.Sub(s.At), 0)
	}
	return s
}

// handled counts a batch, and tells of it.
func (s *shard) handled(_ context.Context, batch []ddb.Record, attempts int, began time.Time, complete bool) {
	now, n := time.Now(), int64(len(batch))
	stats := BatchStats{Stream: s.stream, Shard: s.id, Worker: s.r.opts.Worker, Records: len(batch), Attempts: attempts, Took: now.Sub(began), Complete: complete}
	s.meter.mu.Lock()
	m := &s.meter.s
	m.Records += n
	if n > 0 {
		last := batch[n-1]
		m.Position, m.Tip = last.Sequence, false
		if !last.At.IsZero() {
			m.At, stats.Behind = last.At, max(now.Sub(last.At), 0)
		}
	}
	if complete {
		m.LastError = ""
	}
	s.meter.rate, s.meter.rated = s.meter.decayed(now)+float64(n)/window.Seconds(), now
	s.meter.mu.Unlock()
	s.r.handled.Add(n)
	s.r.batched.Add(1)
	if s.r.opts.OnBatch != nil {
		s.r.opts.OnBatch(stats)
	}
}

// failed counts and tells a delivery that is repeated.
func (s *shard) failed(ctx context.Context, seq string, err error) {
	s.r.retries.Add(1)
	s.meter.change(func(m *ShardStatus) { m.Retries++; m.LastError = err.Error() })
	s.r.report(ctx, "shard "+s.id+" record "+seq, err)
}

// Status returns how the reader stands. It makes no request, and is safe for concurrent use.
func (r *Reader) Status() Status {
	now := time.Now()
	r.mu.Lock()
	out := Status{
		Table: r.table, Worker: r.opts.Worker, Running: r.stop != nil, Paused: r.resumed != nil,
		Records: r.handled.Load(), Batches: r.batched.Load(), Retries: r.retries.Load(),
	}
	shards := map[string]ShardStatus{}
	for _, l := range r.leases {
		shards[l.Stream+"#"+l.Shard] = ShardStatus{
			Stream: l.Stream, Shard: l.Shard, Owner: l.Owner, Done: l.Done, Wanted: l.Wanted, Checkpoint: l.Checkpoint, Position: l.Checkpoint,
		}
	}
	for id, s := range r.running {
		shards[id] = s.meter.status(now)
	}
	var circuits []*circuit
	for _, c := range r.circuits {
		circuits = append(circuits, c)
	}
	r.mu.Unlock()
	for _, c := range circuits {
		if o := c.now(); o != nil {
			out.Outages = append(out.Outages, *o)
		}
	}
	for _, s := range shards {
		out.Rate += s.Rate
		out.Behind = max(out.Behind, s.Behind)
		out.Shards = append(out.Shards, s)
	}
	slices.SortFunc(out.Shards, func(a, b ShardStatus) int {
		return cmp.Or(cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Shard, b.Shard))
	})
	slices.SortFunc(out.Outages, func(a, b Outage) int { return cmp.Compare(a.Operation, b.Operation) })
	return out
}
