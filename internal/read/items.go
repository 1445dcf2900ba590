package read

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// Get decodes the item of a key into dst, a zero item.
func (db *DB) Get(ctx context.Context, e *model.Entity, key, dst reflect.Value) error {
	k, err := e.Key("get", key)
	if err != nil {
		return err
	}
	found, page, err := db.ReadItem(ctx, k, db.Strong)
	defer page.Release()
	switch {
	case err != nil:
		return db.Fail("get", e, k, err)
	case db.Absent(found):
		return db.Fail("get", e, k, fault.ErrNotFound)
	}
	err = e.As("get", found, dst)
	db.Bind(e, dst)
	return err
}

// Range decodes the items of q, one after the other, where place says, and calls yield for each, or with what is wrong with it,
// until yield returns false. The last call may be with an error that ended the query.
func (db *DB) Range(ctx context.Context, q Query, place func(*model.Entity) reflect.Value, yield func(error) bool) {
	p, err := q.Plan(db)
	if err != nil {
		yield(err)
		return
	}
	err = db.Each(ctx, p, func(hit Hit) (counts, more bool) {
		if hit.Item.None() {
			return false, true
		}
		switch v, _, _, err := p.Take("query", hit.Item, place); v {
		case Unread:
			return false, yield(err)
		case Wanted:
			return true, yield(nil)
		default:
			return false, true
		}
	})
	if err != nil {
		yield(err)
	}
}

// Lookups is Range with the outcome of each index entry; of an item that was not found, only the key is decoded.
func (db *DB) Lookups(ctx context.Context, q Query, place func(*model.Entity) reflect.Value, yield func(Outcome, error) bool) {
	p, err := q.Plan(db)
	if err != nil {
		yield(0, err)
		return
	}
	p.Outcomes = true
	err = db.Each(ctx, p, func(hit Hit) (counts, more bool) {
		if hit.Item.None() {
			if p.Q.IgnoreUnknown && !db.Table.Claims(q.E, hit.Found) {
				return false, true
			}
			if err := q.E.DecodeKey(hit.Found, place(q.E)); err != nil {
				return false, yield(0, db.Table.ItemError("query", q.E, hit.Found, err))
			}
			return true, yield(hit.Outcome, nil)
		}
		switch v, _, _, err := p.Take("query", hit.Item, place); v {
		case Unread:
			return false, yield(0, err)
		case Wanted:
			return true, yield(Found, nil)
		default:
			return false, true
		}
	})
	if err != nil {
		yield(0, err)
	}
}

// Page decodes a page of q after a cursor. begin returns where the next item is decoded, of which at least ahead more may follow;
// drop takes the last one back. It returns the next cursor, and the errors of items that cannot be read.
func (db *DB) Page(ctx context.Context, q Query, after string, begin func(ahead int) reflect.Value, drop func()) (next string, bad []error, err error) {
	p, err := q.Plan(db)
	if err != nil {
		return "", nil, err
	}
	reading, err := db.Begin(p, after)
	if err != nil {
		return "", nil, err
	}
	defer reading.Release()
	place := func(*model.Entity) reflect.Value { return begin(reading.Ahead) }
	err = reading.Each(ctx, q.Limit == 0 || q.Examine > 0, func(hit Hit) (counts, more bool) {
		if hit.Item.None() {
			return false, true
		}
		v, e, _, err := p.Take("page", hit.Item, place)
		if v != Unread {
			return v == Wanted, true
		}
		if bad = append(bad, err); e != nil {
			drop()
		}
		return false, true
	})
	if err != nil {
		return "", nil, err
	}
	return reading.Cursor(), bad, nil
}

// CountOf counts the items of q.
func (db *DB) CountOf(ctx context.Context, q Query) (int, error) {
	p, err := q.Plan(db)
	if err != nil {
		return 0, err
	}
	return db.Count(ctx, p)
}

// LookUp reads n items by their keys. found returns where the item of key i is decoded, once it is known what became of it. The
// error joins what is wrong with single items, and that some keys stayed unprocessed; whole says that it is of the request instead.
func (db *DB) LookUp(ctx context.Context, e *model.Entity, n int, key func(i int) reflect.Value, found func(i int, o Outcome) reflect.Value) (whole bool, err error) {
	keys := make([]attr.Item, n)
	for i := range keys {
		if keys[i], err = e.Key("batch get", key(i)); err != nil {
			return true, err
		}
	}
	b, err := db.BatchGet(ctx, keys, db.Strong)
	if err != nil {
		return true, db.Fail("batch get", e, nil, err)
	}
	defer b.Release()
	missed := 0
	var bad []error
	for i, s := range b.Found {
		switch {
		case b.Throttled[i]:
			found(i, Throttled)
			missed++
		case db.Absent(s):
			found(i, Gone)
		default:
			dst := found(i, Found)
			if err := e.As("batch get", s, dst); err != nil {
				found(i, Unreadable)
				bad = append(bad, err)
			} else {
				db.Bind(e, dst)
			}
		}
	}
	if missed > 0 {
		bad = append(bad, fmt.Errorf("ddb: batch get %s: %w: %d of %d keys unprocessed after %d attempts", e.Name, fault.ErrThrottled, missed, n, db.Attempts))
	}
	return false, errors.Join(bad...)
}
