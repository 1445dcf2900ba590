package ddb

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// expired reports whether the item's TTL has passed: it is absent, though DynamoDB may not have deleted it yet.
func (db *DB) expired(attrs item) bool { return db.past(stored{attrs: attrs}) }

// past is expired for an item as it was read.
func (db *DB) past(s stored) bool {
	if db.table.ttl == "" || db.opts.WithExpired {
		return false
	}
	at, ok := s.expiry(db.table.ttl)
	return ok && at <= float64(db.opts.Now().Unix())
}

// now is the present as a TTL attribute has it.
func (db *DB) now() types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(db.opts.Now().Unix(), 10)}
}
