package ddb

import (
	"context"
	"fmt"
	"math"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/wire"
)

// row is one item of a read: what the index returned, and the whole item behind it, the same unless the index does
// not hold enough of it.
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
	thin  int // pages so far of which something was left out
	ahead int // rows of the page that have not been visited yet, the one at hand included
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

// each hands the rows of p to visit, page by page, until the query's limit of them counted, visit asks for no more, or
// none is left.
func (db *DB) each(ctx context.Context, p *readPlan, visit func(row) (counts, more bool)) error {
	r, err := db.read(p, "")
	if err != nil {
		return err
	}
	defer r.release()
	return r.each(ctx, false, visit)
}

// each is DB.each for the rest of a reading; with once, it ends after one request.
func (r *reading) each(ctx context.Context, once bool, visit func(row) (counts, more bool)) error {
	for left := r.plan.q.limit; !r.done; {
		page, err := r.next(ctx, left)
		if err != nil {
			return err
		}
		counted := 0
		for i, it := range page {
			r.ahead = len(page) - i
			if it.outcome == Throttled && !r.plan.outcomes {
				return r.plan.fail(fmt.Errorf("%w: item %s stayed unprocessed", ErrThrottled, r.db.table.keyText(r.db.table.keyOf(it.found))))
			}
			counts, more := visit(it)
			if counts {
				counted++
			}
			if !more {
				return nil
			}
		}
		if counted < len(page) {
			r.thin++
		}
		if r.plan.q.limit > 0 {
			if left -= counted; left <= 0 {
				return nil
			}
		}
		if once {
			return nil
		}
	}
	return nil
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
	if n := r.plan.pageSize(want, r.thin); n > 0 {
		in.Limit = new(n)
	}
	out, page, err := r.db.queryPage(ctx, in)
	if err != nil {
		return nil, r.plan.fail(r.db.explain(err))
	}
	r.release()
	r.held = append(r.held, page)
	r.start, r.done = out.LastEvaluatedKey, len(out.LastEvaluatedKey) == 0
	found := storedItems(page, out.Items)
	rows := make([]row, 0, len(found))
	for _, s := range found {
		if !r.db.past(s) {
			rows = append(rows, row{found: s, item: s})
		}
	}
	if int(out.ScannedCount) > len(rows) {
		r.thin++
	}
	if want > 0 && len(rows) > want {
		rows = rows[:want]
		r.rewind(rows[want-1])
	}
	return rows, r.complete(ctx, rows)
}

// complete fetches the items of the rows that are not enough by themselves.
func (r *reading) complete(ctx context.Context, rows []row) error {
	if !r.plan.hydrate && !r.plan.partial {
		return nil
	}
	var lacking []*row
	for i := range rows {
		if r.plan.hydrate || r.plan.outdated(rows[i].found) {
			lacking = append(lacking, &rows[i])
		}
	}
	held, err := r.db.hydrate(ctx, r.plan, lacking)
	r.held = append(r.held, held...)
	return err
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

// pageSize is the Limit of the next request, 0 for none.
func (p *readPlan) pageSize(want, thin int) int32 {
	if p.q.examine > 0 {
		return grown(p.q.examine, 0)
	}
	return grown(want, thin)
}

// grown is how many items to ask for where n are wanted: twice as many for each page so far of which some were left out.
func grown(n, thin int) int32 {
	return int32(min(int64(min(n, math.MaxInt32))<<min(thin, 16), math.MaxInt32))
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
