package ddb

import (
	"bytes"
	"context"
	"iter"
	"reflect"
	"time"

	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// DB is one physical table behind a client. Safe for concurrent use; there is nothing to close.
type DB struct{ db *write.DB }

// Options configures a [DB]; the zero value of each field is its default, and nil Options are all defaults.
type Options struct {
	// CursorKey signs cursors, so that nobody can make or change one; 32 random bytes are a good key. A cursor is signed,
	// not encrypted: whoever has it can read the keys in it. By default, nil, cursors are not signed: they can be forged
	// within their partition. [New] panics if the key is empty and not nil, as of a variable that is not set, and keeps a
	// copy of it.
	CursorKey []byte

	// OldCursorKey is accepted too, to change the key while cursors are about. As with CursorKey, empty is not nil.
	OldCursorKey []byte

	// AcceptUnsigned accepts unsigned cursors beside those of CursorKey, for the time in which signing is introduced.
	AcceptUnsigned bool

	// Now is the clock of timestamps and of TTL; default time.Now.
	Now func() time.Time

	// MaxAttempts bounds the requests for what a batch left unprocessed, and the tries of what retries on conflict;
	// default 10.
	MaxAttempts int

	// WithExpired makes reads return items whose TTL has passed and that DynamoDB has not deleted yet.
	WithExpired bool

	// AttributePath makes reads decode the attribute maps of the SDK's outputs. By default they decode the JSON of the answers themselves, in less
	// than half the time, and the SDK's outputs have no Items: set it if a middleware of the client looks at those. A put is written as JSON too, but only
	// by a client of the SDK's own that has no APIOptions, Interceptors or Protocol of the user's: whoever looks at a PutItemInput finds the whole item in it.
	AttributePath bool
}

// New returns a DB for the table called name. It makes no request: see [DB.CreateTable] and [DB.VerifyTable]. From now on
// table can no longer be changed, so it is checked as a whole: New panics on a fault of it, which only what was declared
// after the last [Define] can have; see [Table.Check].
func New(client Client, name string, table *Table, opts *Options) *DB {
	if table.below() == nil {
		panic("ddb: New: a nil table")
	}
	var o Options
	if opts != nil {
		o = *opts
	}
	o.CursorKey = cursorKey("CursorKey", o.CursorKey)
	o.OldCursorKey = cursorKey("OldCursorKey", o.OldCursorKey)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxAttempts <= 0 {
		o.MaxAttempts = 10
	}
	if v := reflect.ValueOf(client); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		panic("ddb: New: a nil client")
	}
	conn := &call.Conn{
		Client: client, Name: name, Table: table.m,
		Attempts: o.MaxAttempts, AttributeMaps: o.AttributePath, JSON: !o.AttributePath && call.WritesJSON(client),
	}
	table.m.InUse(name)
	return &DB{&write.DB{DB: &read.DB{Conn: conn, Opts: read.Options(o)}}}
}

// cursorKey returns a copy of a key, of which the caller may zero the original.
func cursorKey(option string, key []byte) []byte {
	if key != nil && len(key) == 0 {
		panic("ddb: New: Options." + option + " is empty: is the variable that holds it set? Leave it nil for none")
	}
	return bytes.Clone(key)
}

// Consistent returns a view of db whose reads are strongly consistent, at twice the capacity. Reads of a global
// secondary index through it are refused: DynamoDB has none.
func (db *DB) Consistent() *DB { return &DB{db.db.Consistently()} }

// Name returns the physical table's name.
func (db *DB) Name() string { return db.db.Name }

// Table returns the model.
func (db *DB) Table() *Table { return db.db.Table.Face.(*Table) }

// CreateTable creates the table, waits until it is active and switches TTL on if the model has it. One that was
// interrupted is called again, and finishes: so is one of two that run at once.
//
// For a table that exists the error matches [ErrExists]. CreateTable then waits until it is active if it is still
// being created, and compares it with the model as [DB.VerifyTable] does. If all that is missing is TTL, it is
// switched on, and the error says so; any other difference leaves the table as it is, and the error matches
// [ErrModel] too and lists them:
//
//	err := db.CreateTable(ctx)
//	switch {
//	case errors.Is(err, ddb.ErrModel): // there is another table of that name
//	case errors.Is(err, ddb.ErrExists): // it is there, and as the model says
//	}
//
// A table that is being deleted is waited for, and created anew. The creation itself may answer [ErrExists] where
// the first response was lost and the SDK asked again. It waits for up to ten minutes, or until ctx ends.
func (db *DB) CreateTable(ctx context.Context) error { return public(createTable(db.db, ctx)) }

