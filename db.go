package ddb

import (
	"bytes"
	"context"
	"iter"
	"reflect"
	"time"

	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/provision"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/view"
	"github.com/singletable-go/ddb/internal/write"
)

// DB is one physical table behind a client. Safe for concurrent use; nothing needs closing.
//
// Capacity, and the errors that all methods on items can return, are as documented at [Repository]. Methods on the
// table itself ([DB.CreateTable], [DB.VerifyTable], [DB.DropTable], [DB.Purge]) need a client with the SDK's calls for
// tables, such as *dynamodb.Client, else the error matches [ErrModel].
type DB struct{ db *write.DB }

// Options configures a [DB]. The zero value of each field is its default; nil means all defaults.
type Options struct {
	// CursorKey signs cursors, so that clients cannot make or change one; 32 random bytes are a good key. A cursor is
	// signed, not encrypted: the keys in it can be read. By default, nil, cursors are not signed: they can be forged
	// within their partition. [New] panics if the key is empty and not nil, as from a variable that is not set. New
	// copies the key.
	CursorKey []byte

	// OldCursorKey is also accepted, during key rotation. As with CursorKey, an empty key panics.
	OldCursorKey []byte

	// AcceptUnsignedCursors also accepts unsigned cursors, while signing with CursorKey is introduced.
	AcceptUnsignedCursors bool

	// Now is the clock of timestamps and of TTL; default time.Now.
	Now func() time.Time

	// MaxAttempts bounds the requests for items that a batch left unprocessed, and the attempts of operations that
	// retry on conflict; default 10.
	MaxAttempts int

	// WithExpired makes reads return items whose TTL has passed and that DynamoDB has not deleted yet.
	WithExpired bool

	// UseAttributeMaps makes the library read and write attribute maps through the SDK. By default it decodes the JSON of
	// responses itself, in less than half the time, and the SDK's outputs have no Items. Set it if a middleware of the
	// client reads these Items.
	//
	// A put is written as JSON too, but only by a client of the SDK that has no APIOptions, Interceptors or Protocol of
	// the user's. With such options, middleware finds the whole item in the PutItemInput.
	UseAttributeMaps bool

	// Observe gets each request for items that the DB made, after its last attempt: also pages, items fetched for index
	// entries, parts of batches and their repeats, items of the library's own, and the work of views and jobs. Requests on
	// the table itself, such as DescribeTable, are not among them, nor are the leases of a ddbstream.Reader. What it gets is a
	// copy, which it may keep and change. The context is that of the method, so it has a trace's span and the pattern of
	// [ddbobserve.WithPattern]. For OpenTelemetry, record metrics in it, or a span that began Duration ago.
	//
	// It runs before the method goes on, so it should be quick, and in several goroutines at once. It must not use this DB,
	// whose requests it gets too. A panic of it is not recovered, also not by a Mux, for which it would be a dead letter: it is
	// that of the method. Its value is then an error with the observer's value in its text and, if that is an error, in its
	// tree. It ends the program where a scan, a batch or a query of shards makes requests in goroutines of its own.
	//
	// By default, nil, nothing is observed, at no cost. With it each request asks for its consumed capacity, as with
	// [WithMeter], which costs no capacity. Keys and conditions are copied, and each item of a response or of a put is
	// measured. With a function that does nothing, a Get of 1 KB takes about a tenth more CPU time, a page of a hundred such
	// items a third more.
	Observe func(context.Context, *ddbobserve.Request)

	// Blobs is where the contents of fields of type [ddbblob.Blob] are: see package ddbblob. All programs that use the table
	// need the same store. By default, nil, there is none: a write of new content is refused with [ErrModel], and Load
	// returns an error that matches [ddbblob.ErrNoStore]. Requests to the store are in no meter, and Observe does not get
	// them.
	Blobs ddbblob.Store
}

// New returns a DB for the table called name. It makes no request: see [DB.CreateTable] and [DB.VerifyTable]. From now
// on table cannot be changed, so New checks it as a whole and panics on a fault. Only what was declared after the last
// [Define] can have one; see [Table.Check]. New also panics on a nil client or table.
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
	if v := reflect.ValueOf(o.Blobs); v.Kind() == reflect.Pointer && v.IsNil() {
		panic("ddb: New: Options.Blobs is a nil pointer: leave it nil for none")
	}
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
		Attempts: o.MaxAttempts, AttributeMaps: o.UseAttributeMaps, JSON: !o.UseAttributeMaps && call.WritesJSON(client),
		Observe: observer(o.Observe),
	}
	table.m.InUse(name)
	return &DB{&write.DB{DB: &read.DB{Conn: conn, Opts: read.Options(o)}}}
}

