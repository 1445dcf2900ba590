package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

// TableClient lists the methods that a [TableStore] calls; *dynamodb.Client has them. Methods may be added in minor
// versions.
type TableClient interface {
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
}

// TableStore keeps leases in a DynamoDB table. Use a separate table: in the table that is read, each checkpoint would
// be a record of the stream. Its keys are the strings pk and sk. The partition keys of its items begin with ~, so that
// in a shared table they are companion items. It is safe for concurrent use; make it with [NewTableStore], the zero
// value is not usable. Its errors wrap those of the SDK.
type TableStore struct {
	client TableClient
	table  string
	group  string
}

// NewTableStore returns a store in table for the workers of one group. Groups read the same stream independently of
// each other; the workers of one group share its shards. It makes no request.
func NewTableStore(client TableClient, table, group string) *TableStore {
	return &TableStore{client, table, group}
}

// tableDropper lists the methods that [TableStore.DropTable] calls beside [TableClient]; *dynamodb.Client has them.
type tableDropper interface {
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
	DeleteTable(context.Context, *dynamodb.DeleteTableInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error)
}

var _ tableDropper = (*dynamodb.Client)(nil)

func (s *TableStore) partition() string { return "~l#" + s.group }

func (s *TableStore) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, lost := errors.AsType[*types.ConditionalCheckFailedException](err); lost {
		return ErrLeaseLost
	}
	return fmt.Errorf("ddbstream: %s in table %q: %w", op, s.table, permission(err))
}

// CreateTable creates the store's table, on demand, and waits until it is active, up to ten minutes. It calls
// CreateTable once and DescribeTable until then. An existing table is no error, unless its keys differ: then the error
// matches [ddb.ErrModel].
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
	waiter := dynamodb.NewTableExistsWaiter(s.client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay = minDelay })
	out, err := waiter.WaitForOutput(ctx, &dynamodb.DescribeTableInput{TableName: &s.table}, maxWait)
	if err == nil {
		err = keyFault(out.Table)
	}
	return s.fail("create table", err)
}

// DropTable deletes the store's table and waits until it is gone, up to ten minutes. Stop the workers first. If there
// is no table, the error matches [ddb.ErrNotFound].
//
// It deletes only a table that holds nothing but leases of the group. A table with other keys or with indexes is kept,
// and the error matches [ddb.ErrModel]. A table with any other item, or a lease of another group, is kept, and the
// error matches [ddb.ErrUnknown]. The check reads the whole table with a strongly consistent Scan.
func (s *TableStore) DropTable(ctx context.Context) error {
	const op = "drop table"
	c, ok := s.client.(tableDropper)
	if !ok {
		return s.fail(op, fmt.Errorf("the client, a %T, has neither Scan nor DeleteTable: use a *dynamodb.Client", s.client))
	}
	err := s.holdsLeases(ctx, c)
	if err == nil {
		_, err = c.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &s.table})
	}
	if _, none := errors.AsType[*types.ResourceNotFoundException](err); none {
		err = fmt.Errorf("%w: %w", ddb.ErrNotFound, err)
	}
	if err != nil {
		return s.fail(op, err)
	}
	waiter := dynamodb.NewTableNotExistsWaiter(s.client, func(o *dynamodb.TableNotExistsWaiterOptions) { o.MinDelay = minDelay })
	return s.fail(op, waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &s.table}, maxWait))
}

// minDelay and maxWait bound the wait for a table.
const (
	minDelay = 50 * time.Millisecond
	maxWait  = 10 * time.Minute
)

// holdsLeases returns an error unless everything in the table is a lease or a start of the group.
func (s *TableStore) holdsLeases(ctx context.Context, c tableDropper) error {
	out, err := s.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &s.table})
	if err != nil {
		return err
	}
	if err := keyFault(out.Table); err != nil {
		return err
	}
	if n := len(out.Table.GlobalSecondaryIndexes) + len(out.Table.LocalSecondaryIndexes); n > 0 {
		return fmt.Errorf("%w: it has %d indexes, a lease table has none: the table was not deleted", ddb.ErrModel, n)
	}
	in := &dynamodb.ScanInput{TableName: &s.table, ProjectionExpression: new("pk, sk"), ConsistentRead: new(true)}
	for {
		page, err := c.Scan(ctx, in)
		if err != nil {
			return err
		}
		for _, attrs := range page.Items {
			var key struct{ PK, SK string }
			if err := attributevalue.UnmarshalMap(attrs, &key); err != nil {
				return err
			}
			if key.PK != s.partition() && key.PK != s.starts() {
				return fmt.Errorf("%w: item pk=%q sk=%q is not a lease of group %q: the table was not deleted", ddb.ErrUnknown, key.PK, key.SK, s.group)
			}
		}
		if in.ExclusiveStartKey = page.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return nil
		}
	}
}

// keyFault returns an error unless the table has the keys of a lease table.
func keyFault(table *types.TableDescription) error {
	if table == nil {
		return errors.New("the response describes no table: look at what the client and the proxies do with responses")
	}
	kinds := map[string]types.ScalarAttributeType{}
	for _, a := range table.AttributeDefinitions {
		kinds[text(a.AttributeName)] = a.AttributeType
	}
	var keys []string
	for _, k := range table.KeySchema {
		keys = append(keys, fmt.Sprintf("%s %s", text(k.AttributeName), kinds[text(k.AttributeName)]))
	}
	if !slices.Equal(keys, []string{"pk S", "sk S"}) {
		return fmt.Errorf("%w: its key is %v, a lease table has [pk S sk S]", ddb.ErrModel, keys)
	}
	return nil
}