// VerifyTable compares the live table with the model and reports every difference: keys, indexes, projections, types
// of key attributes, TTL, and what is not ready: a table that is being created or deleted, an index that is still being
// built. The error joins one line for each, in the same order every time, and matches [ErrModel]; it is nil if there is
// none. Billing mode and stream are not part of the model. If there is no table the error matches [ErrNotFound].
//
// It costs two requests and no capacity. What DynamoDB says of a table may be some seconds old.
func (db *DB) VerifyTable(ctx context.Context) error { return public(verifyTable(db.db, ctx)) }

// DropTable deletes the table with all that is in it, and waits until it is gone. If there is none the error matches
// [ErrNotFound].
//
// A table that is not the model's is left as it is. DropTable compares it with the model, its TTL included, as
// [DB.VerifyTable] does, and looks at a sample of its items. The error lists what it found: it matches [ErrModel] for
// a table that differs, and [ErrUnknown] for items that no entity claims. Items of the library's own, and versions of an
// entity with [Definition.History], belong to the model; a table with nothing but leases of a stream's readers does not.
// [DB.ForceDropTable] deletes it all the same.
//
// It costs, beside the deletion, two requests that describe the table and its TTL, and eight that read up to 50 items each. A
// sample may miss what is rare: it finds the wrong table, not the wrong item.
func (db *DB) DropTable(ctx context.Context) error { return public(dropTable(db.db, ctx)) }

// ForceDropTable is DropTable for whatever table has the name: it deletes without looking at what is in it.
func (db *DB) ForceDropTable(ctx context.Context) error { return public(forceDropTable(db.db, ctx)) }

// Purge deletes every item of the table, the library's own included, and leaves the table itself. It reads the whole
// table and pays for each delete; dropping and creating the table anew is cheaper where that is possible. If there is no
// table the error matches [ErrNotFound]; an empty one has nothing to delete, and that is no error.
//
// A table that is not the model's is left as it is: Purge compares it with the model and looks at a sample of its items
// first, as [DB.DropTable] does and at the same cost, and refuses with what it found. An item that no entity claims
// is never deleted: Purge ends where it meets one that the sample missed, with an error that matches [ErrUnknown]. With
// [PurgeOptions].Force it deletes them too, and by the live table's key where the model has another.
//
// It returns the number of items deleted, also with an error: those of a request whose response was lost are not in
// it. Call it again to go on. What is left unprocessed is sent again, up to [Options].MaxAttempts times since the
// last of them was deleted; then the error matches [ErrThrottled].
func (db *DB) Purge(ctx context.Context, opts *PurgeOptions) (deleted int, err error) {
	deleted, err = purgeTable(db.db, ctx, opts)
	return deleted, public(err)
}

// DropView deletes what a view has left in the table that is declared no more: the items in which it kept what its sources
// contributed, its ranks and its counts of values, and the mark of a gap. It refuses a view that the table of the DB declares. Run it when no
// program maintains the view any more: one that does makes new ones. The fields of the targets that it filled stay as they are,
// and so do targets of its own.
//
// It reads the whole table, strongly consistently, and pays for each delete; options say how fast, and where to resume.
// It returns the number of items deleted, also with an error. Call it again to go on.
func (db *DB) DropView(ctx context.Context, name string, opts *RebuildOptions) (deleted int, err error) {
	deleted, err = dropView(db.db, ctx, name, opts)
	return deleted, public(err)
}

// Gather reads a collection with one Query, as many requests as it has pages, and sorts its items into the sinks by
// type. The key condition is narrowed to what the sinks ask for; what lies between and is of other entities is read,
// paid for and skipped. It is no snapshot: an item written meanwhile may be in it or not. The first error ends it, that of
// an item that cannot be read included; see [DB.GatherAll].
func (db *DB) Gather(ctx context.Context, c Collection, into ...Sink) error {
	var few [8]read.Sink
	return public(db.db.Gather(ctx, c.q, sinksOf(few[:0], into)))
}

