package ddb

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/model"
)

// Definition declares what the function given to [Define] states about an entity. It is valid only inside that
// function.
type Definition struct{ m *model.Definition }

// Primary declares the entity's primary key, without a sort template for a table without a sort key.
//
// A field that the primary key holds in full (not through Fold or Shard) may be tagged dynamodbav:"-": it is then
// stored in the key only.
func (d *Definition) Primary(partition Template, sort ...Template) {
	d.m.Primary(partition.parts, partsOf(sort)...)
}

// Index declares the entity's keys in a secondary index. Every item has an entry there, unless [IndexKeys.When]
// excludes it, and an item that lacks a part of the key is refused on write.
func (d *Definition) Index(ix *Index, partition Template, sort ...Template) *IndexKeys {
	return &IndexKeys{d.m.Index(ix.below(), partition.parts, partsOf(sort)...)}
}

// Under declares that this entity's sort keys continue parent's, so that one Query reads a parent with the items under
// it:
//
//	order  order#{ID}#
//	line   order#{OrderID}#line#{ID}
//
// The parent's sort key must end in a literal, and this one must continue with a literal of its own. From then on a
// plain Query of the parent is refused, since it would read both: use [Query.Collection].
func (d *Definition) Under(parent AnyEntity) {
	if parent == nil {
		d.m.Under(nil)
		return
	}
	d.m.Under(parent.model())
}

// AlsoIn accepts that the entity's attributes put its items into ix, which it does not declare. Without it that is a
// fault, since queries of other entities would find them.
func (d *Definition) AlsoIn(ix *Index) { d.m.AlsoIn(ix.below()) }

// Dropped declares that the entity had entries in ix and has none any more; items written before may still have one.
// [Repository.Reindex] removes these entries: it removes the key attributes of ix that nothing else of the entity is
// made of. No other verb does. Until then, reads of ix that find one say so. Remove the declaration when Reindex is
// done and no older program writes.
//
// Key attributes that store a field of any entity of the table are user data: they are never removed. An index that has
// no others is refused.
func (d *Definition) Dropped(ix *Index) { d.m.Dropped(ix.below()) }

// Alias accepts items whose type attribute has one of these older names. Writes use the entity's own name.
func (d *Definition) Alias(names ...string) { d.m.Alias(names...) }

// Doc describes the entity in the design of its table, in a sentence or two: see [Table.Design].
func (d *Definition) Doc(text string) { d.m.Doc(text) }

// Refers declares in the design that the field at the address f holds the id of an item of to, or a list of such ids:
//
//	d.Refers(&e.CourseID, Courses)
//
// It changes neither what is stored nor what a write checks. The field must have the type of a field in the primary key
// of to, or be a pointer to it or a slice of it; both entities are in one table. Other references are inferred: a field
// named after an entity, such as CourseID for course, refers to it if the text before it in a key, such as c#, also
// stands before the id in the primary key of that entity.
func (d *Definition) Refers(f any, to AnyEntity) {
	if to == nil {
		d.m.Refers(f, nil)
		return
	}
	d.m.Refers(f, to.model())
}

// Version makes f the item's version, a number that the library keeps: it is optimistic locking. Create writes 1. Put
// and Replace assert the version of the given item (0: there is no item yet) and write the next one, else the error is
// [ErrConflict]. Update and Upsert raise it too, and assert the version of the given key only if it is not 0.
//
// f is a field of the item itself, or of a struct that the item embeds without a tag; that holds for all fields that
// the library keeps. It is stored as a number, so the tag option "string" is refused. Fields that each write changes (a
// version, a Revision, an Updated) can stand neither in the primary key nor in a Unique.
func (d *Definition) Version(f *int64) { d.m.Version(f) }

// Revision fills f, which must be tagged dynamodbav:"-", with the revision of the item in each read and write. A write
// whose item has a revision asserts it, else the error matches [ErrConflict]: Put, Replace, Update, Modify, Move,
// Delete, Take, Check, and Upsert if there is an item. Create ignores it. The entity must declare a Version.
//
// Without a revision, writes assert the version number only. An item that was deleted and created again since it was
// read starts again with version 1, and can be taken for the one that was read.
//
// A version that [History] or [Query.Select] returns has no revision. Nor has an item from before [Definition.Version]
// was declared: its first Update gives it one. Writes of views (derived fields) do not change it.
func (d *Definition) Revision(f *Revision) { d.m.Revision(f) }

