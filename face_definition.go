package ddb

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/model"
)

// Definition collects what the function given to [Define] says about an entity. It is of use only inside that
// function.
type Definition struct{ m *model.Definition }

// Primary gives the entity's primary key; no sort template for a table without a sort key.
//
// A field that the primary key holds in full (not through Fold or Shard) may be tagged dynamodbav:"-": it is then
// stored in the key alone.
func (d *Definition) Primary(partition Template, sort ...Template) {
	d.m.Primary(partition.parts, partsOf(sort)...)
}

// Index gives the entity's keys in a secondary index. Without [IndexKeys.When] every item is in it, and an item that lacks
// a part of the key is refused on write.
func (d *Definition) Index(ix *Index, partition Template, sort ...Template) *IndexKeys {
	return &IndexKeys{d.m.Index(ix.below(), partition.parts, partsOf(sort)...)}
}

// Under says that this entity's sort keys continue parent's, so that one Query reads a parent with what is under it:
//
//	order  order#{ID}#
//	line   order#{OrderID}#line#{ID}
//
// The parent's sort key must end in a literal, and this one go on with a literal of its own. A plain Query of the parent is refused from then on, since it would
// read both: use [Query.Collection].
func (d *Definition) Under(parent AnyEntity) {
	if parent == nil {
		d.m.Under(nil)
		return
	}
	d.m.Under(parent.model())
}

// AlsoIn accepts that the entity's attributes put its items into ix, which it does not declare: without it that is a
// fault, since queries of others would meet them.
func (d *Definition) AlsoIn(ix *Index) { d.m.AlsoIn(ix.below()) }

// Dropped says that the entity had entries in ix and has none any more: items that were written before may still stand
// there. [Repository.Reindex] takes them out, by removing the key attributes of ix that nothing else of the entity is made
// of; no other verb does. Until that is done, reads of ix that meet one say so. Take the declaration out once Reindex is
// through and no older program writes.
//
// Key attributes that a field of any entity of the table is stored in are somebody's data: they are never removed, and an
// index that has no others is refused.
func (d *Definition) Dropped(ix *Index) { d.m.Dropped(ix.below()) }

// Alias accepts items whose type attribute has one of these older names. Writes use the entity's own.
func (d *Definition) Alias(names ...string) { d.m.Alias(names...) }

// Version makes f the item's version, a number that the library keeps: Create writes 1; Put and Replace assert the
// version of the item given (0: there is none yet) and write the next, else the error is [ErrConflict].
//
// f is a field of the item itself, or of a struct that the item embeds without a tag, as all fields are that the library keeps.
// It is stored as a number, so without the tag option "string". What each write changes, a version, a Revision or an Updated, stands neither in the primary key nor in a Unique.
func (d *Definition) Version(f *int64) { d.m.Version(f) }

// Revision fills f, which must be tagged dynamodbav:"-", with the revision of the item in each read and write. A write that
// is given one that is not empty asserts it, else the error matches [ErrConflict]: Put, Replace, Update, Modify, Move,
// Delete, Take, Check, and Upsert where there is an item. Create takes no notice of it. The entity must declare a Version.
//
// Without it, writes assert the version number alone. An item that was deleted and created anew since it was read starts
// again with version 1, and is then taken for the one that was read. A version that [History] or [Query.Select] returns
// has no revision, and neither has an item from before [Definition.Version] was declared: its first Update gives it one. What
// views write (derived fields) makes no other state.
func (d *Definition) Revision(f *Revision) { d.m.Revision(f) }

