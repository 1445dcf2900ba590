package ddbperiod

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/read"
)

// Page reads up to q's limit of items after a cursor: see [ddb.Repository.Page]. Tables are read one after the other, as by
// [Repository.Query], until the page is full. Without a limit it is what the first request that finds items reads. A page may be
// empty and have a Next, where a table ends.
//
// A query whose sort key does not begin with the time is [ddb.ErrModel]: it would have a position in each table.
//
// A cursor has the period and the position in its table. It is bound to the query and the series, and signed with
// [ddb.Options].CursorKey, as those of [ddb.Cursor]; any other is [ddb.ErrCursor]. If its table is past retention by then, the page
// continues with the next one that is kept.
func (r *Repository[T]) Page(ctx context.Context, q ddb.Query[T], after ddb.Cursor) (ddb.Page[T], error) {
	none := ddb.Page[T]{}
	p, err := r.db.plan(face.Query(q))
	if err != nil {
		return none, err
	}
	if p.merges {
		return none, fault("page %s on %s: the sort key does not begin with the time, so that tables are merged, and a page has no cursor: use Query", r.e.Name(), p.q.Ix.Name)
	}
	within, err := r.db.resume(p, after)
	if err == nil {
		err = ended(ctx, "page "+r.e.Name())
	}
	if err != nil {
		return none, err
	}
	out, unread := ddb.Page[T]{}, []error(nil)
	for start := range p.starts() {
		table := r.db.table(start)
		page, err := ddb.NewRepository(table, r.e).Page(ctx, rest(p, q, len(out.Items)), within)
		within = ""
		switch {
		case missing(err) && r.db.mayLack(start):
		case err != nil && !ofItems(err):
			return none, in(table, err)
		case err != nil:
			unread = append(unread, in(table, err))
		}
		out.Items, out.Next = append(out.Items, page.Items...), ""
		switch {
		case page.Next != "":
			out.Next, err = r.db.cursor(p.q, start, page.Next)
		case p.span.contains(p.next(start)):
			out.Next, err = r.db.cursor(p.q, p.next(start), "")
		default:
			err = nil
		}
		if err != nil {
			return none, err
		}
		full := len(out.Items) == p.q.Limit || p.q.Limit == 0 && len(out.Items) > 0
		if page.Next != "" || full || p.q.Examine > 0 {
			break
		}
	}
	return out, errors.Join(unread...)
}

// ofItems reports whether an error of a page joins only errors of items.
func ofItems(err error) bool {
	list, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return false
	}
	for _, e := range list.Unwrap() {
		if !isItem(e) {
			return false
		}
	}
	return true
}

// cursorFormat differs from those of a table's cursors.
const cursorFormat = 'P'

// cursor is the cursor of a position in the table of a period; within is "" for its beginning.
func (db *DB) cursor(q read.Query, start time.Time, within ddb.Cursor) (ddb.Cursor, error) {
	below := face.DB(db.table(start)).DB
	p, err := q.Plan(below)
	if err != nil {
		return "", err
	}
	b := binary.BigEndian.AppendUint64([]byte{cursorFormat}, p.Fingerprint())
	b = binary.BigEndian.AppendUint64(b, uint64(start.Unix()))
	return ddb.Cursor(below.Seal(append(b, within...))), nil
}

// resume leaves out the periods before a cursor, and returns the position in the first of the others.
func (db *DB) resume(p *plan, c ddb.Cursor) (within ddb.Cursor, err error) {
	if c == "" {
		return "", nil
	}
	fail := func(why string) error {
		return fmt.Errorf("ddbperiod: page %s on %s: %w: %s: start without a cursor", p.q.E.Name, p.q.Ix.Name, ddb.ErrCursor, why)
	}
	held := db.series.held(db.opts.Now())
	body, err := face.DB(db.table(held.last)).Open(string(c))
	if err != nil {
		return "", fmt.Errorf("ddbperiod: page %s on %s: %w", p.q.E.Name, p.q.Ix.Name, err)
	}
	if body[0] != cursorFormat || len(body) < 1+8+8 {
		return "", fail("it is not of a series")
	}
	start := time.Unix(int64(binary.BigEndian.Uint64(body[9:])), 0).UTC()
	if every := db.series.Every; start.Before(every.Start(db.series.Since)) || start.After(every.Add(held.last, 1)) || !every.Start(start).Equal(start) {
		return "", fail("its period is none of the series")
	}
	again, err := p.q.Plan(face.DB(db.table(start)).DB)
	if err != nil {
		return "", err
	}
	if again.Fingerprint() != binary.BigEndian.Uint64(body[1:]) {
		return "", fail("it belongs to another query or series")
	}
	if start.After(held.last) { // by a clock that is ahead of this one
		p.span.last = start
	}
	if p.from(start); p.begin().Equal(start) {
		within = ddb.Cursor(body[17:])
	}
	return within, nil
}