// History keeps every version of an item under a key of its own, which must hold the Version field:
//
//	d.Version(&h.Version)
//	d.History(id, ddb.Key(version, ddb.Num(&h.Version, 10)))
//
// Give versions a partition of their own, as here; in that of the current item, a collection would pay for them. The
// current item is as without History, and reads of it neither see nor pay for old versions.
//
// Create, Put, Replace, Modify and Move write the new version in the same transaction: four units for each KB, instead
// of one. Delete writes a tombstone and a mark on version 1: six units for items of up to 1 KB. A later Create
// continues from the newest number, so no number is used twice; it adds a refused transaction, a GetItem and a Query.
// Update, Upsert and batches of unconditional writes do not know the whole item and are refused; use Modify. Derived
// fields and the TTL are not part of the history: it stays until it is pruned.
//
// An item is identified by the fields of its History key. Fields of the primary key that it leaves out may change in a
// Move, which keeps the history. Do not leave out a field that distinguishes two items: they would share one history,
// and [History.Prune] would count and delete the versions of both.
func (d *Definition) History(partition, sort Template) { d.m.History(partition.parts, sort.parts) }

// Unique keeps the value of parts unique among the items of the entity; name identifies the constraint. The value is
// held by an item of the library's own, written in one transaction with each write that changes it. A write of a value
// that another item holds fails with [ErrNotUnique]. If a part is empty there is no constraint. An item that has
// expired holds nothing.
//
// Programs that delete items without the library, such as a raw client or a partial restore, leave the constraints
// behind: their values stay taken. Delete such a constraint by its key; the error names the holder. No part is a
// [Shard]. If the parts of a Unique change, it is another constraint: give it a new name, and run EnsureUnique.
//
// It costs a transaction, so twice the capacity, and two units for the constraint. A write that does not know the
// values that it replaces adds a read. Upsert is refused. For a table that has items already, call
// [Repository.EnsureUnique] once.
func (d *Definition) Unique(name string, parts ...Part) {
	d.m.Unique(name, Key(parts...).parts)
}

// TTL makes f the time after which an item is gone. Reads leave out expired items, whether DynamoDB has deleted them or
// not, and writes treat them as absent. The field is tagged ",unixtime" and named as in [Table.TTL]. The zero time
// means never, and is not stored.
//
// It is stored in whole seconds, as DynamoDB expires: fractions are cut off. So the item is gone up to a second before
// the given time, at the time that is read back. If that is too early, round the time up to a whole second.
func (d *Definition) TTL(f *time.Time) { d.m.TTL(f) }

// Created keeps in f when the item was created: the time of the clock of [Options], unless the written item has a time.
// Every verb stores a time that is not zero. So a time that was read is written back, and an import keeps its times.
//
// If the time is zero, Modify and Move, which read the item, keep the stored time. Create, Put and Replace, which write
// a whole item, and an Upsert that creates one, set it to now. Update and Upsert leave it as it is in an item that
// exists.
func (d *Definition) Created(f *time.Time) { d.m.Created(f) }

// Updated sets f to the time of each write, by the clock of [Options].
func (d *Definition) Updated(f *time.Time) { d.m.Updated(f) }

// Schema declares that items are written in schema n, 1 or more, and how older ones are read. upgrade gets the stored
// attributes of an item of schema from (0: from before there were schemas), before they are decoded, and changes them
// in place. It must give the same result for the same item, and keep attributes that it does not know. A read with
// [Query.Select] passes it the selected attributes only.
//
// Reading rewrites nothing. Until [Repository.Reindex] has rewritten all items, filters and Select see older items as
// they are stored, without the upgrade. An Update of an older item rewrites it first. A write of an item of a newer
// schema is refused with [ErrConflict].
//
// If the upgrade of an older item yields a TTL that has passed, reads and writes treat the item as absent, and writes
// rewrite it then. DynamoDB deletes it, and [Repository.Count] leaves it out, once it is rewritten.
//
// A program that declares no schema overwrites newer items: declare Schema(1, nil) from the first day. Only schema 1
// may have no upgrade; then older items are read as they are.
func (d *Definition) Schema(n int, upgrade func(from int, attrs map[string]types.AttributeValue) error) {
	d.m.Schema(n, upgrade)
}

func partsOf(templates []Template) []model.Parts {
	out := make([]model.Parts, len(templates))
	for i, t := range templates {
		out[i] = t.parts
	}
	return out
}

// Revision identifies one state of one item. It differs from every other state, also from that of an item that was
// deleted and created again under the same key with the same version number. It is opaque text without spaces or
// quotes, made for the ETag and If-Match headers of HTTP. The zero Revision is none.
//
// Revisions have no order: they do not show which of two is newer, and are no fencing tokens.
type Revision string
