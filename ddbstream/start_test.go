package ddbstream_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// flaky is a client whose requests fail as hook says; hook gets the operation and its count.
type flaky struct {
	ddbstream.Client
	hook  func(op string, n int64) error
	input func(*dynamodbstreams.GetShardIteratorInput) error
	mod   func(*dynamodbstreams.GetRecordsOutput)
	mu    sync.Mutex
	n     map[string]int64
}

func (f *flaky) call(op string) error {
	f.mu.Lock()
	if f.n == nil {
		f.n = map[string]int64{}
	}
	f.n[op]++
	n := f.n[op]
	f.mu.Unlock()
	if f.hook == nil {
		return nil
	}
	return f.hook(op, n)
}

func (f *flaky) calls(op string) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.n[op]
}

func (f *flaky) ListStreams(ctx context.Context, in *dynamodbstreams.ListStreamsInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.ListStreamsOutput, error) {
	if err := f.call("ListStreams"); err != nil {
		return nil, err
	}
	return f.Client.ListStreams(ctx, in, o...)
}

func (f *flaky) DescribeStream(ctx context.Context, in *dynamodbstreams.DescribeStreamInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error) {
	if err := f.call("DescribeStream"); err != nil {
		return nil, err
	}
	return f.Client.DescribeStream(ctx, in, o...)
}

func (f *flaky) GetShardIterator(ctx context.Context, in *dynamodbstreams.GetShardIteratorInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error) {
	if err := f.call("GetShardIterator"); err != nil {
		return nil, err
	}
	if f.input != nil {
		if err := f.input(in); err != nil {
			return nil, err
		}
	}
	return f.Client.GetShardIterator(ctx, in, o...)
}

func (f *flaky) GetRecords(ctx context.Context, in *dynamodbstreams.GetRecordsInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	if err := f.call("GetRecords"); err != nil {
		return nil, err
	}
	out, err := f.Client.GetRecords(ctx, in, o...)
	if err == nil && f.mod != nil {
		f.mod(out)
	}
	return out, err
}

func latest() *ddbstream.Options {
	o := fast()
	o.Latest = true
	return o
}

// What is written after a group has begun is delivered, whatever fails before the first record.
func TestLatestLosesNothingToAFailedRead(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	var l log
	c := &flaky{Client: a.engine.StreamsClient()}
	c.hook = func(op string, n int64) error {
		if op == "GetRecords" && n == 5 {
			a.put(t, Point{Game: "g", ID: "x", N: 1})
			return &streamtypes.LimitExceededException{}
		}
		return nil
	}
	run(t, ddbstream.NewReader(c, name, l.mux(a), &ddbstream.MemoryStore{}, latest()))
	eventually(t, func() bool { return l.last("x") == 1 }, "the record arrives")
}

func TestLatestLosesNothingToARestartBeforeTheFirstCheckpoint(t *testing.T) {
	t.Parallel()
	clock := ddbmem.NewManualClock(time.Now())
	a := newArena(t, ddbmem.Options{Clock: clock})
	table := ddbstream.NewTableStore(a.client, "readers", "g")
	require.NoError(t, table.CreateTable(t.Context()))
	for what, store := range map[string]ddbstream.Store{"memory": &ddbstream.MemoryStore{}, "table": table} {
		var l log
		mux := l.mux(a)
		c := &flaky{Client: a.engine.StreamsClient()}
		stop := run(t, ddbstream.NewReader(c, name, mux, store, latest()))
		eventually(t, func() bool { return c.calls("GetRecords") > 2 }, "it reads")
		require.NoError(t, stop())
		a.put(t, Point{Game: "g", ID: what, N: 1}) // during the deployment of the worker
		clock.Advance(time.Minute)
		stop = run(t, ddbstream.NewReader(c, name, mux, store, latest()))
		eventually(t, func() bool { return l.last(what) == 1 }, what)
		require.NoError(t, stop())
	}
}

