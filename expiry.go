package ddb

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
)

// dead reports whether the TTL that is stored has passed: the item is absent, though DynamoDB may not have deleted it yet.
func (t *mTable) dead(s attr.Stored, now time.Time) bool {
	if t.ttl == "" {
		return false
	}
	text, ok := s.Number(t.ttl)
	if !ok {
		return false
	}
	if at, err := strconv.ParseInt(text, 10, 64); err == nil {
		return at <= now.Unix()
	}
	c, ok := attr.CompareNumbers(text, strconv.FormatInt(now.Unix(), 10)) // as the filter of a query does
	return ok && c <= 0
}

// outdated reports whether the upgrade of the item says that its TTL has passed.
func (t *mTable) outdated(s attr.Stored, now time.Time) bool {
	if t.ages == 0 || s.None() || schemaOf(s) >= t.ages {
		return false
	}
	e, err := t.claim(s)
	return err == nil && e.lapsed(s, now)
}

// lapsed reports whether an item of e is of an older schema, and its upgrade says that its TTL has passed.
func (e *mEntity) lapsed(s attr.Stored, now time.Time) bool {
	if e == nil || !e.ages() || s.None() || schemaOf(s) >= e.schema {
		return false
	}
	up, err := e.upgraded(s.Attributes())
	return err == nil && e.table.dead(loaded(up), now)
}

// ages reports whether an upgrade may say that an item has expired.
func (e *mEntity) ages() bool { return e.remade && e.ttl != nil }

// aliveText is the condition that an item's TTL has not passed at now. What has none, or one that is no number, never expires.
func aliveText(ttl, now string) string { return "NOT (" + ttl + " <= " + now + ")" }

// ttlOf is a time as a TTL attribute has it.
func ttlOf(at time.Time) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(at.Unix(), 10)}
}
