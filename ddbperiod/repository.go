package ddbperiod

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/model"
)

// Repository reads and writes the items of one entity in the tables of a series. Safe for concurrent use.
//
// A method on one item is that of [ddb.Repository] in the table of the item's period, with its requests, capacity and errors.
// The error names the table. A key has a time, so no other table is touched. Before any request, a time that is zero is
// [ddb.ErrKey], and one without a table is [ErrPeriod], for Get also [ddb.ErrNotFound]. A missing table is [ErrNoTable].
//
// What is not here, such as Move and BatchGet, is a method of the [ddb.Repository] of one table: see [DB.At].
type Repository[T any] struct {
	db *DB
	e  *ddb.Entity[T]
	m  *model.Entity
}

// NewRepository returns the repository of e in db. It makes no request. It panics if the series has no By of e.
func NewRepository[T any](db *DB, e *ddb.Entity[T]) *Repository[T] {
	if db == nil || e == nil {
		panic("ddbperiod: NewRepository: a nil DB or Entity; package variables are set in the order of their use")
	}
	m := face.Entity(e)
	if _, err := db.series.of(m); err != nil {
		panic("ddbperiod: NewRepository: " + err.Error())
	}
	return &Repository[T]{db, e, m}
}

// Consistent returns a view of r whose reads are strongly consistent, at twice the capacity.
func (r *Repository[T]) Consistent() *Repository[T] {
	return &Repository[T]{r.db.Consistent(), r.e, r.m}
}

// Get reads an item: see [ddb.Repository.Get].
func (r *Repository[T]) Get(ctx context.Context, key T) (T, error) {
	it, err := one(r, "get", key, func(in *ddb.Repository[T]) (T, error) { return in.Get(ctx, key) })
	if errors.Is(err, ErrPeriod) {
		err = fmt.Errorf("ddbperiod: %w: %w", ddb.ErrNotFound, unprefixed(err))
	}
	return it, err
}

// Create puts an item that must not exist: see [ddb.Repository.Create].
func (r *Repository[T]) Create(ctx context.Context, item T) (T, error) {
	return one(r, "create", item, func(in *ddb.Repository[T]) (T, error) { return in.Create(ctx, item) })
}

// Put puts an item: see [ddb.Repository.Put].
func (r *Repository[T]) Put(ctx context.Context, item T, opts ...ddb.Option) (T, error) {
	return one(r, "put", item, func(in *ddb.Repository[T]) (T, error) { return in.Put(ctx, item, opts...) })
}

// Replace puts an item that must exist: see [ddb.Repository.Replace].
func (r *Repository[T]) Replace(ctx context.Context, item T, opts ...ddb.Option) (T, error) {
	return one(r, "replace", item, func(in *ddb.Repository[T]) (T, error) { return in.Replace(ctx, item, opts...) })
}

// Update edits an item that must exist: see [ddb.Repository.Update].
func (r *Repository[T]) Update(ctx context.Context, key T, edits ...ddb.Edit) (T, error) {
	return one(r, "update", key, func(in *ddb.Repository[T]) (T, error) { return in.Update(ctx, key, edits...) })
}

// Upsert edits an item, or creates it: see [ddb.Repository.Upsert].
func (r *Repository[T]) Upsert(ctx context.Context, key T, edits ...ddb.Edit) (T, error) {
	return one(r, "upsert", key, func(in *ddb.Repository[T]) (T, error) { return in.Upsert(ctx, key, edits...) })
}

// Modify reads an item, changes it and writes it: see [ddb.Repository.Modify].
func (r *Repository[T]) Modify(ctx context.Context, key T, f func(item *T) error, opts ...ddb.Option) (T, error) {
	own := func(item *T) error {
		if err := f(item); err != nil {
			return &callerError{err}
		}
		return nil
	}
	return one(r, "modify", key, func(in *ddb.Repository[T]) (T, error) { return in.Modify(ctx, key, own, opts...) })
}

// Delete deletes an item: see [ddb.Repository.Delete].
func (r *Repository[T]) Delete(ctx context.Context, key T, opts ...ddb.Option) error {
	_, err := one(r, "delete", key, func(in *ddb.Repository[T]) (T, error) {
		var zero T
		return zero, in.Delete(ctx, key, opts...)
	})
	return err
}

// Take deletes an item and returns it: see [ddb.Repository.Take].
func (r *Repository[T]) Take(ctx context.Context, key T, opts ...ddb.Option) (T, error) {
	return one(r, "take", key, func(in *ddb.Repository[T]) (T, error) { return in.Take(ctx, key, opts...) })
}

