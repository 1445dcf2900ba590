package search

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// ErrRebuilding says that another rebuild is under way.
var ErrRebuilding = errors.New("the index is being rebuilt already")

// Rebuild makes a new index from the whole table, beside the old one, and then replaces that. Searches find what the old
// one has meanwhile. What changes meanwhile goes into both: the new one takes part in every Refresh before the scan
// begins, and the scan reads strongly consistently. It scans the table, and reads published things twice.
//
// It returns the number of published things. An error leaves the old index as it was.
func (x *Index) Rebuild(ctx context.Context) (int, error) {
	if !x.rebuilding.TryLock() {
		return 0, ErrRebuilding
	}
	defer x.rebuilding.Unlock()
	next, err := x.create()
	if err != nil {
		return 0, err
	}
	x.begin(next)
	n, err := x.fill(ctx, next)
	if err == nil {
		err = x.replace(next)
	}
	if err != nil {
		x.begin(nil)
		return n, errors.Join(err, next.drop())
	}
	return n, nil
}

// begin lets every Refresh from now on go into next too.
func (x *Index) begin(next *generation) {
	x.writing.Lock()
	defer x.writing.Unlock()
	x.next = next
}

// fill puts all published things of the table into next. What the scan says of a thing may be old already.
func (x *Index) fill(ctx context.Context, next *generation) (int, error) {
	n := 0
	var ids []string
	flush := func() error {
		x.writing.Lock()
		defer x.writing.Unlock()
		n += len(ids)
		err := x.refresh(ctx, []*generation{next}, ids)
		ids = ids[:0]
		return err
	}
	for t, err := range x.store.All(ctx) {
		switch {
		case unreadable(err):
			continue
		case err != nil:
			return n, err
		case t.Status == things.Published:
			ids = append(ids, t.ID)
		}
		if len(ids) == 100 {
			if err := flush(); err != nil {
				return n, err
			}
		}
	}
	return n, flush()
}

// replace makes next the index that is searched, and drops the old one.
func (x *Index) replace(next *generation) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	x.reading.Lock()
	defer x.reading.Unlock()
	if x.now == nil {
		return errClosed
	}
	if next.damaged.Load() {
		return fmt.Errorf("search index: rebuild: %w", ErrIndex)
	}
	if err := x.choose(next); err != nil {
		return err
	}
	old := x.now
	x.now, x.next = next, nil
	_ = old.drop() // what is left of it is deleted by the next Open
	return nil
}

// Difference is a thing that the index and the table disagree on.
type Difference struct{ ID, Problem string }

func (d Difference) String() string { return fmt.Sprintf("thing %q: %s", d.ID, d.Problem) }

// Verify compares the index with the whole table. A thing that changes meanwhile, or whose record has not arrived, may
// be a difference though nothing is wrong: it is none the next time.
func (x *Index) Verify(ctx context.Context) iter.Seq2[Difference, error] {
	return func(yield func(Difference, error) bool) {
		indexed, err := x.versions(ctx)
		if err != nil {
			yield(Difference{}, err)
			return
		}
		for t, err := range x.store.All(ctx) {
			switch bad, ok := errors.AsType[*ddb.ItemError](err); {
			case ok && bad.Entity != things.Things.Name():
				continue
			case err != nil && !ok:
				yield(Difference{}, err)
				return
			}
			version, is := indexed[t.ID]
			delete(indexed, t.ID)
			if problem := compare(t, is, version, err); problem != "" && !yield(Difference{t.ID, problem}, nil) {
				return
			}
		}
		for _, id := range slices.Sorted(maps.Keys(indexed)) {
			if !yield(Difference{id, "in the index, and there is no such thing"}, nil) {
				return
			}
		}
	}
}

// compare says what is wrong with a thing in the index.
func compare(t things.Thing, indexed bool, version int64, err error) string {
	switch published := t.Status == things.Published; {
	case err != nil:
		return fmt.Sprintf("cannot be read: %v", err)
	case published && !indexed:
		return "published, and not in the index"
	case !published && indexed:
		return fmt.Sprintf("in the index, and %s", t.Status)
	case indexed && version != t.Version:
		return fmt.Sprintf("in the index with version %d, and has version %d", version, t.Version)
	}
	return ""
}

func (x *Index) versions(ctx context.Context) (map[string]int64, error) {
	x.mendForSearch()
	x.reading.RLock()
	defer x.reading.RUnlock()
	if x.now == nil {
		return nil, errClosed
	}
	return x.now.versions(ctx)
}

// unreadable reports whether a scan goes on after an error.
func unreadable(err error) bool { return errors.As(err, new(*ddb.ItemError)) }