// observer is the Observe of the options, whose requests have errors of this package; nil for none.
func observer(observe func(context.Context, *ddbobserve.Request)) func(context.Context, *ddbobserve.Request) {
	if observe == nil {
		return nil
	}
	return func(ctx context.Context, r *ddbobserve.Request) {
		r.Err = public(r.Err)
		observe(ctx, r)
	}
}

// cursorKey returns a copy of a key, of which the caller may zero the original.
func cursorKey(option string, key []byte) []byte {
	if key != nil && len(key) == 0 {
		panic("ddb: New: Options." + option + " is empty: is the variable that holds it set? Leave it nil for none")
	}
	return bytes.Clone(key)
}

// Consistent returns a view of db whose reads are strongly consistent, at twice the capacity. Reads of a global
// secondary index through it are refused: DynamoDB has no consistent reads there.
func (db *DB) Consistent() *DB { return &DB{db.db.Consistently()} }

// Name returns the physical table's name.
func (db *DB) Name() string { return db.db.Name }

// Table returns the model.
func (db *DB) Table() *Table { return db.db.Table.Face.(*Table) }

// CreateTable creates the table, waits until it is active and enables TTL if the model has one. After an interruption
// call it again: it completes the table. It can run in two programs at once.
//
// If the table exists the error matches [ErrExists]. CreateTable then waits until it is active if it is still being
// created, and compares it with the model as [DB.VerifyTable] does. If only TTL is missing, CreateTable enables it, and
// the error says so. Any other difference leaves the table as it is, and the error matches [ErrModel] too and lists the
// differences:
//
//	err := db.CreateTable(ctx)
//	switch {
//	case errors.Is(err, ddb.ErrModel): // there is another table of that name
//	case errors.Is(err, ddb.ErrExists): // it exists, and is as in the model
//	}
//
// If the table is being deleted, CreateTable waits and creates it again. A creation can also return [ErrExists] if the
// first response was lost and the SDK sent the request again.
//
// It costs a CreateTable, an UpdateTimeToLive, and a DescribeTable for each poll, but no capacity. It polls at first
// every 50 ms, later every second, for up to ten minutes or until ctx ends.
func (db *DB) CreateTable(ctx context.Context) error {
	return public(provision.Create(ctx, db.db, nil))
}

// VerifyTable compares the live table with the model and reports every difference: keys, indexes, projections, types of
// key attributes, TTL, and what is not ready (a table that is being created or deleted, an index that is being built).
// Billing mode and stream are not part of the model.
//
// The error matches [ErrModel] and joins one line for each difference, always in the same order; it is nil if there is
// none. If there is no table the error matches [ErrNotFound].
//
// It costs two requests, DescribeTable and DescribeTimeToLive, and no capacity. DynamoDB's description of a table may
// be some seconds old.
func (db *DB) VerifyTable(ctx context.Context) error { return public(provision.Verify(ctx, db.db)) }

// DropTable deletes the table with all its items, and waits until it is gone, for up to ten minutes or until ctx ends.
// If there is none the error matches [ErrNotFound].
//
// It refuses a table that does not fit the model. It compares the table and its TTL with the model, as [DB.VerifyTable]
// does, and reads a sample of its items. The error lists the findings: it matches [ErrModel] for a table that differs,
// and [ErrUnknown] for items that no entity claims. The library's own items, and versions of an entity with
// [Definition.History], belong to the model. A table with nothing but leases of stream readers does not.
// [DB.ForceDropTable] deletes it without these checks.
//
// It costs a DeleteTable, a DescribeTable for each poll as in [DB.CreateTable], and for the checks a DescribeTimeToLive
// and eight Scan requests of up to 50 items each. A sample may miss rare items: it finds the wrong table, not the wrong
// item.
func (db *DB) DropTable(ctx context.Context) error { return public(provision.Drop(ctx, db.db)) }

