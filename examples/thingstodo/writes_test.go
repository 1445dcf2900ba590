package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
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
		return second(s.Reject(ctx, id, "org"))
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

// Every verb in every state: it does what it says, or it is refused with the state and nothing at all is changed.
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
			if v.name == "approve" || v.name == "like" { // not the organiser's
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
			assert.ErrorIs(t, v.do(t.Context(), g.Store, "nothing"), ddb.ErrNotFound, v.name)
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

// begin publishes a thing "original" of "org" and submits a new version of it under each id.
func begin(t *testing.T, env *integration.Env, ids ...string) guide {
	t.Helper()
	ctx := t.Context()
	g := open(t, env, Data{})
	_, err := g.CreateThing(ctx, "original", "org", Details{Title: "original", Tags: []string{"a"}, Place: Place{"Quay 1", "Harbour"}})
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

// assertFresh requires that every item has the keys that it would have if it were written anew.
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

// Of two new versions of one original the second is refused: it would undo the first.
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
		_, err := g.Reject(t.Context(), "draft", "org")
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
			return second(g.Reject(ctx, "draft", "org"))
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

// A promotion that races a rejection: one of them is done, the other is told so, and nothing is left in between.
func TestPromotionRacesRejection(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := begin(t, env)
		title := "original"
		for round := range 40 {
			id := fmt.Sprint("draft-", round)
			renew(t, g, id)
			before := raw(t, env)["original/TTD"]
			var approved, rejected error
			atOnce(
				func() { approved = g.Approve(t.Context(), id) },
				func() { _, rejected = g.Reject(t.Context(), id, "org") },
			)
			original, err := g.things.Consistent().Get(t.Context(), Thing{ID: "original"})
			require.NoError(t, err)
			draft, err := g.things.Consistent().Get(t.Context(), Thing{ID: id})
			require.NoError(t, err)
			switch draft.Status {
			case Deleted:
				title = id
				assert.NoError(t, approved)
				assert.Equal(t, &StateError{id, Pending, Deleted}, rejected)
				assert.Equal(t, ThingApproved, original.Event.Type)
			case Rejected:
				assert.Equal(t, &StateError{id, Pending, Rejected}, approved)
				assert.NoError(t, rejected)
				assert.Equal(t, before, raw(t, env)["original/TTD"])
			default:
				require.Fail(t, "in between", "%s is %s; approve: %v; reject: %v", id, draft.Status, approved, rejected)
			}
			assert.Equal(t, title, original.Title)
			assert.Equal(t, Published, original.Status)
		}
		assertFresh(t, env)
	})
}

// Of two promotions at once, of two new versions of one thing, one is done whole.
func TestPromotionRacesPromotion(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := begin(t, env)
		for round := range 10 {
			ids := []string{fmt.Sprint("left-", round), fmt.Sprint("right-", round)}
			renew(t, g, ids[0])
			renew(t, g, ids[1])
			errs := make([]error, 2)
			atOnce(
				func() { errs[0] = g.Approve(t.Context(), ids[0]) },
				func() { errs[1] = g.Approve(t.Context(), ids[1]) },
			)
			won := slices.Index(errs, nil)
			require.NotEqual(t, -1, won, "%v", errs)
			assert.ErrorIs(t, errs[1-won], ErrOutdated)
			original, err := g.things.Consistent().Get(t.Context(), Thing{ID: "original"})
			require.NoError(t, err)
			assert.Equal(t, ids[won], original.Title)
			lost, err := g.things.Consistent().Get(t.Context(), Thing{ID: ids[1-won]})
			require.NoError(t, err)
			assert.Equal(t, Pending, lost.Status)
		}
	})
}

// A favourite is made of a thing that is published at that moment, or not at all.
func TestLikeRacesWithdrawal(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		var d Data
		for i := range 20 {
			d.Things = append(d.Things, Thing{ID: fmt.Sprint(i), OrgID: "org", Status: Published})
		}
		g := open(t, env, d)
		for _, thing := range d.Things {
			var liked, withdrawn error
			atOnce(
				func() { liked = g.Like(t.Context(), "user", thing.ID) },
				func() { _, withdrawn = g.Withdraw(t.Context(), thing.ID, "org") },
			)
			require.NoError(t, withdrawn)
			_, err := g.favourites.Consistent().Get(t.Context(), Favourite{UserID: "user", ThingID: thing.ID})
			if liked == nil {
				assert.NoError(t, err)
				continue
			}
			assert.Equal(t, &StateError{thing.ID, Published, Deleted}, liked)
			assert.ErrorIs(t, err, ddb.ErrNotFound)
		}
	})
}

