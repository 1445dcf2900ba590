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

// Status is the state of a reader. It can be written as JSON, with durations in nanoseconds.
type Status struct {
	Table   string        `json:"table"`
	Worker  string        `json:"worker"`
	Running bool          `json:"running"`
	Paused  bool          `json:"paused,omitempty"`
	Records int64         `json:"records"` // handled by this worker since the reader was made
	Batches int64         `json:"batches"`
	Retries int64         `json:"retries"`
	Rate    float64       `json:"rate"`   // records per second, over about the last half minute
	Behind  time.Duration `json:"behind"` // the maximum of its shards
	// CatchUp is roughly how long this worker needs to reach the end of all its shards, from its progress over the last
	// half minute. It is 0 within seconds of the end, and negative without progress. It is the value of the slowest
	// shard. That is too high where shards slow each other down: finished shards leave their share to the others.
	CatchUp time.Duration `json:"catch_up"`
	Outages []Outage      `json:"outages,omitempty"`
	Shards  []ShardStatus `json:"shards"` // all shards that the group has leases of, as last seen
	// Mux counts what the processor did since it was made, for other readers too; nil if it has no Stats method as
	// [ddb.Mux] has.
	Mux *ddb.MuxStats `json:"mux,omitempty"`
}

// ShardStatus is the state of one shard. For the shards of other workers it has only what their leases say.
type ShardStatus struct {
	Stream string `json:"stream"`
	Shard  string `json:"shard"`
	Owner  string `json:"owner,omitempty"`
	Mine   bool   `json:"mine,omitempty"` // this worker reads it
	Done   bool   `json:"done,omitempty"`
	Wanted string `json:"wanted,omitempty"` // the worker that asks for it
	// WantedSince is when this worker saw, or made, that request. If it is older than [Options].Lease, a handler hangs.
	WantedSince time.Time `json:"wanted_since,omitzero"`
	// UnreadSince is when this worker saw that no worker reads the shard: its owner is gone or gave it up.
	UnreadSince time.Time `json:"unread_since,omitzero"`
	// Busy is when the current batch began.
	Busy time.Time `json:"busy,omitzero"`

	Checkpoint string    `json:"checkpoint,omitempty"` // written to the store
	Position   string    `json:"position,omitempty"`   // handled
	At         time.Time `json:"at,omitzero"`          // when the last handled record was written
	// Behind is 0 if the last read found nothing new. Otherwise it is the age of the oldest record of the current
	// batch, or the time since the shard was known to be read completely. It grows while a batch hangs or fails, while
	// the reader is paused or cannot read, and while no worker reads the shard. DynamoDB does not return how many
	// records follow.
	Behind    time.Duration `json:"behind"`
	Tip       bool          `json:"tip,omitempty"` // the last read found nothing new
	Records   int64         `json:"records"`       // by this worker, since it took the shard
	Retries   int64         `json:"retries"`
	Rate      float64       `json:"rate"`
	CatchUp   time.Duration `json:"catch_up"` // as in Status
	LastError string        `json:"last_error,omitempty"`
}

// meter counts the progress of a shard. Its lock is never held during a request.
type meter struct {
	mu   sync.Mutex
	s    ShardStatus
	rate average // of records
	pace average // of seconds between the times of records

	tip     time.Time     // when a read last found nothing new
	fresh   time.Duration // how long that counts as current
	waiting time.Time     // when the oldest record of the current batch was written
	sent    time.Time     // when the current delivery began
}

// average is a rate per second, over about the last window.
type average struct {
	begun, at time.Time
	value     float64 // at that time
}

// add adds n at a time.
func (a *average) add(now time.Time, n float64) {
	a.value, a.at = a.value*fade(now.Sub(a.at))+n/window.Seconds(), now
}

// now is the average at a time. It ignores the time before it began, and counts at least one second.
func (a *average) now(now time.Time) float64 {
	return a.value * fade(now.Sub(a.at)) / (1 - fade(max(now.Sub(a.begun), time.Second)))
}

// fade is the weight of something that is so long ago.
func fade(ago time.Duration) float64 { return math.Exp(-ago.Seconds() / window.Seconds()) }

// near is how far behind a reader may be that keeps up.
const near = 5 * time.Second

