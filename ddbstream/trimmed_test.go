package ddbstream_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// A reader that was away for longer than the stream keeps says so, and a Rebuild makes everything right.
func TestReaderFindsTrimmedRecords(t *testing.T) {
	t.Parallel()
	clock := ddbmem.NewManualClock(time.Now())
	a := newArena(t, ddbmem.Options{Clock: clock, StreamShards: 2})
	store := &ddbstream.MemoryStore{}
	mux := ddb.NewMux(a.table, nil)
	mux.Maintain(a.db, a.sum)
	stop := run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, fast()))
	for n := range 10 {
		a.put(t, Point{Game: fmt.Sprint(n % 3), ID: fmt.Sprint(n), N: 1})
	}
	sums := func() (out int) {
		for s, err := range ddb.NewRepository(a.db, a.scores).Scan(t.Context(), nil) {
			require.NoError(t, err)
			out += s.Sum
		}
		return out
	}
	eventually(t, func() bool { return sums() == 10 }, "it follows")
	require.NoError(t, stop())
	for n := range 10 {
		a.put(t, Point{Game: fmt.Sprint(n % 3), ID: fmt.Sprint(n), N: 5})
	}
	a.engine.SplitShard(name)
	clock.Advance(49 * time.Hour)

	err := ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, fast()).Run(t.Context())
	gap, ok := errors.AsType[*ddbstream.Gap](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, ddbstream.GapTrimmed, gap.Kind)
	assert.True(t, gap.Lost)
	cause, err := a.sum.LastGap(t.Context(), a.db)
	require.NoError(t, err)
	require.ErrorContains(t, cause, "trimmed")

	opts := fast()
	var mu sync.Mutex
	var gaps []ddbstream.GapKind
	opts.OnGap = func(_ context.Context, g *ddbstream.Gap) error {
		mu.Lock()
		defer mu.Unlock()
		gaps = append(gaps, g.Kind)
		return nil
	}
	stop = run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, opts))
	a.put(t, Point{Game: "0", ID: "0", N: 6})
	eventually(t, func() bool { return sums() > 10 }, "it goes on")
	require.NoError(t, a.sum.Rebuild(t.Context(), a.db, nil))
	assert.Equal(t, 51, sums())
	require.NoError(t, stop())
	assert.NotEmpty(t, gaps)
	cause, err = a.sum.LastGap(t.Context(), a.db)
	require.NoError(t, err)
	assert.NoError(t, cause)
}

func TestReaderFindsANewStream(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	store := &ddbstream.MemoryStore{}
	var l log
	mux := l.mux(a)
	stop := run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, fast()))
	a.put(t, Point{Game: "g", ID: "a", N: 1})
	eventually(t, func() bool { return l.last("a") == 1 }, "it follows")
	require.NoError(t, stop())
	a.put(t, Point{Game: "g", ID: "a", N: 2})
	update := func(s *types.StreamSpecification) {
		_, err := a.client.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: new(name), StreamSpecification: s})
		require.NoError(t, err)
	}
	update(&types.StreamSpecification{StreamEnabled: new(false)})
	a.put(t, Point{Game: "g", ID: "a", N: 3}) // nobody will ever know
	time.Sleep(2 * time.Millisecond)
	update(&types.StreamSpecification{StreamEnabled: new(true), StreamViewType: types.StreamViewTypeNewAndOldImages})
	a.put(t, Point{Game: "g", ID: "a", N: 4})
	opts := fast()
	var mu sync.Mutex
	var gaps []ddbstream.GapKind
	opts.OnGap = func(_ context.Context, g *ddbstream.Gap) error {
		mu.Lock()
		defer mu.Unlock()
		gaps = append(gaps, g.Kind)
		return nil
	}
	stop = run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, opts))
	eventually(t, func() bool { return l.last("a") == 4 }, "it goes on in the new one")
	require.NoError(t, stop())
	assert.Equal(t, []int{1, 2, 4}, l.seen["a"], "the old one is read to its end first")
	assert.Equal(t, []ddbstream.GapKind{ddbstream.GapNewStream}, gaps)
}

// expirer is a client whose iterators expire.
type expirer struct {
	*dynamodbstreams.Client
	mu sync.Mutex
	n  int
}

func (c *expirer) GetRecords(ctx context.Context, in *dynamodbstreams.GetRecordsInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n++; c.n%5 == 3 {
		return nil, &streamtypes.ExpiredIteratorException{Message: new("too late")}
	}
	return c.Client.GetRecords(ctx, in, o...)
}

func TestReaderSurvivesExpiredIterators(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	var l log
	opts := fast()
	var mu sync.Mutex
	gaps := 0
	opts.OnGap = func(_ context.Context, g *ddbstream.Gap) error {
		mu.Lock()
		defer mu.Unlock()
		gaps++
		assert.Equal(t, ddbstream.GapIterator, g.Kind)
		assert.False(t, g.Lost)
		return nil
	}
	stop := run(t, ddbstream.NewReader(&expirer{Client: a.engine.StreamsClient()}, name, l.mux(a), &ddbstream.MemoryStore{}, opts))
	for n := 1; n <= 100; n++ {
		a.put(t, Point{Game: "g", ID: "a", N: n})
	}
	eventually(t, func() bool { return l.last("a") == 100 }, "all arrive")
	require.NoError(t, stop())
	assert.Len(t, l.seen["a"], 100)
	assert.Positive(t, gaps)
}
