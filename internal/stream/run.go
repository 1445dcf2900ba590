package stream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/record"
	"github.com/singletable-go/ddb/internal/view"
)

// batchRun is one batch on its way through a Mux: first the views, then the handlers, then those of batches.
type batchRun struct {
	m          *Mux
	deliveries []*view.Delivery // without what is skipped
	replay     bool             // nothing is counted, remembered or given to the dead letters

	mu     sync.Mutex
	causes []*RecordError // that the batch stopped for, one each
	known  map[string]bool
	freed  map[int]bool // views of which a record went to the dead letters, so that those behind it can go on

	unknown, undecodable int64 // records skipped
}

// Process handles records, which come in the order of the stream, and returns the sequence numbers of those to
// deliver again, in that order. The error joins a [RecordError] for each record that failed, without those that were
// withheld, and one for each cause that the batch stopped for. It is nil exactly if failed is empty.
func (m *Mux) Process(ctx context.Context, records []*record.Record) (failed []string, err error) {
	if err := m.refuse(records); err != nil {
		for i := range records {
			failed = append(failed, records[i].Sequence)
		}
		if m.opts.Report != nil {
			m.opts.Report(ctx, err)
		}
		m.stats.stop()
		return failed, err
	}
	r := &batchRun{m: m}
	for i := range records {
		d := m.newDelivery(records[i])
		if !d.Wanted() {
			r.skip(d)
			continue
		}
		d.Place = i
		m.progress.recall(d)
		r.deliveries = append(r.deliveries, d)
	}
	r.process(ctx)
	return r.result()
}

// Replay handles one record again in the parts that are named, in all of them where none is. Nothing is counted, and
// what fails is returned and goes to no dead letters. The error is a [RecordError].
func (m *Mux) Replay(ctx context.Context, rec record.Record, parts ...string) error {
	if err := m.refuse([]*record.Record{&rec}); err != nil {
		return err
	}
	for _, name := range parts {
		if !slices.ContainsFunc(m.partNames(), func(own string) bool { return own == name }) {
			return &RecordError{Record: rec, Parts: parts, Err: fault.Model("the Mux has no part %q: it has %q", name, m.partNames())}
		}
	}
	d := m.newDelivery(&rec)
	if !d.Wanted() {
		return nil
	}
	for i := range d.Shares {
		if len(parts) > 0 && !d.Unread && !slices.Contains(parts, m.partName(i)) {
			d.Shares[i].State = view.Unwanted
		}
	}
	r := &batchRun{m: m, replay: true, deliveries: []*view.Delivery{d}}
	r.process(ctx)
	_, err := r.result()
	return err
}

// skip notes a record that no part wants, or that parts have skipped while the others are through with it.
func (r *batchRun) skip(d *view.Delivery) {
	if d.Unknown {
		r.unknown++
	}
	if d.Skipped {
		r.undecodable++
	}
}

func (m *Mux) partNames() (names []string) {
	for i := range m.parts() {
		names = append(names, m.partName(i))
	}
	return names
}

func (r *batchRun) process(ctx context.Context) {
	for i := range r.m.views {
		r.maintain(ctx, i)
	}
	r.handle(ctx)
	r.batch(ctx)
	for len(r.freed) > 0 && !r.Stopped() {
		freed := r.freed
		r.freed = nil
		for _, i := range slices.Sorted(maps.Keys(freed)) {
			r.maintain(ctx, i)
		}
		for _, d := range r.deliveries {
			r.close(ctx, d)
		}
	}
}

// maintain brings one view up to date.
func (r *batchRun) maintain(ctx context.Context, part int) {
	v, t := r.m.views[part], r.turn(part)
	err := fault.Safely(func() error { v.view.Kind.Maintain(call.WithWidth(ctx, r.m.opts.Workers), v.db, t); return nil })
	if err == nil {
		return
	}
	for _, d := range r.deliveries { // an unforeseen panic
		if d.Shares[part].State == view.Pending {
			t.Settle(ctx, d, err)
		}
	}
}

