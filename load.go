package ddb

import (
	"reflect"

	"github.com/singletable-go/ddb/internal/read"
)

// Read is a read of one item as data, for [DB.TransactGet] and [DB.BatchGet]: made by [Entity.Load].
type Read struct{ r read.Load }

// Load makes the read of the item whose primary key fields *dst holds, into *dst. If there is none, the read fails with
// [ErrNotFound], unless it is [Read.Optional].
func (e *Entity[T]) Load(dst *T) Read {
	if dst == nil {
		return Read{read.Load{E: e.e}}
	}
	return Read{read.Load{E: e.e, Dst: reflect.ValueOf(dst).Elem()}}
}

// Optional makes the read say in *found whether there is an item, instead of failing; *dst then stays as it is.
func (r Read) Optional(found *bool) Read {
	r.r.Found = found
	return r
}

func readsOf(to []read.Load, reads []Read) []read.Load {
	for _, r := range reads {
		to = append(to, r.r)
	}
	return to
}
