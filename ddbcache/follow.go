package ddbcache

import (
	"context"
	"slices"

	"github.com/singletable-go/ddb"
)

// Processor handles the records of a stream; a *[ddb.Mux] is one.
type Processor interface {
	Process(ctx context.Context, records []ddb.Record) (failed []string, err error)
}

// Follower is a [Processor] in front of another, usually a [ddb.Mux]: see [Cache.Follow]. It is safe for concurrent use.
type Follower struct {
	c    *Cache
	t    *table
	next Processor
}

// Follow returns a processor that removes from the cache what the records of a table's stream have changed, and then hands
// them to next, so that a handler reads data that includes its record. next may be nil. It sees every record: those of
// unknown entities and of the library's own items too, which a Mux does not hand to its handlers.
//
//	reader := ddbstream.NewReader(streams, "app", cache.Follow("app", mux), &ddbstream.MemoryStore{}, &ddbstream.Options{Latest: true})
//
// Records may be late, come twice, or out of order. An item that is in the cache as a record says stays there: a program's
// own writes come back in the stream.
func (c *Cache) Follow(table string, next Processor) *Follower {
	return &Follower{c, c.table(nameOf(table)), next}
}

// Process removes what records have changed, and returns what next does. It makes no request of its own.
func (f *Follower) Process(ctx context.Context, records []ddb.Record) (failed []string, err error) {
	if slices.ContainsFunc(records, func(r ddb.Record) bool { return r.Raw != nil }) {
		f.c.forget(f.t)
	}
	for _, r := range records {
		if r.Raw != nil {
			continue
		}
		var is *entry
		switch {
		case r.Kind == ddb.Removed || r.Kind == ddb.Expired:
			is = entryOf(nil)
		case len(r.New) > 0:
			is = entryOf(r.New)
		}
		f.c.changed(f.t, r.Keys, is)
	}
	if f.next == nil {
		return nil, nil
	}
	return f.next.Process(ctx, records)
}

// Gap forgets the table, because records of its stream were lost, and tells next if it has such a method, as a Mux has. A
// reader of package ddbstream calls it.
func (f *Follower) Gap(ctx context.Context, cause error) error {
	f.c.forget(f.t)
	if next, ok := f.next.(interface {
		Gap(ctx context.Context, cause error) error
	}); ok {
		return next.Gap(ctx, cause)
	}
	return nil
}

// Stats returns the counts of next, if it is a Mux: the status of a reader has them.
func (f *Follower) Stats() ddb.MuxStats {
	if next, ok := f.next.(interface{ Stats() ddb.MuxStats }); ok {
		return next.Stats()
	}
	return ddb.MuxStats{}
}