// ForceDropTable is [DB.DropTable] without the checks: it deletes any table of that name, and reads no items.
func (db *DB) ForceDropTable(ctx context.Context) error {
	return public(provision.ForceDrop(ctx, db.db))
}

// Purge deletes every item of the table, including the library's own, and keeps the table. It returns the number of
// items deleted, also with an error; items of a request whose response was lost are not counted. Call it again to
// continue, or resume it. If there is no table the error matches [ErrNotFound]; an empty table is no error.
//
// It can run beside other programs, and several at once. An item that they write where it has read stays. So may one that
// was written just before, unless db reads strongly consistently: see [DB.Consistent].
//
// It refuses a table that does not fit the model, after the checks of [DB.DropTable] and at their cost. An item that no
// entity claims is never deleted: if the sample missed one, Purge stops there with an error that matches [ErrUnknown].
// [DB.ForcePurge] deletes such items too.
//
// It costs a DescribeTable, a scan of the whole table, in requests of 1 MB and half a unit for each 4 KB, and the capacity
// of each delete, in requests of 25. If possible, drop and create the table instead: that is cheaper. Unprocessed deletes
// are sent again, up to [Options].MaxAttempts without progress; then the error matches [ErrThrottled].
func (db *DB) Purge(ctx context.Context, opts *JobOptions) (deleted int, err error) {
	deleted, err = provision.Purge(ctx, db.db, opts.below())
	return deleted, public(err)
}

// ForcePurge is [DB.Purge] without the checks: it deletes every item of any table of that name. It uses the key of the
// live table if the model has another.
func (db *DB) ForcePurge(ctx context.Context, opts *JobOptions) (deleted int, err error) {
	deleted, err = provision.ForcePurge(ctx, db.db, opts.below())
	return deleted, public(err)
}

// DropView deletes the items that a view left in the table after its declaration was removed: the contributions of its
// sources, its ranks, its counts of values, and the mark of a gap. A view that the table of the DB declares is refused
// with [ErrModel]. Run it when no program maintains the view any more, since such a program makes new items. The fields
// that the view filled in its targets stay as they are, and so do targets of its own.
//
// It returns the number of items deleted, also with an error. Call it again to continue, or resume it. Several can run at
// once. Unprocessed deletes are sent again as in [DB.Purge], with its error.
//
// It costs a strongly consistent scan of the whole table: a unit for each 4 KB, in requests of 1 MB. Deletes go 25 to a
// request. [JobOptions] limit the rate.
func (db *DB) DropView(ctx context.Context, name string, opts *JobOptions) (deleted int, err error) {
	deleted, err = view.Drop(ctx, db.db, name, opts.below())
	return deleted, public(err)
}

// Gather reads a collection with one Query and fills the sinks by type. The first error ends it, also an [ItemError];
// then all sinks stay as they are. See [DB.GatherAll].
//
// It costs one Query request for each 1 MB read. The key condition is narrowed to the types of the sinks: from the first
// of them to the last in the order of their keys. Items of other entities in that range are read, paid for and skipped,
// so choose prefixes that make neighbours of types that are read together. With a Limit a request reads so many items,
// skipped ones included, and there are more requests until the caller has them. It is no snapshot: items written
// concurrently may be included or not. A sink of an entity that is not in the index, or of another table, is
// [ErrModel].
func (db *DB) Gather(ctx context.Context, c Collection, into ...Sink) error {
	var few [8]read.Sink
	return public(db.db.Gather(ctx, c.q, sinksOf(few[:0], into)))
}

// GatherAll is [DB.Gather] that skips items that cannot be read: the sinks get the other items, and the error joins an
// [ItemError] for each skipped one. Any other error ends it, and all sinks stay as they are. It costs what Gather
// costs.
func (db *DB) GatherAll(ctx context.Context, c Collection, into ...Sink) error {
	var few [8]read.Sink
	return public(db.db.GatherAll(ctx, c.q, sinksOf(few[:0], into)))
}

// Items reads a collection. Each value is a T of the entity that claims the item, for a type switch. Requests, capacity
// and errors are those of [Repository.Query]; with an error the value is nil.
func (db *DB) Items(ctx context.Context, c Collection) iter.Seq2[any, error] {
	return publicly(db.db.Items(ctx, c.q))
}

