package ddbstream_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// told keeps the errors that a reader tells.
type told struct {
	mu   sync.Mutex
	errs []error
}

func (e *told) add(_ context.Context, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.errs = append(e.errs, err)
}

func (e *told) all() []error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]error(nil), e.errs...)
}

// What a processor does wrong is an error: everything that it was given, and did not handle, is delivered again, and no
// position moves over it.
func TestAProcessorThatBreaksItsPromiseIsDeliveredToAgain(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		wrong func([]ddb.Record) ([]string, error)
		says  string
		left  int // of three records, at the second delivery
	}{
		"a number that it was not given": {func([]ddb.Record) ([]string, error) { return []string{"eventID-of-something"}, errors.New("x") }, `returned "eventID-of-something" as failed`, 3},
		"one that it was, and another":   {func(r []ddb.Record) ([]string, error) { return []string{r[2].Sequence, "99"}, nil }, `returned "99" as failed`, 3},
		"an error without numbers":       {func([]ddb.Record) ([]string, error) { return nil, errors.New("no idea which") }, "no idea which", 3},
		"numbers without an error":       {func(r []ddb.Record) ([]string, error) { return []string{r[2].Sequence}, nil }, "1 of 3 records as failed", 1},
		"it panics":                      {func([]ddb.Record) ([]string, error) { panic("cannot bear it") }, "panic: cannot bear it", 3},
		"it fails from the second record": {func(r []ddb.Record) ([]string, error) {
			return []string{r[1].Sequence, r[2].Sequence}, errors.New("no")
		}, "no", 2},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			a := newArena(t, ddbmem.Options{})
			for _, id := range []string{"a", "b", "c"} {
				a.put(t, Point{Game: "g", ID: id, N: 1})
			}
			var errs told
			var mu sync.Mutex
			var sizes []int
			store := &ddbstream.MemoryStore{}
			opts := fast()
			opts.OnError = errs.add
			p := processor(func(_ context.Context, records []ddb.Record) ([]string, error) {
				mu.Lock()
				defer mu.Unlock()
				sizes = append(sizes, len(records))
				if len(sizes) > 1 {
					return nil, nil
				}
				leases, err := store.Leases(context.Background())
				assert.NoError(t, err)
				assert.Empty(t, leases[0].Checkpoint)
				return c.wrong(records)
			})
			require.NoError(t, ddbstream.NewReader(a.engine.StreamsClient(), name, p, store, opts).Drain(t.Context()))
			assert.Equal(t, []int{3, c.left}, sizes)
			require.Len(t, errs.all(), 1)
			require.ErrorContains(t, errs.all()[0], c.says)
		})
	}
}

// A processor that fails for long is not called in a tight loop, and its cause is told once.
func TestAProcessorThatAlwaysFailsIsLeftAlone(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	a.put(t, Point{Game: "g", ID: "a", N: 1})
	var errs told
	var calls atomic.Int64
	opts := fast()
	opts.OnError = errs.add
	run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, processor(func(context.Context, []ddb.Record) ([]string, error) {
		calls.Add(1)
		panic("always")
	}), &ddbstream.MemoryStore{}, opts))
	eventually(t, func() bool { return calls.Load() >= 3 }, "it is tried again")
	time.Sleep(300 * time.Millisecond)
	assert.Less(t, calls.Load(), int64(8))
	assert.Len(t, errs.all(), 1, "one cause, told once")
}

// strange makes the second of three records one that the reader does not know.
func strange(a *arena, kind func(*streamtypes.Record)) ddbstream.Client {
	return &flaky{Client: a.engine.StreamsClient(), mod: func(out *dynamodbstreams.GetRecordsOutput) {
		for i := range out.Records {
			if n := out.Records[i].Dynamodb.NewImage["n"]; n != nil && n.(*streamtypes.AttributeValueMemberN).Value == "2" {
				kind(&out.Records[i])
			}
		}
	}}
}

