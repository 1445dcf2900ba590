package ddb

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// run runs an op: one request, or a transaction where it consists of several actions.
func (db *DB) run(ctx context.Context, op Op) (result, error) {
	k := &knowledge{}
	op.alone = !op.once
	var last error
	for attempt := range db.opts.MaxAttempts {
		if err := again(ctx, attempt, k); err != nil {
			return result{}, op.fail(nil, errors.Join(err, last))
		}
		w, err := db.compile(ctx, 0, op, k)
		if err != nil {
			return w.unchanged(err)
		}
		out, err := db.send(ctx, w)
		if err == nil {
			return out, nil
		}
		var retry bool
		if retry, err = db.learn(ctx, w, err); !retry {
			return result{}, err
		}
		last = err
	}
	return result{}, fmt.Errorf("%w (after %d attempts)", last, db.opts.MaxAttempts)
}

// again prepares another try of a write that was refused: the first one at once, on the item that the refusal brought;
// later ones after a pause, and on an item read anew, since the pause outdates it.
func again(ctx context.Context, attempt int, know ...*knowledge) error {
	if attempt < 2 {
		return nil
	}
	for _, k := range know {
		k.read = false
	}
	return pause(ctx, attempt-1)
}

// unchanged is what a write that failed to compile returns.
func (w *write) unchanged(err error) (result, error) {
	if err == errUnchanged { //nolint:errorlint // never wrapped
		return result{value: w.item}, nil
	}
	if c, ok := err.(*callerError); ok { //nolint:errorlint // the caller's error goes back as it is
		return result{}, c.err
	}
	return result{}, err
}

// send sends one op.
func (db *DB) send(ctx context.Context, w *write) (result, error) {
	if len(w.actions) > 1 || w.op.once || w.main().kind == checkAction {
		if err := db.transact(ctx, []*write{w}); err != nil {
			return result{}, single(err)
		}
		return db.outcome(ctx, w)
	}
	attrs, err := db.sendOne(ctx, w)
	w.sent()
	switch {
	case err != nil:
		return result{}, err
	case w.op.returnOld:
		return result{attrs: present(attrs, db)}, nil
	case w.op.quiet:
		return result{}, nil
	case w.item.IsValid() && w.main().kind == putAction, w.op.verb == verbModify:
		return w.asStored()
	}
	return result{attrs: attrs}, nil
}

// single returns the failure of the only op of a transaction.
func single(err error) error {
	c, ok := err.(*cancelled) //nolint:errorlint // as transact returns it
	if !ok {
		return err
	}
	first := c.refusals[0]
	first.Err = &beside{first.Err, c.err}
	return first
}

// beside is an error with another in its tree, which it does not print.
type beside struct {
	error
	other error
}

func (e *beside) Unwrap() []error { return []error{e.error, e.other} }

// sendOne sends the only action of a write, and returns the attributes that DynamoDB returned.
func (db *DB) sendOne(ctx context.Context, w *write) (item, error) {
	a := w.main()
	var last error
	for attempt := range db.opts.MaxAttempts {
		if attempt > 0 {
			if err := pause(ctx, attempt); err != nil {
				return nil, w.refused(db, errors.Join(err, last))
			}
		}
		attrs, lost, err := db.call(ctx, w, a)
		if err == nil {
			return attrs, nil
		}
		failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
		if !ok {
			if _, conflict := errors.AsType[*types.TransactionConflictException](err); conflict {
				last = fmt.Errorf("%w: a transaction holds the item: %w", ErrConflict, err)
				continue
			}
			return nil, w.refused(db, db.explain(err))
		}
		if lost > 0 && w.ours(failed.Item) {
			if w.op.returnOld {
				return nil, w.refused(db, fmt.Errorf("written, but the answer with the old item was lost: %w", err))
			}
			return failed.Item, nil
		}
		if lost > 0 && w.op.verb == verbModify { // another try could do the change twice
			return nil, w.refused(db, &beside{fmt.Errorf("%w: an answer was lost, and somebody else wrote the item before it was asked for again, so that it is not known whether the change was made: read the item to find out", ErrConflict), err})
		}
		return nil, w.blamed(db, a, failed.Item, err)
	}
	return nil, w.refused(db, last)
}

