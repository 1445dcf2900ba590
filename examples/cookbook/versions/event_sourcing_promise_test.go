package versions_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/cookbook/versions"
)

// Clients send each command twice, at the same time as others, and responses are lost. Each command that is accepted makes one
// event, the balance is never below zero, and what a snapshot says is what all events add up to.
func TestEventsAreNeitherLostNorDoubled(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	engine := ddbmem.New(ddbmem.Options{Seed: 1})
	db := ddb.New(engine.Client(), "cards", versions.CardTable, nil)
	require.NoError(t, db.CreateTable(ctx))
	forgets := time.Now().Add(24 * time.Hour)
	refused := errors.New("refused")
	spend := func(c versions.GiftCard) (versions.CardEvent, error) {
		if c.Cents < 10 {
			return versions.CardEvent{}, refused
		}
		return versions.CardEvent{Kind: "spent", Cents: -10}, nil
	}
	_, err := versions.ExecuteCommand(ctx, db, "g", "load", forgets, func(versions.GiftCard) (versions.CardEvent, error) {
		return versions.CardEvent{Kind: "loaded", Cents: 450}, nil
	})
	require.NoError(t, err)
	engine.SetFaults(ddbmem.Faults{Drop: 0.2})

	const commands = 50 // five more than there is money for
	var wait sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[string][]bool{} // of a token: was it accepted?
	for client := range 4 {
		wait.Go(func() {
			for i := range commands {
				if i%2 != client%2 { // two clients for each token
					continue
				}
				token := fmt.Sprint("t", i)
				for tries := 0; ; tries++ {
					if !assert.Less(t, tries, 20) {
						return
					}
					_, err := versions.ExecuteCommand(ctx, db, "g", token, forgets, spend)
					if err != nil && !errors.Is(err, refused) {
						continue // as a client does that does not know the outcome
					}
					mu.Lock()
					outcomes[token] = append(outcomes[token], err == nil)
					mu.Unlock()
					break
				}
			}
		})
	}
	wait.Wait()
	engine.SetFaults(ddbmem.Faults{})

	accepted := 0
	for token, each := range outcomes {
		require.Len(t, each, 2, token)
		assert.Equal(t, each[0], each[1], "both clients are told the same of %s", token)
		if each[0] {
			accepted++
		}
	}
	assert.Equal(t, 45, accepted)

	events, err := ddb.Collect(ddb.NewRepository(db, versions.CardEvents).Consistent().
		Query(ctx, versions.CardEvents.Query(versions.CardEvent{Card: "g"})))
	require.NoError(t, err)
	assert.Len(t, events, 1+accepted)
	var replayed versions.GiftCard
	for i, e := range events {
		require.Equal(t, i+1, e.N, "no number is left out")
		replayed = replayed.Apply(e)
		require.GreaterOrEqual(t, replayed.Cents, 0)
		if e.N%20 == 0 {
			require.NotNil(t, e.After, "event %d has a snapshot", e.N)
		}
		if e.After != nil {
			assert.Equal(t, replayed, *e.After)
		}
	}
	loaded, err := versions.LoadCard(ctx, db, "g")
	require.NoError(t, err)
	assert.Equal(t, replayed, loaded)
}

// A command runs a second time while the first one succeeds, and there is no money for two: the second is not refused.
func TestACommandIsNotRefusedForItsOwnEvent(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"Query", "GetItem"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			engine := ddbmem.New()
			db := ddb.New(engine.Client(), "cards", versions.CardTable, nil)
			require.NoError(t, db.CreateTable(ctx))
			forgets := time.Now().Add(24 * time.Hour)
			once := func(c versions.GiftCard) (versions.CardEvent, error) {
				if c.Events > 0 {
					return versions.CardEvent{}, errors.New("there is an event already")
				}
				return versions.CardEvent{Kind: "loaded", Cents: 1}, nil
			}
			between := &interleaved{Client: engine.Client(), before: map[string]func(){operation: func() {
				_, err := versions.ExecuteCommand(ctx, db, "g", "t", forgets, once)
				assert.NoError(t, err)
			}}}
			_, err := versions.ExecuteCommand(ctx, ddb.New(between, "cards", versions.CardTable, nil), "g", "t", forgets, once)
			assert.NoError(t, err)
		})
	}
}

// interleaved does something once before an operation.
type interleaved struct {
	*dynamodb.Client
	before map[string]func()
}

func (c *interleaved) first(operation string) {
	if f := c.before[operation]; f != nil {
		delete(c.before, operation)
		f()
	}
}

func (c *interleaved) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	c.first("Query")
	return c.Client.Query(ctx, in, o...)
}

func (c *interleaved) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	c.first("GetItem")
	return c.Client.GetItem(ctx, in, o...)
}
