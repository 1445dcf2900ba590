package ddb

import (
	"reflect"

	"github.com/singletable-go/ddb/internal/read"
)

// Read is the read of one item as data, for [DB.TransactGet] and [DB.LoadAll]. It is made by [Entity.Load]. The zero
// Read is refused with [ErrModel].
type Read struct{ r read.Load }

// Load makes the read of the item whose primary key fields are set in *dst, into *dst. If there is no item, the read
// fails with [ErrNotFound], unless it is [Read.Optional].
func (e *Entity[T]) Load(dst *T) Read {
	if dst == nil {
		return Read{read.Load{E: e.e}}
	}
	return Read{read.Load{E: e.e, Dst: reflect.ValueOf(dst).Elem()}}
}

// Optional makes the read report in *found whether the item exists, instead of failing. If it does not, *dst stays as
// it is.
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
