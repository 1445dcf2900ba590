package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TableClient is what a [TableStore] calls; *dynamodb.Client has it. Methods may be added in minor versions.
type TableClient interface {
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
}

// TableStore keeps leases in a DynamoDB table. That should be a table of its own: in the table that is read, each
// checkpoint would be a record of the stream. Its keys are the strings pk and sk; the items' begin with ~, so that
// they are companion items where it is the same table all the same.
type TableStore struct {
	client TableClient
	table  string
	group  string
}

// NewTableStore returns a store in table for the workers of one group. Groups read the same stream independently of each
// other; workers of one group share its shards. It makes no request.
func NewTableStore(client TableClient, table, group string) *TableStore {
	return &TableStore{client, table, group}
}

// storedLease is a lease as an item.
type storedLease struct {
	PK         string `dynamodbav:"pk"`
	SK         string `dynamodbav:"sk"`
	Stream     string `dynamodbav:"stream"`
	Shard      string `dynamodbav:"shard"`
	Parent     string `dynamodbav:"parent,omitempty"`
	Checkpoint string `dynamodbav:"checkpoint,omitempty"`
	Latest     bool   `dynamodbav:"latest,omitempty"`
	Done       bool   `dynamodbav:"done,omitempty"`
	Owner      string `dynamodbav:"owner,omitempty"`
	Counter    int64  `dynamodbav:"counter"`
}

func (s *TableStore) partition() string { return "~l#" + s.group }

func (s *TableStore) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, lost := errors.AsType[*types.ConditionalCheckFailedException](err); lost {
		return ErrLeaseLost
	}
	return fmt.Errorf("ddbstream: %s in table %q: %w", op, s.table, err)
}

// CreateTable creates the store's table, on demand, and waits until it is active. That it exists is no error.
func (s *TableStore) CreateTable(ctx context.Context) error {
	_, err := s.client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:   &s.table,
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: new("pk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: new("sk"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: new("pk"), KeyType: types.KeyTypeHash},
			{AttributeName: new("sk"), KeyType: types.KeyTypeRange},
		},
	})
	if _, exists := errors.AsType[*types.ResourceInUseException](err); err != nil && !exists {
		return s.fail("create table", err)
	}
	waiter := dynamodb.NewTableExistsWaiter(s.client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay = 50 * time.Millisecond })
	return s.fail("create table", waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &s.table}, 10*time.Minute))
}

// Leases returns all leases of the group, with one strongly consistent Query.
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
			out = append(out, Lease{l.Stream, l.Shard, l.Parent, l.Checkpoint, l.Latest, l.Done, l.Owner, l.Counter})
		}
		if in.ExclusiveStartKey = page.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return out, nil
		}
	}
}

// Swap writes l if the stored counter is was, with one PutItem. A write of ours whose answer was lost counts as done.
func (s *TableStore) Swap(ctx context.Context, l Lease, was int64) error {
	attrs, err := attributevalue.MarshalMap(storedLease{
		s.partition(), l.Stream + "#" + l.Shard, l.Stream, l.Shard, l.Parent, l.Checkpoint, l.Latest, l.Done, l.Owner, l.Counter,
	})
	if err != nil {
		return s.fail("lease", err)
	}
	in := &dynamodb.PutItemInput{
		TableName: &s.table, Item: attrs, ConditionExpression: new("attribute_not_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if was != 0 {
		in.ConditionExpression = new("#c = :was")
		in.ExpressionAttributeNames = map[string]string{"#c": "counter"}
		in.ExpressionAttributeValues = map[string]types.AttributeValue{":was": number(was)}
	}
	_, err = s.client.PutItem(ctx, in)
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		var have storedLease
		if attributevalue.UnmarshalMap(failed.Item, &have) == nil && l.Owner != "" && have.Owner == l.Owner && have.Counter == l.Counter {
			return nil
		}
	}
	return s.fail("lease of "+l.Shard, err)
}

// Delete removes l if the stored counter is l's, with one DeleteItem.
func (s *TableStore) Delete(ctx context.Context, l Lease) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table,
		Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: s.partition()}, "sk": &types.AttributeValueMemberS{Value: l.Stream + "#" + l.Shard},
		},
		ConditionExpression:       new("attribute_not_exists(pk) OR #c = :was"),
		ExpressionAttributeNames:  map[string]string{"#c": "counter"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":was": number(l.Counter)},
	})
	return s.fail("lease of "+l.Shard, err)
}

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: fmt.Sprint(n)}
}
