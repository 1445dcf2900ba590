package ddb

import (
	"context"
	"iter"
	"reflect"

	"github.com/singletable-go/ddb/internal/read"
)

// History reads and prunes the versions that an entity keeps; the repository's own verbs write them. Safe for
// concurrent use.
type History[T any] struct{ r *Repository[T] }

// History returns the versions of the entity, which must declare [Definition.History]; else each call on it matches
// [ErrModel].
func (r *Repository[T]) History() *History[T] { return &History[T]{r} }

// At reads version n of the item whose primary key fields key holds, with one eventually consistent GetItem: a version
// never changes. One that is not found is asked for again, consistently. If there is none, or it is the one in which the
// item was deleted, the error matches [ErrNotFound]; if it was pruned, [ErrPruned], which takes one more request to
// tell. A version that was pruned a moment ago may still be found.
func (h *History[T]) At(ctx context.Context, key T, n int64) (T, error) {
	var out T
	err := h.versions(&key).At(ctx, n, reflect.ValueOf(&out).Elem())
	return out, public(err)
}

// All reads the versions of an item, newest first; deletions are left out. It yields as [Repository.Query] does, and
// costs what a query of as many items costs. break stops it, so that the newest few are one request.
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

// Prune deletes all but the newest keep versions of an item, of which there must be at least one. A deletion is no
// version and does not count; those among the versions that stay do stay, and so does the newest, as the number that the
// next one follows. Of version 1 a mark is left. It costs a query of the keys, and a write for each version deleted and for
// the mark.
func (h *History[T]) Prune(ctx context.Context, key T, keep int) error {
	return h.r.db.Prune(ctx, h.r.e.e, reflect.ValueOf(&key).Elem(), keep)
}

func (h *History[T]) versions(key *T) read.Versions {
	return read.Versions{Db: h.r.db.DB, E: h.r.e.e, Key: reflect.ValueOf(key).Elem()}
}
