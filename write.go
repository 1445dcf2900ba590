package ddb

import (
	"context"
	"fmt"
	"reflect"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/write"
)

// Create puts an item that must not exist, and returns it as stored: version and timestamps included. If it does exist
// the error matches [ErrExists], and [Entity.Current] gives the item that stood in the way. It is one PutItem; a unit
// for each KB of the item, and for each index that it is in. Uniques and history make it a transaction, at twice that.
//
// Sent again after a lost response, it recognizes its own item: by its stamp if the entity has a Version, else by
// comparing it, so that two callers that create equal items at one moment may both be told that it was them. If another
// item is there by then, the error matches [ErrOutcomeUnknown], as that of any verb that cannot tell what was done.
func (r *Repository[T]) Create(ctx context.Context, item T) (T, error) {
	return r.run(ctx, opOf(r.e, write.VerbCreate, item))
}

// Put puts an item, whether it exists or not, and returns it as stored. It replaces the item as a whole: attributes
// that T does not know are removed, except in an entity with derived fields, whose other attributes stay. An entity
// with a Version asserts that of the item given (0: there must be none yet), else the error matches [ErrConflict]. It
// is one PutItem. An entity with Unique is read first, unless the item is known to be new, and is written in a
// transaction; so is one with History. A Put of version 0 of an entity with History and TTL queries for the newest version
// first, as its Create does: DynamoDB leaves no trace of an item that it expired.
func (r *Repository[T]) Put(ctx context.Context, item T, opts ...Option) (T, error) {
	return r.run(ctx, opOf(r.e, write.VerbPut, item).with(opts))
}

// Replace puts an item that must exist, and returns it as stored; if there is none, the error matches [ErrNotFound].
// Otherwise it is as Put.
func (r *Repository[T]) Replace(ctx context.Context, item T, opts ...Option) (T, error) {
	return r.run(ctx, opOf(r.e, write.VerbReplace, item).with(opts))
}

// Update edits an item that must exist, and returns it as it is now; if there is none, the error matches
// [ErrNotFound]. It is one UpdateItem, without a read.
//
// No index key goes stale: the keys that an edit touches, and the rows that appear or vanish with it, are written in
// the same request. What they are made of beside the edits must be known: from the primary key, from an [Eq] or
// [Absent] in [If], or from a field of key that is not zero, which the write then asserts (else [ErrConflict]). If
// something is missing the call is refused before any request, with an error that says what to supply;
// [Repository.Modify] reads it instead. Edits whose outcome depends on what is stored, such as [Add], are refused on
// such fields, except where the attribute is itself the key ([Native]). [Op.String] prints it all.
//
// A version in key that is not zero is asserted. Of the other fields of key, those that no touched index row needs are
// not looked at: conditions belong into [If]. An entity with History is refused: use Modify. Edits of a field of a
// Unique constraint read the item first and make it a transaction. Edits with operators may apply twice if a response is
// lost and the SDK sends them again, in an entity with a Version only if somebody else wrote the item in between: see
// [Once].
func (r *Repository[T]) Update(ctx context.Context, key T, edits ...Edit) (T, error) {
	return r.run(ctx, opOf(r.e, write.VerbUpdate, key).edited(edits))
}

// Upsert edits an item, which is created if there is none, and returns it. It is as Update, except that every index
// row counts as touched, since the item may be new; that what index keys need from If and from key is also stored, and
// of key the fields of the primary key, as Put stores them, and nothing else; and that conditions ask something of an item
// only where there is one. Edits that only remove make no item, and are refused. Entities with Unique or History refuse it.
func (r *Repository[T]) Upsert(ctx context.Context, key T, edits ...Edit) (T, error) {
	return r.run(ctx, opOf(r.e, write.VerbUpsert, key).edited(edits))
}

