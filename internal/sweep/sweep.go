package sweep

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
)

// Hooks disable parts of the protocol in tests that show why each part is needed.
type Hooks struct {
	NoGrace   bool // objects of any age are deleted
	NoItem    bool // the item is not asked
	NoHistory bool // versions are not asked
	NoMark    bool // an object is deleted when it is first seen without a reference
}

// HooksKey is the key of the [Hooks] in a context.
type HooksKey struct{}

// sweep is one run.
type sweep struct {
	db    *read.DB
	opts  ddbblob.SweepOptions
	hooks Hooks
	swept ddbblob.Swept
	marks *marks
	at    owner
}

// owner is the item that the last objects belonged to. Objects come sorted, so those of one item follow each other.
type owner struct {
	id   string
	read time.Time       // when its references were read
	refs map[string]bool // nil until they were
	last string          // its last object
}

// Run lists the store of db. It marks the objects of its table that are older than the grace and that nothing refers to, and
// deletes those that an earlier run marked, a grace ago.
func Run(ctx context.Context, db *read.DB, opts ddbblob.SweepOptions) (ddbblob.Swept, error) {
	s := &sweep{db: db, opts: opts}
	s.hooks, _ = ctx.Value(HooksKey{}).(Hooks)
	if err := s.run(ctx); err != nil {
		return s.swept, fmt.Errorf("ddb: sweep blobs of %s: %w", db.Name, err)
	}
	return s.swept, nil
}

func (s *sweep) run(ctx context.Context) error {
	if s.opts.Grace == 0 {
		s.opts.Grace = ddbblob.DefaultGrace
	}
	switch {
	case s.db.Opts.Blobs == nil:
		return fault.Model("the DB has no store: set Options.Blobs")
	case s.opts.Grace < ddbblob.MinGrace:
		return fault.Model("Grace is %s: a write may still be under way: use %s or more", s.opts.Grace, ddbblob.MinGrace)
	}
	s.marks = openMarks(ctx, s.db, s.opts.After)
	defer s.marks.close()
	for o, err := range s.db.Opts.Blobs.List(ctx, model.ObjectPrefix(s.db.Name), s.opts.After) {
		if err == nil {
			err = s.object(ctx, o)
		}
		if err != nil {
			return err
		}
	}
	if err := s.marks.before(ctx, "", s.opts.DryRun); err != nil {
		return err
	}
	s.leave()
	return ctx.Err()
}

// object marks or deletes one object, unless it is referred to, too young, or not of an item of the table.
func (s *sweep) object(ctx context.Context, o ddbblob.Object) error {
	s.swept.Objects++
	key, err := s.db.Table.ItemOfObject(s.db.Name, o.Key)
	if err != nil {
		s.swept.Unknown++
		return nil
	}
	if id := string(s.db.Table.AppendKey(nil, model.Loaded(key))); id != s.at.id {
		s.leave()
		s.at = owner{id: id}
	}
	if err := s.marks.before(ctx, o.Key, s.opts.DryRun); err != nil {
		return err
	}
	mark, marked := s.marks.of(o.Key)
	if o.Time.IsZero() || marked && mark.Time.IsZero() {
		return fmt.Errorf("object %q: the store does not say when it was put: List of a Store sets Object.Time", o.Key)
	}
	s.at.last = o.Key
	if s.at.refs == nil {
		s.at.read = s.db.Opts.Now()
	}
	if s.young(o) {
		s.swept.Young++
		return nil
	}
	if s.at.refs == nil {
		refs, err := s.references(ctx, key)
		if err != nil {
			return fmt.Errorf("object %q: %w", o.Key, err)
		}
		s.at.refs = refs
	}
	switch {
	case s.at.refs[o.Key]:
		s.swept.Referenced++
		if marked && !s.opts.DryRun { // it came back past the library
			return s.db.Opts.Blobs.Delete(ctx, mark.Key)
		}
		return nil
	case !marked && !s.hooks.NoMark:
		s.swept.Marked++
		if s.opts.DryRun {
			return nil
		}
		return put(ctx, s.db, o.Key)
	case s.young(mark) && !s.hooks.NoMark:
		s.swept.Marked++
		return nil
	}
	return s.delete(ctx, o, mark.Key)
}

// delete deletes an object, and then its mark.
func (s *sweep) delete(ctx context.Context, o ddbblob.Object, mark string) error {
	if s.opts.Deleting != nil {
		if err := s.opts.Deleting(o); err != nil {
			return err
		}
	}
	if !s.opts.DryRun {
		for _, key := range []string{o.Key, mark} {
			if key == "" {
				continue
			}
			if err := s.db.Opts.Blobs.Delete(ctx, key); err != nil {
				return err
			}
		}
	}
	s.swept.Deleted++
	s.swept.Bytes += o.Size
	return nil
}

// young reports whether an object, or a mark, was stored within the grace before the references of its item were read.
func (s *sweep) young(o ddbblob.Object) bool {
	return s.at.read.Sub(o.Time) < s.opts.Grace && !s.hooks.NoGrace
}

// leave passes a checkpoint on, behind the last object of an item.
func (s *sweep) leave() {
	if s.opts.Checkpoint != nil && s.at.last != "" {
		s.opts.Checkpoint(s.at.last)
	}
}

// references returns which objects an item and its versions refer to. The item is read first: a reference that it has lost by
// then is in a version that was written before, or nowhere, and does not come back.
func (s *sweep) references(ctx context.Context, key attr.Item) (map[string]bool, error) {
	refs, prefix := map[string]bool{}, model.ObjectPrefix(s.db.Name)
	if !s.hooks.NoItem {
		item, err := s.db.GetItem(ctx, key, true)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", s.db.Table.KeyText(key), s.db.Explain(err))
		}
		model.Texts(refs, item, prefix)
	}
	if s.hooks.NoHistory {
		return refs, nil
	}
	for _, e := range s.db.Table.Entities {
		one, err := e.FirstVersion(key)
		if err != nil {
			return nil, err
		}
		if one == nil {
			continue
		}
		for version, err := range s.db.VersionItems(ctx, e, one, false) {
			if err != nil {
				return nil, err
			}
			model.Texts(refs, version, prefix)
		}
	}
	return refs, nil
}