// atOnce runs fs side by side.
func atOnce(fs ...func()) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, f := range fs {
		wg.Go(func() {
			<-start
			f()
		})
	}
	close(start)
	wg.Wait()
}

// What two editors and a tagger add at once is all there, and each of it is a version. An editor who meets too many others
// is told so; then nothing of that edit is there.
func TestEditorsLoseNothing(t *testing.T) {
	t.Parallel()
	const edits = 25
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Data{Things: []Thing{{ID: "thing", OrgID: "org", Status: Draft}}})
		var mu sync.Mutex
		var done []string
		work := func(name string, add func(tag string) error) func() {
			return func() {
				for i := range edits {
					tag := fmt.Sprint(name, i)
					err := add(tag)
					if errors.Is(err, ddb.ErrConflict) {
						continue
					}
					assert.NoError(t, err)
					mu.Lock()
					done = append(done, tag)
					mu.Unlock()
				}
			}
		}
		edit := func(tag string) error {
			return second(g.Edit(t.Context(), "thing", "org", func(d *Details) { d.Tags = append(d.Tags, tag) }))
		}
		tag := func(tag string) error { return second(g.Tag(t.Context(), "thing", "org", tag)) }
		atOnce(work("left", edit), work("right", edit), work("tag", tag))
		thing, err := g.things.Consistent().Get(t.Context(), Thing{ID: "thing"})
		require.NoError(t, err)
		assert.ElementsMatch(t, done, thing.Tags)
		assert.EqualValues(t, 1+len(done), thing.Version)
		assert.Greater(t, len(done), 2*edits)
	})
}

func TestCancelMovesABookingInBothIndexes(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Data{Things: []Thing{{ID: "thing", OrgID: "org", Status: Published}}})
		ctx := WithCorrelation(t.Context(), "request-1")
		for i, day := range []Date{20261231, 20270101, 20261120} {
			require.NoError(t, g.Book(ctx, Booking{ID: fmt.Sprint(i), UserID: "user", ThingID: "thing", OrgID: "org", Date: day}))
		}
		listed := func() (user, later, org []string) {
			env.CatchUp()
			for b, err := range g.BookingsOf(ctx, "user") {
				require.NoError(t, err)
				user = append(user, b.ID)
			}
			for b, err := range g.BookingsFrom(ctx, "user", 20261201) {
				require.NoError(t, err)
				later = append(later, b.ID)
			}
			for b, err := range g.BookingsAt(ctx, "org", 20261201) {
				require.NoError(t, err)
				org = append(org, b.ID)
			}
			return user, later, org
		}
		user, later, org := listed()
		assert.Equal(t, []string{"2", "0", "1"}, user)
		assert.Equal(t, []string{"0", "1"}, later)
		assert.Equal(t, []string{"0", "1"}, org)

		b, err := g.bookings.Consistent().Get(ctx, Booking{ID: "0"})
		require.NoError(t, err)
		now, err := g.Cancel(ctx, b)
		require.NoError(t, err)
		want := b
		want.Status, want.Outbox = Cancelled, outbox(ctx, BookingCancelled)
		assert.Equal(t, want, now)
		assert.Equal(t, "CANCELLED#user#20261231#thing", text(raw(t, env)["0/BKG"]["gsi1sk"]))
		user, later, org = listed()
		assert.Equal(t, []string{"2", "1"}, user)
		assert.Equal(t, []string{"1"}, later)
		assert.Equal(t, []string{"1"}, org)

		before := raw(t, env)
		_, err = g.Cancel(ctx, b)
		assert.Equal(t, &StateError{"0", Active, Cancelled}, err)
		wrong := Booking{ID: "1", UserID: "user", ThingID: "thing", OrgID: "org", Date: 20270102}
		_, err = g.Cancel(ctx, wrong)
		assert.ErrorIs(t, err, ddb.ErrConflict, "it is not as it was read")
		_, err = g.Cancel(ctx, Booking{ID: "1"})
		assert.ErrorContains(t, err, "gsi-1 needs UserID and Date and ThingID")
		_, err = g.Cancel(ctx, Booking{ID: "nothing", UserID: "user", ThingID: "thing", Date: 20270102})
		assert.ErrorIs(t, err, ddb.ErrNotFound)
		assert.Equal(t, before, raw(t, env))
		assertFresh(t, env)
	})
}

