package ddb

import (
	"github.com/singletable-go/ddb/internal/model"
)

// Index is one way to read a table: its primary key, a global or a local secondary index. It is made by [NewTable],
// [Table.GSI], [Table.MultiGSI] and [Table.LSI], and is immutable once an entity is defined in it.
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

// KeysOnly makes the index project keys only. Writes are cheaper. Reads fetch the rest of each item with BatchGet
// ("hydrate"): one more request for each 100 items. A query that Selects key fields only does not, unless the entity
// has a TTL.
func (ix *Index) KeysOnly() *Index {
	ix.m.SetKeysOnly()
	return ix
}

// Include makes the index project keys and the named attributes. Reads that need more fetch the items, as with
// [Index.KeysOnly]; a query that Selects projected fields only does not.
//
// Name also what reads need besides fields: the TTL attribute of entities that expire, and "~s" for those with a
// [Definition.Schema]. The type attribute is optional: if it is not projected, the shape of its key shows the type of
// an item. A name that no entity stores is accepted, since an index keeps the projection that it was created with.
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

// When makes the index sparse: an item has an entry only if all conds hold for it. Conditions compare fields that have
// attributes of their own with constants; [Expr] is refused. They are evaluated on the item as a Put would store it: an
// attribute that [Remove] removed counts as the zero value of its field, and so does one that an [Entity.Upsert] did
// not set. The usual condition, for a field that may be empty:
//
//	d.Index(ByEmail, ddb.Key(email, ddb.Fold(&p.Email))).When(ddb.Ne(&p.Email, ""))
//
// If every key attribute is a field's own ([Native]), use Present of fields tagged omitempty. DynamoDB maintains such
// an entry itself, so an edit of one part of it needs no other part.
//
//	d.Index(ByOwner, ddb.Key(ddb.Native(&p.Owner))).When(ddb.Present(&p.Owner))
func (k *IndexKeys) When(conds ...Cond) *IndexKeys {
	k.m.AddWhen(clauses(nil, conds)...)
	return k
}
