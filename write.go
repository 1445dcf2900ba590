package ddb

import (
	"context"
	"fmt"
	"reflect"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/write"
)

// Create puts an item that must not exist yet, and returns it as stored, with its version and timestamps. If an item
// with its key exists, the error matches [ErrExists], and [Entity.Current] returns that item. If another item holds the
// value of a [Definition.Unique], it matches [ErrNotUnique].
//
// It is one PutItem, or one UpdateItem in an entity with derived fields. Unique and History make it a transaction. With
// History and TTL it first reads the first version and queries for the newest: DynamoDB leaves no trace of an item that
// it expired. With History alone it does so after a refused transaction, if the item existed before.
//
// Sent again after a lost response, it recognizes its own item: by its stamp if the entity has a Version, else by
// comparing the attributes. So two callers that create equal items without a Version at the same time may both succeed.
// If another item is there by then, the error matches [ErrOutcomeUnknown].
func (r *Repository[T]) Create(ctx context.Context, item T) (T, error) {
	return r.run(ctx, opOf(r.e, write.VerbCreate, item))
}

// Put puts an item, whether it exists or not, and returns it as stored. It replaces the whole item: attributes that T
// does not have are removed. In an entity with derived fields the other attributes stay.
//
// An entity with a Version asserts the version of the given item (0: there must be no item yet), else the error matches
// [ErrConflict]. A condition of [If] that does not hold is [ErrCondition], or [ErrNotFound] if there is no item. A
// taken value of a Unique is [ErrNotUnique].
//
// It is one PutItem, or one UpdateItem in an entity with derived fields. Unique and History make it a transaction.
// Unique adds a consistent read of the item, unless the item is known to be new. A Put of version 0 of an entity with
// History and TTL looks for the newest version first, as [Repository.Create] does.
func (r *Repository[T]) Put(ctx context.Context, item T, opts ...Option) (T, error) {
	return r.run(ctx, opOf(r.e, write.VerbPut, item).with(opts))
}

// Replace puts an item that must exist, and returns it as stored. If there is none, the error matches [ErrNotFound].
// Otherwise it does, costs and returns what [Repository.Put] does.
func (r *Repository[T]) Replace(ctx context.Context, item T, opts ...Option) (T, error) {
	return r.run(ctx, opOf(r.e, write.VerbReplace, item).with(opts))
}

// Update edits an item that must exist, and returns it as this write stored it. If there is none, the error matches
// [ErrNotFound]. It is one UpdateItem, without a read. It costs a unit for each KB of the whole item, however small the
// edit.
//
// No index entry goes stale. Update writes the keys that an edit touches in the same request, including index entries
// that appear or vanish. The other values of these keys must be known: from the primary key, from an [Eq] or [Absent]
// in [If], or from a field of key that is not zero. Such a field is then asserted, else the error matches
// [ErrConflict]. If a value is missing, the call is refused with [ErrModel] before any request, and the error says what
// to supply; [Repository.Modify] reads the item instead. Edits whose result depends on what is stored, such as [Add],
// are refused on such fields, unless the attribute is itself the key ([Native]). [Op.String] prints all of this.
//
// A version in key that is not zero is asserted, else the error matches [ErrConflict]. Other fields of key that no
// touched index entry needs are ignored: conditions belong in [If]. A condition that does not hold is [ErrCondition].
//
// An entity with History is refused: use Modify. Edits of a field of a Unique constraint add a consistent read and make
// it a transaction, which can fail with [ErrNotUnique]. An item of an older [Definition.Schema] is rewritten first: two
// more writes.
//
// Edits with operators may be applied twice if a response is lost and the SDK sends the request again. With a Version
// that happens only if the item is modified concurrently. See [Once].
func (r *Repository[T]) Update(ctx context.Context, key T, edits ...Edit) (T, error) {
	return r.run(ctx, opOf(r.e, write.VerbUpdate, key).edited(edits))
}

// Upsert edits an item, or creates it if there is none, and returns it as this write stored it. It is one UpdateItem.
// Errors and costs are those of [Repository.Update], except that a missing item is no error.
//
// Every index entry counts as touched, since the item may be new. What index keys need from If and from key is also
// stored. The fields of the primary key are stored as Put stores them; other fields of key are not. Conditions apply
// only if there is an item. Edits that only remove make no item and are refused, and so are entities with Unique or
// History.
func (r *Repository[T]) Upsert(ctx context.Context, key T, edits ...Edit) (T, error) {
	return r.run(ctx, opOf(r.e, write.VerbUpsert, key).edited(edits))
}

