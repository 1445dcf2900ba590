package ddbcache_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbcache"
)

// What is forgotten leaves the cache: it would need the room of what comes later.
func TestWhatIsForgottenNeedsNoRoom(t *testing.T) {
	t.Parallel()
	for what, forget := range map[string]func(ctx context.Context, c *ddbcache.Cache) error{
		"ForgetTable": func(ctx context.Context, c *ddbcache.Cache) error { c.ForgetTable(name); return nil },
		"a gap": func(ctx context.Context, c *ddbcache.Cache) error {
			return c.Follow(name, nil).Gap(ctx, errors.New("gap"))
		},
		"a record that cannot be read": func(ctx context.Context, c *ddbcache.Cache) error {
			_, err := c.Follow(name, nil).Process(ctx, []ddb.Record{{Raw: []byte("{}")}})
			return err
		},
		"a write of a key that cannot be told": func(ctx context.Context, c *ddbcache.Cache) error {
			_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(name), Item: key("\xff")})
			return err
		},
		"a table that is made again": func(ctx context.Context, c *ddbcache.Cache) error {
			_, err := c.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String(name)})
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			_, client, _ := open(t)
			cache := ddbcache.New(client, nil)
			for i := range 50 {
				get(t, cache, key(fmt.Sprint(i)))
			}
			_, err := cache.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(name)})
			require.NoError(t, err)
			_, err = client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
				TableName: aws.String("others"), BillingMode: "PAY_PER_REQUEST", AttributeDefinitions: keyAttributes, KeySchema: keySchema,
			})
			require.NoError(t, err)
			_, err = cache.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("others"), Key: key("a")})
			require.NoError(t, err)
			require.NoError(t, forget(t.Context(), cache))
			stats := cache.Stats()
			assert.Equal(t, 1, stats.Items.Entries, "that of the other table")
			assert.Less(t, stats.Items.Bytes, int64(300))
			if what == "ForgetTable" {
				assert.Zero(t, stats.Queries.Entries)
			}
		})
	}
}
