package ddbmem

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// stream is the log of changes of a table.
type stream struct {
	engine  *Engine
	table   *table
	arn     string
	label   string
	view    string
	created time.Time

	mu     sync.RWMutex
	seq    *big.Int // the last assigned sequence number
	jumps  int
	shards []*shard
	order  queue[*shard] // the shard of each record, in the order of the records
	bytes  int64         // of memory that the records use
	closed moment        // when the stream was disabled
}

// shard holds the records of a range of partition keys, from its opening to its closing.
type shard struct {
	id       string
	parent   string
	from, to uint64 // the hashes of its partition keys, both inclusive
	first    string // sequence numbers
	last     string // empty while the shard is open
	closedAt time.Time
	records  queue[*record]
	trimmed  int // removed records, before the ones that remain
}

// next is the ordinal of the next record.
func (sh *shard) next() int { return sh.trimmed + sh.records.len() }

// record is one change.
type record struct {
	seq    *big.Int
	before *row
	after  *row
	at     time.Time
	expiry bool
}

// streamView reads a StreamSpecification; it returns "" if it disables the stream.
func streamView(spec *wire.Node) (string, *apiError) {
	on, view := spec.Flag("StreamEnabled", false), spec.Text("StreamViewType")
	if on && view == "" {
		return "", invalid("Invalid StreamViewType: Stream ViewType must not be null or empty when enabling streams.")
	}
	if !on && view != "" {
		return "", invalid("Invalid StreamViewType: Stream StreamEnabled was false but a StreamViewType was present.")
	}
	return view, nil
}

func newStream(t *table, view string) *stream {
	e := t.engine
	now := e.clock.Now()
	s := &stream{engine: e, table: t, view: view, created: now, label: now.UTC().Format("2006-01-02T15:04:05.000")}
	s.seq, _ = new(big.Int).SetString(fmt.Sprintf("1%020d", e.rand.uint64n(1e18)), 10)
	s.arn = t.arn + "/stream/" + s.label
	n := uint64(max(e.opts.StreamShards, 1))
	for i := range n {
		from, to := uint64(0), ^uint64(0)
		if i > 0 {
			from = binary.BigEndian.Uint64([]byte(segmentStart(i, n)))
		}
		if i+1 < n {
			to = binary.BigEndian.Uint64([]byte(segmentStart(i+1, n))) - 1
		}
		s.addShard("", from, to, now)
	}
	return s
}

// open registers the stream by its ARN. Two streams of a table have different ARNs. The caller holds the engine's lock.
func (s *stream) open(e *Engine) {
	for at := s.created; e.streams[s.arn] != nil; {
		at = at.Add(time.Millisecond)
		s.label = at.UTC().Format("2006-01-02T15:04:05.000")
		s.arn = s.table.arn + "/stream/" + s.label
	}
	e.streams[s.arn] = s
}

// next assigns a sequence number: above the last, with a gap, and sometimes a digit longer, up to 40.
func (s *stream) next() *big.Int {
	r := &s.engine.rand
	n := new(big.Int)
	if s.jumps < 19 && r.uint64n(uint64(3+3*s.jumps*s.jumps)) == 0 {
		s.jumps++
		n.Mul(s.seq, big.NewInt(10))
	} else {
		n.Set(s.seq)
	}
	n.Add(n, new(big.Int).SetUint64(1+r.uint64n(1_000_000_000)))
	s.seq = n
	return n
}

func (s *stream) addShard(parent string, from, to uint64, now time.Time) {
	r := &s.engine.rand
	s.shards = append(s.shards, &shard{
		id:     fmt.Sprintf("shardId-%020d-%08x", max(now.UnixMilli(), 0), uint32(r.uint64n(1<<32))),
		parent: parent, from: from, to: to, first: s.next().String(),
	})
}

func (s *stream) disabled() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.closed.set
}

