package stream_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/scale"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// revoked is a client that may make all requests but one kind, and counts those.
type revoked struct {
	ddb.Client
	operation string
	refused   atomic.Int64
}

func (c *revoked) deny(operation string) error {
	if c.operation != operation {
		return nil
	}
	c.refused.Add(1)
	return refusedCall(400, "AccessDeniedException")
}

func (c *revoked) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	if err := c.deny("BatchGetItem"); err != nil {
		return nil, err
	}
	return c.Client.BatchGetItem(ctx, in, opts...)
}

func (c *revoked) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	if err := c.deny("Query"); err != nil {
		return nil, err
	}
	return c.Client.Query(ctx, in, opts...)
}

func (c *revoked) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if err := c.deny("UpdateItem"); err != nil {
		return nil, err
	}
	return c.Client.UpdateItem(ctx, in, opts...)
}

func (c *revoked) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	if err := c.deny("TransactWriteItems"); err != nil {
		return nil, err
	}
	return c.Client.TransactWriteItems(ctx, in, opts...)
}

// Many targets, whichever request the environment refuses: each worker of a view meets that once, and no more is tried.
func TestAViewTriesNoMoreOnceTheEnvironmentFails(t *testing.T) {
	t.Parallel()
	pupils := scale.Of(120, 24)
	for _, operation := range []string{"BatchGetItem", "TransactWriteItems", "Query", "UpdateItem"} {
		for _, workers := range []int{1, 4} {
			t.Run(fmt.Sprint(operation, ", workers ", workers), func(t *testing.T) {
				t.Parallel()
				s := fixture.NewSchool().Open(t, ddbmem.Options{})
				for i := range pupils {
					s.Pupil(t, fmt.Sprint(i))
					s.Step(t, fixture.Step{Student: fmt.Sprint(i), ID: "1", XP: 2})
				}
				client := &revoked{Client: s.Client, operation: operation}
				l := &fixture.Letters{}
				opts := l.Options()
				opts.Workers = workers
				mux := ddb.NewMux(s.Table, opts)
				mux.Maintain(ddb.New(client, "school", s.Table, nil), s.XP)
				batch := s.Records(t)
				failed, err := mux.Process(t.Context(), batch)
				fixture.RequireStopped(t, batch, failed, err, l)
				assert.LessOrEqual(t, client.refused.Load(), int64(workers))
				assert.Positive(t, client.refused.Load())
				client.operation = ""
				failed, err = mux.Process(t.Context(), batch)
				require.NoError(t, err)
				assert.Empty(t, failed)
				assert.Empty(t, s.DriftOf(t, s.XP))
			})
		}
	}
}

// A target that others write in every attempt says nothing of the rest: a Rebuild makes the others right.
func TestATargetThatOthersWriteDoesNotStopTheRest(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	for i := range 20 {
		s.Pupil(t, fmt.Sprint(i))
		s.Step(t, fixture.Step{Student: fmt.Sprint(i), ID: "1", XP: 2})
	}
	s.Flow(t, s.Mux())
	for i := range 20 {
		s.Set(t, fmt.Sprint(i), map[string]types.AttributeValue{"best": &types.AttributeValueMemberN{Value: "9"}})
	}
	busy := &busyTarget{Client: s.Client, always: "p#3", once: map[string]bool{}}
	err := s.XP.Rebuild(t.Context(), ddb.New(busy, "school", s.Table, &ddb.Options{MaxAttempts: 1}), nil)
	require.ErrorIs(t, err, ddb.ErrConflict)
	assert.Len(t, s.DriftOf(t, s.XP), 1)
}

// busyTarget is a client for which others write each item first, one of them always and the others once.
type busyTarget struct {
	ddb.Client
	always string
	once   map[string]bool
}

func (c *busyTarget) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if s, ok := in.Key["pk"].(*types.AttributeValueMemberS); ok && (s.Value == c.always || !c.once[s.Value]) {
		c.once[s.Value] = true
		return nil, &types.ConditionalCheckFailedException{}
	}
	return c.Client.UpdateItem(ctx, in, opts...)
}
