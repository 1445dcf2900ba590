package record

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
)

// Kind says what happened to an item.
type Kind string

// The kinds of change.
const (
	// Inserted: there was no such item before.
	Inserted Kind = "inserted"
	// Modified: the item was there before and is there now.
	Modified Kind = "modified"
	// Removed: the item was deleted by a request.
	Removed Kind = "removed"
	// Expired: DynamoDB deleted the item because its TTL had passed, or a request deleted it after that.
	Expired Kind = "expired"
)

// KindIn tells what a record says from what the TTL of its item says.
func KindIn(t *model.Table, rec *Record) Kind {
	if rec.Kind != Removed || t.TTL == "" {
		return rec.Kind
	}
	if n, ok := rec.Old[t.TTL].(*types.AttributeValueMemberN); ok && !rec.At.IsZero() {
		if c, ok := attr.CompareNumbers(n.Value, fmt.Sprint(rec.At.Unix())); ok && c <= 0 {
			return Expired
		}
	}
	return Removed
}
