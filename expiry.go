package ddb

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
)

// past reports whether reads leave the item out because its TTL has passed, be it that of its upgrade.
func (db *DB) past(s attr.Stored) bool {
	if db.opts.WithExpired || db.table.ttl == "" {
		return false
	}
	return db.dead(s) || db.outdated(s)
}

// outdated reports whether the upgrade of the item says that its TTL has passed.
func (db *DB) outdated(s attr.Stored) bool {
	if db.table.ages == 0 || s.None() || schemaOf(s) >= db.table.ages {
		return false
	}
	e, err := db.table.claim(s)
	return err == nil && db.lapsed(e, s)
}

// lapsed reports whether an item of e is of an older schema, and its upgrade says that its TTL has passed.
func (db *DB) lapsed(e *entity, s attr.Stored) bool {
	if e == nil || !e.ages() || s.None() || schemaOf(s) >= e.schema {
		return false
	}
	up, err := e.upgraded(s.Attributes())
	return err == nil && db.dead(loaded(up))
}

// ages reports whether an upgrade may say that an item has expired.
func (e *entity) ages() bool { return e.remade && e.ttl != nil }

// dead reports whether the TTL that is stored has passed: the item is absent, though DynamoDB may not have deleted it yet.
func (db *DB) dead(s attr.Stored) bool {
	if db.table.ttl == "" {
		return false
	}
	text, ok := s.Number(db.table.ttl)
	if !ok {
		return false
	}
	now := db.opts.Now().Unix()
	if at, err := strconv.ParseInt(text, 10, 64); err == nil {
		return at <= now
	}
	c, ok := attr.CompareNumbers(text, strconv.FormatInt(now, 10)) // as the filter of a query does
	return ok && c <= 0
}

// aliveText is the condition that an item's TTL has not passed at now. What has none, or one that is no number, never expires.
func aliveText(ttl, now string) string { return "NOT (" + ttl + " <= " + now + ")" }

// now is the present as a TTL attribute has it.
func (db *DB) now() types.AttributeValue { return ttlNow(db.opts.Now()) }

func ttlNow(now time.Time) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(now.Unix(), 10)}
}
