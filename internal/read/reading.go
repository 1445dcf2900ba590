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

// Hit is one item of a read: the index entry and the complete item. Both are the same if the index projects enough.
type Hit struct {
	Found   attr.Stored // the index entry
	Item    attr.Stored // the complete item; none if it was not found
	Outcome Outcome
}

// Reading is the state of a running query. It is not safe for concurrent use.
type Reading struct {
	db      *DB
	plan    *Plan
	start   attr.Item // ExclusiveStartKey of the next request
	hits    []Hit     // of the last request, not returned yet
	ended   bool      // no request is left
	done    bool      // no hit is left
	thin    int       // pages so far of which hits were left out
	Ahead   int       // hits of the page that have not been visited yet, including the current one
	held    []*wire.Page
	fetched []*wire.Page    // pages with the complete items of the hits returned last
	parts   []*shardReading // one for each shard, for a read of all shards
	origin  []*shardReading // the shards of the hits returned last
	last    attr.Item       // position of the last hit visited; if nil, start is the position
}

// Begin starts p after a cursor.
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

// Each calls visit for the hits of p, page by page, until the query's limit is reached, visit stops, or no hit is left.
func (db *DB) Each(ctx context.Context, p *Plan, visit func(Hit) (counts, more bool)) error {
	r, err := db.Begin(p, "")
	if err != nil {
		return err
	}
	defer r.Release()
	return r.Each(ctx, false, visit)
}

// Each is [DB.Each] for the rest of a reading; with once, it ends after one request. A context that has ended is an
// error, unless visit has stopped.
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
				return r.plan.fail(fmt.Errorf("%w: item %s is unprocessed after all attempts", fault.ErrThrottled, r.db.Table.KeyText(r.db.Table.KeyOf(it.Found))))
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
		if once && len(r.hits) == 0 {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return r.plan.fail(err)
	}
	return nil
}

// next returns the next hits: about as many as are needed for want of them, or all hits of one request if want is 0. It makes
// at most one request, and those that fetch complete items. A page may be empty. Its hits are valid until the next call of
// next or Release.
func (r *Reading) next(ctx context.Context, want int) (hits []Hit, err error) {
	r.fetched = released(r.fetched)
	if len(r.parts) > 0 {
		hits, err = r.merge(ctx, want)
	} else {
		if len(r.hits) == 0 {
			err = r.request(ctx, want)
		}
		n := r.batch(want, len(r.hits))
		hits, r.hits = r.hits[:n], r.hits[n:]
		r.done = r.ended && len(r.hits) == 0
	}
	if err != nil {
		return nil, err
	}
	return hits, r.complete(ctx, hits)
}

// batch returns how many of n hits next returns if want are needed. If complete items have to be fetched, it is about as many
// as are needed, up to the limit of one request.
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
	out, page, err := r.db.QueryPage(ctx, r.plan.owner(), in)
	if err != nil {
		return r.plan.fail(r.db.Explain(err))
	}
	r.held = append(released(r.held), page)
	r.start, r.ended = out.LastEvaluatedKey, len(out.LastEvaluatedKey) == 0
	found := attr.StoredItems(page, out.Items)
	r.hits = make([]Hit, 0, len(found))
	for _, s := range found {
		if !r.past(s) {
			r.hits = append(r.hits, Hit{Found: s, Item: s})
		}
	}
	if int(out.ScannedCount) > len(r.hits) {
		r.thin++
	}
	return nil
}

// past is [DB.Absent] for an index entry. If the entry is incomplete, only the stored TTL counts.
func (r *Reading) past(s attr.Stored) bool {
	if r.plan.hydrate || r.plan.partial {
		return !r.db.Opts.WithExpired && r.db.Dead(s)
	}
	return r.db.Absent(s)
}

// complete fetches the complete items of index entries that do not project enough.
func (r *Reading) complete(ctx context.Context, hits []Hit) error {
	if !r.plan.hydrate && !r.plan.partial {
		return nil
	}
	var lacking []*Hit
	for i := range hits {
		if r.plan.hydrate || r.plan.outdated(hits[i].Found) {
			lacking = append(lacking, &hits[i])
		}
	}
	held, err := r.db.hydrate(ctx, r.plan, lacking)
	r.fetched = append(r.fetched, held...)
	return err
}

// Release frees the hits of the last page. The caller must not use them any more.
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

// visited marks hits, the first ones of the last page, as read; with all, they are the complete page.
func (r *Reading) visited(hits []Hit, all bool) {
	switch {
	case len(hits) == 0:
	case len(r.parts) > 0:
		r.merged(hits)
	case all && len(r.hits) == 0:
		r.last = nil
	default:
		r.last = hits[len(hits)-1].Found.Only(r.plan.ix.Position())
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

// grown is how many items to request if n are wanted. It doubles for each page of which hits were left out.
func grown(n, thin int) int32 {
	return int32(min(int64(min(n, math.MaxInt32))<<min(thin, 16), math.MaxInt32))
}

// Cursor returns the position of the reading.
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