// one calls f with the repository of the table that a key or item is of.
func one[T any](r *Repository[T], op string, key T, f func(*ddb.Repository[T]) (T, error)) (T, error) {
	var zero T
	table, err := r.db.of(op, r.m, reflect.ValueOf(&key).Elem())
	if err != nil {
		return zero, err
	}
	it, err := f(ddb.NewRepository(table, r.e))
	if err != nil {
		return zero, in(table, err)
	}
	return it, nil
}

// Query reads the items of q from the tables that it needs, page by page as they are consumed; break stops it. It reads
// q.Desc() from the newest table on, and without Desc from the oldest on. A bound on the time of the entity, in SortKey or
// Filter, and a time in q's example leave out tables. Each range over the sequence is a new query.
//
// If the time is the first part of the sort key that no Eq fixes, tables come one after the other: the next one is read when the one
// before is exhausted, so q.Desc().Limit(10) mostly reads one. If the sort key is another, each table has items of any
// place in the order. All are then read at once, a page each, and merged; for equal keys the table that is read first comes first.
// A Select of such a query is [ddb.ErrModel].
//
// The sequence is that of [ddb.Repository.Query]. A Limit is that of all tables. Costs are those of a Query in each table
// that is read, half a unit at least. A table that is missing is left out if it is past retention by then or within Series.Ahead, or
// its period has not begun; else the error matches [ErrNoTable].
func (r *Repository[T]) Query(ctx context.Context, q ddb.Query[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		p, err := r.db.plan(face.Query(q))
		if err == nil {
			err = ended(ctx, "query "+r.e.Name())
		}
		switch {
		case err != nil:
			yield(zero, err)
		case p.merges:
			r.merge(ctx, q, p, yield)
		default:
			r.follow(ctx, q, p, yield)
		}
	}
}

// follow reads one table after the other.
func (r *Repository[T]) follow(ctx context.Context, q ddb.Query[T], p *plan, yield func(T, error) bool) {
	n := 0
	for start := range p.starts() {
		for it, err := range r.inTable(ctx, rest(p, q, n), start) {
			switch {
			case !yield(it, err):
				return
			case err == nil:
				n++
			case !isItem(err):
				return
			}
		}
		if n == p.q.Limit && n > 0 {
			return
		}
	}
}

// rest is q without its first n items.
func rest[T any](p *plan, q ddb.Query[T], n int) ddb.Query[T] {
	if p.q.Limit == 0 {
		return q
	}
	return q.Limit(p.q.Limit - n)
}

// inTable is the query in one table; the sequence is empty if the table may be missing.
func (r *Repository[T]) inTable(ctx context.Context, q ddb.Query[T], start time.Time) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		table := r.db.table(start)
		for it, err := range ddb.NewRepository(table, r.e).Query(ctx, q) {
			if missing(err) && r.db.mayLack(start) {
				return
			}
			if !yield(it, in(table, err)) {
				return
			}
		}
	}
}

// isItem reports whether err is of one item only, after which a sequence goes on.
func isItem(err error) bool {
	_, ok := errors.AsType[*ddb.ItemError](err)
	return ok
}

// One returns the only item of q: see [ddb.Repository.One]. With Limit(1) it is the first one. It reads tables as Query does,
// until it has found two items.
func (r *Repository[T]) One(ctx context.Context, q ddb.Query[T]) (T, error) {
	var found, zero T
	n, two := 0, q
	if limit := face.Query(q).Limit; limit == 0 || limit > 2 {
		two = q.Limit(2)
	}
	for it, err := range r.Query(ctx, two) {
		if err != nil {
			return zero, err
		}
		if n++; n > 1 {
			return zero, fmt.Errorf("ddbperiod: one %s: %w: %s", r.e.Name(), ddb.ErrTooMany, q)
		}
		found = it
	}
	if n == 0 {
		return zero, fmt.Errorf("ddbperiod: one %s: %w: %s", r.e.Name(), ddb.ErrNotFound, q)
	}
	return found, nil
}

// Count returns the number of items of q, up to its limit: see [ddb.Repository.Count]. It is one Count in each table that
// q needs.
func (r *Repository[T]) Count(ctx context.Context, q ddb.Query[T]) (int, error) {
	p, err := r.db.plan(face.Query(q))
	if err == nil {
		err = ended(ctx, "count "+r.e.Name())
	}
	if err != nil {
		return 0, err
	}
	sum := 0
	for start := range p.starts() {
		table := r.db.table(start)
		n, err := ddb.NewRepository(table, r.e).Count(ctx, rest(p, q, sum))
		if missing(err) && r.db.mayLack(start) {
			continue
		}
		if err != nil {
			return 0, in(table, err)
		}
		if sum += n; p.q.Limit > 0 && sum >= p.q.Limit {
			break
		}
	}
	return sum, nil
}
