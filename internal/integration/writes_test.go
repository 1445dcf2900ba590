package integration_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

type venue struct {
	City   string   `dynamodbav:"city"`
	Tags   []string `dynamodbav:"tags,stringset,omitempty"`
	Visits int      `dynamodbav:"visits"`
}

// Event has a field for each kind of edit.
type Event struct {
	ID      string            `dynamodbav:"-"`
	Status  string            `dynamodbav:"status"`
	Slug    string            `dynamodbav:"slug,omitempty"`
	Seats   int               `dynamodbav:"seats"`
	Venue   venue             `dynamodbav:"venue"`
	Notes   []string          `dynamodbav:"notes"`
	Tags    []string          `dynamodbav:"tags,stringset,omitempty"`
	Sizes   []int             `dynamodbav:"sizes,numberset,omitempty"`
	Labels  map[string]string `dynamodbav:"labels"`
	Expires time.Time         `dynamodbav:"expires,unixtime"`
	Version int64             `dynamodbav:"version"`
}

type calendar struct {
	table             *ddb.Table
	byStatus, bySeats *ddb.Index
	events            *ddb.Entity[Event]
}

// newCalendar defines the model; more adds to it.
func newCalendar(more func(e *Event, d *ddb.Definition)) calendar {
	c := calendar{table: ddb.NewTable("pk", "sk").TTL("expires")}
	c.byStatus = c.table.GSI("by-status", "s_pk", "s_sk")
	c.bySeats = c.table.GSI("by-seats", "city_pk", "seats")
	c.events = ddb.MustDefine(c.table, "event", func(e *Event, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("event#"), ddb.Str(&e.ID))
		d.Primary(id, id)
		d.Index(c.byStatus, ddb.Key(ddb.Prefix("status#"), ddb.Str(&e.Status)), id).When(ddb.Ne(&e.Status, "draft"))
		d.Index(c.bySeats, ddb.Key(ddb.Prefix("city#"), ddb.Str(&e.Venue.City)), ddb.Key(ddb.Native(&e.Seats)))
		d.TTL(&e.Expires)
		if more != nil {
			more(e, d)
		}
	})
	return c
}

func anEvent(id string) Event {
	return Event{ID: id, Status: "open", Seats: 10, Venue: venue{City: "Ulm"}, Notes: []string{"a"}, Tags: []string{"x"}, Sizes: []int{1}, Labels: map[string]string{"k": "v"}}
}

func TestEveryEdit(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		c := newCalendar(nil)
		db := env.Open(t, c.table)
		repo, f, ctx := ddb.NewRepository(db, c.events), c.events.Fields(), t.Context()
		_, err := repo.Create(ctx, anEvent("1"))
		require.NoError(t, err)
		key := Event{ID: "1"}
		got, err := repo.Update(ctx, key, ddb.Set(&f.Slug, "s"), ddb.Add(&f.Seats, 5), ddb.Append(&f.Notes, "b", "c"), ddb.AddTo(&f.Tags, "y"),
			ddb.AddTo(&f.Sizes, 2, 3), ddb.SetEntry(&f.Labels, "n", "w"), ddb.Add(&f.Venue.Visits, 2), ddb.AddTo(&f.Venue.Tags, "in"))
		require.NoError(t, err)
		assert.Equal(t, 15, got.Seats)
		assert.Equal(t, []string{"a", "b", "c"}, got.Notes)
		assert.ElementsMatch(t, []string{"x", "y"}, got.Tags)
		assert.ElementsMatch(t, []int{1, 2, 3}, got.Sizes)
		assert.Equal(t, map[string]string{"k": "v", "n": "w"}, got.Labels)
		assert.Equal(t, venue{City: "Ulm", Visits: 2, Tags: []string{"in"}}, got.Venue)
		got, err = repo.Update(ctx, key, ddb.SetIfAbsent(&f.Slug, "other"), ddb.Sub(&f.Seats, 1), ddb.Prepend(&f.Notes, "0"), ddb.DeleteFrom(&f.Tags, "x", "y"),
			ddb.DeleteFrom(&f.Sizes, 1), ddb.RemoveEntry(&f.Labels, "k"), ddb.Sub(&f.Venue.Visits, 1), ddb.DeleteFrom(&f.Venue.Tags, "in"))
		require.NoError(t, err)
		assert.Equal(t, "s", got.Slug)
		assert.Equal(t, 14, got.Seats)
		assert.Equal(t, []string{"0", "a", "b", "c"}, got.Notes)
		assert.Empty(t, got.Tags)
		assert.Equal(t, 1, got.Venue.Visits)
		got, err = repo.Update(ctx, key, ddb.SetAt(&f.Notes, 1, "z"), ddb.RemoveAt(&f.Notes, 0), ddb.Remove(&f.Slug), ddb.Set(&f.Seats, 0))
		require.NoError(t, err)
		assert.Equal(t, []string{"z", "b", "c"}, got.Notes)
		assert.Empty(t, got.Slug)
		// a zero does not remove a player from the ranking
		env.Settles(t, func() bool {
			all, err := ddb.Collect(repo.Query(ctx, c.events.On(c.bySeats, Event{Venue: venue{City: "Ulm"}})))
			return assert.NoError(t, err) && len(all) == 1 && all[0].Seats == 0
		})
		// a sparse index entry is removed with its attributes, and added again
		_, err = repo.Update(ctx, key, ddb.Set(&f.Status, "draft"))
		require.NoError(t, err)
		env.Settles(t, func() bool {
			n, err := repo.Count(ctx, c.events.On(c.byStatus, Event{Status: "open"}))
			return assert.NoError(t, err) && n == 0
		})
		_, err = repo.Update(ctx, key, ddb.Set(&f.Status, "open"))
		require.NoError(t, err)
		env.Settles(t, func() bool {
			n, err := repo.Count(ctx, c.events.On(c.byStatus, Event{Status: "open"}))
			return assert.NoError(t, err) && n == 1
		})
		_, err = repo.Update(ctx, Event{ID: "2"}, ddb.Set(&f.Slug, "s"))
		require.ErrorIs(t, err, ddb.ErrNotFound)
		_, err = repo.Put(ctx, Event{ID: "3", Status: "draft", Venue: venue{City: "x"}}) // a nil list is null
		require.NoError(t, err)
		_, err = repo.Update(ctx, Event{ID: "3"}, ddb.Append(&f.Notes, "a"))
		if env.Has(capability.UpdateErrors) {
			require.ErrorContains(t, err, "a nil slice without omitempty is stored as null")
		} else {
			require.ErrorContains(t, err, "list_append requires two list operands")
		}
		got, err = repo.Update(ctx, Event{ID: "3"}, ddb.SetEntry(&f.Labels, "a", "b")) // a nil map is null too
		if env.Has(capability.UpdateErrors) {
			require.ErrorContains(t, err, "is invalid for update")
		} else {
			require.NoError(t, err)
			assert.Equal(t, map[string]string{"a": "b"}, got.Labels)
		}
	})
}

