package ddb

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// past reports whether reads leave the item out because its TTL has passed.
func (db *DB) past(s stored) bool { return !db.opts.WithExpired && db.dead(s) }

// dead reports whether the item's TTL has passed: it is absent, though DynamoDB may not have deleted it yet.
func (db *DB) dead(s stored) bool {
	if db.table.ttl == "" {
		return false
	}
	text, ok := s.number(db.table.ttl)
	if !ok {
		return false
	}
	now := db.opts.Now().Unix()
	if at, err := strconv.ParseInt(text, 10, 64); err == nil {
		return at <= now
	}
	c, ok := compareNumbers(text, strconv.FormatInt(now, 10)) // as the filter of a query does
	return ok && c <= 0
}

// aliveText is the condition that an item's TTL has not passed at now. What has none, or one that is no number, never expires.
func aliveText(ttl, now string) string { return "NOT (" + ttl + " <= " + now + ")" }

// now is the present as a TTL attribute has it.
func (db *DB) now() types.AttributeValue { return ttlNow(db.opts.Now()) }

func ttlNow(now time.Time) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(now.Unix(), 10)}
}
