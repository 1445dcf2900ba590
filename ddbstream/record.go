package ddbstream

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/singletable-go/ddb"
)

// record returns a record as the mux takes it.
func record(stream string, r types.Record) (out ddb.Record, err error) {
	if r.Dynamodb == nil || r.Dynamodb.SequenceNumber == nil {
		return out, fmt.Errorf("a record without a sequence number")
	}
	id := r.UserIdentity
	out = ddb.Record{Sequence: *r.Dynamodb.SequenceNumber, Stream: stream, ID: text(r.EventID)}
	if out.Kind, err = ddb.RecordKind(string(r.EventName), id != nil && text(id.Type) == "Service" && text(id.PrincipalId) == "dynamodb.amazonaws.com"); err != nil {
		return out, fmt.Errorf("record %s: %w", out.Sequence, err)
	}
	if r.Dynamodb.ApproximateCreationDateTime != nil {
		out.At = *r.Dynamodb.ApproximateCreationDateTime
	}
	for _, part := range []struct {
		to   *map[string]ddbtypes.AttributeValue
		from map[string]types.AttributeValue
	}{{&out.Keys, r.Dynamodb.Keys}, {&out.Old, r.Dynamodb.OldImage}, {&out.New, r.Dynamodb.NewImage}} {
		if len(part.from) == 0 {
			continue
		}
		if *part.to, err = attributevalue.FromDynamoDBStreamsMap(part.from); err != nil {
			return out, fmt.Errorf("record %s: %w", out.Sequence, err)
		}
	}
	return out, nil
}

// companion reports whether a record is of an item of the library's own, whose partition key begins with ~. Which of the
// two keys that is, a record does not say; a sort key that begins so makes a checkpoint come later, no more.
func companion(r ddb.Record) bool {
	for _, av := range r.Keys {
		if s, ok := av.(*ddbtypes.AttributeValueMemberS); ok && strings.HasPrefix(s.Value, "~") {
			return true
		}
	}
	return false
}
