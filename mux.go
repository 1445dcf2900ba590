package ddb

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// run is one batch on its way through a Mux.
type run struct {
	m          *Mux
	deliveries []*delivery // without what is skipped
}

// delivery is one record of a batch.
type delivery struct {
	record  *Record
	kind    ChangeKind
	item    string // which item it is of
	entity  string // for errors
	changes []Change[any]
	images  []image // for views
	err     error
	state   deliveryState
	tried   int
}

type deliveryState byte

const (
	pending deliveryState = iota
	handled
	lettered // gone to the dead letters
	failed
	withheld
)

// image is what an entity has in a record: how its item was before and is now.
type image struct {
	e        *entity
	kind     ChangeKind
	old, new item          // nil where there is none, or where the stream does not carry it
	was, is  reflect.Value // decoded, invalid where there is none; with the key fields alone where the image is missing
}

func newRun(m *Mux, records []Record) *run {
	r := &run{m: m}
	for i := range records {
		d := &delivery{record: &records[i], kind: records[i].Kind, item: m.table.keyText(records[i].Keys)}
		if m.prepare(d) {
			r.deliveries = append(r.deliveries, d)
		}
	}
	return r
}

// prepare decodes what somebody wants of a record; false says that nobody does.
func (m *Mux) prepare(d *delivery) (wanted bool) {
	rec := d.record
	if m.table.companion(loaded(rec.Keys)) {
		return false
	}
	d.kind = m.table.kindOf(rec)
	if rec.Old == nil && rec.New == nil { // a stream of keys only
		e, err := m.table.claim(loaded(rec.Keys))
		if !m.known(d, err) {
			return d.err != nil
		}
		return m.add(d, image{e: e, kind: d.kind})
	}
	was, err := m.claim(rec.Old)
	if !m.known(d, err) && m.opts.RefuseUnknown {
		return true
	}
	is, err := m.claim(rec.New)
	if !m.known(d, err) && m.opts.RefuseUnknown {
		return true
	}
	if rec.Old != nil && rec.New != nil && was != is { // the item became one of another type
		gone := m.add(d, image{e: was, kind: Removed, old: rec.Old})
		return m.add(d, image{e: is, kind: Inserted, new: rec.New}) || gone
	}
	if is == nil {
		is = was
	}
	return m.add(d, image{e: is, kind: d.kind, old: rec.Old, new: rec.New})
}

// claim returns the entity of an image, nil where there is no image.
func (m *Mux) claim(image item) (*entity, error) {
	if image == nil {
		return nil, nil
	}
	return m.table.claim(loaded(image))
}

// known notes a record of no known entity, if that is an error.
func (m *Mux) known(d *delivery, err error) bool {
	if err != nil && m.opts.RefuseUnknown {
		d.err = err
	}
	return err == nil
}

// kindOf tells what a record says from what the TTL of its item says.
func (t *Table) kindOf(rec *Record) ChangeKind {
	if rec.Kind != Removed || t.ttl == "" {
		return rec.Kind
	}
	if n, ok := rec.Old[t.ttl].(*types.AttributeValueMemberN); ok && !rec.At.IsZero() {
		if c, ok := compareNumbers(n.Value, fmt.Sprint(rec.At.Unix())); ok && c <= 0 {
			return Expired
		}
	}
	return Removed
}

// add decodes the images of a record that belong to one entity.
func (m *Mux) add(d *delivery, img image) (wanted bool) {
	e := img.e
	if e == nil {
		return false // an item of the library's own
	}
	handled := len(m.handlers[e]) > 0 || len(m.any) > 0 || len(m.batch) > 0
	if !handled && !m.viewed(e) {
		return false
	}
	d.entity = e.name
	var before, after error
	if img.kind != Inserted {
		img.was, before = e.decodeImage(img.old, d.record.Keys)
	}
	if img.kind == Inserted || img.kind == Modified {
		img.is, after = e.decodeImage(img.new, d.record.Keys)
	}
	err := errors.Join(before, after)
	if !handled && img.kind == Modified && (before == nil) != (after == nil) {
		err = nil // one image names a target, and views read the table: an item that was mended counts again
	}
	if err != nil && m.opts.SkipUndecodable {
		return false
	}
	if err == nil && handled && !m.opts.PartialImages {
		err = img.complete()
	}
	if err != nil {
		d.err = errors.Join(d.err, err)
		return true
	}
	d.images = append(d.images, img)
	if !handled {
		return true
	}
	c := Change[any]{Kind: img.kind, Sequence: d.record.Sequence, At: d.record.At, record: d.record, entity: e}
	if img.was.IsValid() {
		c.Old = img.was.Interface()
	}
	if img.is.IsValid() {
		c.New = img.is.Interface()
	}
	d.changes = append(d.changes, c)
	return true
}

// viewed reports whether a view looks at items of e.
func (m *Mux) viewed(e *entity) bool {
	for _, v := range m.views {
		if v.view.kind.on(e) {
			return true
		}
	}
	return false
}

// complete reports the images that the record should have.
func (i image) complete() error {
	missing := ""
	switch {
	case i.old == nil && i.kind != Inserted:
		missing = "old"
	case i.new == nil && (i.kind == Inserted || i.kind == Modified):
		missing = "new"
	default:
		return nil
	}
	return modelFault("%s: the record has no %s image: give the stream the view type NEW_AND_OLD_IMAGES, or set PartialImages", i.e.name, missing)
}

