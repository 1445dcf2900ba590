package ddb

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// row is one item of a read: what the index returned, and the whole item behind it, the same unless the index does
// not project it.
type row struct {
	found   item // as the index returned it
	item    item // as the table has it
	outcome Outcome
}

// reading is a plan under way. Not safe for concurrent use.
type reading struct {
	db    *DB
	plan  *readPlan
	start item // ExclusiveStartKey of the next request
	done  bool
	pages int // read so far
}

// read starts p at a cursor.
func (db *DB) read(p *readPlan, after Cursor) (*reading, error) {
	r := &reading{db: db, plan: p}
	if p.nothing() {
		r.done = true
	}
	if after == "" {
		return r, nil
	}
	pos, err := db.decodeCursor(after)
	if err != nil {
		return nil, p.fail(err)
	}
	start, done, err := p.resume(pos)
	r.start, r.done = start, r.done || done
	return r, err
}

// next makes one request and returns what it found, at most want rows of it unless want is 0. A page may be empty.
func (r *reading) next(ctx context.Context, want int) ([]row, error) {
	in, err := r.plan.input(r.db)
	if err != nil {
		return nil, err
	}
	in.ExclusiveStartKey = r.start
	if n := r.pageSize(want); n > 0 {
		in.Limit = new(int32(n))
	}
	out, err := r.db.query(ctx, in)
	if err != nil {
		return nil, r.plan.fail(r.db.explain(err))
	}
	r.pages++
	r.start, r.done = out.LastEvaluatedKey, len(out.LastEvaluatedKey) == 0
	rows := make([]row, 0, len(out.Items))
	for _, attrs := range out.Items {
		if r.plan.keeps(attrs, r.db) {
			rows = append(rows, row{found: attrs, item: attrs})
		}
	}
	if want > 0 && len(rows) > want {
		rows = rows[:want]
		r.rewind(rows[want-1])
	}
	if r.plan.hydrate {
		err = r.db.hydrate(ctx, r.plan, rows)
	}
	return rows, err
}

// rewind makes last the last row that counts as read.
func (r *reading) rewind(last row) {
	start := item{}
	for _, attr := range r.plan.ix.position() {
		start[attr] = last.found[attr]
	}
	r.start, r.done = start, false
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
		for left := p.q.limit; !r.done; {
			page, err := r.next(ctx, left)
			if err != nil {
				yield(row{}, err)
				return
			}
			for _, it := range page {
				if it.item != nil {
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
	out, err := db.client.Query(ctx, in, m.options)
	m.done(capacityOf(out, func() *types.ConsumedCapacity { return out.ConsumedCapacity })...)
	return out, err
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
