package main

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/examples/internal/function"
	"github.com/singletable-go/ddb/examples/internal/sam"
	"github.com/singletable-go/ddb/examples/internal/samtest"
	"github.com/singletable-go/ddb/examples/messaging/groups"
	"github.com/singletable-go/ddb/examples/messaging/lambda"
)

// contended is a table on which others write too: once, an entry is gone when the function looks for it.
type contended struct {
	*dynamodb.Client
	moves atomic.Bool
}

func (c *contended) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	for table, get := range in.RequestItems {
		pk, _ := get.Keys[0]["pk"].(*types.AttributeValueMemberS)
		if strings.HasPrefix(pk.Value, "GRP#") && c.moves.CompareAndSwap(true, false) {
			if _, err := c.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: get.Keys[0]}); err != nil {
				return nil, err
			}
		}
	}
	return c.Client.BatchGetItem(ctx, in, opts...)
}

// The function's role has the actions that it calls, also while transactions conflict and responses are lost, and no other.
func TestTheRoleIsWhatTheFunctionCalls(t *testing.T) {
	t.Parallel()
	memory := ddbmem.New()
	db := ddb.New(memory.Client(), "cruddur", groups.Cruddur, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	var sent ddbobserve.Recorder
	others := &contended{Client: memory.Client()}
	handle, err := newHandler(others, nil, func(name string) string {
		return map[string]string{function.Table: "cruddur", function.DeadLetters: "https://letters.example"}[name]
	}, &ddb.Options{Observe: sent.Observe})
	require.NoError(t, err)

	store := groups.NewStore(db, nil)
	ada, bayo, lena := groups.People[0], groups.People[1], groups.People[2]
	var group string
	for _, write := range []func() error{
		func() error { return groups.Seed(t.Context(), db, func(int, int) {}) },
		func() error {
			first, err := store.Start(t.Context(), ada, "Hello", bayo)
			group = first.GroupID
			return err
		},
		func() error { _, err := store.Send(t.Context(), bayo, group, "And to you"); return err },
		func() error { return store.Add(t.Context(), ada, group, lena) },
		func() error { _, err := store.Send(t.Context(), lena, group, "And to all"); return err },
	} {
		memory.SetFaults(ddbmem.Faults{})
		require.NoError(t, write())
		memory.SetFaults(ddbmem.Faults{Conflict: 0.2, Drop: 0.1, Unprocessed: 0.1})
		samtest.Deliver(t, memory.Client(), "cruddur", handle)
	}
	memory.SetFaults(ddbmem.Faults{})
	others.moves.Store(true)
	_, err = store.Send(t.Context(), ada, group, "Once more")
	require.NoError(t, err)
	samtest.Deliver(t, memory.Client(), "cruddur", handle)
	assert.Equal(t, lambda.Stream.Actions, sam.Called(sent.Take()))
}
