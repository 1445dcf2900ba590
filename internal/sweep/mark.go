package sweep

import (
	"context"
	"fmt"
	"iter"

	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
)

// marks are the marks of a table's objects, in the order of the objects. A mark is an empty object, whose time says since when
// its object is known to have no reference. Readers that have the item from before can load the content for a grace from then.
type marks struct {
	db   *read.DB
	next func() (ddbblob.Object, error, bool)
	stop func()
	mark ddbblob.Object // the next one, if there is one
	more bool
	err  error
}

// openMarks lists the marks of the objects after one.
func openMarks(ctx context.Context, db *read.DB, after string) *marks {
	if after != "" {
		after = model.MarkPrefix + after
	}
	m := &marks{db: db}
	m.next, m.stop = iter.Pull2(db.Opts.Blobs.List(ctx, model.MarkPrefix+model.ObjectPrefix(db.Name), after))
	m.advance()
	return m
}

func (m *marks) advance() {
	if m.mark, m.err, m.more = m.next(); !m.more {
		m.err = nil
	}
}

func (m *marks) close() { m.stop() }

// before passes over the marks of objects before one, or all of them, and deletes them: these objects are gone.
func (m *marks) before(ctx context.Context, object string, dry bool) error {
	for m.more && m.err == nil && (object == "" || m.mark.Key < model.MarkPrefix+object) {
		if !dry {
			if err := m.db.Opts.Blobs.Delete(ctx, m.mark.Key); err != nil {
				return err
			}
		}
		m.advance()
	}
	return m.err
}

// of returns the mark of an object, once those before it were passed over.
func (m *marks) of(object string) (mark ddbblob.Object, ok bool) {
	if !m.more || m.mark.Key != model.MarkPrefix+object {
		return ddbblob.Object{}, false
	}
	mark = m.mark
	m.advance()
	return mark, true
}

// put marks an object.
func put(ctx context.Context, db *read.DB, object string) error {
	return db.Opts.Blobs.Put(ctx, model.MarkPrefix+object, ddbblob.New(nil).Content())
}

// Mark marks the objects of an item that a change took the reference from. A reference to the object of another item, which is
// text that looks like one, says nothing of that object: a mark would shorten the grace of its readers.
func Mark(ctx context.Context, db *read.DB, was, is attr.Item) error {
	prefix, item := model.ObjectPrefix(db.Name), db.Table.KeyOf(model.Loaded(was))
	gone, have := map[string]bool{}, map[string]bool{}
	model.Texts(gone, was, prefix)
	model.Texts(have, is, prefix)
	for object := range gone {
		if of, err := db.Table.ItemOfObject(db.Name, object); err != nil || have[object] || !attr.EqualItems(of, item) {
			continue
		}
		if err := put(ctx, db, object); err != nil {
			return fmt.Errorf("ddb: mark the object %q: %w", object, err)
		}
	}
	return nil
}
