package view

import (
	"context"
	"fmt"
	"sync"

	"github.com/singletable-go/ddb/internal/fault"
)

// PartName returns the name of the view among the parts of a stream reader.
func (v *View) PartName() string { return "view " + v.Name }

// Batch is the records that come together, and whether they still go on.
type Batch interface {
	All() []*Delivery
	Stopped() bool
	// Stop ends the batch for a cause that is no record's own.
	Stop(ctx context.Context, d *Delivery, parts []int, cause, err error)
}

// Turn is one part's way through a batch. It alone keeps the order of each item: what follows a failure is withheld until the
// failure is in the dead letters.
type Turn struct {
	In   Batch
	Part int
	View string // that it is of, "" for handlers

	mu     sync.Mutex
	Behind map[string]*Delivery // by item, the record that failed
}

// May reports whether it is d's turn: it is wanted and not done, nothing of its item is before it, and the batch goes on. One
// that is known to be at fault has failed.
func (t *Turn) May(ctx context.Context, d *Delivery) bool {
	s := &d.Shares[t.Part]
	if s.State != Pending || t.In.Stopped() {
		return false
	}
	t.mu.Lock()
	blocked := t.Behind[d.Item] != nil
	t.mu.Unlock()
	if blocked {
		return false
	}
	if s.fault != nil {
		t.Settle(ctx, d, s.fault)
		return false
	}
	return true
}

// ready returns the records whose turn it is, for a part that does them together.
func (t *Turn) ready(ctx context.Context) (ds []*Delivery) {
	for _, d := range t.In.All() {
		if t.May(ctx, d) {
			ds = append(ds, d)
		}
	}
	return ds
}

// Settle notes what became of a record, in the order of the batch. What succeeded behind a failure of its item is withheld all the
// same. A failure that is none of its own stops the batch and is not counted.
func (t *Turn) Settle(ctx context.Context, d *Delivery, err error) {
	s := &d.Shares[t.Part]
	if err == nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		if before := t.Behind[d.Item]; before == nil || before.Place > d.Place {
			s.State = Done
		}
		return
	}
	if t.View != "" {
		err = fmt.Errorf("%s: %w", t.View, err)
	}
	if cause := fault.OutsideOf(ctx, err); cause != nil {
		t.In.Stop(ctx, d, []int{t.Part}, cause, err)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.Behind[d.Item] != nil {
		return
	}
	t.Behind[d.Item] = d
	s.State, s.Err = Failed, err
	s.Tried++
	s.Fell = true
}

// Pass lets the records behind d go on, if it is in the dead letters.
func (t *Turn) Pass(d *Delivery) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.Behind[d.Item] == d && d.Shares[t.Part].State == DeadLettered {
		delete(t.Behind, d.Item)
	}
}