// add appends a change. The caller holds the lock of the table, so that records are in the order of the writes.
func (s *stream) add(c change, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.set {
		return
	}
	hash := binary.BigEndian.Uint64([]byte(c.key[:hashLen]))
	for _, sh := range s.shards {
		if sh.last != "" || hash < sh.from || hash > sh.to {
			continue
		}
		r := &record{seq: s.next(), before: c.before, after: c.after, at: now, expiry: c.expiry}
		sh.records.push(r)
		s.order.push(sh)
		s.bytes += r.memory()
		s.trim(now)
		if n := s.engine.opts.ShardRecords; n > 0 && sh.next() >= n {
			s.split(sh, now)
		}
		return
	}
}

// close closes a shard. Its last sequence number is that of its last record, or is above its first.
func (s *stream) close(sh *shard, now time.Time) {
	sh.last, sh.closedAt = s.next().String(), now
}

// split closes a shard and opens two children, each with half of its keys.
func (s *stream) split(sh *shard, now time.Time) {
	s.close(sh, now)
	mid := sh.from + (sh.to-sh.from)/2
	s.addShard(sh.id, sh.from, mid, now)
	if mid < sh.to {
		s.addShard(sh.id, mid+1, sh.to, now)
	}
}

// closeAll disables the stream; its records can be read until they are trimmed.
func (s *stream) closeAll(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.set {
		return
	}
	s.closed = at(now)
	for _, sh := range s.shards {
		if sh.last == "" {
			s.close(sh, now)
		}
	}
}

func (s *stream) find(id string) *shard {
	for _, sh := range s.shards {
		if sh.id == id {
			return sh
		}
	}
	return nil
}

// SplitShard closes every open shard of the table's stream and opens two children for each, as the service does when a
// partition splits. It returns the number of closed shards; 0 if the table has no enabled stream.
func (e *Engine) SplitShard(table string) int {
	t := e.lookup(table)
	if t == nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stream == nil {
		return 0
	}
	s := t.stream
	s.mu.Lock()
	defer s.mu.Unlock()
	n, now := 0, e.clock.Now()
	for _, sh := range slices.Clone(s.shards) {
		if sh.last == "" {
			s.split(sh, now)
			n++
		}
	}
	return n
}

// write appends the record as JSON.
func (r *record) write(o *out, s *stream) {
	event := "MODIFY"
	switch {
	case r.before == nil:
		event = "INSERT"
	case r.after == nil:
		event = "REMOVE"
	}
	var old, next, some value.Item
	if r.before != nil {
		old, some = r.before.item, r.before.item
	}
	if r.after != nil {
		next, some = r.after.item, r.after.item
	}
	keys := s.table.only(some)
	size := keys.Size()
	if s.view == "NEW_IMAGE" || s.view == "KEYS_ONLY" {
		old = nil
	}
	if s.view == "OLD_IMAGE" || s.view == "KEYS_ONLY" {
		next = nil
	}
	o.open()
	o.str("eventID", eventID(r.seq))
	o.str("eventName", event)
	o.str("eventVersion", "1.1")
	o.str("eventSource", "aws:dynamodb")
	o.str("awsRegion", s.engine.opts.Region)
	o.key("dynamodb")
	o.open()
	o.int("ApproximateCreationDateTime", int(r.at.Unix()))
	o.item("Keys", keys)
	if next != nil {
		o.item("NewImage", next)
		size += next.Size()
	}
	if old != nil {
		o.item("OldImage", old)
		size += old.Size()
	}
	o.str("SequenceNumber", r.seq.String())
	o.int("SizeBytes", size)
	o.str("StreamViewType", s.view)
	o.close()
	if r.expiry {
		o.key("userIdentity")
		o.open()
		o.str("PrincipalId", "dynamodb.amazonaws.com")
		o.str("Type", "Service")
		o.close()
	}
	o.close()
}

// eventID is 32 hexadecimal digits that identify a record.
func eventID(seq *big.Int) string {
	b := seq.Bytes()
	if len(b) > 16 {
		// The highest bytes hardly differ; they are folded into the rest.
		for i := range len(b) - 16 {
			b[i+16] ^= b[i]
		}
		b = b[len(b)-16:]
	}
	return fmt.Sprintf("%032x", b)
}
