package ddbmem

import (
	"slices"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/tree"
)

// retention is how long a stream keeps records.
const retention = 24 * time.Hour

// defaultStreamBytes is how much memory the records of a stream may use without [Options.StreamBytes].
const defaultStreamBytes = 96 << 20

// recordBytes is roughly the memory of a record without the versions of the item.
const recordBytes = 160

// memory returns roughly how much memory the record uses apart from the table. The new version belongs to the table
// while the item has it. After that, the record of the next change counts it as its old version.
func (r *record) memory() int64 {
	if r.before == nil {
		return recordBytes
	}
	return int64(recordBytes + len(r.before.key) + r.before.item.Memory())
}

// trim removes the oldest records: those past the retention, and those beyond the memory limit. The caller holds the
// lock.
func (s *stream) trim(now time.Time) {
	limit := now.Add(-retention)
	room := s.engine.opts.StreamBytes
	for s.order.len() > 0 {
		sh := s.order.at(0)
		if full := room >= 0 && s.bytes > room; !full && !sh.records.at(0).at.Before(limit) {
			break
		}
		s.order.pop()
		s.bytes -= sh.records.pop().memory()
		sh.trimmed++
	}
}

// tidy removes old records, and closed shards past the retention. Readers call it; a write does not need it. The caller
// holds the lock.
func (s *stream) tidy(now time.Time) {
	s.trim(now)
	limit := now.Add(-retention)
	s.shards = slices.DeleteFunc(s.shards, func(sh *shard) bool {
		return sh.last != "" && sh.records.len() == 0 && sh.closedAt.Before(limit)
	})
}

// outlived reports whether a disabled stream has nothing left.
func (s *stream) outlived(now time.Time) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.closed.set && now.Sub(s.closed.Time) >= retention
}

// clear removes all records and shards.
func (s *stream) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shards, s.order, s.bytes = nil, queue[*shard]{}, 0
}

// forgetStreams removes the streams that were disabled, or whose table was deleted, 24 hours ago.
func (e *Engine) forgetStreams(now time.Time) {
	e.mu.RLock()
	var gone []string
	for arn, s := range e.streams {
		if s.outlived(now) {
			gone = append(gone, arn)
		}
	}
	e.mu.RUnlock()
	if gone == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, arn := range gone {
		if s := e.streams[arn]; s != nil {
			s.clear()
			delete(e.streams, arn)
		}
	}
}

// empty releases the memory of a deleted table. Its stream still needs the keys of its schema. The caller holds the
// lock.
func (t *table) empty() {
	t.rows = tree.Tree[*row]{}
	t.bytes = 0
	t.indexes = nil
	t.ttl.disable()
}