func TestUpsertCreatesAndAdds(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		c := newCalendar(func(e *Event, d *ddb.Definition) { d.Version(&e.Version) })
		db := env.Open(t, c.table)
		repo, f := ddb.NewRepository(db, c.events), c.events.Fields()
		for n := range 3 {
			got, err := repo.Upsert(t.Context(), Event{ID: "1", Status: "open"}, ddb.Set(&f.Venue, venue{City: "Ulm"}), ddb.Add(&f.Seats, 2), ddb.AddTo(&f.Tags, "x"))
			require.NoError(t, err)
			assert.Equal(t, 2*(n+1), got.Seats)
			assert.EqualValues(t, n+1, got.Version)
		}
		_, err := repo.Upsert(t.Context(), Event{ID: "1", Status: "closed"}, ddb.Set(&f.Venue, venue{City: "Ulm"}), ddb.Add(&f.Seats, 2))
		require.ErrorIs(t, err, ddb.ErrConflict)
	})
}

func TestTransactionsSayWhatFailed(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		c := newCalendar(func(e *Event, d *ddb.Definition) { d.Version(&e.Version); d.Unique("slug", ddb.Fold(&e.Slug)) })
		db := env.Open(t, c.table)
		repo, f, ctx := ddb.NewRepository(db, c.events), c.events.Fields(), t.Context()
		one := anEvent("1")
		one.Slug = "One"
		_, err := repo.Create(ctx, one)
		require.NoError(t, err)
		two := anEvent("2")
		two.Slug = "oNE"
		err = db.Transact(ctx, c.events.Check(Event{ID: "1"}, ddb.Eq(&f.Status, "closed")), c.events.Create(two), c.events.Create(anEvent("3")))
		tx, ok := errors.AsType[*ddb.TransactError](err)
		require.True(t, ok, "%v", err)
		require.ErrorIs(t, tx.At(0), ddb.ErrCondition)
		require.ErrorIs(t, tx.At(1), ddb.ErrNotUnique)
		require.NoError(t, tx.At(2))
		have, ok := c.events.Current(tx.At(0))
		require.True(t, ok)
		assert.Equal(t, "One", have.Slug)
		_, err = repo.Get(ctx, Event{ID: "3"})
		require.ErrorIs(t, err, ddb.ErrNotFound)
		require.NoError(t, db.Transact(ctx, c.events.Update(Event{ID: "1"}, ddb.Set(&f.Slug, "free")), c.events.Create(two), c.events.Check(Event{ID: "1"}, ddb.Eq(&f.Slug, "One"))))
		var a, b Event
		a.ID, b.ID = "1", "2"
		require.NoError(t, db.TransactGet(ctx, c.events.Load(&a), c.events.Load(&b)))
		assert.Equal(t, "free", a.Slug)
		assert.Equal(t, "oNE", b.Slug)
		_, err = repo.Move(ctx, b, func() Event { to := b; to.ID = "9"; return to }())
		require.NoError(t, err)
		require.NoError(t, repo.Delete(ctx, Event{ID: "9"}))
		_, err = repo.Create(ctx, two)
		require.NoError(t, err)
	})
}

