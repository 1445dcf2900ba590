package ddb

import (
	"reflect"
	"time"

	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/sequence"
)

// ChangeKind says what happened to an item.
type ChangeKind string

// The kinds of change.
const (
	// Inserted: there was no such item before.
	Inserted ChangeKind = "inserted"
	// Modified: the item was there before and is there now.
	Modified ChangeKind = "modified"
	// Removed: the item was deleted by a request.
	Removed ChangeKind = "removed"
	// Expired: DynamoDB deleted the item because its TTL had passed, or a request deleted it after that.
	Expired ChangeKind = "expired"
)

// Change is one record of a stream, typed. Old is zero when the item was inserted, New when it was removed or expired,
// so that c.New.XP - c.Old.XP is what was gained whatever the kind.
//
// A change says what happened once, and may be delivered again, also after later ones: a handler that adds differences
// up counts twice some day. [Aggregate] does not.
type Change[T any] struct {
	Kind     ChangeKind
	Old, New T
	Sequence string    // orders the changes of one item within one stream
	At       time.Time // when it happened, to the second or millisecond

	record *Record
	entity *model.Entity
}

// Changed reports whether the value of the field, given by its address in [Entity.Fields], differs between Old and New.
// Inserting and removing change every field that is not zero. It panics if field is not the address of a field: that
// is a mistake in the program, found with the first record.
func (c Change[T]) Changed(field any) bool {
	if c.entity == nil {
		panic("ddb: Changed: a Change that no Mux made")
	}
	f, err := c.entity.Proto.Resolve(field)
	if err != nil {
		panic("ddb: Changed: " + err.Error())
	}
	return !equalField(f, reflect.ValueOf(&c.Old).Elem(), reflect.ValueOf(&c.New).Elem())
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
	return *c.record
}

// equalField compares a field of two items, times by the instant.
func equalField(f *field.Field, a, b reflect.Value) bool {
	x, y := fieldOf(f, a), fieldOf(f, b)
	if s, ok := x.(time.Time); ok {
		t, same := y.(time.Time)
		return same && s.Equal(t)
	}
	return reflect.DeepEqual(x, y)
}

// fieldOf returns the value of f in item, which may be an interface that holds an item or nothing.
func fieldOf(f *field.Field, item reflect.Value) any {
	if item.Kind() == reflect.Interface {
		item = item.Elem()
	}
	if !item.IsValid() {
		return reflect.Zero(f.Type).Interface()
	}
	return f.Get(item).Interface()
}

// retype is the change with Old and New of the entity's own type.
func retype[T any](c Change[any]) Change[T] {
	out := Change[T]{Kind: c.Kind, Sequence: c.Sequence, At: c.At, record: c.record, entity: c.entity}
	out.Old, _ = c.Old.(T)
	out.New, _ = c.New.(T)
	return out
}
