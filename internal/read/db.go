package read

import (
	"context"
	"reflect"
	"time"

	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/model"
)

// DB reads.
type DB struct {
	*call.Conn
	Opts   Options
	Strong bool
}

// Consistently returns a view of db whose reads are strongly consistent.
func (db *DB) Consistently() *DB {
	view := *db
	view.Strong = true
	return &view
}

// Options are those of the DB, with their defaults.
type Options struct {
	CursorKey             []byte
	OldCursorKey          []byte
	AcceptUnsignedCursors bool
	Now                   func() time.Time
	MaxAttempts           int
	WithExpired           bool
	UseAttributeMaps      bool
	Observe               func(context.Context, *ddbobserve.Request)
	Blobs                 ddbblob.Store
}

// Bind gives the Blobs of an item of e, which was read, the store that they are in.
func (db *DB) Bind(e *model.Entity, it reflect.Value) {
	if len(e.Blobs) > 0 {
		e.Bind(it, db.Opts.Blobs)
	}
}