// dropper loses the response to the first request of an operation, which has been applied.
type dropper struct {
	dynamodb.HTTPClient
	operation string
	lost      *atomic.Bool
}

func (d dropper) Do(r *http.Request) (*http.Response, error) {
	out, err := d.HTTPClient.Do(r)
	if err == nil && strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+d.operation) && d.lost.CompareAndSwap(false, true) {
		_ = out.Body.Close()
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return out, err
}

// losing is db with a client that loses the first response of an operation.
func losing(db *ddb.DB, env *integration.Env, operation string) *ddb.DB {
	options := env.Client.Options()
	options.HTTPClient = dropper{options.HTTPClient, operation, &atomic.Bool{}}
	return ddb.New(dynamodb.New(options), db.Name(), db.Table(), nil)
}

func TestALostAnswerAppliesOnce(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		c := newCalendar(func(e *Event, d *ddb.Definition) { d.Version(&e.Version) })
		db := env.Open(t, c.table)
		f, ctx := c.events.Fields(), t.Context()
		create, err := ddb.NewRepository(losing(db, env, "PutItem"), c.events).Create(ctx, anEvent("1"))
		require.NoError(t, err)
		assert.EqualValues(t, 1, create.Version)
		got, err := ddb.NewRepository(losing(db, env, "UpdateItem"), c.events).Update(ctx, Event{ID: "1"}, ddb.Add(&f.Seats, 1))
		require.NoError(t, err)
		assert.Equal(t, 11, got.Seats)
		require.NoError(t, losing(db, env, "TransactWriteItems").Transact(ctx, c.events.Update(Event{ID: "1"}, ddb.Add(&f.Seats, 1)), c.events.Create(anEvent("2"))))
		got, err = ddb.NewRepository(db, c.events).Consistent().Get(ctx, Event{ID: "1"})
		require.NoError(t, err)
		assert.Equal(t, 12, got.Seats)
		require.NoError(t, ddb.NewRepository(losing(db, env, "DeleteItem"), c.events).Delete(ctx, got))
	})
}

func TestHistoryOnEveryEngine(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		c := newCalendar(func(e *Event, d *ddb.Definition) {
			d.Version(&e.Version)
			d.History(ddb.Key(ddb.Prefix("event#"), ddb.Str(&e.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&e.Version, 9)))
		})
		db := env.OpenWith(t, c.table, &ddb.Options{MaxAttempts: 50})
		repo, ctx := ddb.NewRepository(db, c.events), t.Context()
		_, err := repo.Create(ctx, anEvent("1"))
		require.NoError(t, err)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				_, err := repo.Modify(context.WithoutCancel(ctx), Event{ID: "1"}, func(e *Event) error { e.Seats++; return nil })
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		require.NoError(t, repo.Delete(ctx, Event{ID: "1"}))
		again, err := repo.Create(ctx, anEvent("1"))
		require.NoError(t, err)
		assert.EqualValues(t, 8, again.Version)
		var numbers []int64
		for v, err := range repo.History().All(ctx, Event{ID: "1"}) {
			require.NoError(t, err)
			numbers = append(numbers, v.Version)
		}
		assert.Equal(t, []int64{8, 6, 5, 4, 3, 2, 1}, numbers)
		require.NoError(t, repo.History().Prune(ctx, Event{ID: "1"}, 2))
		_, err = repo.History().At(ctx, Event{ID: "1"}, 1)
		require.ErrorIs(t, err, ddb.ErrPruned)
	})
}

func TestABatchIsAccountedFor(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		c := newCalendar(nil)
		db := env.Open(t, c.table)
		var ops []ddb.Op
		var keys []Event
		for i := range 130 {
			e := anEvent(strings.Repeat("i", i%100+1))
			e.Seats = i
			ops, keys = append(ops, c.events.Put(e)), append(keys, Event{ID: e.ID})
		}
		ops = append(ops, c.events.Delete(keys[129]), c.events.Create(anEvent("created")))
		require.NoError(t, db.Batch(t.Context(), ops...))
		got, err := ddb.NewRepository(db, c.events).Consistent().BatchGet(t.Context(), keys)
		require.NoError(t, err)
		for i, l := range got {
			if i%100 == 29 {
				assert.False(t, l.Found(), i)
				continue
			}
			want := i
			if i < 29 {
				want = i + 100
			}
			assert.Equal(t, want, l.Item.Seats)
		}
	})
}