// Scan reads the whole table. Each value is a T of the entity that claims the item, for a type switch; with an error it
// is nil. Items of different segments come in no order, and expired items are left out.
//
// It costs a Scan request for each 1 MB of the table, and half a unit for each 4 KB. It is no access pattern: use it to
// export, migrate and check.
//
// An item that cannot be read, or that no entity claims, is an [ItemError], and the scan continues if the loop does.
// Any other error is the last thing that it yields. A bad Resume is [ErrCursor].
func (db *DB) Scan(ctx context.Context, opts *ScanOptions) iter.Seq2[any, error] {
	return publicly(db.db.ScanAll(ctx, opts.below()))
}

// TransactGet reads up to 100 items as of one moment. It is one request, at two units for each 4 KB of each item: twice
// the capacity of consistent reads. A read that conflicts with a transaction on one of its items, or that is throttled,
// is sent again, up to [Options].MaxAttempts; then the error matches [ErrConflict] or [ErrThrottled].
//
// If an item does not exist the error matches [ErrNotFound] and names it; see [Read.Optional]. More than 100 items, or
// items of more than 4 MB, are [ErrTooLarge]. With an error all destinations stay as they are.
func (db *DB) TransactGet(ctx context.Context, reads ...Read) error {
	var few [8]read.Load
	return public(db.db.LoadTogether(ctx, readsOf(few[:0], reads)))
}

// LoadAll reads items of any types. It makes one BatchGetItem for each 100 different items, and more for unprocessed
// ones, with backoff. Each item costs as much as with [Repository.Get]. It is no snapshot.
//
// If an item does not exist the error matches [ErrNotFound] and names it; see [Read.Optional]. If items stayed
// unprocessed, it matches [ErrThrottled]. With an error all destinations stay as they are. [Repository.BatchGet] has an
// outcome for each key instead.
func (db *DB) LoadAll(ctx context.Context, reads ...Read) error {
	var few [8]read.Load
	return public(db.db.LoadAll(ctx, readsOf(few[:0], reads)))
}

// Transact runs ops in one transaction: all of them are done, or none. If an op fails, the error is a [TransactError]
// that names the ops that failed, each with the stored item. Two ops that write one item are [ErrModel]. More than 100
// items or 4 MB, including constraints and versions, are [ErrTooLarge]. Both are found before the transaction is sent.
//
// It is one request at twice the capacity of its writes, and a consistent read for each op that needs to know its item.
// A Check of an item that another op writes becomes a condition of that write. Without ops it makes no request.
//
// A transaction that was cancelled only by conflicts with others, or for lack of throughput, is sent again with
// backoff, up to [Options].MaxAttempts. It has an idempotency token, so it is applied once even if a response is lost.
// If no later response shows its outcome, the error is no TransactError and matches [ErrOutcomeUnknown].
func (db *DB) Transact(ctx context.Context, ops ...Op) error {
	var few [8]write.Op
	return public(db.db.Transact(ctx, opsOf(few[:0], ops)))
}

// Batch runs ops in as few requests as possible and in no transaction: some may be done and others not. The error is a
// [BatchError] with the outcome of every op: written, not written, or unknown because a response was lost.
//
// Puts and deletes without conditions go 25 to a request, if their entity has no Version, Unique, History, Schema or
// derived fields. All other ops are sent one by one, as with [DB.Do]. Up to eight requests run at a time. Ops on one
// item are done in their order, each in a later request; after one that failed, the others are not done. Capacity is
// that of the single writes. Without ops it makes no request.
//
// Unprocessed ops are sent again with backoff, up to [Options].MaxAttempts without progress. If DynamoDB refuses a
// request for one of its ops, the others are sent without it. When the context ends Batch returns at once.
//
// What can be checked before any request (a value that cannot be stored, an item that is too large) is reported for all
// such ops, and then nothing is written. A mistake in an op, such as a Check or a [ReturnOld], is an error that is no
// BatchError and matches [ErrModel]; nothing is written either.
func (db *DB) Batch(ctx context.Context, ops ...Op) error {
	return public(db.db.Batch(ctx, opsOf(make([]write.Op, 0, len(ops)), ops)))
}

// Do runs one op and returns nothing but its error. Requests, capacity and errors are those of the op's verb, such as
// [Repository.Update], without the read of a result. [ReturnOld] is ignored.
func (db *DB) Do(ctx context.Context, op Op) error { return public(db.db.Do(ctx, op.op)) }
