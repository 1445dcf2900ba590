package ddb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/internal/apierror"
)

// FanOut declares that each S is copied into many T: targets says which, and apply changes one of them and reports whether it
// did. A changed key moves the item, in one transaction. It panics on a fault, as [MustDefine] does.
//
// Targets must be a query of the table itself or of a local index: it is read strongly consistently, since a global
// index may not know the target yet, and then nothing would happen, silently. A Limit of it is the number of targets; a
// Select is refused, since each is written back whole. Where the targets are in partitions of their own, see [FanOutVia].
//
// The record only says which source changed. Apply gets the source as the table has it now, as New, with the Old of the
// record; a source that is gone only as a removal. Every write asserts that the target is as it was read, and what apply
// was called for is looked at again after it: so a record that comes again, late or beside others, never takes a
// target back, as long as apply does not. That is the contract of apply: it depends on its arguments alone, reports false
// where the target says what it should already, and compares where newer must win:
//
//	func(c ddb.Change[Message], g *Group) bool {
//		if c.Kind != ddb.Inserted || !c.New.CreatedAt.After(g.LastAt) {
//			return false
//		}
//		g.LastAt, g.Last = c.New.CreatedAt, c.New.Text
//		return true
//	}
//
// Each target is written by itself: two or two hundred. A target's version is raised. Per record it costs two reads of
// the source and of the targets, and a write of each target, four units a KB where it moves. An entity with unique
// constraints or history is no target.
//
// A record for which a function panics, or a target cannot be written, fails; targets that were written stay so, and the rest
// follow when it is delivered again. Where the environment fails, the batch stops: see [Mux].
func FanOut[S, T any](name string, from *Entity[S], into *Entity[T], targets func(S) Query[T], apply func(Change[S], *T) bool) *View {
	f := &fanOut{view: &View{name: name, table: from.e.table}, source: from.e, target: into.e}
	if targets != nil && apply != nil {
		f.targets = func(s reflect.Value) query { return targets(s.Interface().(S)).q }
		f.apply = func(c Change[any], _, t reflect.Value) bool {
			return apply(retype[S](c), t.Addr().Interface().(*T))
		}
	}
	return f.declare()
}

// FanOutVia is FanOut for targets that no strongly consistent query finds, because they are in partitions of their own:
// an item of M for each knows where it stands. Members says which those are, place returns a T with the key that a
// member points to, and apply changes both, so that the member points to the target's new key. Both are written in one
// transaction. A target that is not where its member says, and does not turn up, is left alone.
func FanOutVia[S, M, T any](name string, from *Entity[S], via *Entity[M], into *Entity[T], members func(S) Query[M], place func(M) T, apply func(Change[S], *M, *T) bool) *View {
	f := &fanOut{view: &View{name: name, table: from.e.table}, source: from.e, via: via.e, target: into.e}
	if members != nil && place != nil && apply != nil {
		f.targets = func(s reflect.Value) query { return members(s.Interface().(S)).q }
		f.place = func(m reflect.Value) reflect.Value {
			t := place(m.Interface().(M))
			return reflect.ValueOf(&t).Elem()
		}
		f.apply = func(c Change[any], m, t reflect.Value) bool {
			return apply(retype[S](c), m.Addr().Interface().(*M), t.Addr().Interface().(*T))
		}
	}
	return f.declare()
}

// fanOut is the kind of view that [FanOut] declares. Immutable.
type fanOut struct {
	view                *View
	source, via, target *entity // via is nil where the query finds the targets themselves
	targets             func(source reflect.Value) query
	place               func(member reflect.Value) reflect.Value
	apply               func(c Change[any], member, target reflect.Value) bool
}

// declare checks the view and makes it part of its table.
func (f *fanOut) declare() *View {
	v := f.view
	v.kind = f
	v.table.mutable("fan-out " + v.name)
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("ddb: fan-out %s: %w", v.name, fmt.Errorf(format, args...)))
	}
	faults = append(faults, v.nameFaults()...)
	if f.targets == nil {
		fault("a function is nil")
	}
	for _, e := range []*entity{f.via, f.target} {
		switch {
		case e == nil:
		case e.table != v.table:
			fault("%s and %s are of two tables", f.source.name, e.name)
		case e == f.source:
			fault("%s would be copied into itself", e.name)
		case len(e.uniques) > 0 || e.history != nil:
			fault("%s has unique constraints or history, which a copy does not keep", e.name)
		}
	}
	if f.via == f.target {
		fault("the members are the targets: use FanOut")
	}
	if len(faults) > 0 {
		panic(&modelError{errors.Join(faults...)})
	}
	v.table.views = append(v.table.views, v)
	what := "copy\tof " + f.source.name
	if f.via != nil {
		what += " via " + f.via.name
	}
	f.target.notes = append(f.target.notes, what+"\tby "+v.name)
	return v
}

func (f *fanOut) on(e *entity) bool { return e == f.source }

// maintain carries each change into its targets, one record after the other.
func (f *fanOut) maintain(ctx context.Context, db *DB, t *turn) {
	for _, d := range t.r.deliveries {
		if t.may(ctx, d) {
			t.settle(ctx, d, safely(func() error { return f.record(ctx, db, d) }))
		}
	}
}

