package model

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
)

// Dead reports whether the TTL that is stored has passed: the item is absent, though DynamoDB may not have deleted it yet.
func (t *Table) Dead(s attr.Stored, now time.Time) bool {
	if t.TTL == "" {
		return false
	}
	text, ok := s.Number(t.TTL)
	if !ok {
		return false
	}
	if at, err := strconv.ParseInt(text, 10, 64); err == nil {
		return at <= now.Unix()
	}
	c, ok := attr.CompareNumbers(text, strconv.FormatInt(now.Unix(), 10)) // as the filter of a query does
	return ok && c <= 0
}

// Expired reports whether the item's TTL has passed: the one that is stored, or the one that its upgrade gives it.
func (t *Table) Expired(s attr.Stored, now time.Time) bool {
	return t.Dead(s, now) || t.outdated(s, now)
}

func (t *Table) outdated(s attr.Stored, now time.Time) bool {
	if t.ages == 0 || s.None() || SchemaOf(s) >= t.ages {
		return false
	}
	e, err := t.Claim(s)
	return err == nil && e.Lapsed(s, now)
}

// Lapsed reports whether an item of e is of an older schema, and its upgrade says that its TTL has passed.
func (e *Entity) Lapsed(s attr.Stored, now time.Time) bool {
	if e == nil || !e.Ages() || s.None() || SchemaOf(s) >= e.Schema {
		return false
	}
	up, err := e.Upgraded(s.Attributes())
	return err == nil && e.Table.Dead(Loaded(up), now)
}

// Ages reports whether an upgrade may say that an item has expired.
func (e *Entity) Ages() bool { return e.remade && e.TTL != nil }

// AliveText is the condition that an item's TTL has not passed at now. What has none, or one that is no number, never expires.
func AliveText(ttl, now string) string { return "NOT (" + ttl + " <= " + now + ")" }

// TTLOf is a time as a TTL attribute has it.
func TTLOf(at time.Time) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(at.Unix(), 10)}
}