// handle runs the handlers: in order with one worker, else the items side by side.
func (r *batchRun) handle(ctx context.Context) {
	t := r.turn(r.m.handlersPart())
	if r.m.opts.Workers == 1 {
		for _, d := range r.deliveries {
			r.one(ctx, t, d)
		}
		return
	}
	var order []string
	items := map[string][]*view.Delivery{}
	for _, d := range r.deliveries {
		if items[d.Item] == nil {
			order = append(order, d.Item)
		}
		items[d.Item] = append(items[d.Item], d)
	}
	_ = call.Parallel(call.WithWidth(ctx, r.m.opts.Workers), len(order), func(i int) error {
		for _, d := range items[order[i]] {
			r.one(ctx, t, d)
		}
		return nil
	})
}

// one handles one record, if it is its turn.
func (r *batchRun) one(ctx context.Context, t *view.Turn, d *view.Delivery) {
	if t.May(ctx, d) {
		err := ctx.Err()
		for _, c := range d.Changes {
			for _, f := range slices.Concat(r.m.handlers[c.Entity], r.m.any) {
				if err == nil {
					err = fault.Safely(func() error { return f(ctx, c) })
				}
			}
		}
		t.Settle(ctx, d, err)
	}
	if !r.batched(d) {
		r.close(ctx, d)
		t.Pass(d)
	}
}

// batched reports whether a record goes on to the handlers of batches.
func (r *batchRun) batched(d *view.Delivery) bool {
	handlers := d.Shares[r.m.handlersPart()].State
	return d.Shares[r.m.batchPart()].State == view.Pending && (handlers == view.Done || handlers == view.Unwanted)
}

// batch runs the handlers of whole batches.
func (r *batchRun) batch(ctx context.Context) {
	t := r.turn(r.m.batchPart())
	var ds []*view.Delivery
	worn := false // this is the last attempt of one of them
	for _, d := range r.deliveries {
		switch {
		case !r.batched(d):
		case t.May(ctx, d):
			ds = append(ds, d)
			worn = worn || r.m.opts.DeadLetters != nil && d.Shares[t.Part].Tried+1 >= r.m.opts.Attempts
		case d.Shares[t.Part].State == view.Failed: // it cannot be read any more
			r.close(ctx, d)
			t.Pass(d)
		}
	}
	var err error
	if len(ds) > 0 {
		err = r.together(ctx, ds)
	}
	if err == nil { // all of it is done, also where a dead letter that is not taken stops the batch below
		for _, d := range ds {
			t.Settle(ctx, d, nil)
		}
		ds = nil
	}
	for _, d := range ds {
		if !t.May(ctx, d) {
			continue
		}
		one := err
		if fault.OutsideOf(ctx, err) == nil && worn && len(ds) > 1 {
			one = r.together(ctx, []*view.Delivery{d})
		}
		t.Settle(ctx, d, one)
		r.close(ctx, d)
		t.Pass(d)
	}
	for _, d := range r.deliveries {
		r.close(ctx, d)
	}
}

func (r *batchRun) together(ctx context.Context, ds []*view.Delivery) error {
	var cs []view.Change
	for _, d := range ds {
		cs = append(cs, d.Changes...)
	}
	for _, f := range r.m.batch {
		if err := fault.Safely(func() error { return f(ctx, cs) }); err != nil {
			return err
		}
	}
	return nil
}

// close reports what failed of a record, once, and gives it to the dead letters if it failed often enough.
func (r *batchRun) close(ctx context.Context, d *view.Delivery) {
	faultName := r.fault(d)
	if d.Closed || faultName == nil {
		return
	}
	d.Closed = true
	if worn := r.worn(d); len(worn) > 0 {
		faultName = r.fault(d, worn...)
		faultName.GivenUp = true
		if err := fault.Safely(func() error { return r.m.opts.DeadLetters(ctx, *d.Record, faultName) }); err != nil {
			for _, part := range worn {
				d.Shares[part].State = view.Pending
			}
			r.Stop(ctx, d, worn, err, fmt.Errorf("%w; storing the dead letter failed: %w", faultName.Err, err))
			return
		}
		for _, part := range worn {
			d.Shares[part].State = view.DeadLettered
		}
		r.free(worn)
	}
	if r.m.opts.Report != nil && !r.replay {
		r.m.opts.Report(ctx, faultName)
	}
}