// History keeps every version of an item under a key of its own, which must hold the Version field:
//
//	d.Version(&h.Version)
//	d.History(id, ddb.Key(version, ddb.Num(&h.Version, 10)))
//
// Give versions a partition of their own, as here: in that of the current item a collection would pay for them. The current
// item is as without History, and reads of it neither see nor pay for old versions. Create, Put, Replace,
// Modify, Move and Delete write the version that they make in the same transaction: four units for each KB, instead of
// one. Update, Upsert and batches of unconditional writes do not know the whole item and are refused; use Modify. A
// Delete leaves a tombstone, and a Create after it goes on from the newest number, so that no number is used twice.
// Derived fields and what expires items are not part of the history: it stays until it is pruned.
//
// An item is known by the fields of its History key: those of the primary key that it leaves out may change in a Move, which
// keeps the history. Leave out none that tells two items apart, or they share one history, and [History.Prune] counts and
// deletes the versions of both.
func (d *Definition) History(partition, sort Template) { d.m.History(partition.parts, sort.parts) }

// Unique keeps the value of parts unique among the items of the entity, and calls that name. The value is held by an
// item of the library's own, written in one transaction with each write that changes it; a write that meets a value
// that another item holds fails with [ErrNotUnique]. Where a part is empty there is no constraint. An item that has
// expired holds nothing any more.
//
// What deletes items behind the library's back, such as a raw client or a restore of some of them, leaves their constraints
// behind: the values stay taken by items that are not there. Delete such a constraint by its key, which the error names the
// holder of. No part is a [Shard]. A Unique whose parts change is another: give it a new name, and run EnsureUnique.
//
// It costs a transaction, so twice the capacity, and a unit for the constraint twice; and a read before each write that
// does not know the values it replaces. Upsert is refused. For a table that has items already, call
// [Repository.EnsureUnique] once.
func (d *Definition) Unique(name string, parts ...Part) {
	d.m.Unique(name, Key(parts...).parts)
}

// TTL makes f the time after which an item is gone: reads leave out what is expired, whether DynamoDB has deleted it
// or not, and writes treat it as absent. The field is tagged ",unixtime" and named as [Table.TTL] says; the zero time
// means never, and is not stored.
//
// It is kept in whole seconds, as DynamoDB expires: a fraction is cut off, so that the item is gone at the time that is read back, up to a second
// before the one that was given. Give a whole second, rounded up, where that is too early.
func (d *Definition) TTL(f *time.Time) { d.m.TTL(f) }

// Created keeps in f when the item was made: now, by the clock of [Options], unless the item that is written says a time.
// So every verb stores a time that is not zero, and what was read and is written back stays, and an import keeps its times.
// Zero counts as not said: Modify and Move, which read the item, keep the stored time then; Create, Put and Replace, which
// write a whole item, and an Upsert that makes one, set it to now. Update and Upsert leave that of an item that is there.
func (d *Definition) Created(f *time.Time) { d.m.Created(f) }

// Updated sets f to the time of each write, by the clock of [Options].
func (d *Definition) Updated(f *time.Time) { d.m.Updated(f) }

// Schema says that items are written in schema n, 1 or more, and how older ones are read: upgrade gets the attributes
// of an item of schema from (0: from before there were schemas), as they are stored and before they are decoded, and
// changes them in place. It must make the same of the same item, and leave what it does not know alone; a read with
// [Query.Select] hands it the selected attributes only.
//
// Nothing is rewritten by reading. Until [Repository.Reindex] has rewritten all items, filters and Select see older ones as
// they are stored, without what upgrade makes. A write of an item of a newer schema is refused with [ErrConflict]; an Update
// of an older one first rewrites it. An older item of which the upgrade says that its TTL has passed is not there to reads and to writes, which
// rewrite it then; DynamoDB deletes it, and [Repository.Count] leaves it out, once it is rewritten. A program that declares no schema knows of none, and writes over newer items: declare
// Schema(1, nil) from the first day. Only schema 1 may have no upgrade; then older items are read as they are.
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

// Revision names one state of one item, and tells it from every other: from that of an item that was deleted and created
// anew under the same key too, whose version number may be the same. It is opaque text without spaces or quotes, made for
// the ETag and If-Match headers of HTTP. The zero Revision is none.
//
// Revisions have no order, and say nothing of which of two is newer: they are no fencing tokens.
type Revision string
