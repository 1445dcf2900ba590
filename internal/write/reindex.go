package write

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
)

// Reindex rewrites every item of the entity that is not as this program would write it.
func (db *DB) Reindex(ctx context.Context, e *model.Entity, scan read.ScanOptions) (items, rewritten int, err error) {
	var bad []error
	for attrs, err := range db.Consistently().ScanItems(ctx, scan.Of("reindex", e.Name)) {
		if err != nil {
			return items, rewritten, fmt.Errorf("ddb: reindex %s: %w", e.Name, errors.Join(append(bad, err)...))
		}
		if claimed, err := db.Table.Claim(model.Loaded(attrs)); err != nil || claimed != e || model.SchemaOf(model.Loaded(attrs)) > e.Schema {
			continue
		}
		items++
		changed, err := db.refresh(ctx, e, attrs)
		if _, unread := errors.AsType[*unreadError](err); unread {
			bad = append(bad, Op{e: e, Verb: "reindex"}.failedWith(attrs, err))
			continue
		}
		if err != nil {
			return items, rewritten, errors.Join(append(bad, Op{e: e, Verb: "reindex"}.failedWith(attrs, err))...)
		}
		if changed {
			rewritten++
		}
	}
	return items, rewritten, errors.Join(bad...)
}

// unreadError marks what is wrong with an item rather than with a request.
type unreadError struct{ error }

func (e *unreadError) Unwrap() error { return e.error }

// refresh rewrites an item until it is as this program would write it, of a newer schema, or gone.
func (db *DB) refresh(ctx context.Context, e *model.Entity, attrs attr.Item) (changed bool, err error) {
	for attempt := range db.Attempts {
		if err := call.PauseFrom(ctx, attempt); err != nil {
			return false, err
		}
		want, _, err := e.AsWritten("reindex", attrs)
		if err != nil {
			return false, &unreadError{err}
		}
		e.Leave(want)
		if attr.EqualItems(want, attrs) {
			return false, nil
		}
		if err = db.rewrite(ctx, e, attrs, e.Leave); err == nil {
			return true, nil
		}
		if errors.Is(err, fault.ErrNotUnique) {
			return false, &unreadError{err}
		}
		if !errors.Is(err, fault.ErrConflict) && !errors.Is(err, fault.ErrOutcomeUnknown) { // it can be done again
			return false, err
		}
		if attrs, err = db.GetItem(ctx, db.Table.KeyOf(model.Loaded(attrs)), true); err != nil {
			return false, db.Explain(err)
		}
		if len(attrs) == 0 || model.SchemaOf(model.Loaded(attrs)) > e.Schema {
			return false, nil
		}
	}
	return false, fmt.Errorf("item %s: %w", db.Table.KeyText(attrs), fault.ErrConflict)
}

// rewrite writes an item as this program would, if it is still as it was read, and moves the constraints of values that an
// upgrade changes. Otherwise the error matches [fault.ErrConflict]. also makes further changes.
func (db *DB) rewrite(ctx context.Context, e *model.Entity, attrs attr.Item, also func(attr.Item)) error {
	want, it, err := e.AsWritten("rewrite", attrs)
	if err != nil {
		return err
	}
	also(want)
	t := &tries{item: known{state: knownPresent, item: attrs}}
	w := &prepared{op: Op{e: e, Verb: "rewrite", quiet: true, item: it}, e: e, tries: t, now: db.Opts.Now()}
	key := db.Table.KeyOf(model.Loaded(attrs))
	a := w.action(updateAction, roleItem, key)
	if e.Version != nil {
		w.stamp = read.NewWriteStamp()
		want[model.WriteStampAttr] = w.stamp
	}
	if err := w.checkSize(want); err != nil {
		return err
	}
	a.diff(attrs, want)
	a.same(t.item)
	if model.SchemaOf(model.Loaded(attrs)) < e.Schema && len(e.Uniques) > 0 {
		if err := w.claim(e.Uniques, key, key, e.Holder(attrs), it); err != nil {
			return err
		}
	}
	out, err := db.send(ctx, w)
	out.Release()
	return err
}

