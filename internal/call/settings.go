package call

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/internal/fault"
)

// SettingsClient is what the methods on several tables call beside TableClient; *dynamodb.Client has them.
type SettingsClient interface {
	TableClient
	ListTables(context.Context, *dynamodb.ListTablesInput, ...func(*dynamodb.Options)) (*dynamodb.ListTablesOutput, error)
	UpdateTable(context.Context, *dynamodb.UpdateTableInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTableOutput, error)
}

var _ SettingsClient = (*dynamodb.Client)(nil)

// Settings is Tables with the calls that list tables and change what they are provisioned with.
func (c *Conn) Settings(op string) (SettingsClient, error) {
	settings, ok := c.Client.(SettingsClient)
	if !ok {
		return nil, fault.Model("ddb: %s %q: the client, a %T, lacks ListTables or UpdateTable: use a *dynamodb.Client", op, c.Name, c.Client)
	}
	return meteredSettings{meteredTables{settings}, settings}, nil
}

// meteredSettings counts the calls of a SettingsClient in the meter of their context. They consume no capacity.
type meteredSettings struct {
	meteredTables
	settings SettingsClient
}

func (c meteredSettings) ListTables(ctx context.Context, in *dynamodb.ListTablesInput, opts ...func(*dynamodb.Options)) (*dynamodb.ListTablesOutput, error) {
	return countCall(ctx, "ListTables", c.settings.ListTables, in, opts)
}

func (c meteredSettings) UpdateTable(ctx context.Context, in *dynamodb.UpdateTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateTableOutput, error) {
	return countCall(ctx, "UpdateTable", c.settings.UpdateTable, in, opts)
}