// ours reports whether the item that a repeated request met is what its first try wrote.
func (w *write) ours(stored item) bool {
	a := w.main()
	switch {
	case a.kind == deleteAction:
		return len(stored) == 0 && w.op.verb == verbDelete
	case len(stored) == 0:
		return false
	case w.stamp != nil:
		have := stored[writeStampAttr]
		return have != nil && equalValues(have, w.stamp)
	}
	attrs := w.attrs
	if w.json != nil {
		var err error
		if attrs, err = w.stored(w.item); err != nil {
			return false
		}
	}
	if attrs == nil {
		return false
	}
	for attr, av := range attrs {
		if stored[attr] == nil || !equalValues(stored[attr], av) {
			return false
		}
	}
	return a.kind == updateAction || len(stored) == len(attrs)
}

// call makes the request of an action.
func (db *DB) call(ctx context.Context, w *write, a *action) (attrs item, lost int, err error) {
	const allOld = types.ReturnValuesOnConditionCheckFailureAllOld
	var cond *string
	var onFailure types.ReturnValuesOnConditionCheckFailure
	if c := a.condition(); c != "" {
		cond, onFailure = &c, allOld
	}
	back := types.ReturnValueNone
	if w.op.returnOld {
		back = types.ReturnValueAllOld
	}
	var consumed *types.ConsumedCapacity
	var m *metered
	switch a.kind {
	case putAction:
		m = meterOf(ctx, "PutItem", false).counted().encoded(db)
		in := &dynamodb.PutItemInput{
			TableName: &db.name, Item: a.attrs, ReturnConsumedCapacity: m.want(),
			ConditionExpression: cond, ReturnValuesOnConditionCheckFailure: onFailure, ReturnValues: back,
			ExpressionAttributeNames: a.x.Names(), ExpressionAttributeValues: a.x.Values(),
		}
		if m.answer.Item = w.json; w.json != nil {
			in.Item = a.key
		}
		var out *dynamodb.PutItemOutput
		if out, err = db.client.PutItem(ctx, in, m.opts()...); err == nil {
			attrs, consumed = out.Attributes, out.ConsumedCapacity
		}
	case deleteAction:
		m = meterOf(ctx, "DeleteItem", false).counted()
		in := &dynamodb.DeleteItemInput{
			TableName: &db.name, Key: a.key, ReturnConsumedCapacity: m.want(),
			ConditionExpression: cond, ReturnValuesOnConditionCheckFailure: onFailure, ReturnValues: back,
			ExpressionAttributeNames: a.x.Names(), ExpressionAttributeValues: a.x.Values(),
		}
		var out *dynamodb.DeleteItemOutput
		if out, err = db.client.DeleteItem(ctx, in, m.opts()...); err == nil {
			attrs, consumed = out.Attributes, out.ConsumedCapacity
		}
	default:
		if back == types.ReturnValueNone && !w.op.quiet && w.op.verb != verbModify {
			back = types.ReturnValueAllNew
		}
		m = meterOf(ctx, "UpdateItem", false).counted()
		in := &dynamodb.UpdateItemInput{
			TableName: &db.name, Key: a.key, ReturnConsumedCapacity: m.want(),
			ConditionExpression: cond, ReturnValuesOnConditionCheckFailure: onFailure, ReturnValues: back,
			ExpressionAttributeNames: a.x.Names(), ExpressionAttributeValues: a.x.Values(),
		}
		if u := a.update.String(); u != "" {
			in.UpdateExpression = &u
		}
		var out *dynamodb.UpdateItemOutput
		if out, err = db.client.UpdateItem(ctx, in, m.opts()...); err == nil {
			attrs, consumed = out.Attributes, out.ConsumedCapacity
		}
	}
	if consumed != nil {
		m.done(*consumed)
	} else {
		m.done()
	}
	return attrs, m.lost, err
}

// refusal is the failure of a write, with what the library needs to know about it to try again.
type refusal struct {
	*WriteError
	action *action
	failed []guard
	raw    item // the item that is there
}

func (r *refusal) Error() string { return r.WriteError.Error() }

func (r *refusal) Unwrap() error { return r.WriteError }