// EnsureUnique gives every item of the entity the constraints that its definition declares.
func (db *DB) EnsureUnique(ctx context.Context, e *model.Entity, scan read.ScanOptions) error {
	if len(e.Uniques) == 0 {
		return fault.Model("ddb: ensure unique %s: the entity declares no Unique", e.Name)
	}
	var taken []error
	for attrs, err := range db.Consistently().ScanItems(ctx, scan.Of(slices.Concat([]string{"ensure unique", e.Name}, e.Constraints())...)) {
		if err != nil {
			return fmt.Errorf("ddb: ensure unique %s: %w", e.Name, errors.Join(append(taken, err)...))
		}
		if claimed, err := db.Table.Claim(model.Loaded(attrs)); err != nil || claimed != e || db.Dead(model.Loaded(attrs)) {
			continue
		}
		dups, err := db.ensure(ctx, e, attrs)
		taken = append(taken, dups...)
		if err != nil {
			return errors.Join(append(taken, Op{e: e, Verb: "ensure unique"}.failedWith(attrs, err))...)
		}
	}
	return errors.Join(taken...)
}

// ensure claims what an item holds, each value in a transaction of its own, so that one that is taken is no obstacle for
// the others.
func (db *DB) ensure(ctx context.Context, e *model.Entity, attrs attr.Item) (taken []error, err error) {
	key := db.Table.KeyOf(model.Loaded(attrs))
	for _, u := range e.Uniques {
		t := &tries{item: db.seen(attrs)}
		err := db.ensureOne(ctx, e, u, key, t)
		if errors.Is(err, fault.ErrNotUnique) {
			taken = append(taken, err)
		} else if err != nil {
			return taken, err
		}
	}
	return taken, nil
}

// ensureOne claims what an item holds of one constraint, until that is so or the item is gone.
func (db *DB) ensureOne(ctx context.Context, e *model.Entity, u *model.Unique, key attr.Item, t *tries) error {
	for attempt := range db.Attempts {
		if err := call.PauseFrom(ctx, attempt); err != nil {
			return err
		}
		op := Op{e: e, Verb: "ensure unique", quiet: true}
		switch {
		case t.item.state == knownNothing:
			if err := db.find(ctx, op, &needs{key: key, item: true}, t); err != nil {
				return err
			}
		case model.SchemaOf(model.Loaded(t.item.item)) < e.Schema:
			if err := db.rewriteFor(ctx, op, t); err != nil {
				return err
			}
			continue
		}
		if t.item.state != knownPresent || model.SchemaOf(model.Loaded(t.item.item)) > e.Schema {
			return nil
		}
		it := e.NewItem()
		if err := e.Decode(model.Loaded(t.item.item), it); err != nil {
			return err
		}
		w := &prepared{op: op, e: e, tries: t, now: db.Opts.Now()}
		w.action(checkAction, roleItem, key)
		if err := w.claim([]*model.Unique{u}, key, key, reflect.Value{}, it); err != nil || len(w.actions) == 1 {
			return err
		}
		w.main().guard(guardRead, isThere{})
		w.asserted(w.main(), []*model.Unique{u})
		if done, err := db.holds(ctx, w.actions[1]); done || err != nil {
			return err
		}
		err := single(db.transact(ctx, []*prepared{w}))
		if err == nil || errors.Is(err, fault.ErrNotUnique) {
			return err
		}
		r, ok := errors.AsType[*refusal](err)
		if !ok || r.action.role != roleItem {
			return err
		}
		t.item = r.met
	}
	return fmt.Errorf("item %s: %w", db.Table.KeyText(key), fault.ErrConflict)
}

// holds reports whether a constraint is already as an action would put it.
func (db *DB) holds(ctx context.Context, a *action) (bool, error) {
	have, err := db.GetItem(ctx, a.key, true)
	if err != nil {
		return false, db.Explain(err)
	}
	return attr.EqualItems(have, a.attrs), nil
}
