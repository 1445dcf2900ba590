package read

import (
	"context"
	"time"

	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/call"
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
}
