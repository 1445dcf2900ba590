package read

import (
	"context"
	"fmt"
	"math"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/wire"
)

// Hit is one item of a read: what the index returned, and the whole item behind it, the same unless the index does
// not hold enough of it.
type Hit struct {
	Found   attr.Stored // as the index returned it
	Item    attr.Stored // as the table has it; none unless it was found
	Outcome Outcome
}

// Reading is a plan under way. Not safe for concurrent use.
type Reading struct {
	db      *DB
	plan    *Plan
	start   attr.Item // ExclusiveStartKey of the next request
	rows    []Hit     // of the last request, not handed out yet
	ended   bool      // no request is left
	done    bool      // no hit is left
	thin    int       // pages so far of which something was left out
	Ahead   int       // hits of the page that have not been visited yet, the one at hand included
	held    []*wire.Page
	fetched []*wire.Page    // of the whole items of the hits handed out last
	parts   []*shardReading // of a read of all shards, in place of all that
	origin  []*shardReading // of the hits handed out last
	last    attr.Item       // position of the last hit visited, nil if start says it
}

// Begin starts p at a cursor.
func (db *DB) Begin(p *Plan, after string) (*Reading, error) {
	r := &Reading{db: db, plan: p}
	r.ended = p.nothing()
	r.done = r.ended
	if after == "" {
		return r, r.fan(nil)
	}
	pos, err := db.decodeCursor(after)
	if err != nil {
		return nil, p.fail(err)
	}
	if len(p.Shards) > 0 {
		return r, r.fan(&pos)
	}
	start, done, err := p.resume(pos)
	r.start, r.ended = start, r.ended || done
	r.done = r.ended
	return r, err
}

// Each hands the hits of p to visit, page by page, until the query's limit of them counted, visit asks for no more,
// or none is left.
func (db *DB) Each(ctx context.Context, p *Plan, visit func(Hit) (counts, more bool)) error {
	r, err := db.Begin(p, "")
	if err != nil {
		return err
	}
	defer r.Release()
	return r.Each(ctx, false, visit)
}

// Each is [DB.Each] for the rest of a reading; with once, it ends after one request. A context that has ended is an
// error, unless visit has asked for no more.
func (r *Reading) Each(ctx context.Context, once bool, visit func(Hit) (counts, more bool)) error {
	for left := r.plan.Q.Limit; !r.done; {
		page, err := r.next(ctx, left)
		if err != nil {
			return err
		}
		seen, counted := 0, 0
		for seen < len(page) && (left == 0 || counted < left) {
			it := page[seen]
			if r.Ahead = len(page) - seen; left > 0 {
				r.Ahead = min(r.Ahead, left-counted)
			}
			seen++
			if it.Outcome == Throttled && !r.plan.Outcomes {
				return r.plan.fail(fmt.Errorf("%w: item %s stayed unprocessed", fault.ErrThrottled, r.db.Table.KeyText(r.db.Table.KeyOf(it.Found))))
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
		if r.plan.Q.Limit > 0 {
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

// next returns the next hits: as many as the want ones are likely to be among, or all that one request finds if want
// is 0. It makes at most one request, and those that fetch the whole items. A page may be empty. Its hits are valid
// until the next call of next or release.
func (r *Reading) next(ctx context.Context, want int) (rows []Hit, err error) {
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

// batch returns how many of n hits to hand out at once where want are wanted. Of those that have to be fetched it is
// as many as are likely to be needed, up to what one request fetches.
func (r *Reading) batch(want, n int) int {
	if want == 0 || !r.plan.hydrate && !r.plan.partial {
		return n
	}
	return min(n, max(want, min(int(grown(want, r.thin)), call.BatchGetLimit)))
}

// request makes one request.
func (r *Reading) request(ctx context.Context, want int) error {
	in, err := r.plan.Input(r.db)
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
	r.rows = make([]Hit, 0, len(found))
	for _, s := range found {
		if !r.past(s) {
			r.rows = append(r.rows, Hit{Found: s, Item: s})
		}
	}
	if int(out.ScannedCount) > len(r.rows) {
		r.thin++
	}
	return nil
}

// past is [DB.Absent] for an index entry, of which not all may be there: then only the stored TTL tells.
func (r *Reading) past(s attr.Stored) bool {
	if r.plan.hydrate || r.plan.partial {
		return !r.db.Opts.WithExpired && r.db.Dead(s)
	}
	return r.db.Absent(s)
}

// complete fetches the whole items of index entries that do not hold enough.
func (r *Reading) complete(ctx context.Context, rows []Hit) error {
	if !r.plan.hydrate && !r.plan.partial {
		return nil
	}
	var lacking []*Hit
	for i := range rows {
		if r.plan.hydrate || r.plan.outdated(rows[i].Found) {
			lacking = append(lacking, &rows[i])
		}
	}
	held, err := r.db.hydrate(ctx, r.plan, lacking)
	r.fetched = append(r.fetched, held...)
	return err
}

// Release says that the hits of the last page are not used any more.
func (r *Reading) Release() {
	r.held, r.fetched = released(r.held), released(r.fetched)
	for _, s := range r.parts {
		s.Release()
	}
}

func released(pages []*wire.Page) []*wire.Page {
	for _, p := range pages {
		p.Release()
	}
	return pages[:0]
}

// visited says that rows, the first hits of the page handed out last, count as read; with all, they are the whole of
// it.
func (r *Reading) visited(rows []Hit, all bool) {
	switch {
	case len(rows) == 0:
	case len(r.parts) > 0:
		r.merged(rows)
	case all && len(r.rows) == 0:
		r.last = nil
	default:
		r.last = rows[len(rows)-1].Found.Only(r.plan.ix.Position())
	}
	if !all {
		r.done = false
	}
}

// pageSize is the Limit of the next request, 0 for none.
func (p *Plan) pageSize(want, thin int) int32 {
	if p.Q.Examine > 0 {
		return grown(p.Q.Examine, 0)
	}
	return grown(want, thin)
}

// grown is how many items to ask for where n are wanted: twice as many for each page so far of which some were left out.
func grown(n, thin int) int32 {
	return int32(min(int64(min(n, math.MaxInt32))<<min(thin, 16), math.MaxInt32))
}

// Cursor says where the reading stands.
func (r *Reading) Cursor() string {
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
