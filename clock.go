package ddb

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
)

// past reports whether reads leave the item out because its TTL has passed, be it that of its upgrade.
func (db *DB) past(s attr.Stored) bool {
	if db.opts.WithExpired || db.table.ttl == "" {
		return false
	}
	now := db.opts.Now()
	return db.table.dead(s, now) || db.table.outdated(s, now)
}

// dead reports whether the TTL that is stored has passed.
func (db *DB) dead(s attr.Stored) bool { return db.table.dead(s, db.opts.Now()) }

// lapsed reports whether the upgrade of an item of e says that its TTL has passed.
func (db *DB) lapsed(e *mEntity, s attr.Stored) bool { return e.lapsed(s, db.opts.Now()) }

// now is the present as a TTL attribute has it.
func (db *DB) now() types.AttributeValue { return ttlOf(db.opts.Now()) }
