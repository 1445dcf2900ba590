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

// Turn is the progress of one part through a batch. It keeps the order of each item: records after a failure are withheld until
// the failed one is a dead letter.
type Turn struct {
	In   Batch
	Part int
	View string // that it is of, "" for handlers

	mu     sync.Mutex
	Behind map[string]*Delivery // by item, the record that failed
}

// May reports whether the part may process d now: d is wanted and not done, no earlier record of its item is open, and the batch
// has not stopped. A record with a known fault fails here.
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

// Settle records the result for a record, in the order of the batch. A record after a failure of its item is withheld even if it
// succeeded. A failure that is not the record's fault stops the batch and is not counted.
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

// Pass releases the records after d, if d is a dead letter.
func (t *Turn) Pass(d *Delivery) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.Behind[d.Item] == d && d.Shares[t.Part].State == DeadLettered {
		delete(t.Behind, d.Item)
	}
}