// failing is a store whose first write of the lease number at fails.
type failing struct {
	ddbstream.Store
	n  atomic.Int64
	at int64
}

func (s *failing) Swap(ctx context.Context, l ddbstream.Lease, was int64) error {
	if was == 0 && s.n.Add(1) == s.at {
		return errors.New("store: throttled")
	}
	return s.Store.Swap(ctx, l, was)
}

// A group of several workers that begins with Latest gets no earlier record, on any shard, whatever fails while the
// leases are made, and all later ones.
func TestLatestIsDecidedOnceForAGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for n := range 5 {
			clock := ddbmem.NewManualClock(time.Now())
			a := newArena(t, ddbmem.Options{StreamShards: 8, Clock: clock})
			for i := range 40 {
				a.put(t, Point{Game: fmt.Sprint(i), ID: fmt.Sprint("old", i), N: 1})
			}
			a.engine.SplitShard(name)
			for i := range 10 {
				a.put(t, Point{Game: fmt.Sprint(i), ID: fmt.Sprint("old", i), N: 2})
			}
			clock.Advance(3 * time.Second) // record times have whole seconds
			table := ddbstream.NewTableStore(a.client, "readers", "g")
			require.NoError(t, table.CreateTable(t.Context()))
			store := &failing{Store: table, at: int64(n * 2)}
			var l log
			mux := l.mux(a)
			var stops []func() error
			for i := range 3 {
				opts := latest()
				opts.Worker = fmt.Sprint("w", i)
				stops = append(stops, run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, opts)))
			}
			eventually(t, func() bool {
				_, ok, err := table.Start(t.Context(), streamARN(t, a), "")
				return ok && err == nil
			}, "a worker decides")
			for i := range 40 {
				a.put(t, Point{Game: fmt.Sprint(i), ID: fmt.Sprint("new", i), N: 1})
			}
			eventually(t, func() bool {
				for i := range 40 {
					if l.last(fmt.Sprint("new", i)) != 1 {
						return false
					}
				}
				return true
			}, "what is written after")
			for _, s := range stops {
				require.NoError(t, s())
			}
			for i := range 40 {
				require.Equal(t, -1, l.last(fmt.Sprint("old", i)), "run %d: what was written before", n)
			}
		}
	})
}

func streamARN(t *testing.T, a *arena) string {
	t.Helper()
	out, err := a.engine.StreamsClient().ListStreams(t.Context(), &dynamodbstreams.ListStreamsInput{TableName: new(name)})
	require.NoError(t, err)
	return *out.Streams[len(out.Streams)-1].StreamArn
}

// A group may begin at a time, also on an engine that cannot read from one, whatever its response.
func TestFromBeginsAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for what, refuse := range map[string]error{
			"at a time":     nil,
			"refused":       &smithy.GenericAPIError{Code: "ValidationException", Message: "no such type"},
			"not by a code": errors.New("EOF"),
		} {
			clock := ddbmem.NewManualClock(time.Date(2026, 11, 1, 12, 0, 0, 5e8, time.UTC))
			shards := ddbmem.Options{StreamShards: 3, ShardRecords: 10, Clock: clock}
			if what == "not by a code" {
				shards.StreamShards, shards.ShardRecords = 1, 0 // failures of several shards in a row are an outage, with its backoff
			}
			a := newArena(t, shards)
			for n := 1; n <= 40; n++ {
				a.put(t, Point{Game: fmt.Sprint(n % 5), ID: fmt.Sprint(n % 5), N: n})
				clock.Advance(time.Second)
			}
			var l log
			var mu sync.Mutex
			last := map[string]streamtypes.ShardIteratorType{} // the requested type, by shard
			again := 0
			c := &flaky{Client: a.engine.StreamsClient(), input: func(in *dynamodbstreams.GetShardIteratorInput) error {
				mu.Lock()
				defer mu.Unlock()
				was := last[*in.ShardId]
				last[*in.ShardId] = in.ShardIteratorType
				if in.ShardIteratorType == streamtypes.ShardIteratorTypeAtTimestamp {
					if was == in.ShardIteratorType {
						again++
					}
					return refuse
				}
				return nil
			}}
			opts := fast()
			opts.From = time.Date(2026, 11, 1, 12, 0, 19, 9e8, time.UTC) // record 20 is of second 19
			store := &ddbstream.MemoryStore{}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			require.NoError(t, ddbstream.NewReader(c, name, l.mux(a), store, opts).Drain(ctx), what)
			assert.Equal(t, map[string][]int{"0": {20, 25, 30, 35, 40}, "1": {21, 26, 31, 36}, "2": {22, 27, 32, 37}, "3": {23, 28, 33, 38}, "4": {24, 29, 34, 39}}, l.seen, what)
			if what == "refused" {
				assert.Zero(t, again, "a refusal is not tried again")
			}
			opts.From = time.Time{}
			require.NoError(t, ddbstream.NewReader(c, name, l.mux(a), store, opts).Drain(t.Context()))
			assert.Empty(t, l.seen, "it is decided, and read")
		}
	})
}