// Modify reads an item, calls f to change it, and writes what changed if the item was not modified concurrently. If it
// was, Modify starts again and calls f again, up to [Options].MaxAttempts; then the error matches [ErrConflict]. It
// returns the item as stored. If there is no item, the error matches [ErrNotFound]. An error of f is returned
// unchanged, and nothing is written. If f changes nothing, nothing is written and no If is evaluated.
//
// Only attributes that f changed are sent: derived fields and attributes that T does not have stay. f must not change
// the primary key (see [Repository.Move]), the version or a derived field. The entity must declare a Version. Version
// and stamp are asserted, so an item that was deleted and created again is not taken for the one that was read. A
// version in key is not asserted, since f gets the item as it is; a revision is.
//
// If a response was lost and another writer changed the item before the request was sent again, it is unknown whether
// the change was made. Then f does not run again, and the error matches [ErrOutcomeUnknown]. An If that does not hold
// is [ErrCondition], and f does not run again either.
//
// It costs a consistent read (GetItem) and an UpdateItem. The first conflict costs one more UpdateItem, since its
// response has the item to start again with. Each further conflict costs a read and an UpdateItem. DynamoDB also
// charges the writes that it refuses. History, and Unique values that change, make it a transaction.
func (r *Repository[T]) Modify(ctx context.Context, key T, f func(item *T) error, opts ...Option) (T, error) {
	op := opOf(r.e, write.VerbModify, key).with(opts)
	if f == nil {
		var zero T
		return zero, op.op.Fail(nil, fault.Model("no function was given"))
	}
	op.op.Modify = func(it reflect.Value) error { return f(it.Addr().Interface().(*T)) }
	return r.run(ctx, op)
}

// Move gives an item another primary key: it reads the item, deletes it under its old key and puts it under the new
// one, in one transaction. Pass the complete new item as to, for example a changed copy of one that was read: its zero
// fields are stored as zero. Of from only the primary key, the version and the revision are used. Derived fields, and
// attributes that T does not have, are kept. Move returns the item as stored.
//
// The error matches [ErrNotFound] if there is no item at from, [ErrExists] if there is one at to, and [ErrConflict] if
// the item was modified concurrently: its version is asserted, or all of its attributes. The version in from is
// asserted too, if it is not zero. A condition of [If] that does not hold is [ErrCondition]. If to has key fields
// only, and the stored item has more, it is [ErrModel].
//
// If both keys are equal, the item is updated in place. A Move that would change the key of the entity's History is
// refused. It costs a consistent read and four units for each KB: two writes, in a transaction.
func (r *Repository[T]) Move(ctx context.Context, from, to T, opts ...Option) (T, error) {
	return r.run(ctx, r.e.Move(from, to, opts...))
}

// Delete deletes an item. A missing item is no error, unless an [If], a version or a revision requires it: then the
// error matches [ErrNotFound]. A version in key that is not zero is asserted, else the error matches [ErrConflict]; an
// If that does not hold is [ErrCondition]. After a lost response, a missing item counts as deleted.
//
// It is one DeleteItem, at a unit for each KB of the item. Unique and History make it a transaction, after a consistent
// read of the item. Without History, the read is left out if key has the fields of all constraints. With History, a
// tombstone and a mark on version 1 are written too.
func (r *Repository[T]) Delete(ctx context.Context, key T, opts ...Option) error {
	op := opOf(r.e, write.VerbDelete, key).with(opts)
	return public(r.db.Do(ctx, op.op))
}

// Take deletes an item and returns it as it was. If there is none, the error matches [ErrNotFound], or
// [ErrOutcomeUnknown] if a response was lost before: this call may have deleted it.
//
// After a lost response, the request that is sent again takes the item that exists by then. Where others may create the
// item again, as in a queue, pass [Once] or the version.
//
// Otherwise it does and costs what [Repository.Delete] does. With Once, Unique or History it always reads the item
// first.
func (r *Repository[T]) Take(ctx context.Context, key T, opts ...Option) (T, error) {
	op := opOf(r.e, write.VerbTake, key).with(opts)
	op.op.ReturnOld = true
	return r.run(ctx, op)
}

// run runs an op and returns the item as stored, or as it was before.
func (r *Repository[T]) run(ctx context.Context, op Op) (T, error) {
	var zero T
	out, err := r.db.Run(ctx, op.op)
	defer out.Release()
	switch {
	case err != nil:
		return zero, public(err)
	case out.Value.IsValid():
		return out.Value.Interface().(T), nil
	case out.Found.None():
		return zero, nil
	}
	var it T
	if err := r.e.e.As(string(op.op.Verb), out.Found, reflect.ValueOf(&it).Elem()); err != nil {
		return zero, fmt.Errorf("ddb: %s %s: %w", op.op.Verb, r.e.e.Name, &fault.DoneError{What: "the item cannot be read", Cause: err})
	}
	r.db.Bind(r.e.e, reflect.ValueOf(&it).Elem())
	return it, nil
}
