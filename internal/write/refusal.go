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

// refusal is a failed write, with what the next attempt needs.
type refusal struct {
	*fault.WriteError
	action *action
	failed []guard
	met    known // the stored item, as far as the response says
}

// metExpired reports whether the only obstacle was an expired item that is still stored.
func (r *refusal) metExpired() bool { return r.met.left != nil && r.action.resurrects() }

func (r *refusal) Error() string { return r.WriteError.Error() }

func (r *refusal) Unwrap() error { return r.WriteError }

// single returns the error of the only op of a transaction.
func single(err error) error {
	c, ok := err.(*cancelled) //nolint:errorlint // as transact returns it
	if !ok {
		return err
	}
	first := c.refusals[0]
	first.Err = &fault.Beside{Err: first.Err, Other: c.Err}
	return first
}

// ifLost returns err, or an error of unknown outcome if the response of an attempt was lost.
func (t *tries) ifLost(err error) error {
	if !t.lost || errors.Is(err, fault.ErrOutcomeUnknown) {
		return err
	}
	return &fault.LostError{Cause: err}
}

// lostTo returns the error of a write that lost a response and then found another item than the one it wrote. Another write
// may have followed it, so the outcome is unknown.
func (w *prepared) lostTo(db *DB, a *action, failed *types.ConditionalCheckFailedException) error {
	r := w.newRefusal(db, a, db.seen(failed.Item))
	r.Err = &fault.LostError{Cause: &fault.Beside{Err: r.Err, Other: failed}}
	return r.WriteError
}

// writeError returns the error of a write that failed for a cause.
func (w *prepared) writeError(db *DB, cause error) error {
	var key attr.Item
	if len(w.actions) > 0 {
		key = w.main().key
	}
	return &fault.WriteError{Op: w.index, Verb: string(w.op.Verb), Entity: w.e.Name, Key: db.Table.KeyText(key), Err: cause}
}

// refusalWith is [prepared.newRefusal] with the SDK's error in the tree.
func (w *prepared) refusalWith(db *DB, a *action, met known, cause error) *refusal {
	r := w.newRefusal(db, a, met)
	if cause != nil {
		r.Err = &fault.Beside{Err: r.Err, Other: cause}
	}
	return r
}

// newRefusal returns the error of a write whose condition failed for the item that is stored.
func (w *prepared) newRefusal(db *DB, a *action, met known) *refusal {
	r := &refusal{action: a, met: met, failed: a.failedGuards(met.item)}
	r.WriteError = &fault.WriteError{Op: w.index, Verb: string(w.op.Verb), Entity: w.e.Name, Key: db.Table.KeyText(w.main().key)}
	r.Err = fmt.Errorf("%w on the %s", fault.ErrCondition, a.role)
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

// current decodes the stored item for the error; nil if it is no item of e.
func (db *DB) current(e *model.Entity, old attr.Item) any {
	v := e.NewItem()
	if claimed, err := db.Table.Claim(model.Loaded(old)); err != nil || claimed != e || e.Decode(model.Loaded(old), v) != nil {
		return nil
	}
	db.Bind(e, v)
	return v.Interface()
}

// learn takes from a failure what the next attempt needs; again is false if another attempt would fail too. out is the error
// for the caller.
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
	case roleReleased: // another item holds the value: the entity got the constraint after this item was written
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
			if r.met.state == knownAbsent { // some engines do not return the item
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

// blamesLapsed reports whether the guard required no item, and met one that expires when it is rewritten.
func (g guard) blamesLapsed(db *DB, e *model.Entity, met attr.Item) bool {
	_, absent := g.test.(isAbsent)
	return absent && db.Lapsed(e, model.Loaded(met))
}

// deleteExpired deletes an expired item, unless it was written since it was read.
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
