package write

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
)

// Existing says what a Restore does with an item that is there.
type Existing uint8

// What it does.
const (
	ExistingKept     Existing = iota
	ExistingOlder             // replaced if it has a lower version
	ExistingReplaced          // replaced, as its next version
)

// Restoration is what became of an item of a Restore.
type Restoration uint8

// What became of it.
const (
	RestoredItem    Restoration = iota + 1
	RestoredSame                // it is there as it is
	RestoredKept                // another state is there, and stays
	RestoredExpired             // its TTL has passed
)

// verbRestore is the verb of errors.
const verbRestore Verb = "restore"

// Restore writes an item of e as an earlier state of the table had it, with its unique values and its version, in one request.
func (db *DB) Restore(ctx context.Context, e *model.Entity, attrs attr.Item, existing Existing) (Restoration, error) {
	op := Op{e: e, Verb: verbRestore, quiet: true}
	stored := model.Loaded(attrs)
	if have := model.SchemaOf(stored); have > e.Schema {
		return 0, op.failedWith(attrs, fmt.Errorf("%w: it has schema %d, and this program schema %d: use a newer program", fault.ErrConflict, have, e.Schema))
	}
	want, it, err := e.AsWritten(string(verbRestore), attrs)
	if err != nil {
		return 0, op.failedWith(attrs, err)
	}
	e.Leave(want)
	delete(want, model.HoldAttr)
	if db.Dead(model.Loaded(want)) {
		return RestoredExpired, nil
	}
	r := &restoring{db: db, op: op, e: e, want: want, it: it, key: db.Table.KeyOf(stored), existing: existing}
	if len(e.Blobs) > 0 {
		r.objects = newObjects(ctx)
	}
	out, err := r.run(ctx)
	if err != nil {
		return 0, op.failedWith(attrs, err)
	}
	return out, nil
}

// restoring is a Restore of one item under way.
type restoring struct {
	db       *DB
	op       Op
	e        *model.Entity
	want     attr.Item
	it       reflect.Value
	key      attr.Item
	existing Existing

	have    known // the item that is there
	objects *objects
}

// run tries until the item is written, or another one is to stay. First it takes the item to be absent: its write says what is there.
func (r *restoring) run(ctx context.Context) (Restoration, error) {
	var last error
	r.have = known{state: knownAbsent}
	if len(r.e.Blobs) > 0 { // then a write would store objects first
		r.have = known{}
	}
	for attempt := range r.db.Attempts {
		if attempt > 1 {
			if err := call.Pause(ctx, attempt-1); err != nil {
				return 0, errors.Join(err, last)
			}
		}
		if r.have.state == knownNothing {
			now, err := r.db.GetItem(ctx, r.key, true)
			if err != nil {
				return 0, r.db.Explain(err)
			}
			r.have = r.db.seen(now)
		}
		if r.have.state == knownPresent {
			if out := r.stays(); out != 0 {
				return out, nil
			}
		}
		w, err := r.prepare(ctx)
		if err == nil {
			err = r.db.storeObjects(ctx, w)
		}
		if err != nil {
			return 0, err
		}
		inTime, sent := r.db.inTime(ctx, w)
		out, err := r.db.send(inTime, w)
		out.Release()
		err = sent(err)
		if err == nil {
			return RestoredItem, nil
		}
		last = err
		r.have = known{}
		refused, ok := errors.AsType[*refusal](err)
		switch {
		case errors.Is(err, fault.ErrOutcomeUnknown):
		case ok && refused.action.role == roleItem:
			r.have = refused.met
		case !ok || refused.action.role == roleUnique || refused.action.role == roleNone:
			return 0, err
		}
	}
	return 0, last
}

// stays reports whether the item that is there stays, and why.
func (r *restoring) stays() Restoration {
	have := r.have.item
	if r.e.SameItem(have, r.asThere(r.want)) {
		return RestoredSame
	}
	if r.existing == ExistingKept || model.SchemaOf(model.Loaded(have)) > r.e.Schema || !r.db.Table.Claims(r.e, model.Loaded(have)) {
		return RestoredKept
	}
	if r.existing == ExistingReplaced {
		return 0
	}
	if r.e.Version == nil {
		return RestoredKept
	}
	if state, _ := r.e.StateOf(model.Loaded(have)); state.Version >= r.e.Version.Get(r.it).Int() {
		return RestoredKept
	}
	return 0
}

// keepDerived returns attributes with the derived fields of the item that is there: its view has the newer ones.
func (r *restoring) keepDerived(attrs attr.Item) attr.Item {
	if r.have.state != knownPresent || len(r.e.Derived) == 0 {
		return attrs
	}
	out := maps.Clone(attrs)
	keep := func(name string) {
		if delete(out, name); r.have.item[name] != nil {
			out[name] = r.have.item[name]
		}
	}
	for _, d := range r.e.Derived {
		keep(d.F.Attr())
	}
	keep(model.StampAttr)
	keep(model.HoldAttr)
	return out
}