// record carries the changes of one record.
func (f *fanOut) record(ctx context.Context, db *DB, d *delivery) error {
	for _, img := range d.images {
		if img.e != f.source {
			continue
		}
		if err := img.complete(); err != nil {
			return err
		}
		c := img.change(d.record)
		c.New = nil // carry reads it
		if _, err := f.carry(ctx, db, d.record.Keys, c, nil); err != nil {
			return err
		}
	}
	return nil
}

// carry applies a change of the source with the given key until a look finds nothing to change, and returns the number of
// targets that it wrote. With report it writes nothing and reports each.
func (f *fanOut) carry(ctx context.Context, db *DB, key item, c Change[any], report func(Drift) error) (changed int, err error) {
	for failures, looked := 0, 0; ; {
		if looked++; looked > 10*db.opts.MaxAttempts {
			return changed, fmt.Errorf("%w: a target was to be changed again in each of %d looks: apply must report false where there is nothing to change", ErrConflict, looked-1)
		}
		attrs, err := db.Consistent().getItem(ctx, key)
		if err != nil {
			return changed, db.explain(err)
		}
		there := attrs != nil && db.table.claims(f.source, loaded(attrs))
		gone := c.Kind == Removed || c.Kind == Expired
		if there == gone {
			return changed, nil // another record says so, and comes later
		}
		if there {
			now := f.source.newItem()
			if err := f.source.decode(loaded(attrs), now); err != nil {
				return changed, err
			}
			c.New = now.Interface()
		}
		n, again, err := f.pass(ctx, db, c, report)
		changed += n
		switch {
		case err != nil:
			return changed, err
		case again:
			if failures++; failures > 2*db.opts.MaxAttempts {
				return changed, &outside{fmt.Errorf("%w: a target was written by others in %d attempts", ErrConflict, failures)}
			}
			if err := wait(ctx, min(failures, 6)); err != nil {
				return changed, err
			}
		case n == 0 || report != nil || hooksOf(ctx).noSecondLook:
			return changed, nil
		}
	}
}

// pass looks at each target once. Again says that others were there first at one.
func (f *fanOut) pass(ctx context.Context, db *DB, c Change[any], report func(Drift) error) (changed int, again bool, err error) {
	rows, err := f.find(ctx, db, c)
	if err != nil {
		return 0, false, err
	}
	for _, found := range rows {
		t, again1, err := f.open(ctx, db, found)
		again = again || again1
		if err != nil || t == nil {
			if err != nil {
				return changed, again, err
			}
			continue
		}
		ok := false
		if err := safely(func() error { ok = f.apply(c, t.member.is, t.target.is); return nil }); err != nil {
			return changed, again, err
		}
		if !ok {
			continue
		}
		writes, err := t.writes(db)
		switch {
		case err != nil:
			return changed, again, err
		case len(writes) == 0: // it changed nothing, whatever it says
			continue
		case report != nil:
			changed++
			if err := report(Drift{Item: db.table.keyText(t.target.attrs), Field: "copy", Have: "older", Want: "as its source"}); err != nil {
				return changed, again, err
			}
			continue
		}
		if err := db.transactWrite(ctx, writes); err != nil {
			if !apierror.Moved(err) {
				return changed, again, fmt.Errorf("target %s: %w", db.table.keyText(t.target.attrs), db.explain(err))
			}
			again = true
			continue
		}
		changed++
	}
	return changed, again, nil
}

// find reads what the query of the source finds, as it is and as it was, each item once.
func (f *fanOut) find(ctx context.Context, db *DB, c Change[any]) (rows []item, err error) {
	seen := map[string]bool{}
	for _, s := range []any{c.Old, c.New} {
		if s == nil {
			continue
		}
		var q query
		v := f.source.newItem()
		v.Set(reflect.ValueOf(s))
		if err := safely(func() error { q = f.targets(v); return nil }); err != nil {
			return nil, err
		}
		if q.ix != nil && q.ix.kind == globalIndex {
			return nil, modelFault("the targets are queried in %s, a global index, which may not know them yet: query the table or a local index, or use FanOutVia", q.ix.name)
		}
		q.consistent, q.whole = true, true
		p, err := q.plan(db)
		if err != nil {
			return nil, err
		}
		var bad error
		err = db.each(ctx, p, func(it row) (counts, more bool) {
			if it.item.none() {
				return false, true
			}
			v, _, _, err := p.take("fan-out "+f.view.name, it.item, func(e *entity) reflect.Value { return e.newItem() })
			if v != wanted { // an item of another entity, which is not written
				bad = err
				return false, err == nil
			}
			attrs := it.item.attributes()
			if id := db.table.keyText(attrs); !seen[id] {
				seen[id] = true
				rows = append(rows, attrs)
			}
			return true, true
		})
		if err = cmp.Or(err, bad); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// nameFaults returns what is wrong with a view's name.
func (v *View) nameFaults() (faults []error) {
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("ddb: view %q: %w", v.name, fmt.Errorf(format, args...)))
	}
	if v.name == "" || strings.ContainsAny(v.name, "#~") || len(v.name) > 100 {
		fault("a name has 1 to 100 bytes and neither # nor ~")
	}
	if slices.ContainsFunc(v.table.views, func(o *View) bool { return o.name == v.name }) {
		fault("the table has a view of that name")
	}
	return faults
}