// free notes the views of which a record went to the dead letters.
func (r *batchRun) free(parts []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, part := range parts {
		if part < r.m.handlersPart() {
			if r.freed == nil {
				r.freed = map[int]bool{}
			}
			r.freed[part] = true
		}
	}
}

// worn returns the parts of a record that are to go to the dead letters. With the handlers those of batches go, which have
// not had their turn.
func (r *batchRun) worn(d *view.Delivery) (parts []int) {
	if r.m.opts.DeadLetters == nil || r.replay || r.Stopped() {
		return nil
	}
	for i, s := range d.Shares {
		switch {
		case s.State == view.Failed && s.Tried >= r.m.opts.Attempts,
			i == r.m.batchPart() && s.State == view.Pending && slices.Contains(parts, r.m.handlersPart()):
			parts = append(parts, i)
		}
	}
	return parts
}

// fault is the error of what failed of a record, or of some of its parts; nil if nothing did.
func (r *batchRun) fault(d *view.Delivery, parts ...int) *RecordError {
	e := &RecordError{Record: *d.Record, Entity: d.Entity}
	var errs []error
	for i, s := range d.Shares {
		if s.State != view.Failed && parts == nil || parts != nil && !slices.Contains(parts, i) {
			continue
		}
		if !d.Unread {
			e.Parts = append(e.Parts, r.m.partName(i))
		}
		e.Attempts = max(e.Attempts, s.Tried)
		if s.Err != nil {
			errs = append(errs, s.Err)
		}
	}
	switch len(errs) {
	case 0:
		return nil
	case 1:
		e.Err = errs[0]
	default:
		e.Err = errors.Join(errs...)
	}
	return e
}

// Stop ends the batch for a cause that is no record's own: what has not been done is delivered again. It is reported once.
func (r *batchRun) Stop(ctx context.Context, d *view.Delivery, parts []int, cause, err error) {
	r.mu.Lock()
	name := fault.CauseName(cause)
	if r.known[name] {
		r.mu.Unlock()
		return
	}
	if r.known == nil {
		r.known = map[string]bool{}
	}
	r.known[name] = true
	e := &RecordError{Record: *d.Record, Entity: d.Entity, Err: &fault.Outside{Err: err}}
	for _, part := range parts {
		e.Parts = append(e.Parts, r.m.partName(part))
		e.Attempts = max(e.Attempts, d.Shares[part].Tried)
	}
	r.causes = append(r.causes, e)
	r.mu.Unlock()
	if r.m.opts.Report != nil && !r.replay {
		r.m.opts.Report(ctx, e)
	}
}

func (r *batchRun) All() []*view.Delivery { return r.deliveries }

func (r *batchRun) Stopped() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.causes) > 0
}

// result reports what failed and what is to be delivered again, and remembers how far that is.
func (r *batchRun) result() (again []string, err error) {
	var errs []error
	for _, d := range r.deliveries {
		open := slices.ContainsFunc(d.Shares, func(s view.Share) bool { return s.State == view.Pending || s.State == view.Failed })
		if open {
			again = append(again, d.Record.Sequence)
		} else {
			r.skip(d)
		}
		if e := r.fault(d); e != nil {
			errs = append(errs, e)
		}
		if !r.replay {
			r.m.progress.note(d, open)
		}
	}
	if !r.replay {
		r.m.stats.count(r)
	}
	for _, e := range r.causes {
		errs = append(errs, e)
	}
	return again, errors.Join(errs...)
}
