package ddb

import (
	"time"

	"github.com/singletable-go/ddb/internal/call"
)

// rDB reads.
type rDB struct {
	*call.Conn
	opts       rOptions
	consistent bool
}

// wDB reads and writes.
type wDB struct{ *rDB }

// consistently returns a view of db whose reads are strongly consistent.
func (db *rDB) consistently() *rDB {
	view := *db
	view.consistent = true
	return &view
}

// consistently returns a view of db whose reads are strongly consistent.
func (db *wDB) consistently() *wDB { return &wDB{db.rDB.consistently()} }

// rOptions are those of the DB, with their defaults.
type rOptions struct {
	CursorKey      []byte
	OldCursorKey   []byte
	AcceptUnsigned bool
	Now            func() time.Time
	MaxAttempts    int
	WithExpired    bool
	AttributePath  bool
}
