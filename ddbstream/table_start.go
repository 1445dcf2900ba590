package ddbstream

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// storedStart is a start as an item. It is in a partition of its own, because workers of earlier releases take every
// item of the leases' partition for a lease.
type storedStart struct {
	PK     string    `dynamodbav:"pk"`
	SK     string    `dynamodbav:"sk"`
	Stream string    `dynamodbav:"stream"`
	Shard  string    `dynamodbav:"shard,omitempty"`
	At     time.Time `dynamodbav:"at"`
}

func (s *TableStore) starts() string { return "~lstart#" + s.group }

// Start returns where the group begins, with one strongly consistent Query: one read unit.
func (s *TableStore) Start(ctx context.Context, stream, shard string) (Start, bool, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: new(true), KeyConditionExpression: new("pk = :p AND sk = :s"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":p": &types.AttributeValueMemberS{Value: s.starts()}, ":s": &types.AttributeValueMemberS{Value: stream + "#" + shard},
		},
	})
	if err != nil || len(out.Items) == 0 {
		return Start{}, false, s.fail("start", err)
	}
	var have storedStart
	if err := attributevalue.UnmarshalMap(out.Items[0], &have); err != nil {
		return Start{}, false, s.fail("start", err)
	}
	return Start{have.Stream, have.Shard, have.At}, true, nil
}

// Begin stores at unless there is one already, and returns the stored one: one PutItem of one write unit, and a Query
// if another worker was first.
func (s *TableStore) Begin(ctx context.Context, at Start) (Start, error) {
	attrs, err := attributevalue.MarshalMap(storedStart{s.starts(), at.Stream + "#" + at.Shard, at.Stream, at.Shard, at.At.UTC()})
	if err != nil {
		return Start{}, s.fail("start", err)
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: attrs, ConditionExpression: new("attribute_not_exists(pk)")})
	if _, lost := errors.AsType[*types.ConditionalCheckFailedException](err); lost {
		have, _, err := s.Start(ctx, at.Stream, at.Shard)
		return have, err
	}
	return at, s.fail("start", err)
}
