package simulation_test

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/stream"
)

// batchJournal is what one handler of batches was given. A call that fails may have done a part of its work, so that all of
// it has to come again; one that succeeds is the last with its records.
type batchJournal struct {
	mu     sync.Mutex
	j      *journal
	name   string
	done   map[string]int // by record, calls that succeeded
	again  map[string]int // calls that may follow one that succeeded
	poison map[string]int // calls with this record that will fail yet
}

func newBatchJournal(j *journal, name string) *batchJournal {
	return &batchJournal{j: j, name: name, done: map[string]int{}, again: map[string]int{}, poison: map[string]int{}}
}

// handleBatches registers two handlers of batches. Where the second fails, the first is given the same again.
func (s *storm) handleBatches(m *ddb.Mux) {
	m.HandleBatch(func(_ context.Context, cs []ddb.Change[any]) error { return s.first.call(s.w, cs, nil) })
	m.HandleBatch(func(_ context.Context, cs []ddb.Change[any]) error { return s.second.call(s.w, cs, s.first) })
}

// call is one call of the handler. It may fail, of itself or for one of its records, or panic: then the handler before it, if
// there is one, may be given all of it again.
func (b *batchJournal) call(w *weather, cs []ddb.Change[any], before *batchJournal) (err error) {
	b.begin(cs)
	ended := false
	defer func() {
		switch {
		case ended && err == nil:
			b.succeeded(cs)
		case before != nil:
			before.mayComeAgain(cs)
		}
	}()
	w.whim(b.name)
	err = b.fault(w, cs)
	ended = true
	return err
}

// begin checks what the handler is given: nothing that it has done already, and nothing before what it has not done of the
// same item.
func (b *batchJournal) begin(cs []ddb.Change[any]) {
	b.j.mu.Lock()
	defer b.j.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	here := map[string]bool{}
	for _, c := range cs {
		r := c.Record()
		if here[r.Sequence] || b.done[r.Sequence] > b.again[r.Sequence]+b.j.renewed[r.Sequence] {
			b.j.fault("record %s comes to the %s once more than it should", r.Sequence, b.name)
		}
		here[r.Sequence] = true
		if b.handled(c) && b.j.handled[r.Sequence] == 0 && !b.j.lettered[stream.HandlersName][r.Sequence] {
			b.j.fault("record %s comes to the %s before its handlers", r.Sequence, b.name)
		}
		if b.j.lettered[stream.BatchName][r.Sequence] {
			continue // a replay
		}
		for _, before := range b.j.order[b.j.text(r)] {
			if before == r.Sequence {
				break
			}
			if !here[before] && b.done[before] == 0 && !b.j.lettered[stream.BatchName][before] {
				b.j.fault("record %s comes to the %s before %s, which is of the same item", r.Sequence, b.name, before)
			}
		}
	}
}

// handled reports whether a change is one that the handlers of single records have before those of batches.
func (b *batchJournal) handled(c ddb.Change[any]) bool {
	_, old := c.Old.(simSource)
	_, is := c.New.(simSource)
	return old || is
}

// fault is the error of a call: a record may make each of several calls fail that it is in, so that the batch falls apart.
func (b *batchJournal) fault(w *weather, cs []ddb.Change[any]) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w.strikes(12) {
		b.poison[cs[w.intn(len(cs))].Sequence] = 1 + w.intn(10)
	}
	for _, c := range cs {
		if b.poison[c.Sequence] > 0 && !w.isCalm() {
			b.poison[c.Sequence]--
			w.count("record that the " + b.name + " cannot stand")
			return fmt.Errorf("record %s: %w", c.Sequence, errWhim)
		}
	}
	switch {
	case w.strikes(30):
		w.count("error of the " + b.name)
		return errWhim
	case w.strikes(30):
		w.count(b.name + " without its service")
		return fmt.Errorf("the warehouse: %w", fault.ErrUnavailable)
	}
	return nil
}

func (b *batchJournal) succeeded(cs []ddb.Change[any]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range cs {
		b.done[c.Sequence]++
	}
}

func (b *batchJournal) mayComeAgain(cs []ddb.Change[any]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range cs {
		b.again[c.Sequence]++
	}
}

// check returns what is wrong once nothing is left: each record was in a call that succeeded.
func (b *batchJournal) check(records []ddb.Record, t *model.Table) error {
	var faults []error
	for _, r := range records {
		if e, err := t.Claim(model.Loaded(r.Keys)); err == nil && e != nil && b.done[r.Sequence] == 0 {
			faults = append(faults, fmt.Errorf("record %s is lost to the %s", r.Sequence, b.name))
		}
	}
	return errors.Join(faults...)
}