// GatherAll is [DB.Gather] past items that cannot be read: the sinks get the others, and the error joins an [ItemError] for
// each of those. Any other error ends it, and leaves the sinks untouched.
func (db *DB) GatherAll(ctx context.Context, c Collection, into ...Sink) error {
	var few [8]read.Sink
	return public(db.db.GatherAll(ctx, c.q, sinksOf(few[:0], into)))
}

// Items reads a collection; each value is a T of the entity that claims the item, for a type switch. It yields as
// [Repository.Query] does.
func (db *DB) Items(ctx context.Context, c Collection) iter.Seq2[any, error] {
	return publicly(db.db.Items(ctx, c.q))
}

// Scan reads the whole table: each value is a T of the entity that claims the item, for a type switch. Items of
// different segments come in no order. It costs half a unit for each 4 KB of the table, in requests of 1 MB, and is no
// access pattern: use it to export, migrate and check.
//
// It yields as [Repository.Query] does: an item that cannot be read is an [ItemError], and the scan goes on if the loop does.
func (db *DB) Scan(ctx context.Context, opts *ScanOptions) iter.Seq2[any, error] {
	return publicly(db.db.ScanAll(ctx, opts.below()))
}

// TransactGet reads up to 100 items as of one moment, in one request at twice the capacity of consistent reads; more of them, or items of more than 4 MB, are [ErrTooLarge]. A read
// that meets a transaction on one of its items is tried again, up to [Options].MaxAttempts. If an item is not there the
// error matches [ErrNotFound] and names it. On an error all destinations stay as they are.
func (db *DB) TransactGet(ctx context.Context, reads ...Read) error {
	var few [8]read.Load
	return public(db.db.LoadTogether(ctx, readsOf(few[:0], reads)))
}

// BatchGet reads items of any types: a request for each 100 of them, and more for what DynamoDB leaves unprocessed. It
// is no snapshot. If an item is not there the error matches [ErrNotFound] and names it; if some stayed unprocessed,
// [ErrThrottled]. On an error all destinations stay as they are. [Repository.BatchGet] has an outcome for each key
// instead.
func (db *DB) BatchGet(ctx context.Context, reads ...Read) error {
	var few [8]read.Load
	return public(db.db.LoadAll(ctx, readsOf(few[:0], reads)))
}

// Transact runs ops in one transaction: all of them are done, or none. The error is a [TransactError] that says which
// ops failed, each with the item that stood in the way; or, for what can be told before any request, one that matches
// [ErrModel] or [ErrTooLarge]: two ops that write one item, more than 100 items or 4 MB after constraints and version
// rows have been added.
//
// It is one request and costs twice the capacity of its writes, and a consistent read for each op that needs to know
// its item. A Check of an item that another op writes becomes a condition of that write. A transaction that was
// cancelled only by conflicts with others, or for lack of throughput, is sent again, up to [Options].MaxAttempts. It
// carries a token, so that it is applied once even if a response is lost. If no later response says what became of it, the
// error is no TransactError and matches [ErrOutcomeUnknown].
func (db *DB) Transact(ctx context.Context, ops ...Op) error {
	var few [8]write.Op
	return public(db.db.Transact(ctx, opsOf(few[:0], ops)))
}

// Batch runs ops in as few requests as possible and in no transaction: some may be done and others not. Puts and
// deletes that ask for nothing go 25 to a request; ops with conditions, and those of entities with a Version, Unique,
// History, Schema or derived fields, go alone, as with [DB.Do]. Up to eight requests are under way at a time. Ops on
// one item are done in their order, each in a later request, and not at all after one that failed.
//
// What DynamoDB leaves unprocessed is sent again with backoff, up to [Options].MaxAttempts without progress. Where it
// refuses a request for one of its ops, the others are sent without it. The error is a [BatchError] with the outcome of
// every op: written, not written, or unknown, because a response was lost. What can be told before any request
// (a value that cannot be stored, an item that is too large) is told of all such ops, and then nothing is written. A mistake
// in an op is an error of another kind, which matches [ErrModel]; nothing is written either. When the context ends Batch
// returns at once.
func (db *DB) Batch(ctx context.Context, ops ...Op) error {
	return public(db.db.Batch(ctx, opsOf(make([]write.Op, 0, len(ops)), ops)))
}

// Do runs one op and asks for nothing back: one request, or what the op's verb says.
func (db *DB) Do(ctx context.Context, op Op) error { return public(db.db.Do(ctx, op.op)) }
