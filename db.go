package ddb

import (
	"github.com/singletable-go/ddb/internal/read"
)

// wDB reads and writes.
type wDB struct{ *read.DB }

// consistently returns a view of db whose reads are strongly consistent.
func (db *wDB) consistently() *wDB { return &wDB{db.DB.Consistently()} }
