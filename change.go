package ddb

import (
	"reflect"
	"time"

	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/record"
	"github.com/singletable-go/ddb/internal/sequence"
	"github.com/singletable-go/ddb/internal/view"
)

// ChangeKind says what happened to an item.
type ChangeKind = record.Kind

// The kinds of change.
const (
	// Inserted: there was no such item before.
	Inserted = record.Inserted
	// Modified: the item was there before and is there now.
	Modified = record.Modified
	// Removed: the item was deleted by a request.
	Removed = record.Removed
	// Expired: DynamoDB deleted the item because its TTL had passed, or a request deleted it after that.
	Expired = record.Expired
)

// Change is one record of a stream, typed. Old is zero when the item was inserted, New when it was removed or expired,
// so that c.New.XP - c.Old.XP is what was gained whatever the kind.
//
// A change says what happened once, and may be delivered again, also after later ones: a handler that adds differences
// up counts twice some day. an aggregate of package ddbview does not.
type Change[T any] struct {
	Kind     ChangeKind
	Old, New T
	Sequence string    // orders the changes of one item within one stream
	At       time.Time // when it happened, to the second or millisecond

	record *record.Record
	entity *model.Entity
}

// Changed reports whether the value of the field, given by its address in [Entity.Fields], differs between Old and New.
// Inserting and removing change every field that is not zero. It panics if field is not the address of a field: that
// is a mistake in the program, found with the first record.
func (c Change[T]) Changed(field any) bool {
	if c.entity == nil {
		panic("ddb: Changed: a Change that no Mux made")
	}
	differs, err := view.Changed(c.entity, field, reflect.ValueOf(&c.Old).Elem(), reflect.ValueOf(&c.New).Elem())
	if err != nil {
		panic("ddb: Changed: " + err.Error())
	}
	return differs
}

// After reports whether the change came after the one with the given sequence number, of the same item and in the same
// stream: for a handler that remembers the last one it handled. "" comes before every change. As text the numbers do
// not sort: they have 21 to 40 digits.
func (c Change[T]) After(number string) bool { return sequence.Compare(c.Sequence, number) > 0 }

// Record returns the record that the change was made from, with the images as they were stored.
func (c Change[T]) Record() Record {
	if c.record == nil {
		return Record{}
	}
	return Record(*c.record)
}

// retype is the change with Old and New of the entity's own type.
func retype[T any](c view.Change) Change[T] {
	var out Change[T]
	out.set(c)
	return out
}

func (c *Change[T]) set(to view.Change) {
	*c = Change[T]{Kind: to.Kind, Sequence: to.Sequence, At: to.At, record: to.Record, entity: to.Entity}
	c.Old, _ = to.Old.(T)
	c.New, _ = to.New.(T)
}
