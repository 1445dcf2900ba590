package ddb

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
)

// past reports whether reads leave the item out because its TTL has passed, be it that of its upgrade.
func (db *rDB) past(s attr.Stored) bool {
	if db.opts.WithExpired || db.Table.TTL == "" {
		return false
	}
	now := db.opts.Now()
	return db.Table.Dead(s, now) || db.Table.Outdated(s, now)
}

// dead reports whether the TTL that is stored has passed.
func (db *rDB) dead(s attr.Stored) bool { return db.Table.Dead(s, db.opts.Now()) }

// lapsed reports whether the upgrade of an item of e says that its TTL has passed.
func (db *rDB) lapsed(e *model.Entity, s attr.Stored) bool { return e.Lapsed(s, db.opts.Now()) }

// now is the present as a TTL attribute has it.
func (db *rDB) now() types.AttributeValue { return model.TTLOf(db.opts.Now()) }