// window is the time over which a rate is taken.
const window = 30 * time.Second

func (m *meter) change(f func(s *ShardStatus)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.s)
}

// reached notes that there is nothing new.
func (m *meter) reached(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.s.Tip, m.tip = true, now
}

// begins notes a delivery of records; the first is the oldest unhandled one.
func (m *meter) begins(records []ddb.Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent, m.waiting = time.Now(), records[0].At
}

// ends notes that a delivery returned.
func (m *meter) ends() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = time.Time{}
}

// hangs returns when the current delivery began, if it has lasted for d or longer; zero otherwise.
func (m *meter) hangs(now time.Time, d time.Duration) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sent.IsZero() || now.Sub(m.sent) < d {
		return time.Time{}
	}
	return m.sent
}

// status returns the state of the shard.
func (m *meter) status(now time.Time) ShardStatus {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.s
	s.Rate = m.rate.now(now)
	s.Tip = s.Tip && now.Sub(m.tip) <= m.fresh
	switch {
	case s.Tip:
	case !m.waiting.IsZero():
		s.Behind = max(now.Sub(m.waiting), 0)
	default:
		at := s.At
		if at.IsZero() {
			at = m.rate.begun
		}
		if m.tip.After(at) {
			at = m.tip
		}
		s.Behind = max(now.Sub(at), 0)
	}
	if s.Behind > near {
		s.CatchUp = catchUp(s.Behind, m.pace.now(now))
	}
	return s
}

// catchUp is how long it takes to reach the end, at a pace of so many seconds of the stream per second.
func catchUp(behind time.Duration, pace float64) time.Duration {
	if d := behind.Seconds() / (pace - 1); d > 0 && d < math.MaxInt64/1e9 {
		return time.Duration(d * 1e9)
	}
	return -1
}

// handled counts a batch and reports it to OnBatch.
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
			if m.At.IsZero() {
				m.At = batch[0].At
			}
			s.meter.pace.add(now, last.At.Sub(m.At).Seconds())
			m.At, stats.Behind = last.At, max(now.Sub(last.At), 0)
		}
	}
	if complete {
		m.LastError, s.meter.waiting = "", time.Time{}
	}
	s.meter.rate.add(now, float64(n))
	s.meter.mu.Unlock()
	s.r.handled.Add(n)
	s.r.batched.Add(1)
	if s.r.opts.OnBatch != nil {
		s.r.opts.OnBatch(stats)
	}
}

// Status returns the state of the reader. It makes no request and is safe for concurrent use.
func (r *Reader) Status() Status {
	now := time.Now()
	r.mu.Lock()
	out := Status{
		Table: r.table, Worker: r.opts.Worker, Running: r.stop != nil, Paused: r.resumed != nil,
		Records: r.handled.Load(), Batches: r.batched.Load(), Retries: r.retries.Load(),
	}
	shards := map[string]ShardStatus{}
	for _, l := range r.leases {
		id := l.Stream + "#" + l.Shard
		x := ShardStatus{
			Stream: l.Stream, Shard: l.Shard, Owner: l.Owner, Done: l.Done, Wanted: l.Wanted, Checkpoint: l.Checkpoint, Position: l.Checkpoint,
		}
		if p := r.pleas[id]; p.since == l.Since && l.Wanted == r.opts.Worker {
			x.WantedSince = p.at
		}
		if x.UnreadSince = r.unreadSince(l, now); !x.UnreadSince.IsZero() {
			x.Behind = now.Sub(x.UnreadSince)
		}
		shards[id] = x
	}
	for id, s := range r.running {
		x := s.meter.status(now)
		x.Wanted, x.WantedSince = s.wish()
		shards[id] = x
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
		if out.CatchUp >= 0 {
			out.CatchUp = max(out.CatchUp, s.CatchUp)
		}
		if s.CatchUp < 0 {
			out.CatchUp = s.CatchUp
		}
		out.Shards = append(out.Shards, s)
	}
	slices.SortFunc(out.Shards, func(a, b ShardStatus) int {
		return cmp.Or(cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Shard, b.Shard))
	})
	slices.SortFunc(out.Outages, func(a, b Outage) int { return cmp.Compare(a.Operation, b.Operation) })
	out.Mux = statsOf(r.to)
	return out
}
