package write_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Draft is a versioned item whose id is in a shard number, too.
type Draft struct {
	ID      string `dynamodbav:"-"`
	Title   string `dynamodbav:"title"`
	About   string `dynamodbav:"about"`
	Version int64  `dynamodbav:"version"`
}

// hasty is a client beside which somebody else writes whenever too long has passed since the last read.
type hasty struct {
	*dynamodb.Client
	read  time.Time
	other func()
}

func (c *hasty) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	defer func() { c.read = time.Now() }()
	return c.Client.GetItem(ctx, in, opts...)
}

func (c *hasty) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if time.Since(c.read) >= 20*time.Millisecond {
		c.other()
	}
	defer func() { c.read = time.Now() }()
	return c.Client.UpdateItem(ctx, in, opts...)
}

// A Modify that waited before it tries again does so on the item as it is after the wait, or it would conflict for ever.
func TestModifyReadsAgainAfterItsPause(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	docs := ddb.MustDefine(table, "doc", func(d *Draft, def *ddb.Definition) {
		def.Primary(ddb.Key(ddb.Prefix("doc#"), ddb.Str(&d.ID)), ddb.Key(ddb.Prefix("s#"), ddb.Shard(&d.ID, 8)))
		def.Version(&d.Version)
	})
	client := ddbmem.New().Client()
	plain := ddb.New(client, "docs", table, nil)
	require.NoError(t, plain.CreateTable(t.Context()))
	require.NoError(t, plain.Do(t.Context(), docs.Create(Draft{ID: "a"})))
	f, others := docs.Fields(), 0
	c := &hasty{Client: client, other: func() {
		others++
		assert.NoError(t, plain.Do(t.Context(), docs.Update(Draft{ID: "a"}, ddb.Set(&f.About, fmt.Sprint(others)))))
	}}
	conflicts := 3
	_, err := ddb.NewRepository(ddb.New(c, "docs", table, nil), docs).Modify(t.Context(), Draft{ID: "a"}, func(d *Draft) error {
		if conflicts--; conflicts >= 0 {
			c.other() // between the read and the write
		}
		d.Title = "mine"
		return nil
	})
	require.NoError(t, err)
	assert.GreaterOrEqual(t, others, 3)
}