// Every write leaves the event that it is about, with the request that it is made for.
func TestEveryWriteLeavesAnEvent(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Data{Things: []Thing{{ID: "thing", OrgID: "org", Status: Published}}})
		step := func(key string, want EventType, do func(ctx context.Context) error) {
			t.Helper()
			ctx := WithCorrelation(t.Context(), "for "+key)
			require.NoError(t, do(ctx))
			attrs := raw(t, env)[key]
			assert.Equal(t, string(want), text(entry(attrs, "__event__", "type")), key)
			assert.Equal(t, "for "+key, text(entry(attrs, "__context__", "correlation-id")), key)
		}
		step("user/USR", UserSaved, func(ctx context.Context) error { return second(g.SaveUser(ctx, "user", "Ada")) })
		step("user/USR", UserSaved, func(ctx context.Context) error { return second(g.SaveUser(ctx, "user", "Ada B.")) })
		step("child/CHL#user", ChildAdded, func(ctx context.Context) error {
			return second(g.AddChild(ctx, Child{ID: "child", UserID: "user", Name: "Ivo"}))
		})
		step("child/CHL#user", ChildUpdated, func(ctx context.Context) error {
			return second(g.RenameChild(ctx, "user", "child", "Iva"))
		})
		step("new/TTD", ThingCreated, func(ctx context.Context) error {
			return second(g.CreateThing(ctx, "new", "org", Details{Title: "new"}))
		})
		step("copy/TTD", NewVersionCreated, func(ctx context.Context) error {
			return second(g.NewVersion(ctx, "thing", "org", "copy"))
		})
		step("thing/FAV#user", FavouriteAdded, func(ctx context.Context) error { return g.Like(ctx, "user", "thing") })
		step("booking/BKG", BookingCreated, func(ctx context.Context) error {
			return g.Book(ctx, Booking{ID: "booking", UserID: "user", ThingID: "thing", OrgID: "org", Date: 20261120})
		})

		liked, err := g.Unlike(t.Context(), "user", "thing")
		require.NoError(t, err)
		assert.Equal(t, FavouriteAdded, liked.Event.Type)
		_, err = g.Unlike(t.Context(), "user", "thing")
		assert.ErrorIs(t, err, ddb.ErrNotFound)

		// A write without a request leaves none of an earlier one's.
		_, err = g.RenameChild(t.Context(), "user", "child", "Ivo")
		require.NoError(t, err)
		assert.NotContains(t, raw(t, env)["child/CHL#user"], "__context__")
	})
}

func TestFavouriteThingsMarksWhatIsGone(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		var d Data
		for i := range 25 {
			d.Things = append(d.Things, Thing{ID: fmt.Sprint(i), OrgID: "org", Status: Published, Details: Details{Title: fmt.Sprint("thing ", i)}})
			d.Favourites = append(d.Favourites, Favourite{UserID: "user", ThingID: fmt.Sprint(i)})
		}
		g := open(t, env, d)
		require.NoError(t, g.things.Delete(t.Context(), Thing{ID: "7"}))
		env.CatchUp()
		seen := map[string]bool{}
		var next ddb.Cursor
		for range 2 {
			ctx, meter := ddb.WithMeter(t.Context())
			things, after, err := g.FavouriteThings(ctx, "user", next)
			require.NoError(t, err)
			assert.Equal(t, 2, meter.Requests())
			for _, l := range things {
				seen[l.Item.ID] = l.Found()
			}
			next = after
		}
		assert.Empty(t, next)
		assert.Len(t, seen, 25)
		for id, found := range seen {
			assert.Equal(t, id != "7", found, id)
		}
	})
}

func TestBookingDetailsAreAsOfOneMoment(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		g := open(t, env, Generate(small))
		b := g.Bookings[0]
		ctx, meter := ddb.WithMeter(t.Context())
		d, err := g.BookingDetails(ctx, Booking{ID: b.ID, ThingID: b.ThingID, UserID: b.UserID, OrgID: b.OrgID})
		require.NoError(t, err)
		assert.Equal(t, 1, meter.Requests())
		assert.Equal(t, b, d.Booking)
		assert.Equal(t, []string{b.ThingID, b.UserID, b.OrgID}, []string{d.Thing.ID, d.User.ID, d.Organiser.ID})
		assert.NotEmpty(t, d.Thing.Title)
		assert.NotEmpty(t, d.User.Name)
		assert.NotEmpty(t, d.Organiser.Name)

		b.UserID = b.OrgID // who books with themselves
		d, err = g.BookingDetails(t.Context(), b)
		require.NoError(t, err)
		assert.Equal(t, d.User, d.Organiser)

		b.UserID = "nobody"
		d, err = g.BookingDetails(t.Context(), b)
		assert.ErrorIs(t, err, ddb.ErrNotFound)
		assert.ErrorContains(t, err, "nobody")
		assert.Zero(t, d)
	})
}
