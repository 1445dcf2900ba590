package fault_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/scale"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// lossy is an HTTP client that loses the answer of the first request of an operation, which has been applied.
type lossy struct {
	dynamodb.HTTPClient
	operation string
	lost      *atomic.Bool
}

func (l lossy) Do(r *http.Request) (*http.Response, error) {
	out, err := l.HTTPClient.Do(r)
	if err == nil && strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+l.operation) && l.lost.CompareAndSwap(false, true) {
		_ = out.Body.Close()
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return out, err
}

// dropping is an HTTP client whose connection is dropped at every seventh request.
type dropping struct {
	dynamodb.HTTPClient
	requests, dropped int
}

func (d *dropping) Do(r *http.Request) (*http.Response, error) {
	out, err := d.HTTPClient.Do(r)
	if d.requests++; err == nil && d.requests%7 == 0 {
		d.dropped++
		_ = out.Body.Close()
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return out, err
}

// losing returns a DB like db whose client loses the first answer of an operation.
func losing(db *ddb.DB, engine *ddbmem.Engine, operation string) *ddb.DB {
	client := engine.Client(func(o *dynamodb.Options) {
		o.HTTPClient = lossy{o.HTTPClient, operation, &atomic.Bool{}}
		o.Retryer = retry.NewStandard(func(so *retry.StandardOptions) { so.MaxBackoff = time.Millisecond })
	})
	return ddb.New(client, db.Name(), db.Table(), nil)
}

// A request that is sent again because its first answer was lost applies once, and is no failure.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	type world struct {
		tasks *ddb.Repository[fixture.Task]
		db    *ddb.DB
		e     *ddb.Entity[fixture.Task]
		f     *fixture.Task
	}
	key := fixture.Task{Board: "1", ID: "1"}
	cases := map[string]struct {
		define    func(*fixture.Task, *ddb.Definition)
		seeded    bool
		operation string
		do        func(context.Context, world) (fixture.Task, error)
		check     func(*testing.T, fixture.Task)
	}{
		"create with a version": {
			fixture.Versioned, false, "PutItem", func(ctx context.Context, w world) (fixture.Task, error) {
				return w.tasks.Create(ctx, fixture.NewTask("1"))
			},
			func(t *testing.T, got fixture.Task) { assert.EqualValues(t, 1, got.Version) },
		},
		"create without one": {nil, false, "PutItem", func(ctx context.Context, w world) (fixture.Task, error) {
			return w.tasks.Create(ctx, fixture.NewTask("1"))
		}, nil},
		"put with a version": {fixture.Versioned, true, "PutItem", func(ctx context.Context, w world) (fixture.Task, error) {
			it := fixture.NewTask("1")
			it.Version = 1
			return w.tasks.Put(ctx, it)
		}, func(t *testing.T, got fixture.Task) { assert.EqualValues(t, 2, got.Version) }},
		"replace with a version": {fixture.Versioned, true, "PutItem", func(ctx context.Context, w world) (fixture.Task, error) {
			it := fixture.NewTask("1")
			it.Version = 1
			return w.tasks.Replace(ctx, it)
		}, func(t *testing.T, got fixture.Task) { assert.EqualValues(t, 2, got.Version) }},
		"add, with a version that the caller knows": {fixture.Versioned, true, "UpdateItem", func(ctx context.Context, w world) (fixture.Task, error) {
			k := key
			k.Version = 1
			return w.tasks.Update(ctx, k, ddb.Add(&w.f.Points, 1))
		}, func(t *testing.T, got fixture.Task) { assert.Equal(t, 6, got.Points) }},
		"add, with a version that the caller does not know": {fixture.Versioned, true, "UpdateItem", func(ctx context.Context, w world) (fixture.Task, error) {
			return w.tasks.Update(ctx, key, ddb.Add(&w.f.Points, 1))
		}, func(t *testing.T, got fixture.Task) {
			assert.Equal(t, 6, got.Points)
			assert.EqualValues(t, 2, got.Version)
		}},
		"guarded by what it changes": {fixture.Versioned, true, "UpdateItem", func(ctx context.Context, w world) (fixture.Task, error) {
			return w.tasks.Update(ctx, key, ddb.Set(&w.f.Title, "y"), ddb.If(ddb.Eq(&w.f.Title, "x")))
		}, func(t *testing.T, got fixture.Task) { assert.Equal(t, "y", got.Title) }},
		"add, once, without a version": {nil, true, "TransactWriteItems", func(ctx context.Context, w world) (fixture.Task, error) {
			return w.tasks.Update(ctx, key, ddb.Add(&w.f.Points, 1), ddb.Once)
		}, func(t *testing.T, got fixture.Task) { assert.Equal(t, 6, got.Points) }},
		"upsert": {fixture.Versioned, true, "UpdateItem", func(ctx context.Context, w world) (fixture.Task, error) {
			it := fixture.NewTask("1")
			it.Place, it.Owner = fixture.Place{}, ""
			return w.tasks.Upsert(ctx, it, ddb.Set(&w.f.Place, fixture.Place{City: "Ulm"}), ddb.Add(&w.f.Points, 1), ddb.Set(&w.f.Owner, "Eve"))
		}, func(t *testing.T, got fixture.Task) { assert.Equal(t, 6, got.Points) }},
		"modify": {fixture.Versioned, true, "UpdateItem", func(ctx context.Context, w world) (fixture.Task, error) {
			return w.tasks.Modify(ctx, key, func(t *fixture.Task) error { t.Points++; return nil })
		}, func(t *testing.T, got fixture.Task) { assert.Equal(t, 6, got.Points) }},
		"move": {fixture.Versioned, true, "TransactWriteItems", func(ctx context.Context, w world) (fixture.Task, error) {
			to := fixture.NewTask("1")
			_, err := w.tasks.Move(ctx, key, fixture.Task{Board: "9", ID: "1", Status: to.Status, Place: to.Place, Seq: 1})
			return to, err
		}, nil},
		"delete with a version": {fixture.Versioned, true, "DeleteItem", func(ctx context.Context, w world) (fixture.Task, error) {
			return fixture.Task{}, w.tasks.Delete(ctx, fixture.Task{Board: "1", ID: "1", Version: 1})
		}, nil},
		"transaction": {fixture.Versioned, true, "TransactWriteItems", func(ctx context.Context, w world) (fixture.Task, error) {
			if err := w.db.Transact(ctx, w.e.Update(key, ddb.Add(&w.f.Points, 1)), w.e.Create(fixture.NewTask("2"))); err != nil {
				return fixture.Task{}, err
			}
			return w.tasks.Get(ctx, key)
		}, func(t *testing.T, got fixture.Task) { assert.Equal(t, 6, got.Points) }},
		"history": {func(tk *fixture.Task, d *ddb.Definition) {
			fixture.Versioned(tk, d)
			d.History(ddb.Key(ddb.Prefix("th#"), ddb.Str(&tk.Board), fixture.Hash, ddb.Str(&tk.ID)), ddb.Key(fixture.VersionNo, ddb.Num(&tk.Version, 6)))
		}, true, "TransactWriteItems", func(ctx context.Context, w world) (fixture.Task, error) {
			return w.tasks.Modify(ctx, key, func(t *fixture.Task) error { t.Points++; return nil })
		}, func(t *testing.T, got fixture.Task) {
			assert.Equal(t, 6, got.Points)
			assert.EqualValues(t, 2, got.Version)
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := fixture.NewBoards(c.define)
			engine, db, tasks := fixture.OpenBoards(t, b, nil)
			if c.seeded {
				_, err := tasks.Create(t.Context(), fixture.NewTask("1"))
				require.NoError(t, err)
			}
			db = losing(db, engine, c.operation)
			tasks = ddb.NewRepository(db, b.Tasks)
			ctx, meter := ddb.WithMeter(t.Context())
			got, err := c.do(ctx, world{tasks, db, b.Tasks, b.Tasks.Fields()})
			require.NoError(t, err)
			require.Equal(t, 2, meter.RequestsOf(c.operation), "the answer was lost once")
			if c.check != nil {
				c.check(t, got)
				stored, err := tasks.Get(t.Context(), key)
				require.NoError(t, err)
				c.check(t, stored)
			}
		})
	}
}

