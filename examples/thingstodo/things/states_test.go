package things

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
)

// verb is something that is done to a thing of "org" that must be in a state.
type verb struct {
	name   string
	need   Status
	do     func(ctx context.Context, s *Store, id string) error
	to     Status    // the thing's state after it
	event  EventType // in the thing after it; "" if the verb does not write the thing
	writes int       // items that are there only after it
}

var verbs = []verb{
	{"edit", Draft, func(ctx context.Context, s *Store, id string) error {
		return second(s.Edit(ctx, id, "org", func(d *Details) { d.Title = "another" }))
	}, Draft, ThingUpdated, 0},
	{"tag", Draft, func(ctx context.Context, s *Store, id string) error {
		return second(s.Tag(ctx, id, "org", "new"))
	}, Draft, ThingUpdated, 0},
	{"submit", Draft, func(ctx context.Context, s *Store, id string) error {
		return second(s.Submit(ctx, id, "org"))
	}, Pending, ThingSubmitted, 0},
	{"remove", Draft, func(ctx context.Context, s *Store, id string) error {
		return second(s.Remove(ctx, id, "org"))
	}, Deleted, ThingDeleted, 0},
	{"approve", Pending, func(ctx context.Context, s *Store, id string) error {
		return s.Approve(ctx, id)
	}, Published, ThingApproved, 0},
	{"reject", Pending, func(ctx context.Context, s *Store, id string) error {
		return second(s.Reject(ctx, id))
	}, Rejected, ThingRejected, 0},
	{"withdraw", Published, func(ctx context.Context, s *Store, id string) error {
		return second(s.Withdraw(ctx, id, "org"))
	}, Deleted, ThingWithdrawn, 0},
	{"new version", Published, func(ctx context.Context, s *Store, id string) error {
		return second(s.NewVersion(ctx, id, "org", id+"-new"))
	}, Published, "", 1},
	{"like", Published, func(ctx context.Context, s *Store, id string) error {
		return s.Like(ctx, "user", id)
	}, Published, "", 1},
	{"book", Published, func(ctx context.Context, s *Store, id string) error {
		return s.Book(ctx, Booking{ID: id + "-booking", UserID: "user", ThingID: id, OrgID: "org", Date: 20261120})
	}, Published, "", 1},
}

// second drops the first of two results.
func second[T any](_ T, err error) error { return err }

// Every verb in every state: it succeeds, or it is rejected with the state and changes nothing.
func TestEveryVerbInEveryState(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		var d Data
		for _, v := range verbs {
			for _, state := range []Status{Draft, Pending, Published, Rejected, Deleted} {
				d.Things = append(d.Things, Thing{
					ID: fmt.Sprint(v.name, " in ", state), Status: state, OrgID: "org", Details: Details{Title: "one", Tags: []string{"old"}},
					Outbox: seeded("SEEDED"),
				})
			}
		}
		g := open(t, env, d)
		ctx := WithCorrelation(t.Context(), "request-1")
		for i, thing := range g.Things {
			v := verbs[i/5]
			before := raw(t, env)
			err := v.do(ctx, g.Store, thing.ID)
			after := raw(t, env)
			key := thing.ID + "/TTD"
			if thing.Status != v.need {
				assert.Equal(t, &StateError{thing.ID, v.need, thing.Status}, err, thing.ID)
				assert.Equal(t, before, after, "%s left something", thing.ID)
				continue
			}
			require.NoError(t, err, thing.ID)
			assert.Len(t, after, len(before)+v.writes, thing.ID)
			for k, attrs := range after {
				switch {
				case before[k] == nil:
					assert.Equal(t, "request-1", text(entry(attrs, "__context__", "correlation-id")), thing.ID)
				case k != key || v.event == "":
					assert.Equal(t, before[k], attrs, "%s changed %s", thing.ID, k)
				}
			}
			now := after[key]
			assert.Equal(t, string(v.to), text(now["status"]), thing.ID)
			assert.Equal(t, string(v.to)+"#org", text(now["gsi1sk"]), thing.ID)
			if v.event != "" {
				assert.Equal(t, string(v.event), text(entry(now, "__event__", "type")), thing.ID)
				assert.Equal(t, "request-1", text(entry(now, "__context__", "correlation-id")), thing.ID)
				assert.Equal(t, &types.AttributeValueMemberN{Value: "2"}, now["version"], thing.ID)
			}
		}
	})
}

// entry returns an entry of an attribute that is a map.
func entry(attrs item, name, key string) types.AttributeValue {
	m, _ := attrs[name].(*types.AttributeValueMemberM)
	if m == nil {
		return nil
	}
	return m.Value[key]
}

func TestAnotherOrganisersThings(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		var d Data
		for _, v := range verbs {
			d.Things = append(d.Things, Thing{ID: v.name, Status: v.need, OrgID: "other"})
		}
		g := open(t, env, d)
		before := raw(t, env)
		for _, v := range verbs {
			if v.name == "approve" || v.name == "reject" || v.name == "like" { // not the organiser's
				continue
			}
			assert.ErrorIs(t, v.do(t.Context(), g.Store, v.name), ErrNotYours, v.name)
		}
		assert.Equal(t, before, raw(t, env))
	})
}

func TestThingsThatAreNotThere(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Data{})
		for _, v := range verbs {
			err := v.do(t.Context(), g.Store, "nothing")
			assert.ErrorIs(t, err, ddb.ErrNotFound, v.name)
			assert.ErrorContains(t, err, `there is no thing "nothing": ddb: `, v.name)
		}
		assert.Empty(t, raw(t, env))
	})
}

func TestAnIDIsGivenOnce(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Generate(small))
		ctx := t.Context()
		before := raw(t, env)
		published, booked, liked, child := g.Things[0], g.Bookings[0], g.Favourites[0], g.Children[0]
		_, err := g.CreateThing(ctx, published.ID, published.OrgID, Details{Title: "another"})
		assert.ErrorIs(t, err, ddb.ErrExists)
		_, err = g.NewVersion(ctx, published.ID, published.OrgID, g.Things[1].ID)
		assert.ErrorIs(t, err, ddb.ErrExists)
		assert.ErrorIs(t, g.Like(ctx, liked.UserID, liked.ThingID), ddb.ErrExists)
		booked.Date++
		assert.ErrorIs(t, g.Book(ctx, booked), ddb.ErrExists)
		child.Name = "another"
		_, err = g.AddChild(ctx, child)
		assert.ErrorIs(t, err, ddb.ErrExists)
		assert.Equal(t, before, raw(t, env))
	})
}
