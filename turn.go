package ddb

import (
	"context"
	"fmt"
	"sync"

	"github.com/singletable-go/ddb/internal/fault"
)

// The parts of a Mux: what it does with a record that can fail by itself. Its views come first, as they were given to Maintain.
const (
	handlersName = "handlers"
	batchName    = "batch handlers"
)

func (m *Mux) parts() int        { return len(m.views) + 2 }
func (m *Mux) handlersPart() int { return len(m.views) }
func (m *Mux) batchPart() int    { return len(m.views) + 1 }

// partName is the name of a part in a RecordError and in a dead letter.
func (m *Mux) partName(part int) string {
	switch part {
	case m.handlersPart():
		return handlersName
	case m.batchPart():
		return batchName
	}
	return m.views[part].view.partName()
}

func (v *View) partName() string { return "view " + v.name }

// turn is one part's way through a batch. It alone keeps the order of each item: what follows a failure is withheld until the
// failure is in the dead letters.
type turn struct {
	r    *run
	part int

	mu     sync.Mutex
	behind map[string]*delivery // by item, the record that failed
}

func (r *run) turn(part int) *turn {
	return &turn{r: r, part: part, behind: map[string]*delivery{}}
}

// may reports whether it is d's turn: it is wanted and not done, nothing of its item is before it, and the batch goes on. One
// that is known to be at fault has failed.
func (t *turn) may(ctx context.Context, d *delivery) bool {
	s := &d.shares[t.part]
	if s.state != pending || t.r.stopped() {
		return false
	}
	t.mu.Lock()
	blocked := t.behind[d.item] != nil
	t.mu.Unlock()
	if blocked {
		return false
	}
	if s.fault != nil {
		t.settle(ctx, d, s.fault)
		return false
	}
	return true
}

// ready returns the records whose turn it is, for a part that does them together.
func (t *turn) ready(ctx context.Context) (ds []*delivery) {
	for _, d := range t.r.deliveries {
		if t.may(ctx, d) {
			ds = append(ds, d)
		}
	}
	return ds
}

// settle notes what became of a record, in the order of the batch. What succeeded behind a failure of its item is withheld all the
// same. A failure that is none of its own stops the batch and counts for nothing.
func (t *turn) settle(ctx context.Context, d *delivery, err error) {
	s := &d.shares[t.part]
	if err == nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		if before := t.behind[d.item]; before == nil || before.place > d.place {
			s.state = done
		}
		return
	}
	if t.part < t.r.m.handlersPart() {
		err = fmt.Errorf("%s: %w", t.r.m.partName(t.part), err)
	}
	if cause := fault.OutsideOf(ctx, err); cause != nil {
		t.r.stop(ctx, d, []int{t.part}, cause, err)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.behind[d.item] != nil {
		return
	}
	t.behind[d.item] = d
	s.state, s.err = failed, err
	s.tried++
	s.fell = true
}

// pass lets the records behind d go on, if it is in the dead letters.
func (t *turn) pass(d *delivery) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.behind[d.item] == d && d.shares[t.part].state == lettered {
		delete(t.behind, d.item)
	}
}
