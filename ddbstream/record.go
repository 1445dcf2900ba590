package ddbstream

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/record"
)

// records converts what was read for the processor. An error means that the response contains something that is no
// record.
func records(stream string, in []types.Record) ([]ddb.Record, error) {
	out := make([]ddb.Record, len(in))
	for i, r := range in {
		var err error
		if out[i], err = recordOf(stream, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// recordOf converts a record for the processor. A record of a kind, or with a type of attribute, that is newer than this
// release stays raw.
func recordOf(stream string, r types.Record) (ddb.Record, error) {
	if r.Dynamodb == nil || r.Dynamodb.SequenceNumber == nil {
		return ddb.Record{}, fmt.Errorf("event %q: record without a sequence number", text(r.EventID))
	}
	if out, err := converted(stream, r); err == nil {
		return out, nil
	}
	var out ddb.Record
	b, err := json.Marshal(lambdaRecord(stream, r))
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		return ddb.Record{}, fmt.Errorf("record %s: %w", *r.Dynamodb.SequenceNumber, err)
	}
	return out, nil
}

func converted(stream string, r types.Record) (out ddb.Record, err error) {
	id := r.UserIdentity
	out = ddb.Record{Sequence: *r.Dynamodb.SequenceNumber, Stream: stream, ID: text(r.EventID)}
	if out.Kind, err = record.KindOf(string(r.EventName), id != nil && text(id.Type) == "Service" && text(id.PrincipalId) == "dynamodb.amazonaws.com"); err != nil {
		return out, err
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
			return out, err
		}
	}
	return out, nil
}

// lambdaRecord is a record as Lambda would deliver it, as far as the SDK could read it: an unknown type of attribute
// has only its name. AWS: "Lambda: Process Amazon DynamoDB records".
func lambdaRecord(stream string, r types.Record) map[string]any {
	change := map[string]any{"SequenceNumber": *r.Dynamodb.SequenceNumber}
	if at := r.Dynamodb.ApproximateCreationDateTime; at != nil {
		change["ApproximateCreationDateTime"] = float64(at.UnixMilli()) / 1000
	}
	for name, attrs := range map[string]map[string]types.AttributeValue{"Keys": r.Dynamodb.Keys, "OldImage": r.Dynamodb.OldImage, "NewImage": r.Dynamodb.NewImage} {
		if len(attrs) > 0 {
			change[name] = lambdaItem(attrs)
		}
	}
	out := map[string]any{
		"eventID": text(r.EventID), "eventName": r.EventName, "eventVersion": "1.1", "eventSource": "aws:dynamodb",
		"eventSourceARN": stream, "dynamodb": change,
	}
	if id := r.UserIdentity; id != nil {
		out["userIdentity"] = map[string]any{"type": text(id.Type), "principalId": text(id.PrincipalId)}
	}
	return out
}

func lambdaItem(attrs map[string]types.AttributeValue) map[string]any {
	out := make(map[string]any, len(attrs))
	for name, av := range attrs {
		out[name] = lambdaValue(av)
	}
	return out
}

func lambdaValue(av types.AttributeValue) map[string]any {
	switch v := av.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": v.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": v.Value}
	case *types.AttributeValueMemberB:
		return map[string]any{"B": v.Value}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": v.Value}
	case *types.AttributeValueMemberNULL:
		return map[string]any{"NULL": v.Value}
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": v.Value}
	case *types.AttributeValueMemberNS:
		return map[string]any{"NS": v.Value}
	case *types.AttributeValueMemberBS:
		return map[string]any{"BS": v.Value}
	case *types.AttributeValueMemberM:
		return map[string]any{"M": lambdaItem(v.Value)}
	case *types.AttributeValueMemberL:
		list := make([]any, len(v.Value))
		for i, e := range v.Value {
			list[i] = lambdaValue(e)
		}
		return map[string]any{"L": list}
	case *types.UnknownUnionMember:
		return map[string]any{v.Tag: v.Value}
	}
	return map[string]any{}
}

// companion reports whether a record is of a companion item, whose partition key begins with ~. A record does not say
// which of its keys is the partition key. A sort key that begins with ~ only delays a checkpoint.
func companion(r ddb.Record) bool {
	for _, av := range r.Keys {
		if s, ok := av.(*ddbtypes.AttributeValueMemberS); ok && strings.HasPrefix(s.Value, "~") {
			return true
		}
	}
	return false
}
