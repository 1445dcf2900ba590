package ddbview

import (
	"reflect"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/view"
)

// FanOut declares that fields of each S are copied into many T. targets returns the query for the targets of a source. apply
// changes one target and reports whether it did. If apply changes the key, the target moves in one transaction. Both entities
// must be in one table. The error joins every fault and matches [ddb.ErrModel]. FanOut makes no requests.
//
// # The targets
//
// targets must return a query of the table itself or of a local secondary index, because it is read strongly consistently: a
// global secondary index may not contain a new target yet. A Limit of the query is the number of targets. A Select is an error,
// since targets are read completely. The zero Query means no targets. For targets in different partitions, see [FanOutVia].
//
// If a query has several pages, a target that moves between them may be missed: from a page that is not read yet to one that was
// read. [FanOutVia] has no such gap.
//
// An entity with unique constraints or a history cannot be a target. An expired target counts as absent.
//
// # The contract of apply
//
// apply gets the source as the table has it now, as New, and the Old of the record. Kind is Inserted without an Old, Modified with
// both, and Removed or Expired if the source no longer exists. The targets are those of the source before and after the change, so
// that apply also gets the targets that the source left. apply must depend on its arguments only, and return false if the target is
// up to date. If a newer source must win, compare by time and then by key:
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
// Without the key, two changes with the same time can each win, and [ddb.View.Verify] accepts either.
//
// Every write asserts that the target is as it was read, and the source is read again after it. So a record that comes again, late
// or concurrently, does not overwrite newer data, if apply keeps this contract.
//
// # What it writes
//
// The changes of a batch are applied together, in the order of the stream, and apply may be called more than once for a change.
// Each target is written once, with the changed attributes only; attributes unknown to the entity stay. A target that moves is
// written completely: an unknown attribute that another program adds between the read and the write is lost. The version of a
// target increases. Each target has a write of its own, and [ddb.MuxOptions].Workers of them run concurrently.
//
// # Errors
//
// A record fails if a function panics or a target cannot be written. Targets that were written stay so; the others follow when
// the record is delivered again. A record also fails if its old image cannot be decoded: it is not known which targets the source
// left. If the service, the network or a permission fails, the batch stops: see [ddb.Mux]. It also stops at an item of a newer
// [ddb.Definition.Schema], until this program is updated.
//
// # What it costs
//
// For each batch: two reads of each source and of its targets, and a write of each target that changes. A target that moves costs
// four units for each KB. Sources are read in batches of a hundred keys, the targets with one query for all sources that share it.
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

// MustFanOut is [FanOut] for package variables. It panics on an error.
func MustFanOut[S, T any](name string, from *ddb.Entity[S], into *ddb.Entity[T], targets func(S) ddb.Query[T], apply func(ddb.Change[S], *T) bool) *ddb.View {
	v, err := FanOut(name, from, into, targets, apply)
	if err != nil {
		panic(err)
	}
	return v
}

// FanOutVia is [FanOut] for targets in different partitions, which no single strongly consistent query finds. For each target there
// is an item of M that points to it. members returns the query for these items. place returns a T with the key that a member points
// to. apply changes the target and, if the target's key changes, the member. Both are written in one transaction. A target that is
// not where its member points, and is not found by reading the member again, is skipped.
//
// Requests, capacity and errors are those of FanOut, with the members in place of the targets' query. Targets are read in batches of
// a hundred keys. A change of a source is Modified for apply, and costs these reads also if apply returns false for each target.
// FanOutVia itself makes no requests.
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

// MustFanOutVia is [FanOutVia] for package variables. It panics on an error.
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