// prepare compiles the write.
func (r *restoring) prepare(ctx context.Context) (*prepared, error) {
	w := &prepared{op: r.op, e: r.e, tries: &tries{item: r.have}, now: r.db.Opts.Now().UTC(), item: r.e.CopyOf(r.it)}
	w.attrs = maps.Clone(r.asThere(r.want))
	w.stamp = w.attrs[model.WriteStampAttr]
	number, fresh, err := r.number(ctx, w)
	if err != nil {
		return nil, err
	}
	if r.e.Version != nil && number != r.e.Version.Get(w.item).Int() {
		if err := r.renumber(w, number); err != nil {
			return nil, err
		}
	}
	if len(r.e.Blobs) > 0 {
		if err := r.place(w); err != nil {
			return nil, err
		}
	}
	a := w.action(putAction, roleItem, r.key)
	a.attrs = w.attrs
	if r.have.state == knownPresent {
		a.sameAs(guardItem, r.have)
	} else {
		a.guard(guardItem, isAbsent{absentToCreate})
	}
	before := reflect.Value{}
	if r.have.state == knownPresent {
		before = r.e.Holder(r.have.item)
	}
	if err := w.claim(r.e.Uniques, r.key, r.key, before, w.item); err != nil {
		return nil, err
	}
	if fresh {
		if err := w.addVersion(w.attrs, number); err != nil {
			return nil, err
		}
	}
	return w, w.checkSize(w.attrs)
}

// number returns the version that the item gets, and whether its history lacks that: its own, if nothing newer was there.
func (r *restoring) number(ctx context.Context, w *prepared) (number int64, fresh bool, err error) {
	if r.e.Version == nil {
		return 0, false, nil
	}
	number = r.e.Version.Get(r.it).Int()
	have := int64(0)
	if r.have.state == knownPresent {
		state, _ := r.e.StateOf(model.Loaded(r.have.item))
		have = state.Version
	}
	if r.e.History == nil {
		if have >= number {
			number = have + 1
		}
		return number, false, nil
	}
	first := attr.Item{}
	if err := r.e.HistoryKey(string(verbRestore), r.it, 1, first); err != nil {
		return 0, false, err
	}
	was, err := r.db.GetItem(ctx, first, true) // before the query, as in [DB.find]
	if err != nil {
		return 0, false, r.db.Explain(err)
	}
	last, err := r.db.NewestVersion(ctx, r.e, first)
	if err != nil {
		return 0, false, err
	}
	switch {
	case have >= number || last > number:
		number = max(have, last) + 1
	case last == number:
		if there, err := r.holds(ctx, number); err != nil || there {
			return number, false, err // a line of the history came before
		}
		number++
	}
	if number != 1 && last > 0 {
		w.tries.newest = newest{found: true, number: last, key: first, first: was}
	}
	return number, true, nil
}

// holds reports whether the history in the table has the item as the version of a number: it may have another life there, in
// which that was a deletion, or another state.
func (r *restoring) holds(ctx context.Context, number int64) (bool, error) {
	mine, err := versionItem(r.e, r.op, r.it, r.want, number)
	if err != nil {
		return false, err
	}
	there, err := r.db.GetItem(ctx, r.db.Table.KeyOf(model.Loaded(mine)), true)
	switch {
	case err != nil:
		return false, r.db.Explain(err)
	case len(there) == 0 || read.Stub(r.e, there):
		return false, nil
	case len(r.e.Blobs) > 0: // each has objects of its own
		return true, nil
	}
	a, b := r.e.NewItem(), r.e.NewItem()
	if read.DecodeVersion(r.e, mine, a) != nil || read.DecodeVersion(r.e, there, b) != nil {
		return false, nil
	}
	return reflect.DeepEqual(a.Interface(), b.Interface()), nil
}

// renumber makes the write a new version, made now.
func (r *restoring) renumber(w *prepared, number int64) error {
	w.stamp = read.NewWriteStamp()
	w.attrs[model.WriteStampAttr] = w.stamp
	r.e.Version.Addr(w.item).SetInt(number)
	if f := r.e.Updated; f != nil {
		f.Addr(w.item).Set(reflect.ValueOf(w.now.Truncate(Precision(f))))
	}
	for _, f := range r.e.Mapped {
		if f == r.e.Version || f == r.e.Updated {
			if err := w.replace(w.attrs, f.Attr(), w.item); err != nil {
				return err
			}
		}
	}
	return r.e.Rekey(string(verbRestore), w.item, w.attrs)
}

// RestoreVersion writes an item of a history, unless there is one of its number.
func (db *DB) RestoreVersion(ctx context.Context, e *model.Entity, attrs attr.Item) (Restoration, error) {
	if err := read.CheckVersion(e, attrs); err != nil {
		return 0, Op{e: e, Verb: verbRestore}.failedWith(attrs, err)
	}
	w := &prepared{op: Op{e: e, Verb: verbRestore, quiet: true}, e: e, tries: &tries{}, now: db.Opts.Now().UTC(), attrs: attrs}
	a := w.action(putAction, roleVersion, db.Table.KeyOf(model.Loaded(attrs)))
	if len(e.Blobs) > 0 && !read.Stub(e, attrs) {
		there, err := db.versionIsThere(ctx, e, attrs)
		if err == nil && there == 0 {
			err = db.placeVersion(ctx, w)
		}
		if err == nil && there == 0 {
			err = db.storeObjects(ctx, w)
		}
		if err != nil || there != 0 {
			return there, err
		}
	}
	a.attrs = w.attrs
	a.guard(guardItem, isAbsent{absentNoVersion})
	inTime, sent := db.inTime(ctx, w)
	out, err := db.sendOne(inTime, w)
	out.Release()
	err = sent(err)
	if refused, ok := errors.AsType[*refusal](err); ok {
		if refused.met.state == knownPresent && attr.EqualItems(refused.met.item, attrs) {
			return RestoredSame, nil
		}
		return RestoredKept, nil
	}
	if err != nil {
		return 0, w.op.failedWith(attrs, err)
	}
	return RestoredItem, nil
}
