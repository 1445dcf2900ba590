package things

import (
	"context"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
)

// begin publishes a thing "original" of "org" and submits a new version of it under each id.
func begin(t *testing.T, env *integration.Env, ids ...string) guide {
	t.Helper()
	ctx := t.Context()
	g := open(t, env, Data{})
	_, err := g.CreateThing(ctx, "original", "org", Details{Title: "original", Tags: []string{"a"}, Place: Place{Street: "Quay 1", City: "Harbour"}})
	require.NoError(t, err)
	_, err = g.Submit(ctx, "original", "org")
	require.NoError(t, err)
	require.NoError(t, g.Approve(ctx, "original"))
	for _, id := range ids {
		renew(t, g, id)
	}
	return g
}

// renew submits a new version of "original".
func renew(t *testing.T, g guide, id string) {
	t.Helper()
	ctx := t.Context()
	draft, err := g.NewVersion(ctx, "original", "org", id)
	require.NoError(t, err)
	assert.EqualValues(t, 1, draft.Version, "the draft is an item of its own")
	_, err = g.Edit(ctx, id, "org", func(d *Details) { d.Title = id })
	require.NoError(t, err)
	_, err = g.Submit(ctx, id, "org")
	require.NoError(t, err)
}

func TestApproveOfANewVersionReplacesTheOriginal(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := begin(t, env, "draft")
		ctx := WithCorrelation(t.Context(), "request-1")
		before, err := g.things.Consistent().Get(ctx, Thing{ID: "original"})
		require.NoError(t, err)
		draft, err := g.things.Consistent().Get(ctx, Thing{ID: "draft"})
		require.NoError(t, err)
		ctx, meter := ddb.WithMeter(ctx)
		require.NoError(t, g.Approve(ctx, "draft"))
		assert.Equal(t, 2, meter.Requests())
		assert.Equal(t, 1, meter.RequestsOf("TransactWriteItems"))

		after, err := g.things.Consistent().Get(ctx, Thing{ID: "original"})
		require.NoError(t, err)
		want := before
		want.Title, want.Version, want.Outbox = "draft", before.Version+1, outbox(ctx, ThingApproved)
		assert.Equal(t, want, after)

		gone, err := g.things.Consistent().Get(ctx, Thing{ID: "draft"})
		require.NoError(t, err)
		draft.Status, draft.Version, draft.Outbox = Deleted, draft.Version+1, outbox(ctx, ThingDeleted)
		assert.Equal(t, draft, gone)
		assertFresh(t, env)
	})
}

// assertFresh requires that every item has the keys of a new Put of it.
func assertFresh(t *testing.T, env *integration.Env) {
	t.Helper()
	for key, attrs := range raw(t, env) {
		fresh, err := encode(attrs)
		require.NoError(t, err, key)
		for _, name := range []string{"id", "sk", "gsi1sk", "bookedOrg", "status", "date"} {
			assert.Equal(t, fresh[name], attrs[name], "%s of %s", name, key)
		}
	}
}

// encode decodes an item and encodes it again.
func encode(attrs item) (item, error) {
	switch text(attrs["entityType"]) {
	case "thing":
		thing, err := Things.Decode(attrs)
		if err != nil {
			return nil, err
		}
		return Things.Encode(thing)
	case "booking":
		b, err := Bookings.Decode(attrs)
		if err != nil {
			return nil, err
		}
		return Bookings.Encode(b)
	}
	return attrs, nil
}

// Of two new versions of one original the second is rejected, because it would undo the first.
func TestApproveOfANewVersionThatIsOutdated(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := begin(t, env, "first", "second")
		require.NoError(t, g.Approve(t.Context(), "first"))
		before := raw(t, env)
		require.ErrorIs(t, g.Approve(t.Context(), "second"), ErrOutdated)
		assert.Equal(t, before, raw(t, env))
	})
}

func TestApproveOfANewVersionOfWhatIsWithdrawn(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := begin(t, env, "draft")
		_, err := g.Withdraw(t.Context(), "original", "org")
		require.NoError(t, err)
		before := raw(t, env)
		err = g.Approve(t.Context(), "draft")
		assert.Equal(t, &StateError{"original", Published, Deleted}, err)
		assert.Equal(t, before, raw(t, env))
	})
}

func TestApproveOfANewVersionThatIsNotPending(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := begin(t, env, "draft")
		_, err := g.Reject(t.Context(), "draft")
		require.NoError(t, err)
		before := raw(t, env)
		err = g.Approve(t.Context(), "draft")
		assert.Equal(t, &StateError{"draft", Pending, Rejected}, err)
		assert.Equal(t, before, raw(t, env))
	})
}

// between is a client that does something else right before the first transaction.
type between struct {
	*dynamodb.Client
	once sync.Once
	do   func()
}

func (c *between) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	c.once.Do(c.do)
	return c.Client.TransactWriteItems(ctx, in, opts...)
}

// What happens between the read of a draft and its promotion is seen.
func TestBetweenReadAndPromotion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		do   func(ctx context.Context, g guide) error
		want error
	}{
		{"rejected", func(ctx context.Context, g guide) error {
			return second(g.Reject(ctx, "draft"))
		}, &StateError{"draft", Pending, Rejected}},
		{"promoted", func(ctx context.Context, g guide) error {
			return g.Approve(ctx, "draft")
		}, &StateError{"draft", Pending, Deleted}},
		{"original replaced", func(ctx context.Context, g guide) error {
			return g.Approve(ctx, "other")
		}, ErrOutdated},
		{"original withdrawn", func(ctx context.Context, g guide) error {
			return second(g.Withdraw(ctx, "original", "org"))
		}, &StateError{"original", Published, Deleted}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			integration.Each(t, func(t *testing.T, env *integration.Env) {
				g := begin(t, env, "draft", "other")
				c := &between{Client: env.Client}
				var before map[string]item
				c.do = func() {
					require.NoError(t, test.do(t.Context(), g))
					before = raw(t, env)
				}
				err := NewStore(ddb.New(c, env.Table, OneTable, nil)).Approve(t.Context(), "draft")
				assert.Equal(t, test.want, err)
				require.NotNil(t, before)
				assert.Equal(t, before, raw(t, env))
			})
		})
	}
}
