package view

import (
	"crypto/sha256"
	"iter"
	"slices"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
)

// matching joins sources and their ledger items during a scan, in which they can be far apart. If both agree, they need not be
// read again: if the source changes later, a stream record follows. It stores unmatched halves, up to MaxJoin bytes.
type matching struct {
	t      *model.Table
	Halves map[hashedKey]unmatched
	Order  []hashedKey // of halves, and of as many that have been matched
	Bytes  int
	looked keySet // pairs that were given out: their other half is none of ours
}

// unmatched is a source without its ledger item, or a ledger item without its source.
type unmatched struct {
	ledger bool
	says   hashedKey // what it contributes
	keys   string    // of the target and of the source
}

// The bounds of a join, in bytes and in halves.
const (
	MaxJoin   = 64 << 20
	halfBytes = 250 // of a half, beside its keys
	maxKeySet = 1 << 20
	MinOrder  = 1024
)

type hashedKey [16]byte

func hashKey(text string) hashedKey {
	sum := sha256.Sum256([]byte(text))
	return hashedKey(sum[:16])
}

// keySet is a set of keys. It drops all keys when there are too many: then some work is done twice.
type keySet struct{ keys map[hashedKey]struct{} }

// add reports whether the key is new.
func (s *keySet) add(k hashedKey) bool {
	if _, ok := s.keys[k]; ok {
		return false
	}
	if s.keys == nil || len(s.keys) >= maxKeySet {
		s.keys = map[hashedKey]struct{}{}
	}
	s.keys[k] = struct{}{}
	return true
}

func (s *keySet) has(k hashedKey) bool {
	_, ok := s.keys[k]
	return ok
}

// NewMatching returns an empty join of the items of t.
func NewMatching(t *model.Table) *matching { return &matching{t: t, Halves: map[hashedKey]unmatched{}} }

// Full reports whether there is no room for more.
func (j *matching) Full() bool { return j.Bytes > MaxJoin }

// Source takes a source and what it contributes. It returns the pair if that is to be looked at.
func (j *matching) Source(p *Pair, v attr.Item) *Pair { return j.meet(p, v, false) }

// Ledger takes a ledger item, likewise.
func (j *matching) Ledger(p *Pair, v attr.Item) *Pair { return j.meet(p, v, true) }

func (j *matching) meet(p *Pair, v attr.Item, ledger bool) *Pair {
	id := hashKey(p.id())
	if j.looked.has(id) {
		return nil
	}
	says := hashKey(attr.CanonicalItem(v))
	other, ok := j.Halves[id]
	if ok && other.ledger != ledger {
		delete(j.Halves, id)
		j.Bytes -= halfBytes + len(other.keys)
		if other.says == says {
			return nil
		}
		j.looked.add(id)
		return p
	}
	h := unmatched{ledger, says, string(j.t.AppendKey(j.t.AppendKey(nil, model.Loaded(p.Target)), model.Loaded(p.Source)))}
	j.Bytes += halfBytes + len(h.keys) - len(other.keys)
	if ok {
		j.Bytes -= halfBytes
	}
	j.Halves[id] = h
	if len(j.Order) >= 2*len(j.Halves)+MinOrder {
		j.Order = slices.DeleteFunc(j.Order, func(id hashedKey) bool { _, ok := j.Halves[id]; return !ok })
	}
	j.Order = append(j.Order, id)
	return nil
}

// Rest yields the unmatched halves in the order of the scan, and removes them.
func (j *matching) Rest() iter.Seq2[*Pair, bool] {
	return func(yield func(*Pair, bool) bool) {
		order, halves := j.Order, j.Halves
		j.Order, j.Halves, j.Bytes = nil, map[hashedKey]unmatched{}, 0
		for _, id := range order {
			h, ok := halves[id]
			if !ok || !j.looked.add(id) {
				continue
			}
			target, source := j.keys(h.keys)
			p := &Pair{Target: target, Source: source, TargetText: j.t.RefText(target), SourceText: fit("", j.t.RefText(source), model.MaxSortBytes)}
			if !yield(p, h.ledger) {
				return
			}
		}
	}
}

// keys is the inverse of what meet writes.
func (j *matching) keys(text string) (target, source attr.Item) {
	r := read.CursorReader{Rest: []byte(text)}
	target, source = attr.Item{}, attr.Item{}
	for _, key := range []attr.Item{target, source} {
		for _, attr := range j.t.Primary.Attrs() {
			key[attr] = r.Value()
		}
	}
	return target, source
}