// A lease of an older release with the wish for Latest begins with what is written after the first worker of this
// release sees it, and loses nothing after that.
func TestALeaseOfAnOlderReleaseThatSaysLatest(t *testing.T) {
	t.Parallel()
	clock := ddbmem.NewManualClock(time.Now())
	a := newArena(t, ddbmem.Options{Clock: clock})
	a.put(t, Point{Game: "g", ID: "old", N: 1})
	clock.Advance(3 * time.Second)
	arn := streamARN(t, a)
	out, err := a.engine.StreamsClient().DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: &arn})
	require.NoError(t, err)
	shard := *out.StreamDescription.Shards[0].ShardId
	store := ddbstream.NewTableStore(a.client, "readers", "g")
	require.NoError(t, store.CreateTable(t.Context()))
	str := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	_, err = a.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("readers"), Item: map[string]types.AttributeValue{
		"pk": str("~l#g"), "sk": str(arn + "#" + shard), "stream": str(arn), "shard": str(shard),
		"latest": &types.AttributeValueMemberBOOL{Value: true}, "counter": &types.AttributeValueMemberN{Value: "1"},
	}})
	require.NoError(t, err)
	var l log
	mux := l.mux(a)
	c := &flaky{Client: a.engine.StreamsClient(), hook: func(op string, n int64) error {
		if op == "GetRecords" && n == 1 {
			a.put(t, Point{Game: "g", ID: "between", N: 1})
			return errors.New("lost")
		}
		return nil
	}}
	stop := run(t, ddbstream.NewReader(c, name, mux, store, fast()))
	eventually(t, func() bool { return l.last("between") == 1 }, "what is written before the first checkpoint")
	require.NoError(t, stop())
	assert.Equal(t, -1, l.last("old"))
}

