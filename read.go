package ddb

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/wire"
)

// row is one item of a read: what the index returned, and the whole item behind it, the same unless the index does
// not project it.
type row struct {
	found   stored // as the index returned it
	item    stored // as the table has it; none unless it was found
	outcome Outcome
}

// reading is a plan under way. Not safe for concurrent use.
type reading struct {
	db    *DB
	plan  *readPlan
	start item // ExclusiveStartKey of the next request
	done  bool
	pages int // read so far
	held  []*wire.Page
	parts []*shardReading // of a read of all shards, in place of all that
}

// read starts p at a cursor.
func (db *DB) read(p *readPlan, after Cursor) (*reading, error) {
	r := &reading{db: db, plan: p}
	if p.nothing() {
		r.done = true
	}
	if after == "" {
		return r, r.fan(nil)
	}
	pos, err := db.decodeCursor(after)
	if err != nil {
		return nil, p.fail(err)
	}
	if len(p.shards) > 0 {
		return r, r.fan(&pos)
	}
	start, done, err := p.resume(pos)
	r.start, r.done = start, r.done || done
	return r, err
}

// next makes one request and returns what it found, at most want rows of it unless want is 0. A page may be empty. Its rows may be looked at until the next
// call of next or release.
func (r *reading) next(ctx context.Context, want int) ([]row, error) {
	if len(r.parts) > 0 {
		return r.merge(ctx, want)
	}
	in, err := r.plan.input(r.db)
	if err != nil {
		return nil, err
	}
	in.ExclusiveStartKey = r.start
	if n := r.pageSize(want); n > 0 {
		in.Limit = new(int32(n))
	}
	out, page, err := r.db.queryPage(ctx, in)
	if err != nil {
		return nil, r.plan.fail(r.db.explain(err))
	}
	r.release()
	r.held = append(r.held, page)
	r.pages++
	r.start, r.done = out.LastEvaluatedKey, len(out.LastEvaluatedKey) == 0
	found := storedItems(page, out.Items)
	rows := make([]row, 0, len(found))
	for _, s := range found {
		if r.plan.keeps(s, r.db) {
			rows = append(rows, row{found: s, item: s})
		}
	}
	if want > 0 && len(rows) > want {
		rows = rows[:want]
		r.rewind(rows[want-1])
	}
	if r.plan.hydrate {
		var more []*wire.Page
		more, err = r.db.hydrate(ctx, r.plan, rows)
		r.held = append(r.held, more...)
	}
	return rows, err
}

// release says that nobody looks at the rows of the last page anymore.
func (r *reading) release() {
	for _, p := range r.held {
		p.Release()
	}
	r.held = r.held[:0]
	for _, s := range r.parts {
		s.release()
	}
}

// rewind makes last the last row that counts as read.
func (r *reading) rewind(last row) {
	r.start, r.done = last.found.only(r.plan.ix.position()), false
}

// pageSize is the Limit of the next request: what is still wanted, doubled with each page where a filter drops items.
func (r *reading) pageSize(want int) int {
	switch {
	case r.plan.q.examine > 0:
		return r.plan.q.examine
	case want > 0 && r.plan.drops():
		return want << min(r.pages, 16)
	}
	return want
}

// cursor says where the reading stands.
func (r *reading) cursor() Cursor {
	if r.done {
		return ""
	}
	if len(r.parts) > 0 {
		return r.db.encodeCursor(position{query: r.plan.fingerprint(), keys: r.positions()})
	}
	return r.db.encodeCursor(position{
		query: r.plan.fingerprint(),
		keys:  []keyPosition{{state: afterKey, key: r.plan.ix.keyValues(r.start)}},
	})
}

// rows iterates over a plan, all pages, up to the query's limit.
func (db *DB) rows(ctx context.Context, p *readPlan) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		r, err := db.read(p, "")
		if err != nil {
			yield(row{}, err)
			return
		}
		defer r.release()
		for left := p.q.limit; !r.done; {
			page, err := r.next(ctx, left)
			if err != nil {
				yield(row{}, err)
				return
			}
			for _, it := range page {
				if !it.item.none() {
					left--
				}
				if !yield(it, nil) {
					return
				}
			}
			if p.q.limit > 0 && left <= 0 {
				return
			}
		}
	}
}

func (db *DB) query(ctx context.Context, in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	m := meterOf(ctx, "Query", true)
	in.ReturnConsumedCapacity = m.want()
	out, err := db.client.Query(ctx, in, m.opts()...)
	m.done(capacityOf(out, func() *types.ConsumedCapacity { return out.ConsumedCapacity })...)
	return out, err
}

// queryPage is query, but for the items: they are in the page, if there is one.
func (db *DB) queryPage(ctx context.Context, in *dynamodb.QueryInput) (*dynamodb.QueryOutput, *wire.Page, error) {
	m := db.answered(ctx, "Query")
	in.ReturnConsumedCapacity = m.want()
	out, err := db.client.Query(ctx, in, m.opts()...)
	m.done(capacityOf(out, func() *types.ConsumedCapacity { return out.ConsumedCapacity })...)
	return out, m.answer.Page(), err
}

// capacityOf returns what a call consumed, nothing where it failed.
func capacityOf[O any](out *O, get func() *types.ConsumedCapacity) []types.ConsumedCapacity {
	if out == nil {
		return nil
	}
	if cc := get(); cc != nil {
		return []types.ConsumedCapacity{*cc}
	}
	return nil
}
