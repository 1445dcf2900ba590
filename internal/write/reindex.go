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
func (db *DB) Reindex(ctx context.Context, e *model.Entity, opts read.JobOptions) (items, rewritten int, err error) {
	ctx, job, err := db.Consistently().NewJob(ctx, opts, "reindex", e.Name)
	if err != nil {
		return 0, 0, fmt.Errorf("ddb: reindex %s: %w", e.Name, err)
	}
	s := &sweep{db: db, e: e, verb: "reindex", job: job}
	err = s.run(ctx, func(item attr.Stored) bool { return model.SchemaOf(item) <= e.Schema }, func(ctx context.Context, attrs attr.Item) (swept, error) {
		changed, err := db.refresh(ctx, e, attrs)
		if _, unread := errors.AsType[*unreadError](err); unread {
			return swept{bad: []error{Op{e: e, Verb: s.verb}.failedWith(attrs, err)}}, nil
		}
		if changed {
			return swept{changed: 1}, err
		}
		return swept{}, err
	})
	return job.Sources, job.Changed, err
}

// sweep is a job that looks at every item of an entity.
type sweep struct {
	db   *DB
	e    *model.Entity
	verb Verb
	job  *read.Job
	bad  []error // of items that are left as they are
}

// swept is what became of an item.
type swept struct {
	changed int
	bad     []error
}

// sweepBatch is how many items a worker gets at once.
const sweepBatch = 4

// run gives do the items of the entity that are wanted, as many at once as the context says. An error of do ends it.
func (s *sweep) run(ctx context.Context, wanted func(attr.Stored) bool, do func(context.Context, attr.Item) (swept, error)) error {
	var ended error
	pick := func(item attr.Stored) (attr.Item, bool, error) {
		claimed, err := s.db.Table.Claim(item)
		if err != nil && s.db.Table.TypedAs(s.e, item) {
			s.bad = append(s.bad, s.db.Table.ItemError(string(s.verb), s.e, item, err))
		}
		if err != nil || claimed != s.e || !wanted(item) {
			return nil, false, nil
		}
		return item.Attributes(), true, nil
	}
	err := s.job.Run(ctx, read.InBatches(s.job, sweepBatch*call.WidthOf(ctx), pick, func(ctx context.Context, items []attr.Item) error {
		out := make([]swept, len(items))
		err := call.Parallel(ctx, len(items), func(i int) (err error) {
			if out[i], err = do(ctx, items[i]); err != nil {
				return Op{e: s.e, Verb: s.verb}.failedWith(items[i], err)
			}
			return nil
		})
		for _, o := range out {
			s.job.Changed += o.changed
			s.bad = append(s.bad, o.bad...)
		}
		ended = err
		return err
	}))
	if err != nil && ended == nil {
		return fmt.Errorf("ddb: %s %s: %w", s.verb, s.e.Name, errors.Join(append(s.bad, err)...))
	}
	return errors.Join(append(s.bad, err)...)
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
func (db *DB) EnsureUnique(ctx context.Context, e *model.Entity, opts read.JobOptions) error {
	ctx, job, err := db.Consistently().NewJob(ctx, opts, slices.Concat([]string{"ensure unique", e.Name}, e.Constraints())...)
	if err == nil && len(e.Uniques) == 0 {
		err = fault.Model("the entity declares no Unique")
	}
	if err != nil {
		return fmt.Errorf("ddb: ensure unique %s: %w", e.Name, err)
	}
	s := &sweep{db: db, e: e, verb: "ensure unique", job: job}
	return s.run(ctx, func(item attr.Stored) bool { return !db.Dead(item) }, func(ctx context.Context, attrs attr.Item) (swept, error) {
		return db.ensure(ctx, e, attrs)
	})
}

// ensure claims what an item holds, each value in a transaction of its own, so that one that is taken is no obstacle for
// the others.
func (db *DB) ensure(ctx context.Context, e *model.Entity, attrs attr.Item) (out swept, err error) {
	key := db.Table.KeyOf(model.Loaded(attrs))
	for _, u := range e.Uniques {
		t := &tries{item: db.seen(attrs)}
		changed, err := db.ensureOne(ctx, e, u, key, t)
		out.changed += changed
		if errors.Is(err, fault.ErrNotUnique) {
			out.bad = append(out.bad, err)
		} else if err != nil {
			return out, err
		}
	}
	return out, nil
}

// ensureOne claims what an item holds of one constraint, until that is so or the item is gone. It returns the number of
// items that it wrote.
func (db *DB) ensureOne(ctx context.Context, e *model.Entity, u *model.Unique, key attr.Item, t *tries) (changed int, err error) {
	for attempt := range db.Attempts {
		if err := call.PauseFrom(ctx, attempt); err != nil {
			return changed, err
		}
		op := Op{e: e, Verb: "ensure unique", quiet: true}
		switch {
		case t.item.state == knownNothing:
			if err := db.find(ctx, op, &needs{key: key, item: true}, t); err != nil {
				return changed, err
			}
		case model.SchemaOf(model.Loaded(t.item.item)) < e.Schema:
			if err := db.rewriteFor(ctx, op, t); err != nil {
				return changed, err
			}
			changed++
			continue
		}
		if t.item.state != knownPresent || model.SchemaOf(model.Loaded(t.item.item)) > e.Schema {
			return changed, nil
		}
		it := e.NewItem()
		if err := e.Decode(model.Loaded(t.item.item), it); err != nil {
			return changed, err
		}
		w := &prepared{op: op, e: e, tries: t, now: db.Opts.Now()}
		w.action(checkAction, roleItem, key)
		if err := w.claim([]*model.Unique{u}, key, key, reflect.Value{}, it); err != nil || len(w.actions) == 1 {
			return changed, err
		}
		w.main().guard(guardRead, isThere{})
		w.asserted(w.main(), []*model.Unique{u})
		if done, err := db.holds(ctx, w.actions[1]); done || err != nil {
			return changed, err
		}
		err := single(db.transact(ctx, []*prepared{w}))
		if err == nil {
			return changed + 1, nil
		}
		if errors.Is(err, fault.ErrNotUnique) {
			return changed, err
		}
		r, ok := errors.AsType[*refusal](err)
		if !ok || r.action.role != roleItem {
			return changed, err
		}
		t.item = r.met
	}
	return changed, fmt.Errorf("item %s: %w", db.Table.KeyText(key), fault.ErrConflict)
}

// holds reports whether a constraint is already as an action would put it.
func (db *DB) holds(ctx context.Context, a *action) (bool, error) {
	have, err := db.GetItem(ctx, a.key, true)
	if err != nil {
		return false, db.Explain(err)
	}
	return attr.EqualItems(have, a.attrs), nil
}
