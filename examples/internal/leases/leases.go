// Package leases has the table beside an example's table in which the readers of its stream keep their positions.
package leases

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/app"
)

// Group is the group of an example's readers.
type Group string

func (g Group) store(s *app.Session) *ddbstream.TableStore {
	return ddbstream.NewTableStore(s.Engine.Client, name(s), string(g))
}

func name(s *app.Session) string { return s.DB.Name() + "-leases" }

// Create creates the table unless it exists. It writes nothing to a table of others that has its name.
func (g Group) Create(ctx context.Context, s *app.Session) (*ddbstream.TableStore, error) {
	if err := g.Check(ctx, s); err != nil {
		return nil, err
	}
	store := g.store(s)
	return store, store.CreateTable(ctx)
}

// Drop deletes the table, if it exists.
func (g Group) Drop(ctx context.Context, s *app.Session) error {
	err := g.store(s).DropTable(ctx)
	if errors.Is(err, ddb.ErrNotFound) {
		return nil
	}
	return err
}

// Check returns an error if there is a table of that name that is not the group's. It reads the table, and changes nothing.
func (g Group) Check(ctx context.Context, s *app.Session) error {
	table := name(s)
	out, err := s.Engine.Client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table})
	if errors.As(err, new(*types.ResourceNotFoundException)) {
		return nil
	}
	if err != nil {
		return err
	}
	notOurs := func(format string, args ...any) error {
		return fmt.Errorf("table %q is for the positions of the stream's readers, and it is of others: %s: name another table with -table", table, fmt.Sprintf(format, args...))
	}
	keys := map[string]types.ScalarAttributeType{}
	for _, a := range out.Table.AttributeDefinitions {
		keys[*a.AttributeName] = a.AttributeType
	}
	if !maps.Equal(keys, map[string]types.ScalarAttributeType{"pk": types.ScalarAttributeTypeS, "sk": types.ScalarAttributeTypeS}) {
		return notOurs("its keys are not the strings pk and sk")
	}
	if n := len(out.Table.GlobalSecondaryIndexes) + len(out.Table.LocalSecondaryIndexes); n > 0 {
		return notOurs("it has %d indexes", n)
	}
	pages := dynamodb.NewScanPaginator(s.Engine.Client, &dynamodb.ScanInput{TableName: &table, ConsistentRead: new(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			if pk, ok := item["pk"].(*types.AttributeValueMemberS); !ok || !g.has(pk.Value) {
				return notOurs("it has items that are no positions of %s", g)
			}
		}
	}
	return nil
}

// has reports whether an item with the partition key is the group's: see [ddbstream.TableStore].
func (g Group) has(pk string) bool {
	return strings.HasPrefix(pk, "~") && strings.HasSuffix(pk, "#"+string(g))
}
