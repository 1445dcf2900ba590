// Package search finds published things by what they say, and by place, age and day. Its index follows the stream of the
// table, which stays the truth: the index says only which things to read.
//
// A record of the stream says that a thing has changed. Refresh reads the thing as it is now, strongly consistently, and
// puts that into the index, while it lets no other refresh in. So a record that is late, out of order or there twice does
// no harm: each one makes the index as right as the table is at that moment, and the last write of a thing has a record.
package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/blevesearch/bleve/v2"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// Index is the full-text index of the published things of a table. Make it with [Open]. It is safe for concurrent use.
type Index struct {
	store *things.Store
	dir   string // "": in memory

	writing sync.Mutex  // one refresh at a time: read and write are one step
	next    *generation // what a rebuild fills, nil if there is none

	reading sync.RWMutex // a search keeps its generation open
	now     *generation

	rebuilding sync.Mutex
}

// Refresh makes the index right for things, as the table has them now.
func (x *Index) Refresh(ctx context.Context, ids ...string) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	if err := x.mend(); err != nil {
		return err
	}
	into := []*generation{x.now}
	if x.next != nil && !x.next.damaged.Load() { // its rebuild fails
		into = append(into, x.next)
	}
	err := x.refresh(ctx, into, ids)
	x.shut()
	return err
}

// refresh is Refresh for some generations; x.writing is locked.
func (x *Index) refresh(ctx context.Context, into []*generation, ids []string) error {
	for some := range slices.Chunk(ids, 100) { // a request of the table each
		found, err := x.store.Newest(ctx, some...)
		if err != nil && !onlyUnreadable(found) {
			return err
		}
		for _, g := range into {
			if err := g.put(found); err != nil {
				return fmt.Errorf("%w: %w", ddb.ErrUnavailable, err)
			}
		}
	}
	return nil
}

// onlyUnreadable reports whether all things were looked for, and some cannot be read: those are not found.
func onlyUnreadable(found []ddb.Lookup[things.Thing]) bool {
	throttled := func(l ddb.Lookup[things.Thing]) bool { return l.Outcome == ddb.LookupThrottled }
	return found != nil && !slices.ContainsFunc(found, throttled)
}

// Mux returns the mux that keeps the index up to date with the records of the table's stream.
func (x *Index) Mux() *ddb.Mux {
	mux := ddb.NewMux(things.OneTable, &ddb.MuxOptions{SkipUndecodable: true})
	mux.HandleBatch(func(ctx context.Context, changes []ddb.Change[any]) error {
		var ids []string
		for _, c := range changes {
			for _, image := range []any{c.Old, c.New} {
				if t, ok := image.(things.Thing); ok && !slices.Contains(ids, t.ID) {
					ids = append(ids, t.ID)
				}
			}
		}
		return x.Refresh(ctx, ids...)
	})
	return mux
}

// Result is a page of what was found.
type Result struct {
	Things []things.Thing // the best first, or the nearest
	Total  int            // on all pages
	Tags   []TagCount     // of what was found, the most frequent first
	More   bool           // there is another page
}

// TagCount says how many of the found things have a tag.
type TagCount struct {
	Tag   string
	Count int
}

// Find returns the published things that a query finds. It reads them with one request. A thing that is not published
// any more is left out, though the index may still have it and count it.
func (x *Index) Find(ctx context.Context, q Query) (Result, error) {
	hits, err := x.hits(ctx, q)
	if err != nil {
		return Result{}, err
	}
	ids := make([]string, len(hits.Hits))
	for i, hit := range hits.Hits {
		ids[i] = hit.ID
	}
	found, err := x.store.ThingsByID(ctx, ids...)
	if err != nil && !onlyUnreadable(found) {
		return Result{}, err
	}
	result := Result{Total: int(hits.Total), More: hits.Total > uint64(q.first()+len(hits.Hits))}
	for _, l := range found {
		if l.Found() && l.Item.Status == things.Published {
			result.Things = append(result.Things, l.Item)
		}
	}
	if tags := hits.Facets["tags"]; tags != nil && tags.Terms != nil { // an index without documents has none
		for _, tag := range tags.Terms.Terms() {
			result.Tags = append(result.Tags, TagCount{tag.Term, tag.Count})
		}
	}
	return result, nil
}

// hits asks the index.
func (x *Index) hits(ctx context.Context, q Query) (found *bleve.SearchResult, err error) {
	x.mendForSearch()
	x.reading.RLock()
	defer x.reading.RUnlock()
	if x.now == nil {
		return nil, errClosed
	}
	err = x.now.guard(func() error {
		r, err := q.request(x.now.index.Mapping().AnalyzerNamed(english))
		if err == nil {
			found, err = x.now.index.SearchInContext(ctx, r)
		}
		return err
	})
	return found, err
}

var errClosed = errors.New("search index: closed")

// Close closes the index. One in memory is gone.
func (x *Index) Close() error {
	x.writing.Lock()
	defer x.writing.Unlock()
	x.reading.Lock()
	defer x.reading.Unlock()
	if x.now == nil {
		return nil
	}
	err := x.now.close()
	x.now = nil
	return err
}
