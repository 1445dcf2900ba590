package ddb

import (
	"context"
	"iter"
	"reflect"

	"github.com/singletable-go/ddb/internal/read"
)

// History reads and prunes the versions that an entity keeps. The repository's verbs write them. Safe for concurrent
// use. Capacity and common errors are those of [Repository].
type History[T any] struct{ r *Repository[T] }

// History returns the versions of the entity, which must declare [Definition.History]. If it does not, each method
// matches [ErrModel]. It makes no request.
func (r *Repository[T]) History() *History[T] { return &History[T]{r} }

// At reads version n of the item whose primary key fields are set in key. If there is no such version, or the item was
// deleted in it, the error matches [ErrNotFound]; if it was pruned, [ErrPruned]. A version that cannot be decoded is an
// error with its key. With an error the zero T is returned.
//
// It is one eventually consistent GetItem: a version never changes, so a version that is found is right. If it is not
// found, At adds a consistent GetItem, and then one consistent Query that tells ErrPruned from ErrNotFound. A version
// that was pruned a moment ago may still be found.
func (h *History[T]) At(ctx context.Context, key T, n int64) (T, error) {
	var out T
	err := h.versions(&key).At(ctx, n, reflect.ValueOf(&out).Elem())
	return out, public(err)
}

// All reads the versions of an item, newest first, without deletions. An item without versions yields nothing. It
// yields values and errors as [Repository.Query] does.
//
// It is one strongly consistent Query for each 1 MB of versions: a unit for each 4 KB. break stops the paging, so the
// newest few cost one request, of up to 1 MB.
func (h *History[T]) All(ctx context.Context, key T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var out, zero T
		begin := func() reflect.Value {
			out = zero
			return reflect.ValueOf(&out).Elem()
		}
		for _, err := range h.versions(&key).All(ctx, begin) {
			if err != nil {
				out = zero
			}
			if !yield(out, public(err)) {
				return
			}
		}
	}
}

// Prune deletes all but the newest keep versions of an item; keep is at least 1, else the error matches [ErrModel]. A
// deletion is no version and does not count; deletions among the versions that stay are kept. The newest entry always
// stays, since the next version number follows it. Version 1 is replaced by a mark. An item without versions is no
// error.
//
// It costs a consistent Query for each 1 MB of versions, a write for the mark, and a delete for each version, in
// BatchWriteItem requests of 25. What stays unprocessed is sent again, up to [Options].MaxAttempts without progress;
// then the error matches [ErrThrottled]. After an error, call it again. It can run while others write the item.
func (h *History[T]) Prune(ctx context.Context, key T, keep int) error {
	return public(h.r.db.Prune(ctx, h.r.e.e, reflect.ValueOf(&key).Elem(), keep))
}

func (h *History[T]) versions(key *T) read.Versions {
	return read.Versions{Db: h.r.db.DB, E: h.r.e.e, Key: reflect.ValueOf(key).Elem()}
}
