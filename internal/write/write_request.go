package write

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// Run runs an op: as one request, or as a transaction if it has several actions.
func (db *DB) Run(ctx context.Context, op Op) (result, error) {
	t := &tries{}
	if op.seen != nil {
		t.item = db.seen(op.seen)
	}
	var last error
	for attempt := range db.Attempts {
		if err := t.again(ctx, attempt); err != nil {
			return result{}, op.Fail(nil, t.ifLost(errors.Join(err, last)))
		}
		w, err := db.plan(ctx, 0, op, t)
		if err != nil {
			return w.unchanged(t, err)
		}
		inTime, sent := db.inTime(ctx, w)
		out, err := db.send(inTime, w)
		err = sent(err)
		if err == nil {
			return out, db.storeLate(ctx, w)
		}
		var retry bool
		if retry, err = db.learn(ctx, w, err); !retry {
			return result{}, err
		}
		last = err
	}
	return result{}, fmt.Errorf("%w (after %d attempts)", last, db.Attempts)
}

// unchanged returns the result of a write that failed to compile.
func (w *prepared) unchanged(t *tries, err error) (result, error) {
	if err == errUnchanged { //nolint:errorlint // never wrapped
		return result{Value: w.item}, nil
	}
	if c, ok := err.(*callerError); ok { //nolint:errorlint // returned without a wrapper
		return result{}, c.err
	}
	return result{}, t.ifLost(err)
}

// send sends one op.
func (db *DB) send(ctx context.Context, w *prepared) (result, error) {
	if w.transactional() {
		if err := db.transact(ctx, []*prepared{w}); err != nil {
			return result{}, single(err)
		}
		return db.transactResult(ctx, w)
	}
	out, err := db.sendOne(ctx, w)
	w.main().release()
	switch {
	case err != nil:
		return result{}, err
	case w.op.ReturnOld && db.Dead(out.Found), w.op.quiet:
		out.Release()
		return result{}, nil
	case w.item.IsValid() && !w.wantsNew() && !w.op.ReturnOld:
		return db.asStored(w)
	}
	return out, nil
}

// sendOne sends the only action of a write, and returns what DynamoDB returned. After a lost response it detects its own earlier
// attempt by the stamp or the attributes of the stored item.
func (db *DB) sendOne(ctx context.Context, w *prepared) (result, error) {
	a, t := w.main(), w.tries
	var last error
	for attempt := range db.Attempts {
		if attempt > 0 {
			if err := call.Pause(ctx, attempt); err != nil {
				return result{}, w.writeError(db, t.ifLost(errors.Join(err, last)))
			}
		}
		out, lost, err := db.call(ctx, w, a)
		t.lost = t.lost || lost
		failed, refused := errors.AsType[*types.ConditionalCheckFailedException](err)
		switch {
		case err == nil && t.lost && w.op.ReturnOld && w.mayBeOwnWrite(out.Found.Attributes()):
			return result{}, w.writeError(db, fault.ErrOldLost)
		case err == nil:
			return out, nil
		case refused && t.lost && w.isOwnWrite(failed.Item):
			if w.op.ReturnOld {
				return result{}, w.writeError(db, fault.ErrOldLost)
			}
			return result{Found: model.Loaded(failed.Item)}, nil
		case refused && t.lost:
			return result{}, w.lostTo(db, a, failed)
		case refused:
			return result{}, w.refusalWith(db, a, db.seen(failed.Item), err)
		case apierror.Of(err) != apierror.Contention:
			return result{}, w.writeError(db, t.ifLost(db.Explain(err)))
		}
		last = fmt.Errorf("%w: a transaction is writing the item: %w", fault.ErrConflict, err)
	}
	return result{}, w.writeError(db, t.ifLost(last))
}

// isOwnWrite reports whether the stored item, which a retry found, was written by an earlier attempt.
func (w *prepared) isOwnWrite(stored attr.Item) bool {
	a := w.main()
	switch {
	case a.kind == deleteAction:
		return len(stored) == 0 && w.op.Verb == VerbDelete
	case len(stored) == 0:
		return false
	case w.stamp != nil:
		have := stored[model.WriteStampAttr]
		return have != nil && attr.Equal(have, w.stamp)
	}
	attrs := w.attrs
	if a.json != nil {
		var err error
		if attrs, err = w.encode(w.item); err != nil {
			return false
		}
	}
	if attrs == nil {
		return false
	}
	for attrName, av := range attrs {
		if stored[attrName] == nil || !attr.Equal(stored[attrName], av) {
			return false
		}
	}
	return a.kind == updateAction || len(stored) == len(attrs)
}

// mayBeOwnWrite reports whether the old item that a retry returned may have been written by an earlier attempt.
func (w *prepared) mayBeOwnWrite(old attr.Item) bool {
	a := w.main()
	switch a.kind {
	case deleteAction:
		return len(old) == 0
	case updateAction:
		return w.givenVersion() == 0 // an asserted version holds for one attempt only
	default:
		return w.isOwnWrite(old)
	}
}

// wantsNew reports whether DynamoDB has to return the new item: the writer does not know all of it, such as derived fields.
func (w *prepared) wantsNew() bool {
	return w.main().kind == updateAction && !w.op.quiet && !w.op.ReturnOld && (!w.item.IsValid() || len(w.e.Derived) > 0)
}

// call sends the request of an action. lost says that the response of an attempt was lost: the write may have been applied even
// if err is not nil.
func (db *DB) call(ctx context.Context, w *prepared, a *action) (out result, lost bool, err error) {
	const allOld = types.ReturnValuesOnConditionCheckFailureAllOld
	var cond *string
	var onFailure types.ReturnValuesOnConditionCheckFailure
	if c := a.conditionText(); c != "" {
		cond, onFailure = &c, allOld
	}
	back := types.ReturnValueNone
	if w.op.ReturnOld {
		back = types.ReturnValueAllOld
	}
	switch a.kind {
	case putAction:
		in := &dynamodb.PutItemInput{
			TableName: &db.Name, Item: a.item(),
			ConditionExpression: cond, ReturnValuesOnConditionCheckFailure: onFailure, ReturnValues: back,
			ExpressionAttributeNames: a.x.Names(), ExpressionAttributeValues: a.x.Values(),
		}
		out.Found, out.page, err = db.PutItem(ctx, in, a.json, &lost)
	case deleteAction:
		in := &dynamodb.DeleteItemInput{
			TableName: &db.Name, Key: a.key,
			ConditionExpression: cond, ReturnValuesOnConditionCheckFailure: onFailure, ReturnValues: back,
			ExpressionAttributeNames: a.x.Names(), ExpressionAttributeValues: a.x.Values(),
		}
		out.Found, out.page, err = db.DeleteItem(ctx, in, &lost)
	default:
		if w.wantsNew() {
			back = types.ReturnValueAllNew
		}
		in := &dynamodb.UpdateItemInput{
			TableName: &db.Name, Key: a.key,
			ConditionExpression: cond, ReturnValuesOnConditionCheckFailure: onFailure, ReturnValues: back,
			ExpressionAttributeNames: a.x.Names(), ExpressionAttributeValues: a.x.Values(),
		}
		if u := a.update.String(); u != "" {
			in.UpdateExpression = &u
		}
		out.Found, out.page, err = db.UpdateItem(ctx, in, &lost)
	}
	return out, lost, err
}
