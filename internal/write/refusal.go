package write

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// refusal is the failure of a write, with what the library needs to know about it to try again.
type refusal struct {
	*fault.WriteError
	action *action
	failed []guard
	met    known // the item that is there, as far as the response says
}

// metExpired reports that what is left of an expired item stood in the way, and nothing else.
func (r *refusal) metExpired() bool { return r.met.left != nil && r.action.resurrects() }

func (r *refusal) Error() string { return r.WriteError.Error() }

func (r *refusal) Unwrap() error { return r.WriteError }

// single returns the failure of the only op of a transaction.
func single(err error) error {
	c, ok := err.(*cancelled) //nolint:errorlint // as transact returns it
	if !ok {
		return err
	}
	first := c.refusals[0]
	first.Err = &fault.Beside{Err: first.Err, Other: c.Err}
	return first
}

// ifLost returns err as it is where every attempt had a response, and else as one that does not say what was done.
func (t *tries) ifLost(err error) error {
	if !t.lost || errors.Is(err, fault.ErrOutcomeUnknown) {
		return err
	}
	return &fault.LostError{Cause: err}
}

// lostTo makes the error of a write that lost a response, and then met an item that is not what it wrote. It is not
// known whether the write was done before another one.
func (w *prepared) lostTo(db *DB, a *action, failed *types.ConditionalCheckFailedException) error {
	r := w.newRefusal(db, a, db.seen(failed.Item))
	r.Err = &fault.LostError{Cause: &fault.Beside{Err: r.Err, Other: failed}}
	return r.WriteError
}

// writeError makes the error of a write that failed for a cause.
func (w *prepared) writeError(db *DB, cause error) error {
	var key attr.Item
	if len(w.actions) > 0 {
		key = w.main().key
	}
	return &fault.WriteError{Op: w.index, Verb: string(w.op.Verb), Entity: w.e.Name, Key: db.Table.KeyText(key), Err: cause}
}

// refusalWith makes the error of a write whose condition failed, from the item that stood in the way.
func (w *prepared) refusalWith(db *DB, a *action, met known, cause error) *refusal {
	r := w.newRefusal(db, a, met)
	if cause != nil {
		r.Err = &fault.Beside{Err: r.Err, Other: cause}
	}
	return r
}

func (w *prepared) newRefusal(db *DB, a *action, met known) *refusal {
	r := &refusal{action: a, met: met, failed: a.failedGuards(met.item)}
	r.WriteError = &fault.WriteError{Op: w.index, Verb: string(w.op.Verb), Entity: w.e.Name, Key: db.Table.KeyText(w.main().key)}
	r.Err = fmt.Errorf("%w: of %s", fault.ErrCondition, a.role)
	for _, g := range r.failed {
		if g.op == w.index {
			r.Err = g.test.why(a, met.item)
			break
		}
	}
	switch {
	case a.unique != nil:
		r.Constraint = a.unique.Name
	case met.item != nil && a.role != roleVersion && a.role != roleFirst:
		r.Current = db.current(w.e, met.item)
	}
	return r
}

// current decodes the item that stood in the way, nil if it is none of e's.
func (db *DB) current(e *model.Entity, old attr.Item) any {
	v := e.NewItem()
	if claimed, err := db.Table.Claim(model.Loaded(old)); err != nil || claimed != e || e.Decode(model.Loaded(old), v) != nil {
		return nil
	}
	return v.Interface()
}

// learn takes from a failure what the next try needs; again is false where another one would fail as well. It returns
// the error that the caller gets.
func (db *DB) learn(ctx context.Context, w *prepared, err error) (again bool, out error) {
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		return false, err
	}
	return db.learnFrom(ctx, w, r)
}

func (db *DB) learnFrom(ctx context.Context, w *prepared, r *refusal) (again bool, err error) {
	t := w.tries
	switch r.action.role {
	case roleReleased: // another item's: a value from before there was the constraint; or no longer
		if t.foreign == nil {
			t.foreign = map[string]bool{}
		}
		t.foreign[r.action.unique.Name] = r.action.kind == deleteAction
		return true, r.WriteError
	case roleVersion, roleFirst:
		t.newest = newest{wanted: true}
		t.item, t.wanted = known{}, t.wanted || t.item.state != knownNothing
		return true, r.WriteError
	case roleUnique, roleMark:
		return false, r.WriteError
	}
	if r.metExpired() {
		return true, db.deleteExpired(ctx, w.op, r.action.key, r.met.left, r.WriteError)
	}
	for _, g := range r.failed {
		switch {
		case g.op != w.index:
		case g.kind == guardRead:
			t.newest = newest{wanted: t.newest.wanted || t.newest.found}
			t.item, t.wanted = r.met, true
			if r.met.state == knownAbsent { // or an engine that does not say
				t.item = known{}
			}
			return true, r.WriteError
		case g.blamesLapsed(db, w.e, r.met.item),
			g.kind == guardOlder && r.met.item != nil && model.SchemaOf(model.Loaded(r.met.item)) < w.e.Schema:
			if err := db.rewriteOnce(ctx, w.op, r.met.item); err != nil {
				return false, err
			}
			t.item, t.wanted = known{}, t.wanted || t.item.state != knownNothing
			return true, r.WriteError
		}
	}
	return false, r.WriteError
}

// blamesLapsed reports that the guard asked for no item, and met one that has expired once it is rewritten.
func (g guard) blamesLapsed(db *DB, e *model.Entity, met attr.Item) bool {
	_, absent := g.test.(isAbsent)
	return absent && db.Lapsed(e, model.Loaded(met))
}

// deleteExpired deletes what is left of an expired item, unless it was written since.
func (db *DB) deleteExpired(ctx context.Context, op Op, key, left attr.Item, cause error) error {
	w := &prepared{op: Op{e: op.e, Verb: VerbDelete, quiet: true}, e: op.e, tries: &tries{}, now: db.Opts.Now()}
	a := w.action(deleteAction, roleItem, key)
	a.guard(guardItem, attributeIs{db.Table.TTL, left[db.Table.TTL]})
	if _, _, err := db.call(ctx, w, a); err != nil {
		if _, ok := errors.AsType[*types.ConditionalCheckFailedException](err); !ok {
			return errors.Join(cause, db.Explain(err))
		}
	}
	return cause
}
