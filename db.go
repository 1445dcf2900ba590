package ddb

import (
	"bytes"
	"reflect"
	"time"

	"github.com/singletable-go/ddb/internal/model"
)

// DB is one physical table behind a client. Safe for concurrent use; there is nothing to close.
type DB struct {
	client     Client
	name       string
	table      *model.Table
	opts       Options
	consistent bool
	json       bool // puts are written as JSON
}

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
	db := &DB{client: client, name: name, table: table.below()}
	if db.table == nil {
		panic("ddb: New: a nil table")
	}
	if opts != nil {
		db.opts = *opts
	}
	db.opts.CursorKey = cursorKey("CursorKey", db.opts.CursorKey)
	db.opts.OldCursorKey = cursorKey("OldCursorKey", db.opts.OldCursorKey)
	if db.opts.Now == nil {
		db.opts.Now = time.Now
	}
	if db.opts.MaxAttempts <= 0 {
		db.opts.MaxAttempts = 10
	}
	if v := reflect.ValueOf(client); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		panic("ddb: New: a nil client")
	}
	db.json = !db.opts.AttributePath && writesJSON(client)
	db.table.InUse(name)
	return db
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
func (db *DB) Consistent() *DB {
	view := *db
	view.consistent = true
	return &view
}

// Name returns the physical table's name.
func (db *DB) Name() string { return db.name }

// Table returns the model.
func (db *DB) Table() *Table { return db.table.Face.(*Table) }