// A record that cannot be converted goes to OnUnreadable as it is, in its turn, until that takes it; the others are handled.
func TestAnUnreadableRecordIsHandedOverAsItIs(t *testing.T) {
	t.Parallel()
	for what, kind := range map[string]func(*streamtypes.Record){
		"kind":     func(r *streamtypes.Record) { r.EventName = "REPLICATE" },
		"type":     func(r *streamtypes.Record) { r.Dynamodb.NewImage["x"] = &streamtypes.UnknownUnionMember{Tag: "V"} },
		"sequence": func(r *streamtypes.Record) { r.Dynamodb = nil },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			a := newArena(t, ddbmem.Options{})
			for n := 1; n <= 3; n++ {
				a.put(t, Point{Game: "g", ID: "p", N: n})
			}
			var l log
			mux := l.mux(a)
			var errs told
			opts := fast()
			opts.OnError = errs.add
			tries := 0
			opts.OnUnreadable = func(_ context.Context, u *ddbstream.Unreadable) error {
				assert.Equal(t, 1, l.last("p"), "what is before it comes first")
				assert.NotNil(t, u.Raw.EventID)
				assert.Contains(t, u.Error(), *u.Raw.EventID, "all of it is in the text")
				if tries++; tries < 3 {
					return errors.New("no place for it")
				}
				return nil
			}
			store := &ddbstream.MemoryStore{}
			require.NoError(t, ddbstream.NewReader(strange(a, kind), name, mux, store, opts).Drain(t.Context()))
			assert.Equal(t, []int{1, 3}, l.seen["p"])
			assert.Equal(t, 3, tries)
			require.Len(t, errs.all(), 1)
		})
	}
}

// Without the hook the shard waits, what comes before is checkpointed, and nothing spins.
func TestAnUnreadableRecordWithoutAHookWaits(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	for n := 1; n <= 3; n++ {
		a.put(t, Point{Game: "g", ID: "p", N: n})
	}
	var l log
	var errs told
	opts := fast()
	opts.OnError = errs.add
	c := strange(a, func(r *streamtypes.Record) { r.EventName = "REPLICATE" })
	store := &ddbstream.MemoryStore{}
	stop := run(t, ddbstream.NewReader(c, name, l.mux(a), store, opts))
	eventually(t, func() bool { return len(errs.all()) > 0 }, "it is told")
	time.Sleep(300 * time.Millisecond)
	require.Len(t, errs.all(), 1)
	require.ErrorContains(t, errs.all()[0], "REPLICATE")
	assert.Less(t, c.(*flaky).calls("GetRecords"), int64(5))
	require.NoError(t, stop())
	assert.Equal(t, []int{1}, l.seen["p"])
	require.NoError(t, ddbstream.NewReader(a.engine.StreamsClient(), name, l.mux(a), store, fast()).Drain(t.Context()), "a release that knows it")
	assert.Equal(t, []int{2, 3}, l.seen["p"])
}

// The context of a handler outlives Run's by the grace, and no longer; what was handled then is kept.
func TestABatchUnderWayMayEndWithinTheGrace(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		grace time.Duration
		left  int
	}{"enough": {time.Minute, 0}, "too little": {20 * time.Millisecond, 1}, "none": {0, 1}} {
		a := newArena(t, ddbmem.Options{})
		a.put(t, Point{Game: "g", ID: "p", N: 1})
		store := &ddbstream.MemoryStore{}
		opts := fast()
		opts.Grace, opts.Lease = c.grace, 1500*time.Millisecond
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		p := processor(func(work context.Context, _ []ddb.Record) ([]string, error) {
			if calls++; calls > 1 {
				return nil, nil
			}
			cancel()
			select {
			case <-work.Done():
				return nil, work.Err()
			case <-time.After(2 * opts.Lease): // its lease is renewed meanwhile
				return nil, nil
			}
		})
		require.NoError(t, ddbstream.NewReader(a.engine.StreamsClient(), name, p, store, opts).Run(ctx))
		leases, err := store.Leases(t.Context())
		require.NoError(t, err)
		assert.Empty(t, leases[0].Owner, what)
		require.NoError(t, ddbstream.NewReader(a.engine.StreamsClient(), name, p, store, fast()).Drain(t.Context()))
		assert.Equal(t, 1+c.left, calls, what)
	}
}
