package read

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
)

// Absent reports whether reads leave the item out: there is none, or its TTL has passed, be it that of its upgrade.
func (db *DB) Absent(s attr.Stored) bool {
	if s.None() || db.Opts.WithExpired || db.Table.TTL == "" {
		return s.None()
	}
	return db.Table.Expired(s, db.Opts.Now())
}

// Dead reports whether the TTL that is stored has passed.
func (db *DB) Dead(s attr.Stored) bool { return db.Table.Dead(s, db.Opts.Now()) }

// Lapsed reports whether the upgrade of an item of e says that its TTL has passed.
func (db *DB) Lapsed(e *model.Entity, s attr.Stored) bool { return e.Lapsed(s, db.Opts.Now()) }

// Now is the present as a TTL attribute has it.
func (db *DB) Now() types.AttributeValue { return model.TTLOf(db.Opts.Now()) }
