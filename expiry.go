package ddb

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// past reports whether reads leave the item out because its TTL has passed.
func (db *DB) past(s stored) bool { return !db.opts.WithExpired && db.deadStored(s) }

// dead reports whether the item's TTL has passed: it is absent, though DynamoDB may not have deleted it yet.
func (db *DB) dead(attrs item) bool { return db.deadStored(stored{attrs: attrs}) }

// deadStored is dead for an item as it was read.
func (db *DB) deadStored(s stored) bool {
	if db.table.ttl == "" {
		return false
	}
	at, ok := s.expiry(db.table.ttl)
	return ok && at <= float64(db.opts.Now().Unix())
}

// now is the present as a TTL attribute has it.
func (db *DB) now() types.AttributeValue { return ttlNow(db.opts.Now()) }

func ttlNow(now time.Time) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(now.Unix(), 10)}
}
