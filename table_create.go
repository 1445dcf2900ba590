package ddb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// tableClient is what the methods on the table itself call beside [Client]; *dynamodb.Client has them.
type tableClient interface {
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
	DeleteTable(context.Context, *dynamodb.DeleteTableInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error)
	DescribeTimeToLive(context.Context, *dynamodb.DescribeTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error)
	UpdateTimeToLive(context.Context, *dynamodb.UpdateTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error)
}

var _ tableClient = (*dynamodb.Client)(nil)

func (db *DB) tables(op string) (tableClient, error) {
	c, ok := db.client.(tableClient)
	if !ok {
		return nil, modelFault("ddb: %s %q: the client, a %T, has no calls for tables: use a *dynamodb.Client", op, db.name, db.client)
	}
	return c, nil
}

// CreateTableInput returns the request that creates the table under name: on demand, with every index of the model
// and a stream of new and old images. Change it as you like, or print it for your infrastructure code. TTL is not part
// of it; see [DB.CreateTable].
func (t *Table) CreateTableInput(name string) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{
		TableName:   &name,
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   t.primary.schema(),
		StreamSpecification: &types.StreamSpecification{
			StreamEnabled: new(true), StreamViewType: types.StreamViewTypeNewAndOldImages,
		},
	}
	seen := map[string]bool{}
	for _, ix := range t.all() {
		for _, attr := range ix.attrs() {
			if !seen[attr] {
				seen[attr] = true
				in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: &attr, AttributeType: t.keyType(attr)})
			}
		}
		switch ix.kind {
		case globalIndex:
			in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
				IndexName: &ix.name, KeySchema: ix.schema(), Projection: ix.projected(),
			})
		case localIndex:
			in.LocalSecondaryIndexes = append(in.LocalSecondaryIndexes, types.LocalSecondaryIndex{
				IndexName: &ix.name, KeySchema: ix.schema(), Projection: ix.projected(),
			})
		case primaryIndex:
		}
	}
	return in
}

// keyType is the type of a key attribute: what its entities store there, a string where none does.
func (t *Table) keyType(attr string) types.ScalarAttributeType {
	if s, ok := t.keyTypes[attr]; ok {
		return s
	}
	return types.ScalarAttributeTypeS
}

func (ix *Index) schema() (out []types.KeySchemaElement) {
	for _, attr := range ix.partition {
		out = append(out, types.KeySchemaElement{AttributeName: &attr, KeyType: types.KeyTypeHash})
	}
	for _, attr := range ix.sort {
		out = append(out, types.KeySchemaElement{AttributeName: &attr, KeyType: types.KeyTypeRange})
	}
	return out
}

func (ix *Index) projected() *types.Projection {
	switch ix.projection {
	case projectKeys:
		return &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}
	case projectInclude:
		return &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: slices.Clone(ix.include)}
	case projectAll:
	}
	return &types.Projection{ProjectionType: types.ProjectionTypeAll}
}

// CreateTable creates the table, waits until it is active and switches TTL on if the model has it. If a table of that
// name exists the error matches [ErrExists], and that table is left as it is; see [DB.VerifyTable].
func (db *DB) CreateTable(ctx context.Context) error {
	c, err := db.tables("create table")
	if err != nil {
		return err
	}
	if len(db.table.entities) == 0 {
		return modelFault("ddb: create table %q: the model has no entities, so that the types of its keys are not known", db.name)
	}
	if _, err := c.CreateTable(ctx, db.table.CreateTableInput(db.name)); err != nil {
		if _, ok := errors.AsType[*types.ResourceInUseException](err); ok {
			err = fmt.Errorf("%w: %w", ErrExists, err)
		}
		return fmt.Errorf("ddb: create table %q: %w", db.name, err)
	}
	waiter := dynamodb.NewTableExistsWaiter(c, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay = 50 * time.Millisecond })
	if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &db.name}, 10*time.Minute); err != nil {
		return fmt.Errorf("ddb: create table %q: waiting until it is active: %w", db.name, err)
	}
	if db.table.ttl == "" {
		return nil
	}
	_, err = c.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               &db.name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &db.table.ttl, Enabled: new(true)},
	})
	if err != nil {
		return fmt.Errorf("ddb: create table %q: switching TTL on: %w", db.name, err)
	}
	return nil
}

// DropTable deletes the table with all that is in it, and waits until it is gone. If there is none the error matches
// [ErrNotFound].
func (db *DB) DropTable(ctx context.Context) error {
	c, err := db.tables("drop table")
	if err != nil {
		return err
	}
	if _, err := c.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &db.name}); err != nil {
		if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
			err = fmt.Errorf("%w: %w", ErrNotFound, err)
		}
		return fmt.Errorf("ddb: drop table %q: %w", db.name, err)
	}
	waiter := dynamodb.NewTableNotExistsWaiter(c, func(o *dynamodb.TableNotExistsWaiterOptions) { o.MinDelay = 50 * time.Millisecond })
	if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &db.name}, 10*time.Minute); err != nil {
		return fmt.Errorf("ddb: drop table %q: waiting until it is gone: %w", db.name, err)
	}
	return nil
}
