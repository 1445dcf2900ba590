package ddb

import (
	"context"
	"fmt"
	"iter"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
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
	attrs, err := r.db.getItem(ctx, k)
	switch {
	case err != nil:
		return zero, r.db.fail("get", e, k, err)
	case attrs == nil || r.db.expired(attrs):
		return zero, r.db.fail("get", e, k, ErrNotFound)
	}
	return r.decode("get", attrs)
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
		for row, err := range r.db.rows(ctx, p) {
			if err == nil {
				err = row.throttled(p)
			}
			if err != nil {
				yield(zero, err)
				return
			}
			if row.item == nil {
				continue
			}
			it, err := r.decode("query", row.item)
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
			case row.item != nil:
				l.Outcome = Found
				l.Item, err = r.decode("query", row.item)
			default:
				err = r.e.e.decodeKey(row.found, reflect.ValueOf(&l.Item).Elem())
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
	page := Page[T]{}
	for left := q.q.limit; !reading.done; {
		rows, err := reading.next(ctx, left)
		if err != nil {
			return Page[T]{}, err
		}
		for _, row := range rows {
			if err := row.throttled(p); err != nil {
				return Page[T]{}, err
			}
			if row.item == nil {
				continue
			}
			it, err := r.decode("page", row.item)
			if err != nil {
				return Page[T]{}, err
			}
			page.Items = append(page.Items, it)
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
	e := r.e.e
	claimed, err := e.table.claim(attrs)
	if err == nil && claimed != e {
		err = fmt.Errorf("%w: this is a %s", ErrUnknown, claimed.label())
	}
	if err == nil {
		err = e.decode(attrs, reflect.ValueOf(&out).Elem())
	}
	if err != nil {
		var zero T
		return zero, r.db.fail(op, e, e.table.keyOf(attrs), err)
	}
	return out, nil
}

// throttled returns an error for a row whose item DynamoDB did not hand out.
func (r row) throttled(p *readPlan) error {
	if r.outcome != Throttled {
		return nil
	}
	return p.fail(fmt.Errorf("%w: item %s stayed unprocessed", ErrThrottled, p.ix.table.keyText(r.found)))
}

func (db *DB) getItem(ctx context.Context, key item) (item, error) {
	m := meterOf(ctx, "GetItem", true)
	in := &dynamodb.GetItemInput{TableName: &db.name, Key: key, ReturnConsumedCapacity: m.want()}
	if db.consistent {
		in.ConsistentRead = new(true)
	}
	out, err := db.client.GetItem(ctx, in, m.options)
	m.done(capacityOf(out, func() *types.ConsumedCapacity { return out.ConsumedCapacity })...)
	if err != nil || len(out.Item) == 0 {
		return nil, err
	}
	return out.Item, nil
}
