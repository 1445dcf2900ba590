package ddbcache

import "hash/maphash"

// marks follow the writes of a table. They have a hash for each key, which needs the same room for all keys: two keys of one
// hash have the marks of both, and are read strongly consistently for no reason.
type marks struct {
	seed maphash.Seed
	of   map[uint64]mark
	next []due // the order in which they are looked at
	last int64 // until then some are in force
	all  mark  // of every key
}

// mark follows a write of a key.
type mark struct {
	settle int64 // until then a read has to be strongly consistent, to see the write
	unsure int64 // until then what is read is not kept: the write may yet arrive
}

// due is when to look at the mark of a key.
type due struct {
	hash uint64
	at   int64
}

// maxMarks is the number of keys of a table with marks. Beyond it, the oldest marks are of every key.
const maxMarks = 1 << 15

// maxTidied is the number of marks that a call looks at, so that no call waits for all of them.
const maxTidied = 8

func newMarks() marks { return marks{seed: maphash.MakeSeed(), of: map[uint64]mark{}} }

// max returns the later times of both.
func (m mark) max(o mark) mark {
	return mark{max(m.settle, o.settle), max(m.unsure, o.unsure)}
}

// add gives a key a mark, besides the one that it has.
func (ms *marks) add(text string, m mark, now int64) {
	ms.tidy(now)
	hash := maphash.String(ms.seed, text)
	if _, ok := ms.of[hash]; !ok {
		if len(ms.of) >= maxMarks {
			ms.fold()
		}
		ms.next = append(ms.next, due{hash, m.settle})
	}
	ms.of[hash] = ms.of[hash].max(m)
	ms.last = max(ms.last, m.settle)
}

// addAll gives every key a mark.
func (ms *marks) addAll(m mark) { ms.all = ms.all.max(m) }

// fold gives every key the oldest mark, which makes room for another.
func (ms *marks) fold() {
	oldest := ms.next[0].hash
	ms.next = ms.next[1:]
	ms.addAll(ms.of[oldest])
	delete(ms.of, oldest)
}

// tidy forgets marks that are over: all at once, or a few.
func (ms *marks) tidy(now int64) {
	if len(ms.next) > 0 && ms.last <= now {
		ms.of, ms.next = map[uint64]mark{}, nil
	}
	for range min(maxTidied, len(ms.next)) {
		oldest := ms.next[0]
		if oldest.at > now {
			return
		}
		ms.next = ms.next[1:]
		if m := ms.of[oldest.hash]; m.settle > now { // it was written again
			ms.next = append(ms.next, due{oldest.hash, m.settle})
		} else {
			delete(ms.of, oldest.hash)
		}
	}
}

// has reports whether marks are in force for a key.
func (ms *marks) has(text string, now int64) (settle, unsure bool) {
	m := ms.all
	if len(ms.of) > 0 {
		m = m.max(ms.of[maphash.String(ms.seed, text)])
	}
	return m.settle > now, m.unsure > now
}
