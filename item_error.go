package ddb

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
)

// ItemError says which stored item could not be read, and why: no entity claims it (the error matches [ErrUnknown]), its
// key and an attribute disagree, an attribute is of another type than its field, an upgrade failed. It is about that item
// alone: a sequence that yields one goes on, and so does whoever reads it by continuing the loop. It can be deleted by
// its key, and replaced unless its entity has a [Definition.History].
//
// Every part of the primary key is compared with the attribute of its field, by encoding what was read: text, [Fold], [Num],
// [Time], [Text] and [Shard] alike. Not compared are an attribute that is absent or NULL, one that a [Query.Select] or the
// index does not read, and the keys of indexes: an entry that an older template made is read as its item says, until
// [Repository.Reindex] renews it.
type ItemError struct {
	Op     string                          // "get", "query", "scan", …
	Entity string                          // of the read; "" where it was of any, and none claims the item
	Key    string                          // as stored: pk="s#1" sk="s#1"
	Item   map[string]types.AttributeValue // as it was read; of a read that selects attributes, those alone
	Err    error
}

func (e *ItemError) Error() string {
	what := e.Op
	if e.Entity != "" {
		what += " " + e.Entity
	}
	cause := e.Err.Error()
	if !strings.Contains(cause, e.Key) {
		what += " " + e.Key
	}
	return "ddb: " + what + ": " + cause
}

// Unwrap returns the cause.
func (e *ItemError) Unwrap() error { return e.Err }

// itemError says that an item cannot be read as one of e, which may be nil.
func (t *Table) itemError(op string, e *entity, s attr.Stored, err error) *ItemError {
	out := &ItemError{Op: op, Key: t.keyText(t.keyOf(s)), Item: s.Attributes(), Err: err}
	if e != nil {
		out.Entity = e.name
	}
	return out
}

// isItemError reports an error that is about one item.
func isItemError(err error) bool {
	_, ok := errors.AsType[*ItemError](err)
	return ok
}