// Without a lost answer, an equal item that is there already stands in the way.
func TestCreateOfAnEqualItemIsRefused(t *testing.T) {
	t.Parallel()
	for _, define := range []func(*fixture.Task, *ddb.Definition){nil, fixture.Versioned} {
		_, _, tasks := fixture.OpenBoards(t, fixture.NewBoards(define), nil)
		_, err := tasks.Create(t.Context(), fixture.NewTask("1"))
		require.NoError(t, err)
		_, err = tasks.Create(t.Context(), fixture.NewTask("1"))
		require.ErrorIs(t, err, ddb.ErrExists)
	}
}

// However many writers modify one item, no update is lost.
func TestModifyLosesNoUpdate(t *testing.T) {
	t.Parallel()
	for _, history := range []bool{false, true} {
		for _, writers := range []int{2, 10, 100} {
			t.Run(fmt.Sprintf("%d writers, history %t", writers, history), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					b := fixture.NewBoards(func(tk *fixture.Task, d *ddb.Definition) {
						fixture.Versioned(tk, d)
						if history {
							d.History(ddb.Key(ddb.Prefix("th#"), ddb.Str(&tk.Board), fixture.Hash, ddb.Str(&tk.ID)), ddb.Key(fixture.VersionNo, ddb.Num(&tk.Version, 6)))
						}
					})
					engine, _, tasks := fixture.OpenBoards(t, b, &ddb.Options{MaxAttempts: 8 + 3*writers})
					engine.SetFaults(ddbmem.Faults{Latency: time.Millisecond})
					_, err := tasks.Create(t.Context(), fixture.NewTask("1"))
					require.NoError(t, err)
					var wg sync.WaitGroup
					var tries atomic.Int64
					for range writers {
						wg.Go(func() {
							_, err := tasks.Modify(t.Context(), fixture.Task{Board: "1", ID: "1"}, func(t *fixture.Task) error {
								tries.Add(1)
								t.Points++
								return nil
							})
							assert.NoError(t, err)
						})
					}
					wg.Wait()
					got, err := tasks.Get(t.Context(), fixture.Task{Board: "1", ID: "1"})
					require.NoError(t, err)
					assert.Equal(t, 5+writers, got.Points)
					assert.EqualValues(t, 1+writers, got.Version)
					t.Logf("%d tries for %d writes", tries.Load(), writers)
					if !history {
						return
					}
					want := got.Version
					for v, err := range tasks.History().All(t.Context(), got) {
						require.NoError(t, err)
						require.Equal(t, want, v.Version)
						require.EqualValues(t, 4+want, v.Points)
						want--
					}
					assert.Zero(t, want)
				})
			})
		}
	}
}

