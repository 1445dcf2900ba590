package ddb

import (
	"context"
	"fmt"
	"math"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/wire"
)

// row is one item of a read: what the index returned, and the whole item behind it, the same unless the index does
// not hold enough of it.
type row struct {
	found   attr.Stored // as the index returned it
	item    attr.Stored // as the table has it; none unless it was found
	outcome rOutcome
}

// reading is a plan under way. Not safe for concurrent use.
type reading struct {
	db      *rDB
	plan    *readPlan
	start   attr.Item // ExclusiveStartKey of the next request
	rows    []row     // of the last request, not handed out yet
	ended   bool      // no request is left
	done    bool      // no row is left
	thin    int       // pages so far of which something was left out
	ahead   int       // rows of the page that have not been visited yet, the one at hand included
	held    []*wire.Page
	fetched []*wire.Page    // behind the rows handed out last
	parts   []*shardReading // of a read of all shards, in place of all that
	origin  []*shardReading // of the rows handed out last
	last    attr.Item       // position of the last row visited, nil if start says it
}

// read starts p at a cursor.
func (db *rDB) read(p *readPlan, after string) (*reading, error) {
	r := &reading{db: db, plan: p}
	r.ended = p.nothing()
	r.done = r.ended
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
	r.start, r.ended = start, r.ended || done
	r.done = r.ended
	return r, err
}

// each hands the rows of p to visit, page by page, until the query's limit of them counted, visit asks for no more, or
// none is left.
func (db *rDB) each(ctx context.Context, p *readPlan, visit func(row) (counts, more bool)) error {
	r, err := db.read(p, "")
	if err != nil {
		return err
	}
	defer r.release()
	return r.each(ctx, false, visit)
}

// each is DB.each for the rest of a reading; with once, it ends after one request. A context that has ended is an error, unless visit has asked for
// no more.
func (r *reading) each(ctx context.Context, once bool, visit func(row) (counts, more bool)) error {
	for left := r.plan.q.limit; !r.done; {
		page, err := r.next(ctx, left)
		if err != nil {
			return err
		}
		seen, counted := 0, 0
		for seen < len(page) && (left == 0 || counted < left) {
			it := page[seen]
			if r.ahead = len(page) - seen; left > 0 {
				r.ahead = min(r.ahead, left-counted)
			}
			seen++
			if it.outcome == rThrottled && !r.plan.outcomes {
				return r.plan.fail(fmt.Errorf("%w: item %s stayed unprocessed", fault.ErrThrottled, r.db.Table.KeyText(r.db.Table.KeyOf(it.found))))
			}
			counts, more := visit(it)
			if counts {
				counted++
			}
			if !more {
				return nil
			}
		}
		r.visited(page[:seen], seen == len(page))
		if counted < seen {
			r.thin++
		}
		if r.plan.q.limit > 0 {
			if left -= counted; left <= 0 {
				break
			}
		}
		if once && len(r.rows) == 0 {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return r.plan.fail(err)
	}
	return nil
}

// next returns the next rows, as many as the want ones are likely to be among, or all that one request finds if want is 0. It makes at most one request, and what fetches
// the items behind the rows. A page may be empty. Its rows may be looked at until the next call of next or release.
func (r *reading) next(ctx context.Context, want int) (rows []row, err error) {
	r.fetched = released(r.fetched)
	if len(r.parts) > 0 {
		rows, err = r.merge(ctx, want)
	} else {
		if len(r.rows) == 0 {
			err = r.request(ctx, want)
		}
		n := r.batch(want, len(r.rows))
		rows, r.rows = r.rows[:n], r.rows[n:]
		r.done = r.ended && len(r.rows) == 0
	}
	if err != nil {
		return nil, err
	}
	return rows, r.complete(ctx, rows)
}

// batch is how many of n rows are handed out at once where want are wanted: of those that have to be fetched as many as are likely
// to be needed, up to what one request fetches.
func (r *reading) batch(want, n int) int {
	if want == 0 || !r.plan.hydrate && !r.plan.partial {
		return n
	}
	return min(n, max(want, min(int(grown(want, r.thin)), call.BatchGetLimit)))
}

// request makes one request.
func (r *reading) request(ctx context.Context, want int) error {
	in, err := r.plan.input(r.db)
	if err != nil {
		return err
	}
	in.ExclusiveStartKey = r.start
	if n := r.plan.pageSize(want, r.thin); n > 0 {
		in.Limit = new(n)
	}
	out, page, err := r.db.QueryPage(ctx, in)
	if err != nil {
		return r.plan.fail(r.db.Explain(err))
	}
	r.held = append(released(r.held), page)
	r.start, r.ended = out.LastEvaluatedKey, len(out.LastEvaluatedKey) == 0
	found := attr.StoredItems(page, out.Items)
	r.rows = make([]row, 0, len(found))
	for _, s := range found {
		if !r.past(s) {
			r.rows = append(r.rows, row{found: s, item: s})
		}
	}
	if int(out.ScannedCount) > len(r.rows) {
		r.thin++
	}
	return nil
}

// past is DB.past for a row, of which not all may be there: then only the stored TTL tells.
func (r *reading) past(s attr.Stored) bool {
	if r.plan.hydrate || r.plan.partial {
		return !r.db.opts.WithExpired && r.db.dead(s)
	}
	return r.db.past(s)
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
	r.fetched = append(r.fetched, held...)
	return err
}

// release says that nobody looks at the rows of the last page anymore.
func (r *reading) release() {
	r.held, r.fetched = released(r.held), released(r.fetched)
	for _, s := range r.parts {
		s.release()
	}
}

func released(pages []*wire.Page) []*wire.Page {
	for _, p := range pages {
		p.Release()
	}
	return pages[:0]
}

// visited says that rows, the first of the page handed out last, count as read; with all, they are the whole of it.
func (r *reading) visited(rows []row, all bool) {
	switch {
	case len(rows) == 0:
	case len(r.parts) > 0:
		r.merged(rows)
	case all && len(r.rows) == 0:
		r.last = nil
	default:
		r.last = rows[len(rows)-1].found.Only(r.plan.ix.Position())
	}
	if !all {
		r.done = false
	}
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
func (r *reading) cursor() string {
	if r.done {
		return ""
	}
	if len(r.parts) > 0 {
		return r.db.encodeCursor(r.standing())
	}
	at := r.last
	if at == nil {
		at = r.start
	}
	return r.db.encodeCursor(position{
		query: r.plan.fingerprint(),
		keys:  []keyPosition{{state: afterKey, key: r.plan.ix.KeyValues(at)}},
	})
}
