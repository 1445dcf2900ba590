package ddb

import (
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
)

// itemError says that an item cannot be read as one of e, which may be nil.
func (t *mTable) itemError(op string, e *mEntity, s attr.Stored, err error) *fault.ItemError {
	out := &fault.ItemError{Op: op, Key: t.keyText(t.keyOf(s)), Item: s.Attributes(), Err: err}
	if e != nil {
		out.Entity = e.name
	}
	return out
}