// Every item of a large batch is accounted for, whatever goes wrong.
func TestBatchUnderFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		items := scale.Of(10_000, 3_000)
		n := items + 7
		b := fixture.NewBoards(nil)
		engine := ddbmem.New()
		client := engine.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
		db := ddb.New(client, "boards", b.Table, &ddb.Options{MaxAttempts: 20})
		require.NoError(t, db.CreateTable(t.Context()))
		engine.SetFaults(ddbmem.Faults{Unprocessed: 0.2, Throttle: 0.1, Drop: 0.1})
		ops := make([]ddb.Op, n)
		keys := make([]fixture.Task, n)
		for i := range ops {
			it := fixture.NewTask(fmt.Sprintf("%05d", i%items)) // some are written twice
			it.Points = i
			keys[i] = fixture.Task{Board: "1", ID: it.ID}
			ops[i] = b.Tasks.Put(it)
		}
		ctx, meter := ddb.WithMeter(t.Context())
		started := time.Now()
		require.NoError(t, db.Batch(ctx, ops...))
		assert.Greater(t, time.Since(started), 25*time.Millisecond, "it waits between tries")
		assert.Less(t, meter.RequestsOf("BatchWriteItem"), 5*n/25)
		engine.SetFaults(ddbmem.Faults{Unprocessed: 0.2, Throttle: 0.1})
		drops := &dropping{}
		db = ddb.New(engine.Client(func(o *dynamodb.Options) {
			drops.HTTPClient, o.HTTPClient = o.HTTPClient, drops
			o.Retryer = retry.NewStandard(func(so *retry.StandardOptions) { so.RateLimiter, so.MaxAttempts = ratelimit.None, 20 })
		}), "boards", b.Table, &ddb.Options{MaxAttempts: 20})
		ctx, meter = ddb.WithMeter(t.Context())
		got, err := ddb.NewRepository(db, b.Tasks).BatchGet(ctx, keys)
		assert.Greater(t, drops.dropped, items/1000)
		require.NoError(t, err)
		assert.Less(t, meter.RequestsOf("BatchGetItem"), 8*n/100)
		for i, l := range got {
			require.True(t, l.Found())
			require.Equal(t, keys[i].ID, l.Item.ID, "in the order of the keys")
			want := i
			if i < 7 {
				want = i + items // the later write of two
			}
			require.Equal(t, want%items, l.Item.Points%items)
			if i < 7 {
				require.Equal(t, i+items, l.Item.Points)
			}
		}
	})
}

