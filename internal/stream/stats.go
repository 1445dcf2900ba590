package stream

import (
	"cmp"
	"slices"
	"sync"

	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/view"
)

// Stats is what a [Mux] did since it was made, in this process. A delivery is counted when its batch ends. What is
// handled counts once, however often its batch comes again for other records; companion items, versions, entities
// that no part is for, and [Mux.Replay] do not count.
type Stats struct {
	// Parts has an entry for each part and entity that a record was for: the views as they were given to Maintain, then "handlers",
	// then "batch handlers", and the entities of each by name.
	Parts []PartStats `json:"parts"`

	Unknown     int64 `json:"unknown"`     // records skipped because no entity claims the item
	Undecodable int64 `json:"undecodable"` // records that a part skipped for Options.SkipUndecodable
	Stopped     int64 `json:"stopped"`     // batches that stopped for ErrUnavailable, each once
}

// PartStats is what became of the records of one entity in one part of a [Mux], named as in Parts of [RecordError].
// Both names are empty for records of which it is not known what they are of. A record that made an item one of
// another entity counts for the new one, where the part is for both.
type PartStats struct {
	Part   string `json:"part"`
	Entity string `json:"entity"`

	Handled     int64 `json:"handled"`      // records, each once
	Failed      int64 `json:"failed"`       // deliveries that failed by the record's own fault, the last one before the dead letters too
	Withheld    int64 `json:"withheld"`     // deliveries that waited for a failure of the same item, which come again
	DeadLetters int64 `json:"dead_letters"` // records given to the dead letters: they do not come again
}

// Stats returns what m did so far. It is safe for concurrent use, and cheap: it takes a lock that each batch takes once, for a
// moment. Where it is to be seen is the program's choice: expvar.Publish("mux", expvar.Func(func() any { return mux.Stats() })),
// for one. Status of the reader of package ddbstream has it too.
func (m *Mux) Stats() Stats {
	s := &m.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Stats{Parts: make([]PartStats, 0, len(s.parts)), Unknown: s.unknown, Undecodable: s.undecodable, Stopped: s.stopped}
	keys := make([]countKey, 0, len(s.parts))
	for at := range s.parts {
		keys = append(keys, at)
	}
	slices.SortFunc(keys, func(a, b countKey) int {
		return cmp.Or(cmp.Compare(a.part, b.part), cmp.Compare(a.entity(), b.entity()))
	})
	for _, at := range keys {
		p := *s.parts[at]
		if at.e != nil {
			p.Part, p.Entity = m.partName(at.part), at.e.Name
		}
		out.Parts = append(out.Parts, p)
	}
	return out
}

// counters is what a Mux counts.
type counters struct {
	mu    sync.Mutex
	parts map[countKey]*PartStats // without their names

	unknown, undecodable, stopped int64
}

// countKey is where a record counts; e is nil where it is not known what it is of.
type countKey struct {
	part int
	e    *model.Entity
}

func (k countKey) entity() string {
	if k.e == nil {
		return ""
	}
	return k.e.Name
}

// stop counts a batch that stopped.
func (s *counters) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped++
}

// count counts a batch that ended, in one piece.
func (s *counters) count(r *batchRun) {
	stopped, blocked := r.Stopped(), r.blocked()
	s.mu.Lock()
	defer s.mu.Unlock()
	if stopped {
		s.stopped++
	}
	s.unknown += r.unknown
	s.undecodable += r.undecodable
	for _, d := range r.deliveries {
		for part := range d.Shares {
			sh := &d.Shares[part]
			if sh.State == view.Unwanted || sh.Known {
				continue
			}
			c := s.at(countKey{part, sh.E})
			if sh.State == view.Done {
				c.Handled++
			}
			if sh.Fell {
				c.Failed++
			}
			if sh.State == view.DeadLettered {
				c.DeadLetters++
			}
			if sh.State == view.Pending && !sh.Fell && r.waits(blocked, d, part) {
				c.Withheld++
			}
		}
	}
}

// at is what records of an entity are counted in, of one part.
func (s *counters) at(at countKey) *PartStats {
	c := s.parts[at]
	if c == nil {
		if s.parts == nil {
			s.parts = map[countKey]*PartStats{}
		}
		c = &PartStats{}
		s.parts[at] = c
	}
	return c
}

// blockage is an item that failed in a part, and is not in the dead letters.
type blockage struct {
	part int
	item string
}

// blocked returns what failed in the batch, nil where nothing did.
func (r *batchRun) blocked() (out map[blockage]bool) {
	for _, d := range r.deliveries {
		for part := range d.Shares {
			if s := &d.Shares[part]; s.Fell && s.State != view.DeadLettered {
				if out == nil {
					out = map[blockage]bool{}
				}
				out[blockage{part, d.Item}] = true
			}
		}
	}
	return out
}

// waits reports whether a record is to wait in a part for a failure of its item. Handlers of batches wait for the handlers too.
func (r *batchRun) waits(blocked map[blockage]bool, d *view.Delivery, part int) bool {
	return blocked[blockage{part, d.Item}] || part == r.m.batchPart() && blocked[blockage{r.m.handlersPart(), d.Item}]
}
