package ddb

import (
	"github.com/singletable-go/ddb/internal/model"
)

// Index is one way to read a table: its primary key, a global or a local secondary index. Made by [NewTable],
// [Table.GSI], [Table.MultiGSI] and [Table.LSI]; immutable once an entity is defined in it.
type Index struct{ m *model.Index }

// indexOf returns the one Index that stands for m, since users compare them.
func indexOf(m *model.Index) *Index {
	return m.Face.(*Index)
}

func newIndex(m *model.Index) *Index {
	ix := &Index{m: m}
	m.Face = ix
	return ix
}

// below returns the model of ix, nil for an index that is nil.
func (ix *Index) below() *model.Index {
	if ix == nil {
		return nil
	}
	return ix.m
}

// KeysOnly makes the index project keys only: cheap to write; reads fetch the rest of each item with BatchGet
// ("hydrate"), one more request for each 100 items. A query that Selects fields of the keys alone does not, unless the
// entity has a TTL.
func (ix *Index) KeysOnly() *Index {
	ix.m.SetKeysOnly()
	return ix
}

// Include makes the index project keys and the named attributes. Reads that need more hydrate, as with
// [Index.KeysOnly]; a query that Selects projected fields alone does not. What reads need beside fields is to be named
// too: the TTL attribute of entities that expire, and "~s" of those that have a [Definition.Schema]. The type attribute
// need not be: where it is not projected, the shape of its key alone says what an item is. A name that no entity stores is taken:
// an index keeps the projection that it was made with, whatever entities stop to store.
func (ix *Index) Include(attrs ...string) *Index {
	ix.m.SetInclude(attrs...)
	return ix
}

// Name returns the index's name, "primary" for the table itself.
func (ix *Index) Name() string { return ix.m.Name }

// String returns the index's name and key attributes.
func (ix *Index) String() string { return ix.m.String() }

// IndexKeys is an entity's keys in one index, as declared with [Definition.Index].
type IndexKeys struct{ m *model.IndexKeys }

// When leaves an item out of the index unless all conds hold for it: a sparse index. Conditions compare fields that
// have attributes of their own with constants; [Expr] is not among them. They are evaluated on the item as a Put would store it: an attribute
// that [Remove] took away counts as the zero value of its field, and so do those that an [Entity.Upsert] did not give. The usual one, for a field that may
// be empty:
//
//	d.Index(ByEmail, ddb.Key(email, ddb.Fold(&p.Email))).When(ddb.Ne(&p.Email, ""))
//
// Where each key attribute is a field's own ([Native]), say Present of fields tagged omitempty: DynamoDB keeps such a row by
// itself, so that an edit of one part of it needs no other.
//
//	d.Index(ByOwner, ddb.Key(ddb.Native(&p.Owner))).When(ddb.Present(&p.Owner))
func (k *IndexKeys) When(conds ...Cond) *IndexKeys {
	k.m.AddWhen(clauses(nil, conds)...)
	return k
}