// A batch that is cancelled returns at once, and says of every op what became of it.
func TestBatchThatIsCancelled(t *testing.T) {
	t.Parallel()
	b := fixture.NewBoards(nil)
	engine, db, tasks := fixture.OpenBoards(t, b, nil)
	ctx, cancel := context.WithCancel(t.Context())
	var calls atomic.Int32
	engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		if c.Operation == "BatchWriteItem" && !c.Item && calls.Add(1) == 41 { // each request asks twice
			cancel()
		}
		return ddbmem.NoFault
	}})
	ops := make([]ddb.Op, 2000)
	for i := range ops {
		ops[i] = b.Tasks.Put(fixture.NewTask(fmt.Sprint(i)))
	}
	err := db.Batch(ctx, ops...)
	assert.Less(t, calls.Load(), int32(41+2*9), "no request begins after that: the others are under way already")
	failed, ok := errors.AsType[*ddb.BatchError](err)
	require.True(t, ok)
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, failed.Outcomes, len(ops))
	counts := map[ddb.WriteOutcome]int{}
	for i, o := range failed.Outcomes {
		counts[o]++
		_, err := tasks.Get(t.Context(), fixture.Task{Board: "1", ID: fmt.Sprint(i)})
		switch o {
		case ddb.WriteDone:
			require.NoError(t, err)
			require.NoError(t, failed.At(i))
		case ddb.WriteNotDone:
			require.ErrorIs(t, err, ddb.ErrNotFound)
			require.Error(t, failed.At(i))
		}
	}
	assert.Positive(t, counts[ddb.WriteDone])
	assert.Positive(t, counts[ddb.WriteNotDone])
	t.Log(counts)
}

// Ops that need a condition are routed to requests of their own, and the order of ops on one item is kept.
func TestBatchRoutesWhatNeedsAConditionOneByOne(t *testing.T) {
	t.Parallel()
	b := fixture.NewBoards(fixture.Versioned)
	_, db, tasks := fixture.OpenBoards(t, b, nil)
	f := b.Tasks.Fields()
	ctx, meter := ddb.WithMeter(t.Context())
	err := db.Batch(ctx,
		b.Tasks.Create(fixture.NewTask("1")),
		b.Tasks.Update(fixture.Task{Board: "1", ID: "1"}, ddb.Set(&f.Title, "second")),
		b.Tasks.Delete(fixture.Task{Board: "1", ID: "2", Version: 3}),
		b.Tasks.Put(fixture.NewTask("2")), // after one that failed
	)
	failed, ok := errors.AsType[*ddb.BatchError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, []ddb.WriteOutcome{ddb.WriteDone, ddb.WriteDone, ddb.WriteNotDone, ddb.WriteNotDone}, failed.Outcomes)
	require.ErrorIs(t, failed.At(2), ddb.ErrNotFound)
	assert.Zero(t, meter.RequestsOf("BatchWriteItem"))
	got, err := tasks.Get(t.Context(), fixture.Task{Board: "1", ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, "second", got.Title)
}

// busy is a client that is asked for one transaction for more than ten minutes, and remembers the tokens.
type busy struct {
	ddb.Client
	begin  time.Time
	tokens map[string][]time.Duration
	answer error
}

func (b *busy) TransactWriteItems(_ context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	at := time.Since(b.begin)
	b.tokens[*in.ClientRequestToken] = append(b.tokens[*in.ClientRequestToken], at)
	if at < 11*time.Minute {
		return nil, b.answer
	}
	return &dynamodb.TransactWriteItemsOutput{}, nil
}

// A transaction whose fate was never heard of is not sent with a second token, which could do it twice.
func TestATransactionInProgressIsNotSentUnderAnotherToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := fixture.NewBoards(nil)
		client := &busy{begin: time.Now(), tokens: map[string][]time.Duration{}, answer: &types.TransactionInProgressException{}}
		db := ddb.New(client, "boards", b.Table, &ddb.Options{MaxAttempts: 1000})
		require.ErrorIs(t, db.Transact(t.Context(), b.Tasks.Put(fixture.NewTask("1"))), ddb.ErrOutcomeUnknown)
		assert.Len(t, client.tokens, 1)
	})
}

// DynamoDB forgets a token after ten minutes: what is sent again after nine has another.
func TestATokenIsNotUsedForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := fixture.NewBoards(nil)
		client := &busy{begin: time.Now(), tokens: map[string][]time.Duration{}, answer: &types.ProvisionedThroughputExceededException{}}
		db := ddb.New(client, "boards", b.Table, &ddb.Options{MaxAttempts: 1000})
		require.NoError(t, db.Transact(t.Context(), b.Tasks.Put(fixture.NewTask("1"))))
		require.NoError(t, db.Transact(t.Context(), b.Tasks.Put(fixture.NewTask("2"))))
		assert.Len(t, client.tokens, 3, "two for the first, one for the second")
		for _, times := range client.tokens {
			assert.LessOrEqual(t, times[len(times)-1]-times[0], 9*time.Minute)
		}
	})
}
