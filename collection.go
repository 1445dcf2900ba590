package ddb

import (
	"reflect"

	"github.com/singletable-go/ddb/internal/read"
)

// Collection names an item collection: the items of every type that share a partition key, in the table or in an index.
// It is made by [Query.Collection] and read by [DB.Gather] and [DB.Items]. It keeps the query's partition, bounds,
// order and Limit, which counts the items of all types that the caller gets. Filter and Select, which name fields of
// one type, are refused.
type Collection struct{ q read.Query }

// IgnoreUnknown skips items that no entity claims, and items of an entity that has no entry in the index. By default
// each is an [ItemError] that matches [ErrUnknown].
func (c Collection) IgnoreUnknown() Collection {
	c.q.IgnoreUnknown = true
	return c
}

// String explains how the whole collection would be read, or why it cannot. [DB.Gather] narrows the read to the types
// of its sinks.
func (c Collection) String() string { return c.q.String() }

// Sink receives the items of one entity in [DB.Gather]. It is made by [Entity.Into]. The zero Sink is refused with
// [ErrModel].
type Sink struct{ s read.Sink }

// String names the entity of the sink.
func (s Sink) String() string { return s.s.String() }

// Into returns the sink that replaces *dst with the items of this entity, in the order of the collection. If Gather
// fails, *dst stays as it is.
func (e *Entity[T]) Into(dst *[]T) Sink {
	if dst == nil {
		return Sink{}
	}
	return Sink{read.Sink{E: e.e, Start: func() read.Sinking {
		var items []T
		return read.Sinking{
			Add: func() reflect.Value {
				var zero T
				items = append(items, zero)
				return reflect.ValueOf(&items[len(items)-1]).Elem()
			},
			Drop: func() { items = items[:len(items)-1] },
			Done: func() { *dst = items },
		}
	}}}
}

func sinksOf(to []read.Sink, sinks []Sink) []read.Sink {
	for _, s := range sinks {
		to = append(to, s.s)
	}
	return to
}