// Modify reads an item, lets f change it, and writes what changed, if nobody else has written it meanwhile; else it
// starts again, f included, up to [Options].MaxAttempts, and then the error matches [ErrConflict]. It returns the item
// as stored. If there is none the error matches [ErrNotFound]; an error of f is returned as it is, and nothing is
// written; nor is anything, and no If is asked, if f changed nothing.
//
// Only attributes that f changed are sent: those that T does not know, and fields that are derived, stay. f must not
// change the primary key (see [Repository.Move]), the version or a derived field. The entity must declare a Version;
// version and stamp are asserted, so that an item that was deleted and created anew is not taken for the one read. A version
// in key is not asserted, as f gets the item as it is; a revision is.
//
// Where a response was lost and another writer changed the item before the request was sent again, it cannot be told
// whether the change was made. Then f does not run again, and the error matches [ErrOutcomeUnknown]. If an If does not hold
// f does not run again either.
//
// It costs a consistent read and an UpdateItem. The first conflict costs one UpdateItem more: its response brings the item
// to start again with. Each further one costs a read and an UpdateItem. DynamoDB charges the writes that it refuses, too.
// Uniques that change and history make it a transaction.
func (r *Repository[T]) Modify(ctx context.Context, key T, f func(item *T) error, opts ...Option) (T, error) {
	op := opOf(r.e, write.VerbModify, key).with(opts)
	if f == nil {
		var zero T
		return zero, op.op.Fail(nil, fault.Model("no function was given"))
	}
	op.op.Modify = func(it reflect.Value) error { return f(it.Addr().Interface().(*T)) }
	return r.run(ctx, op)
}

// Move replaces from by to, which has another primary key, in one transaction: the item is read, deleted under its old
// key and put under the new one. to is the whole new item, whose zero fields are stored as such: begin it as a copy of
// one that was read. from may hold its key alone. Attributes that T does not know, and derived fields, travel with it. If there is
// nothing at from's key the error matches [ErrNotFound], if there is something at to's [ErrExists], and if the item
// changed between the read and the transaction [ErrConflict]: its version is asserted (that of from too, if it is not
// zero), or all of its attributes. It returns the item as stored.
//
// If both have one primary key, the item is updated in place. A Move that would change the key of the entity's History
// is refused. It costs a consistent read and four units for each KB: two writes, in a transaction.
func (r *Repository[T]) Move(ctx context.Context, from, to T, opts ...Option) (T, error) {
	return r.run(ctx, r.e.Move(from, to, opts...))
}

// Delete deletes an item; that there is none is no error, unless an If asks for it, or after a lost response: what is gone
// then counts as deleted. A version in key that is not zero is asserted. It is one DeleteItem. An entity with Unique is read first, unless key holds the fields of its
// constraints, and one with History unless key holds the version; both make it a transaction.
func (r *Repository[T]) Delete(ctx context.Context, key T, opts ...Option) error {
	op := opOf(r.e, write.VerbDelete, key).with(opts)
	return public(r.db.Do(ctx, op.op))
}

// Take deletes an item and returns it as it was; if there is none, the error matches [ErrNotFound], and
// [ErrOutcomeUnknown] if a response was lost before: it may have been this call that deleted it. A request that is sent again
// after a lost response takes what is there by then: where others may create the item anew, as in a queue, take it with
// [Once], or give its version. Otherwise it is as Delete; with Once, Unique or History it reads the item first.
func (r *Repository[T]) Take(ctx context.Context, key T, opts ...Option) (T, error) {
	op := opOf(r.e, write.VerbTake, key).with(opts)
	op.op.ReturnOld = true
	return r.run(ctx, op)
}

// run runs an op and returns the item as stored, or as it was before.
func (r *Repository[T]) run(ctx context.Context, op Op) (T, error) {
	var zero T
	out, err := r.db.Run(ctx, op.op)
	switch {
	case err != nil:
		return zero, public(err)
	case out.Value.IsValid():
		return out.Value.Interface().(T), nil
	case out.Attrs == nil:
		return zero, nil
	}
	var it T
	if err := r.decode(string(op.op.Verb), model.Loaded(out.Attrs), &it); err != nil {
		return zero, fmt.Errorf("ddb: %s %s: %w", op.op.Verb, r.e.e.Name, &fault.DoneError{What: "the item cannot be read", Cause: err})
	}
	return it, nil
}