// decodeImage decodes an image, or the key where the stream does not carry the image.
func (e *entity) decodeImage(attrs, keys item) (reflect.Value, error) {
	v := e.newItem()
	var err error
	if attrs == nil {
		err = e.decodeKey(loaded(keys), v)
	} else {
		err = e.decode(loaded(attrs), v)
	}
	if err != nil {
		return reflect.Value{}, err
	}
	return v, nil
}

// maintain brings all views up to date.
func (r *run) maintain(ctx context.Context) {
	for _, v := range r.m.views {
		var ds []*delivery
		for _, d := range r.deliveries {
			if d.err == nil {
				ds = append(ds, d)
			}
		}
		err := safely(func() error { v.view.kind.maintain(ctx, v.db, ds); return nil })
		if err == nil {
			continue
		}
		for _, d := range ds {
			d.err = err
		}
	}
}

// handle runs the handlers: in order with one worker, else the items side by side.
func (r *run) handle(ctx context.Context) {
	if r.m.opts.Workers == 1 {
		blocked := map[string]bool{}
		for _, d := range r.deliveries {
			r.one(ctx, d, blocked)
		}
		return
	}
	var order []string
	items := map[string][]*delivery{}
	for _, d := range r.deliveries {
		if items[d.item] == nil {
			order = append(order, d.item)
		}
		items[d.item] = append(items[d.item], d)
	}
	queue := make(chan []*delivery)
	var wg sync.WaitGroup
	for range min(r.m.opts.Workers, len(order)) {
		wg.Go(func() {
			for ds := range queue {
				blocked := map[string]bool{}
				for _, d := range ds {
					r.one(ctx, d, blocked)
				}
			}
		})
	}
	for _, id := range order {
		queue <- items[id]
	}
	close(queue)
	wg.Wait()
}

// one handles one record, unless an earlier one of its item failed.
func (r *run) one(ctx context.Context, d *delivery, blocked map[string]bool) {
	if blocked[d.item] {
		d.state = withheld
		return
	}
	if d.err == nil {
		d.err = ctx.Err()
	}
	for _, c := range d.changes {
		for _, f := range slices.Concat(r.m.handlers[c.entity], r.m.any) {
			if d.err == nil {
				d.err = safely(func() error { return f(ctx, c) })
			}
		}
	}
	r.settle(ctx, d)
	if d.state == failed {
		blocked[d.item] = true
	}
}

// settle decides what becomes of a record that has been handled, and counts its failure.
func (r *run) settle(ctx context.Context, d *delivery) {
	if d.err == nil {
		d.state = handled
		return
	}
	d.state = failed
	d.tried = r.m.count(d, !errors.Is(d.err, ErrThrottled) && ctx.Err() == nil)
	if r.m.opts.Report != nil {
		r.m.opts.Report(ctx, r.fault(d))
	}
	if r.m.opts.DeadLetters == nil || d.tried < r.m.opts.Attempts {
		return
	}
	cause := r.fault(d)
	if err := safely(func() error { return r.m.opts.DeadLetters(ctx, *d.record, cause) }); err != nil {
		d.err = fmt.Errorf("%w; and the dead letters do not take it: %w", d.err, err)
		return
	}
	d.state = lettered
	r.m.forget(d)
}

func (r *run) fault(d *delivery) *RecordError {
	return &RecordError{Record: *d.record, Entity: d.entity, Attempts: d.tried, Err: d.err}
}

// batch runs the handlers of whole batches.
func (r *run) batch(ctx context.Context) {
	if len(r.m.batch) == 0 {
		return
	}
	var ds []*delivery
	worn := false // this is the last attempt of one of them
	for _, d := range r.deliveries {
		if d.state == handled && len(d.changes) > 0 {
			ds = append(ds, d)
			worn = worn || r.m.opts.DeadLetters != nil && r.m.tried(d)+1 >= r.m.opts.Attempts
		}
	}
	if len(ds) == 0 {
		return
	}
	err := r.together(ctx, ds)
	if err == nil {
		return
	}
	blocked := map[string]bool{}
	for _, d := range ds {
		if blocked[d.item] {
			d.state = withheld
			continue
		}
		if d.err = err; worn && len(ds) > 1 {
			d.err = r.together(ctx, []*delivery{d})
		}
		r.settle(ctx, d)
		blocked[d.item] = d.state == failed
	}
}

func (r *run) together(ctx context.Context, ds []*delivery) error {
	var cs []Change[any]
	for _, d := range ds {
		cs = append(cs, d.changes...)
	}
	for _, f := range r.m.batch {
		if err := safely(func() error { return f(ctx, cs) }); err != nil {
			return err
		}
	}
	return nil
}

// result reports what failed, and forgets what did not.
func (r *run) result() (again []string, err error) {
	var errs []error
	for _, d := range r.deliveries {
		switch d.state {
		case failed:
			errs = append(errs, r.fault(d))
			again = append(again, d.record.Sequence)
		case withheld:
			again = append(again, d.record.Sequence)
		case handled:
			r.m.forget(d)
		case pending, lettered:
		}
	}
	return again, errors.Join(errs...)
}

// id tells a record from all others.
func (d *delivery) id() string {
	return d.record.Stream + " " + d.record.Sequence + " " + d.item
}

// count adds one failed delivery, if it counts, and returns how many there were; at least one.
func (m *Mux) count(d *delivery, counts bool) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if counts {
		m.tries[d.id()]++
	}
	return m.tries[d.id()]
}

func (m *Mux) tried(d *delivery) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tries[d.id()]
}

func (m *Mux) forget(d *delivery) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.tries, d.id())
}

// safely turns a panic of f into an error that carries the stack.
func safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if cause, ok := p.(error); ok {
				err = fmt.Errorf("panic: %w\n%s", cause, debug.Stack())
				return
			}
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}
