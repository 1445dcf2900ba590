package ddb

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
)

// past reports whether reads leave the item out because its TTL has passed, be it that of its upgrade.
func (db *DB) past(s attr.Stored) bool {
	if db.opts.WithExpired || db.table.TTL == "" {
		return false
	}
	now := db.opts.Now()
	return db.table.Dead(s, now) || db.table.Outdated(s, now)
}

// dead reports whether the TTL that is stored has passed.
func (db *DB) dead(s attr.Stored) bool { return db.table.Dead(s, db.opts.Now()) }

// lapsed reports whether the upgrade of an item of e says that its TTL has passed.
func (db *DB) lapsed(e *model.Entity, s attr.Stored) bool { return e.Lapsed(s, db.opts.Now()) }

// now is the present as a TTL attribute has it.
func (db *DB) now() types.AttributeValue { return model.TTLOf(db.opts.Now()) }
