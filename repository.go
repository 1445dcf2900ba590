package ddb

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/wire"
)

// Repository reads and writes the items of one entity. Safe for concurrent use.
//
// Reads are eventually consistent unless [Repository.Consistent] says otherwise. Keys are given by example: a T whose
// primary key fields are set; its other fields are not looked at. Every method returns the context's error when the
// context ends.
type Repository[T any] struct {
	db *DB
	e  *Entity[T]
}

// NewRepository returns the repository of e in db. It panics if e is of another table than db's: that is a mistake in
// the program, found where it starts.
func NewRepository[T any](db *DB, e *Entity[T]) *Repository[T] {
	if db == nil || e == nil {
		panic("ddb: NewRepository: a nil DB or Entity; package variables are set in the order of their use")
	}
	if db.table != e.e.table {
		panic(fmt.Sprintf("ddb: entity %s is not of the table that DB %q uses", e.e.name, db.name))
	}
	return &Repository[T]{db, e}
}

// Consistent returns a view of r whose reads are strongly consistent, at twice the capacity.
func (r *Repository[T]) Consistent() *Repository[T] { return &Repository[T]{r.db.Consistent(), r.e} }

// Get reads the item whose primary key fields key holds, with one GetItem of half a unit for each 4 KB. If there is
// none, or its TTL has passed, the error matches [ErrNotFound].
func (r *Repository[T]) Get(ctx context.Context, key T) (T, error) {
	var zero T
	e := r.e.e
	k, err := e.key("get", reflect.ValueOf(&key).Elem())
	if err != nil {
		return zero, err
	}
	found, page, err := r.db.getStored(ctx, k)
	defer page.Release()
	switch {
	case err != nil:
		return zero, r.db.fail("get", e, k, err)
	case found.none() || r.db.past(found):
		return zero, r.db.fail("get", e, k, ErrNotFound)
	}
	err = r.decodeInto("get", found, &zero)
	return zero, err
}

// One returns the only item of q. If there is none the error matches [ErrNotFound], if there are more [ErrTooMany].
// It is one request, and reads at most two items.
func (r *Repository[T]) One(ctx context.Context, q Query[T]) (T, error) {
	var found T
	n := 0
	for it, err := range r.Query(ctx, q.Limit(2)) {
		if err != nil {
			return it, err
		}
		if n++; n > 1 {
			var zero T
			return zero, fmt.Errorf("ddb: one: %w: %s", ErrTooMany, q)
		}
		found = it
	}
	if n == 0 {
		return found, fmt.Errorf("ddb: one: %w: %s", ErrNotFound, q)
	}
	return found, nil
}

// Query reads the items of q, page by page as they are consumed; break stops the paging. Each range over the sequence
// is a fresh query. The sequence yields values with nil errors, then at most one error, last, with a zero value.
//
// Rows of an index that does not project whole items are fetched with BatchGet; those that are [Gone] or [Stale] by
// then are left out, and a [Throttled] one ends the sequence with an error that matches [ErrThrottled].
func (r *Repository[T]) Query(ctx context.Context, q Query[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		p, err := q.q.plan(r.db)
		if err != nil {
			yield(zero, err)
			return
		}
		var it T // for all items: what is yielded is a copy
		for row, err := range r.db.rows(ctx, p) {
			if err == nil {
				err = row.throttled(p)
			}
			if err != nil {
				yield(zero, err)
				return
			}
			if row.item.none() {
				continue
			}
			it = zero
			err := r.decodeInto("query", row.item, &it)
			if !yield(it, err) || err != nil {
				return
			}
		}
	}
}