// refused makes the error of a write that failed for a cause.
func (w *write) refused(db *DB, cause error) error {
	var key item
	if len(w.actions) > 0 {
		key = w.main().key
	}
	return &WriteError{Op: w.index, Verb: string(w.op.verb), Entity: w.e.name, Key: db.table.keyText(key), Err: cause}
}

// blamed makes the error of a write whose condition failed, from the item that stood in the way.
func (w *write) blamed(db *DB, a *action, raw item, cause error) error {
	old := present(raw, db)
	out := &refusal{action: a, raw: raw, failed: a.blame(old)}
	out.WriteError = &WriteError{Op: w.index, Verb: string(w.op.verb), Entity: w.e.name, Key: db.table.keyText(w.main().key)}
	why := fmt.Errorf("%w: of %s", ErrCondition, a.role)
	for _, g := range out.failed {
		if g.op == w.index {
			if g.why != nil {
				why = g.why(old)
			}
			break
		}
	}
	if out.Err = why; cause != nil {
		out.Err = &beside{why, cause}
	}
	switch {
	case a.unique != nil:
		out.Constraint = a.unique.name
	case old != nil && a.role != roleVersion:
		out.Current = db.current(w.e, old)
	}
	return out
}

// current decodes the item that stood in the way, nil if it is none of e's.
func (db *DB) current(e *entity, old item) any {
	v := e.newItem()
	if claimed, err := db.table.claim(old); err != nil || claimed != e || e.decode(old, v) != nil {
		return nil
	}
	return v.Interface()
}

// learn takes from a failure what the next try needs; again is false where another one would fail as well. It returns
// the error that the caller gets.
func (db *DB) learn(ctx context.Context, w *write, err error) (again bool, out error) {
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		return false, err
	}
	return db.relearn(ctx, w, r)
}

func (db *DB) relearn(ctx context.Context, w *write, r *refusal) (again bool, err error) {
	k := w.know
	switch r.action.role {
	case roleRelease: // another item's: a value from before there was the constraint
		if k.foreign == nil {
			k.foreign = map[string]bool{}
		}
		k.foreign[r.action.unique.name] = true
		return true, r.WriteError
	case roleVersion:
		n, err := db.newestVersion(ctx, w.e, r.action.key)
		if err != nil {
			return false, err
		}
		k.number = n + 1
		k.read = false
		return true, r.WriteError
	case roleClaim, roleMark:
		return false, r.WriteError
	}
	if len(r.raw) > 0 && db.dead(r.raw) && r.action.resurrects() {
		return true, db.bury(ctx, w.op, r.action.key, r.raw, r.WriteError)
	}
	for _, g := range r.failed {
		switch {
		case g.op != w.index:
		case g.kind == guardRead:
			k.learn(db, r.raw)
			k.reread, k.number = true, 0
			return true, r.WriteError
		case g.kind == guardOlder && schemaOf(r.raw) < w.e.schema:
			if err := db.rewrite(ctx, w.e, r.raw); err != nil && !errors.Is(err, ErrConflict) {
				return false, err
			}
			return true, r.WriteError
		case g.kind == guardStamp:
			return false, r.WriteError
		}
	}
	if w.op.verb == verbModify {
		k.learn(db, r.raw)
		return true, r.WriteError
	}
	return false, r.WriteError
}

// resurrects reports a write that would mix with what is left of an expired item.
func (a *action) resurrects() bool {
	for _, g := range a.guards {
		if g.kind == guardAlive {
			return true
		}
	}
	return false
}

// bury deletes what is left of an expired item, unless somebody wrote it meanwhile.
func (db *DB) bury(ctx context.Context, op Op, key, raw item, cause error) error {
	a := &action{kind: deleteAction, e: op.e, key: key}
	a.attribute(db.table.ttl, raw[db.table.ttl])
	w := &write{op: Op{e: op.e, verb: verbDelete, quiet: true}, e: op.e, actions: []*action{a}}
	if _, _, err := db.call(ctx, w, a); err != nil {
		if _, ok := errors.AsType[*types.ConditionalCheckFailedException](err); !ok {
			return errors.Join(cause, err)
		}
	}
	return cause
}
