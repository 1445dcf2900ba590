package write

import (
	"github.com/singletable-go/ddb/internal/read"
)

// DB reads and writes.
type DB struct{ *read.DB }

// Consistently returns a view of db whose reads are strongly consistent.
func (db *DB) Consistently() *DB { return &DB{db.DB.Consistently()} }