// Lookups is Query for an index that does not project whole items, with the [Outcome] of each row: what Query leaves
// out is reported, with the fields of its primary key.
func (r *Repository[T]) Lookups(ctx context.Context, q Query[T]) iter.Seq2[Lookup[T], error] {
	return func(yield func(Lookup[T], error) bool) {
		p, err := q.q.plan(r.db)
		if err != nil {
			yield(Lookup[T]{}, err)
			return
		}
		for row, err := range r.db.rows(ctx, p) {
			l := Lookup[T]{Outcome: row.outcome}
			switch {
			case err != nil:
			case !row.item.none():
				l.Outcome = Found
				err = r.decodeInto("query", row.item, &l.Item)
			default:
				err = r.e.e.decodeKeyOf(row.found, reflect.ValueOf(&l.Item).Elem())
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
	}
}

// Page is a bounded piece of a query's result. Next is "" on the last one; the page before that may be followed by an
// empty one, since DynamoDB does not look ahead.
type Page[T any] struct {
	Items []T
	Next  Cursor
}

// Page reads up to q's limit of items after a cursor, "" for the first page; without a limit, what one request returns
// (up to 1 MB). It is one request, unless a filter drops items: then as many as it takes to fill the page, or one if
// [Query.Examine] is set. A bad cursor matches [ErrCursor].
func (r *Repository[T]) Page(ctx context.Context, q Query[T], after Cursor) (Page[T], error) {
	p, err := q.q.plan(r.db)
	if err != nil {
		return Page[T]{}, err
	}
	reading, err := r.db.read(p, after)
	if err != nil {
		return Page[T]{}, err
	}
	defer reading.release()
	page := Page[T]{}
	for left := q.q.limit; !reading.done; {
		rows, err := reading.next(ctx, left)
		if err != nil {
			return Page[T]{}, err
		}
		page.Items = slices.Grow(page.Items, len(rows))
		for _, row := range rows {
			if err := row.throttled(p); err != nil {
				return Page[T]{}, err
			}
			if row.item.none() {
				continue
			}
			n := len(page.Items)
			page.Items = page.Items[:n+1]
			if err := r.decodeInto("page", row.item, &page.Items[n]); err != nil {
				return Page[T]{}, err
			}
		}
		if left = q.q.limit - len(page.Items); left <= 0 || q.q.examine > 0 {
			break
		}
	}
	page.Next = reading.cursor()
	return page, nil
}

// Count counts the items of q, up to its limit, without returning them; reading them costs what it costs anyway.
func (r *Repository[T]) Count(ctx context.Context, q Query[T]) (int, error) {
	p, err := q.q.plan(r.db)
	if err != nil {
		return 0, err
	}
	return r.db.count(ctx, p)
}

// Collect returns what a sequence yields as a slice, or what it yielded before its error.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var out []T
	for v, err := range seq {
		if err != nil {
			return out, err
		}
		out = append(out, v)
	}
	return out, nil
}

// decode returns the T in attrs, which must be one.
func (r *Repository[T]) decode(op string, attrs item) (T, error) {
	var out T
	err := r.decodeInto(op, stored{attrs: attrs}, &out)
	return out, err
}

// decodeInto sets dst, a zero T, to the one in s; it stays zero if that is none.
func (r *Repository[T]) decodeInto(op string, s stored, dst *T) error {
	e := r.e.e
	claimed, err := e.table.claimStored(s)
	if err == nil && claimed != e {
		err = fmt.Errorf("%w: this is a %s", ErrUnknown, claimed.label())
	}
	if err == nil {
		err = e.decodeStored(s, reflect.ValueOf(dst).Elem())
	}
	if err != nil {
		var zero T
		*dst = zero
		return r.db.fail(op, e, s.only(e.table.primary.attrs()), err)
	}
	return nil
}

// throttled returns an error for a row whose item DynamoDB did not hand out.
func (r row) throttled(p *readPlan) error {
	if r.outcome != Throttled {
		return nil
	}
	return p.fail(fmt.Errorf("%w: item %s stayed unprocessed", ErrThrottled, p.ix.table.keyTextOf(r.found)))
}

func (db *DB) getItem(ctx context.Context, key item) (item, error) {
	found, page, err := db.getStored(ctx, key)
	defer page.Release()
	return found.attributes(), err
}

// getStored reads one item, which may be looked at until the page is released.
func (db *DB) getStored(ctx context.Context, key item) (stored, *wire.Page, error) {
	m := db.answered(ctx, "GetItem")
	in := &dynamodb.GetItemInput{TableName: &db.name, Key: key, ReturnConsumedCapacity: m.want()}
	if db.consistent {
		in.ConsistentRead = new(true)
	}
	out, err := db.client.GetItem(ctx, in, m.opts()...)
	m.done(capacityOf(out, func() *types.ConsumedCapacity { return out.ConsumedCapacity })...)
	switch page := m.answer.Page(); {
	case err != nil:
		return stored{}, nil, err
	case page != nil:
		return stored{json: page.Item(0)}, page, nil
	case len(out.Item) == 0:
		return stored{}, nil, nil
	}
	return stored{attrs: out.Item}, nil, nil
}
