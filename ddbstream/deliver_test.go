package ddbstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// told keeps the errors that a reader reports.
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

// Mistakes of a processor are errors: every record that it did not handle is delivered again, and no position moves
// past it.
func TestAProcessorThatBreaksItsPromiseIsDeliveredToAgain(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		wrong func([]ddb.Record) ([]string, error)
		says  string
		left  int // of three records, in the second delivery
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

// A processor that fails for long is called with backoff, and its cause is reported once.
func TestAProcessorThatAlwaysFailsIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
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
	})
}

// strange makes the second of three records one of an unknown kind.
func strange(a *arena, kind func(*streamtypes.Record)) ddbstream.Client {
	return &flaky{Client: a.engine.StreamsClient(), mod: func(out *dynamodbstreams.GetRecordsOutput) {
		for i := range out.Records {
			if n := out.Records[i].Dynamodb.NewImage["n"]; n != nil && n.(*streamtypes.AttributeValueMemberN).Value == "2" {
				kind(&out.Records[i])
			}
		}
	}}
}

// A record that cannot be converted fails alone and becomes a raw dead letter; the others are handled.
func TestARecordThatCannotBeConvertedIsGivenUpRaw(t *testing.T) {
	t.Parallel()
	deep := map[string]streamtypes.AttributeValue{
		"s": &streamtypes.AttributeValueMemberS{Value: "s"}, "b": &streamtypes.AttributeValueMemberB{Value: []byte{0, 255}},
		"t": &streamtypes.AttributeValueMemberBOOL{Value: true}, "0": &streamtypes.AttributeValueMemberNULL{Value: true},
		"ss": &streamtypes.AttributeValueMemberSS{Value: []string{"s"}}, "ns": &streamtypes.AttributeValueMemberNS{Value: []string{"1"}},
		"bs": &streamtypes.AttributeValueMemberBS{Value: [][]byte{{1}}},
		"l":  &streamtypes.AttributeValueMemberL{Value: []streamtypes.AttributeValue{&streamtypes.UnknownUnionMember{Tag: "V"}}},
	}
	const all = `{"s":{"S":"s"},"b":{"B":"AP8="},"t":{"BOOL":true},"0":{"NULL":true},"ss":{"SS":["s"]},"ns":{"NS":["1"]},"bs":{"BS":["AQ=="]},"l":{"L":[{"V":null}]}}`
	for what, c := range map[string]struct {
		kind func(*streamtypes.Record)
		want string
	}{
		"kind": {func(r *streamtypes.Record) { r.EventName = "REPLICATE" }, `"REPLICATE"`},
		"type": {func(r *streamtypes.Record) { r.Dynamodb.NewImage["x"] = &streamtypes.UnknownUnionMember{Tag: "V"} }, `"x":{"V":null}`},
		"deep": {func(r *streamtypes.Record) {
			r.Dynamodb.NewImage["x"] = &streamtypes.AttributeValueMemberM{Value: deep}
		}, ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			a := newArena(t, ddbmem.Options{})
			for n := 1; n <= 3; n++ {
				a.put(t, Point{Game: "g", ID: "p", N: n})
			}
			letters := ddbstream.NewFile(filepath.Join(t.TempDir(), "letters"))
			mux := ddb.NewMux(a.table, &ddb.MuxOptions{DeadLetters: letters.Put})
			var seen []int
			ddb.Handle(mux, a.points, func(_ context.Context, c ddb.Change[Point]) error {
				seen = append(seen, c.New.N)
				return nil
			})
			var errs told
			opts := fast()
			opts.OnError = errs.add
			require.NoError(t, ddbstream.NewReader(strange(a, c.kind), name, mux, &ddbstream.MemoryStore{}, opts).Drain(t.Context()))
			assert.Equal(t, []int{1, 3}, seen)
			assert.Len(t, errs.all(), 1, "one cause, told once")
			kept, err := ddb.Collect(letters.Letters())
			require.NoError(t, err)
			require.Len(t, kept, 1)
			l := kept[0]
			assert.Equal(t, 3, l.Attempts)
			assert.NotEmpty(t, l.Record.Keys)
			assert.Contains(t, string(l.Record.Raw), c.want)
			var wire struct {
				Change struct{ NewImage map[string]json.RawMessage } `json:"dynamodb"`
			}
			require.NoError(t, json.Unmarshal(l.Record.Raw, &wire))
			assert.JSONEq(t, `{"N":"2"}`, string(wire.Change.NewImage["n"]), "what can be read is kept")
			if what == "deep" {
				assert.JSONEq(t, `{"M":`+all+`}`, string(wire.Change.NewImage["x"]))
			}
		})
	}
}

// A response that contains something other than a record is read again, with backoff: none of it is handled.
func TestAResponseOfNoRecordsIsReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArena(t, ddbmem.Options{})
		for n := 1; n <= 3; n++ {
			a.put(t, Point{Game: "g", ID: "p", N: n})
		}
		var l log
		var errs told
		opts := fast()
		opts.OnError = errs.add
		c := strange(a, func(r *streamtypes.Record) { r.Dynamodb = nil })
		store := &ddbstream.MemoryStore{}
		stop := run(t, ddbstream.NewReader(c, name, l.mux(a), store, opts))
		eventually(t, func() bool { return len(errs.all()) > 0 }, "it is told")
		time.Sleep(300 * time.Millisecond)
		require.Len(t, errs.all(), 1)
		require.ErrorContains(t, errs.all()[0], "without a sequence number")
		assert.Less(t, c.(*flaky).calls("GetRecords"), int64(8))
		require.NoError(t, stop())
		assert.Empty(t, l.seen["p"])
		require.NoError(t, ddbstream.NewReader(a.engine.StreamsClient(), name, l.mux(a), store, fast()).Drain(t.Context()), "a service that is well again")
		assert.Equal(t, []int{1, 2, 3}, l.seen["p"])
	})
}

// The context of a handler outlives Run's by the grace, and no longer; what it handles in that time counts.
func TestABatchUnderWayMayEndWithinTheGrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
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
				case <-time.After(2 * opts.Lease): // its lease is renewed in this time
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
	})
}
