package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// storedLease is a lease as an item. Workers of releases before Since ignore the attributes that they do not know, and
// write the item without them. Both mean an owner that cannot be asked.
type storedLease struct {
	PK          string `dynamodbav:"pk"`
	SK          string `dynamodbav:"sk"`
	Stream      string `dynamodbav:"stream"`
	Shard       string `dynamodbav:"shard"`
	Parent      string `dynamodbav:"parent,omitempty"`
	Checkpoint  string `dynamodbav:"checkpoint,omitempty"`
	Latest      bool   `dynamodbav:"latest,omitempty"`
	Done        bool   `dynamodbav:"done,omitempty"`
	Owner       string `dynamodbav:"owner,omitempty"`
	Counter     int64  `dynamodbav:"counter"`
	Since       int64  `dynamodbav:"since,omitempty"`
	Wanted      string `dynamodbav:"wanted,omitempty"`
	WantedSince int64  `dynamodbav:"wanted_since,omitempty"` // of the owner that is asked
}

// swapped are the attributes that a Swap writes. It leaves all others alone, including those of later releases.
var swapped = []string{"stream", "shard", "parent", "checkpoint", "latest", "done", "owner", "counter", "since"}

func (s *TableStore) key(l Lease) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: s.partition()}, "sk": &types.AttributeValueMemberS{Value: l.Stream + "#" + l.Shard},
	}
}

// Leases returns all leases of the group, with one strongly consistent Query (more if they exceed 1 MB): one read unit
// for each 4 KB of leases.
func (s *TableStore) Leases(ctx context.Context) ([]Lease, error) {
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: new(true), KeyConditionExpression: new("pk = :p"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":p": &types.AttributeValueMemberS{Value: s.partition()}},
	}
	var out []Lease
	for {
		page, err := s.client.Query(ctx, in)
		if err != nil {
			return nil, s.fail("leases", err)
		}
		for _, attrs := range page.Items {
			var l storedLease
			if err := attributevalue.UnmarshalMap(attrs, &l); err != nil {
				return nil, s.fail("leases", err)
			}
			if l.WantedSince != l.Since {
				l.Wanted = "" // from a previous owner
			}
			out = append(out, Lease{l.Stream, l.Shard, l.Parent, l.Checkpoint, l.Latest, l.Done, l.Owner, l.Counter, l.Since, l.Wanted})
		}
		if in.ExclusiveStartKey = page.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return out, nil
		}
	}
}

// Swap writes l if the stored counter equals was, with one UpdateItem: one write unit. Otherwise the error matches
// [ErrLeaseLost]. An own write whose response was lost counts as done.
func (s *TableStore) Swap(ctx context.Context, l Lease, was int64) error {
	attrs, err := attributevalue.MarshalMap(storedLease{
		Stream: l.Stream, Shard: l.Shard, Parent: l.Parent, Checkpoint: l.Checkpoint, Latest: l.Latest, Done: l.Done,
		Owner: l.Owner, Counter: l.Counter, Since: l.Since,
	})
	if err != nil {
		return s.fail("lease", err)
	}
	in := &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: s.key(l), ConditionExpression: new("attribute_not_exists(pk)"),
		ExpressionAttributeNames: map[string]string{}, ExpressionAttributeValues: map[string]types.AttributeValue{},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if was != 0 {
		in.ConditionExpression = new("#counter = :was")
		in.ExpressionAttributeValues[":was"] = number(was)
	}
	var set, remove []string
	for _, name := range swapped {
		in.ExpressionAttributeNames["#"+name] = name
		av, ok := attrs[name]
		if !ok {
			remove = append(remove, "#"+name)
			continue
		}
		in.ExpressionAttributeValues[":"+name] = av
		set = append(set, "#"+name+" = :"+name)
	}
	expr := "SET " + strings.Join(set, ", ")
	if len(remove) > 0 {
		expr += " REMOVE " + strings.Join(remove, ", ")
	}
	in.UpdateExpression = &expr
	_, err = s.client.UpdateItem(ctx, in)
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		var have storedLease
		if attributevalue.UnmarshalMap(failed.Item, &have) == nil && l.Owner != "" && have.Owner == l.Owner && have.Counter == l.Counter {
			return nil
		}
	}
	return s.fail("lease of "+l.Shard, err)
}

// Want notes that worker asks the owner of l for the shard, with one UpdateItem: one write unit. The error matches
// [ErrLeaseLost] if the owner has changed.
func (s *TableStore) Want(ctx context.Context, l Lease, worker string) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: s.key(l),
		ConditionExpression: new("#since = :since"), UpdateExpression: new("SET #wanted = :worker, #of = :since"),
		ExpressionAttributeNames:  map[string]string{"#since": "since", "#wanted": "wanted", "#of": "wanted_since"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":since": number(l.Since), ":worker": &types.AttributeValueMemberS{Value: worker}},
	})
	return s.fail("request for "+l.Shard, err)
}

// Delete removes l if the stored counter equals l's, with one DeleteItem: one write unit. Otherwise the error matches
// [ErrLeaseLost].
func (s *TableStore) Delete(ctx context.Context, l Lease) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                 &s.table,
		Key:                       s.key(l),
		ConditionExpression:       new("attribute_not_exists(pk) OR #c = :was"),
		ExpressionAttributeNames:  map[string]string{"#c": "counter"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":was": number(l.Counter)},
	})
	return s.fail("lease of "+l.Shard, err)
}

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: fmt.Sprint(n)}
}
