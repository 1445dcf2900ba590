package write

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// known is what is known of an item: nothing, that it is absent, or what it is. The zero known is nothing; it never
// means that there is no item.
type known struct {
	state knowledge
	item  attr.Item // where it is present
	left  attr.Item // where it is absent: what is left of one that has expired
}

type knowledge uint8

const (
	knownNothing knowledge = iota
	knownAbsent
	knownPresent
)

// seen is what is known of an item once it was read as attrs.
func (db *DB) seen(attrs attr.Item) known {
	switch {
	case len(attrs) == 0:
		return known{state: knownAbsent}
	case db.Dead(model.Loaded(attrs)):
		return known{state: knownAbsent, left: attrs}
	}
	return known{state: knownPresent, item: attrs}
}

// tries is what the tries of one op hand on to each other.
type tries struct {
	item    known
	wanted  bool // the item is to be read before the next try
	newest  newest
	foreign map[string]bool      // constraints that another item holds and that are not ours to give up
	stamp   types.AttributeValue // that each try writes, so that each knows the others' work
	objects *objects             // of the Blobs
	lost    bool                 // whether the response of any attempt was lost: then it is not known what was done
}

// newest is what is known of the numbers of an item with History. The zero newest is nothing: one more than its version is
// the next one.
type newest struct {
	wanted bool // look it up before the next try
	found  bool
	number int64     // the greatest that was used, 0 if none was
	key    attr.Item // of the first version
	first  attr.Item // the first version as it was then, nil if there was none: asserted with the number
}

// again prepares another try after a refusal: the first one at once, on the item that the refusal brought; later ones
// after a pause, and on an item that is read again, since the pause outdates it.
func (t *tries) again(ctx context.Context, attempt int) error {
	if attempt < 2 {
		return nil
	}
	t.forget()
	return call.Pause(ctx, attempt-1)
}

// forget makes the next try read again what was known.
func (t *tries) forget() {
	t.wanted = t.wanted || t.item.state != knownNothing
	t.item, t.newest = known{}, newest{wanted: t.newest.wanted || t.newest.found}
}

// needs is the error of a compilation that cannot go on without knowing something. Compiling makes no request.
type needs struct {
	key     attr.Item
	item    bool      // the item as it is
	newest  attr.Item // the newest version: the key of the first one
	rewrite bool      // the item in the entity's schema
}

func (n *needs) Error() string { return fmt.Sprintf("the item %v has to be read", n.key) }

// plan compiles an op, and reads what that takes. It stores the objects of Blobs once all else is right.
func (db *DB) plan(ctx context.Context, index int, op Op, t *tries) (*prepared, error) {
	if op.e != nil && len(op.e.Blobs) > 0 && t.objects == nil {
		t.objects = newObjects(ctx)
	}
	for range db.Attempts + 2 {
		w, err := db.compile(index, op, t)
		n, ok := err.(*needs) //nolint:errorlint // as compile returns it
		switch {
		case err == nil:
			return w, db.storeObjects(ctx, w)
		case !ok:
			return w, err
		}
		if err := db.find(ctx, op, n, t); err != nil {
			return w, err
		}
	}
	return nil, op.Fail(nil, fmt.Errorf("%w: another writer changed the item between all reads: try again", fault.ErrConflict))
}

// find finds out what compiling an op needs to know.
func (db *DB) find(ctx context.Context, op Op, n *needs, t *tries) error {
	switch {
	case n.rewrite:
		return db.rewriteFor(ctx, op, t)
	case n.newest != nil:
		first, err := db.GetItem(ctx, n.newest, true) // before the query: a Prune changes it before it deletes
		if err != nil {
			return op.Fail(n.newest, db.Explain(err))
		}
		number, err := db.NewestVersion(ctx, op.e, n.newest)
		if err != nil {
			return err
		}
		t.newest = newest{found: true, number: number, key: n.newest, first: first}
		return nil
	}
	attrs, err := db.GetItem(ctx, n.key, true)
	if err != nil {
		return op.Fail(n.key, db.Explain(err))
	}
	t.item = db.seen(attrs)
	return nil
}

// rewriteFor brings the item of an op into the entity's schema, so that conditions and constraints see it so.
func (db *DB) rewriteFor(ctx context.Context, op Op, t *tries) error {
	old := t.item.item
	t.item = known{}
	return db.rewriteOnce(ctx, op, old)
}

// rewriteOnce is rewrite for an item that is read again afterwards. A write of another program is as good then, and
// so is one whose response was lost.
func (db *DB) rewriteOnce(ctx context.Context, op Op, old attr.Item) error {
	if _, _, err := op.e.AsWritten(string(op.Verb), old); err != nil {
		return op.Fail(nil, err) // which names the key
	}
	err := db.rewrite(ctx, op.e, old, func(attr.Item) {})
	if errors.Is(err, fault.ErrConflict) || errors.Is(err, fault.ErrOutcomeUnknown) {
		return nil
	}
	return err
}
