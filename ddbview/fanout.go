package ddbview

import (
	"reflect"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/view"
)

// FanOut declares that each S is copied into many T: targets says which, and apply changes one of them and reports whether it
// did. A changed key moves the item, in one transaction. The error joins every fault, as that of [Aggregate] does.
//
// Targets must be a query of the table itself or of a local index: it is read strongly consistently, since a global
// index may not know the target yet, and then nothing would happen, silently. A Limit of it is the number of targets; a
// Select is refused, since targets are read whole; the zero Query is no targets. Where they are in partitions of their own, see
// [FanOutVia]. Where a query has more than one page, and targets move within it, one can be missed that moves from a page that is
// yet to be read to one that was: [FanOutVia] finds all of them.
//
// The record only says which source changed, and with its images, what it is copied into: the targets of the source before and
// after, so that those that it left are told. Apply gets the source as the table has it now, as New, with the Old of the record:
// Inserted without an Old, Modified with both, Removed or Expired where the source is gone. Every write asserts that the target is as it was read, and what apply
// was called for is looked at again after it: so a record that comes again, late or beside others, never takes a
// target back, as long as apply does not. That is the contract of apply: it depends on its arguments alone, reports false
// where the target says what it should already, and compares where newer must win, by time and then by key:
//
//	func(c ddb.Change[Message], g *Group) bool {
//		newer := cmp.Or(c.New.CreatedAt.Compare(g.LastAt), cmp.Compare(c.New.ID, g.LastID)) > 0
//		if c.Kind != ddb.Inserted || !newer {
//			return false
//		}
//		g.LastAt, g.LastID, g.Last = c.New.CreatedAt, c.New.ID, c.New.Text
//		return true
//	}
//
// Without the key, which of two changes of one instant a target shows depends on which came first, and [ddb.View.Verify] takes either
// for right.
//
// The changes of a batch are carried together: apply is called for each in the order of the stream, perhaps more than once, and a
// target is written once: what changed of it, so that attributes that the entity does not know stay. Where a target moves, it is
// written whole: an unknown attribute that another program adds between the read and the write is lost. Each target is written by
// itself, two or two hundred, [ddb.MuxOptions].Workers at once. A target's version is raised. Per batch it costs two reads of each source
// and of the targets (sources by a hundred at once, and a query for those that have their targets in common), and a write of each
// target, four units a KB where it moves. An entity with unique constraints or history is no target. One that has expired is not
// there. An item that a newer program wrote ([ddb.Definition.Schema]) stops the batch, until that program has it.
//
// A record for which a function panics, or a target cannot be written, fails; targets that were written stay so, and the rest
// follow when it is delivered again. So does one of which the old image cannot be decoded: which targets it left is not known. Where
// the environment fails, the batch stops: see [ddb.Mux].
func FanOut[S, T any](name string, from *ddb.Entity[S], into *ddb.Entity[T], targets func(S) ddb.Query[T], apply func(ddb.Change[S], *T) bool) (*ddb.View, error) {
	f := view.NewFanOut(name, face.Entity(from), nil, face.Entity(into), reflect.TypeFor[S]())
	if targets != nil && apply != nil {
		f.Targets = func(s reflect.Value) read.Query { return face.Query(targets(s.Interface().(S))) }
		f.Apply = func(c view.Change, _, t reflect.Value) bool {
			return apply(changeOf[S](c), t.Addr().Interface().(*T))
		}
	}
	v, err := f.Declare()
	if err != nil {
		return nil, err
	}
	return face.View(v).(*ddb.View), nil
}

// MustFanOut is FanOut for package variables; it panics on a fault.
func MustFanOut[S, T any](name string, from *ddb.Entity[S], into *ddb.Entity[T], targets func(S) ddb.Query[T], apply func(ddb.Change[S], *T) bool) *ddb.View {
	v, err := FanOut(name, from, into, targets, apply)
	if err != nil {
		panic(err)
	}
	return v
}

// FanOutVia is FanOut for targets that no strongly consistent query finds, because they are in partitions of their own:
// an item of M for each knows where it stands. Members says which those are, place returns a T with the key that a
// member points to, and apply changes both, so that the member points to the target's new key. Both are written in one
// transaction. Targets are read by a hundred at once. One that is not where its member says, and does not turn up, is left alone.
func FanOutVia[S, M, T any](name string, from *ddb.Entity[S], via *ddb.Entity[M], into *ddb.Entity[T], members func(S) ddb.Query[M], place func(M) T, apply func(ddb.Change[S], *M, *T) bool) (*ddb.View, error) {
	f := view.NewFanOut(name, face.Entity(from), face.Entity(via), face.Entity(into), reflect.TypeFor[S]())
	if members != nil && place != nil && apply != nil {
		f.Targets = func(s reflect.Value) read.Query { return face.Query(members(s.Interface().(S))) }
		f.Place = func(m reflect.Value) reflect.Value {
			t := place(m.Interface().(M))
			return reflect.ValueOf(&t).Elem()
		}
		f.Apply = func(c view.Change, m, t reflect.Value) bool {
			return apply(changeOf[S](c), m.Addr().Interface().(*M), t.Addr().Interface().(*T))
		}
	}
	v, err := f.Declare()
	if err != nil {
		return nil, err
	}
	return face.View(v).(*ddb.View), nil
}

// MustFanOutVia is FanOutVia for package variables; it panics on a fault.
func MustFanOutVia[S, M, T any](name string, from *ddb.Entity[S], via *ddb.Entity[M], into *ddb.Entity[T], members func(S) ddb.Query[M], place func(M) T, apply func(ddb.Change[S], *M, *T) bool) *ddb.View {
	v, err := FanOutVia(name, from, via, into, members, place, apply)
	if err != nil {
		panic(err)
	}
	return v
}

func changeOf[T any](c view.Change) (out ddb.Change[T]) {
	face.Change(&out, c)
	return out
}