func TestStoresKeepTheFirstStart(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	table := ddbstream.NewTableStore(engine.Client(), "readers", "g")
	require.NoError(t, table.CreateTable(t.Context()))
	for what, store := range map[string]ddbstream.Store{"memory": &ddbstream.MemoryStore{}, "table": table} {
		ctx := t.Context()
		_, ok, err := store.Start(ctx, "s", "")
		require.NoError(t, err)
		require.False(t, ok, what)
		first := ddbstream.Start{Stream: "s", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
		got, err := store.Begin(ctx, first)
		require.NoError(t, err)
		require.Equal(t, first, got)
		got, err = store.Begin(ctx, ddbstream.Start{Stream: "s", At: time.Now()})
		require.NoError(t, err)
		require.Equal(t, first, got, what)
		none, err := store.Begin(ctx, ddbstream.Start{Stream: "s", Shard: "1"})
		require.NoError(t, err)
		require.True(t, none.At.IsZero())
		none, ok, err = store.Start(ctx, "s", "1")
		require.NoError(t, err)
		require.True(t, ok && none.At.IsZero(), "that there is no start is one too")
		leases, err := store.Leases(ctx)
		require.NoError(t, err)
		require.Empty(t, leases, "older workers take everything there for a lease")
	}
	require.NoError(t, table.DropTable(t.Context()), "starts are its own")
}

// A group whose table was created again, so that all its leases are of a stream that no longer exists, begins the new
// stream with its oldest record, whatever its options are and whenever its workers stop.
func TestATableMadeAnewIsReadFromItsFirstRecord(t *testing.T) {
	t.Parallel()
	clock := ddbmem.NewManualClock(time.Now())
	a := newArena(t, ddbmem.Options{Clock: clock})
	store := ddbstream.NewTableStore(a.client, "readers", "g")
	require.NoError(t, store.CreateTable(t.Context()))
	var l log
	mux := l.mux(a)
	stop := run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, latest()))
	eventually(t, func() bool { _, ok, err := store.Start(t.Context(), streamARN(t, a), ""); return ok && err == nil }, "it begins")
	a.put(t, Point{Game: "g", ID: "a", N: 1})
	eventually(t, func() bool { return l.last("a") == 1 }, "it reads")
	require.NoError(t, stop())
	was := streamARN(t, a)
	_, err := a.client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: new(name)})
	require.NoError(t, err)
	clock.Advance(49 * time.Hour)
	require.NoError(t, a.db.CreateTable(t.Context()))
	a.put(t, Point{Game: "g", ID: "b", N: 1})
	clock.Advance(time.Minute)
	require.NotEqual(t, was, streamARN(t, a))
	var gaps atomic.Int64
	opts := latest()
	opts.OnGap = func(_ context.Context, g *ddbstream.Gap) error {
		assert.Equal(t, ddbstream.GapNewStream, g.Kind)
		gaps.Add(1)
		return nil
	}
	c := &flaky{Client: a.engine.StreamsClient(), hook: func(op string, _ int64) error {
		if op == "DescribeStream" {
			return errors.New("lost")
		}
		return nil
	}}
	stop = run(t, ddbstream.NewReader(c, name, mux, store, opts))
	eventually(t, func() bool { return c.calls("DescribeStream") > 0 }, "it deletes its leases")
	require.NoError(t, stop())
	leases, err := store.Leases(t.Context())
	require.NoError(t, err)
	require.Empty(t, leases)
	run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, opts))
	a.put(t, Point{Game: "g", ID: "c", N: 1})
	eventually(t, func() bool { return l.last("c") == 1 }, "it goes on")
	assert.Equal(t, 1, l.last("b"), "what was written before the group saw the new stream")
	assert.EqualValues(t, 1, gaps.Load())
}

// preempted is a store in which another worker makes each lease first.
type preempted struct{ ddbstream.Store }

func (s preempted) Swap(ctx context.Context, l ddbstream.Lease, was int64) error {
	if was == 0 {
		if err := s.Store.Swap(ctx, l, was); err != nil {
			return err
		}
	}
	return s.Store.Swap(ctx, l, was)
}

// Workers that start together do not describe the stream again for each lease that another has made.
func TestWorkersThatStartTogetherDescribeTheStreamOnce(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{StreamShards: 50})
	c := &flaky{Client: a.engine.StreamsClient()}
	var l log
	opts := fast()
	opts.Discover = time.Hour
	a.put(t, Point{Game: "g", ID: "a", N: 1})
	run(t, ddbstream.NewReader(c, name, l.mux(a), preempted{&ddbstream.MemoryStore{}}, opts))
	eventually(t, func() bool { return l.last("a") == 1 }, "it reads")
	assert.LessOrEqual(t, c.calls("DescribeStream"), int64(3))
}
