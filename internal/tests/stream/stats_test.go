package stream_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// What is done counts once, however often its batch comes again; a failure counts each time, and so does what waits for it.
func TestStatsCountEachPartOfARecordOnce(t *testing.T) {
	t.Parallel()
	mux, batch, _ := renames(t, func(ddb.Change[Store]) {})
	l := &fixture.Letters{}
	m := mux(l.Options())
	m.HandleAny(func(_ context.Context, c ddb.Change[any]) error {
		if c.Old.(Store).Name == "one" {
			return errors.New("broken")
		}
		return nil
	})
	m.HandleBatch(func(context.Context, []ddb.Change[any]) error { return nil })
	assert.Equal(t, ddb.MuxStats{Parts: []ddb.PartStats{}}, m.Stats())
	left := fixture.Deliver(t, m, batch, 1)
	require.Len(t, left, 2)
	assert.Equal(t, ddb.MuxStats{Parts: []ddb.PartStats{
		{Part: "view names", Entity: "shop", Handled: 2},
		{Part: "handlers", Entity: "shop", Failed: 1, Withheld: 1},
		{Part: "batch handlers", Entity: "shop", Withheld: 2},
	}}, m.Stats())
	require.Empty(t, fixture.Deliver(t, m, left, 2))
	require.Len(t, l.Causes, 1)
	want := ddb.MuxStats{Parts: []ddb.PartStats{
		{Part: "view names", Entity: "shop", Handled: 2},
		{Part: "handlers", Entity: "shop", Handled: 1, Failed: 3, Withheld: 2, DeadLetters: 1},
		{Part: "batch handlers", Entity: "shop", Handled: 1, Withheld: 4, DeadLetters: 1},
	}}
	assert.Equal(t, want, m.Stats())
	require.Error(t, m.Replay(t.Context(), batch[0], l.Causes[0].Parts...))
	require.NoError(t, m.Replay(t.Context(), batch[1]))
	assert.Equal(t, want, m.Stats(), "a replay counts nowhere")
	text, err := json.Marshal(m.Stats())
	require.NoError(t, err)
	assert.JSONEq(t, `{"parts": [
		{"part": "view names", "entity": "shop", "handled": 2, "failed": 0, "withheld": 0, "dead_letters": 0},
		{"part": "handlers", "entity": "shop", "handled": 1, "failed": 3, "withheld": 2, "dead_letters": 1},
		{"part": "batch handlers", "entity": "shop", "handled": 1, "failed": 0, "withheld": 4, "dead_letters": 1}
	], "unknown": 0, "undecodable": 0, "stopped": 0}`, string(text))
}

// A view that fails counts as handlers do, and what follows a dead letter of its item counts as handled.
func TestStatsOfAViewThatFails(t *testing.T) {
	t.Parallel()
	mux, batch, _ := renames(t, func(c ddb.Change[Store]) {
		if c.Old.Name == "one" {
			panic("cannot deal with a rename from one")
		}
	})
	l := &fixture.Letters{}
	m := mux(l.Options())
	require.Empty(t, fixture.Deliver(t, m, batch, 3))
	assert.Equal(t, []ddb.PartStats{{Part: "view names", Entity: "shop", Handled: 1, Failed: 3, Withheld: 2, DeadLetters: 1}}, m.Stats().Parts)
}

// A record of no known entity is counted as skipped where nothing of it is known; where it is refused it is a failure of nobody knows what.
func TestStatsCountRecordsOfUnknownItems(t *testing.T) {
	t.Parallel()
	f := newFeed()
	stray := f.record(t, ddb.Modified, &Lesson{ID: "a"}, &Lesson{ID: "a"})
	strange := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "x"}, "sk": &types.AttributeValueMemberS{Value: "y"}}
	stray.Keys, stray.Old, stray.New = strange, strange, strange
	keysOnly := stray
	keysOnly.Sequence, keysOnly.Old, keysOnly.New = "2", nil, nil
	one := f.record(t, ddb.Modified, &Lesson{ID: "a"}, &Lesson{ID: "a"})
	one.Old = strange
	own := f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})
	own.Keys = map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "~u"}, "sk": &types.AttributeValueMemberS{Value: "y"}}
	own.New = own.Keys
	batch := []ddb.Record{stray, keysOnly, one, own}

	mux := ddb.NewMux(f.table, nil)
	ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error { return nil })
	require.Empty(t, fixture.Deliver(t, mux, batch, 1))
	assert.Equal(t, ddb.MuxStats{Parts: []ddb.PartStats{{Part: "handlers", Entity: "lesson", Handled: 1}}, Unknown: 2}, mux.Stats())

	l := &fixture.Letters{}
	opts := l.Options()
	opts.RefuseUnknown, opts.Attempts = true, 1
	mux = ddb.NewMux(f.table, opts)
	ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error { return nil })
	require.Empty(t, fixture.Deliver(t, mux, batch, 1))
	assert.Equal(t, ddb.MuxStats{Parts: []ddb.PartStats{{Failed: 3, DeadLetters: 3}}}, mux.Stats())
}

// A record of an entity that no part is for counts nowhere.
func TestStatsLeaveOutWhatNoPartIsFor(t *testing.T) {
	t.Parallel()
	f := newFeed()
	mux := ddb.NewMux(f.table, nil)
	ddb.Handle(mux, f.markers, func(context.Context, ddb.Change[Marker]) error { return nil })
	require.Empty(t, fixture.Deliver(t, mux, []ddb.Record{f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})}, 1))
	assert.Equal(t, ddb.MuxStats{Parts: []ddb.PartStats{}}, mux.Stats())
}

// What cannot be decoded is counted as skipped once, also where a view takes the record, and fails on it before it is through.
func TestStatsCountWhatCannotBeDecodedOnce(t *testing.T) {
	t.Parallel()
	fails := true
	mux, batch, _ := renames(t, func(ddb.Change[Store]) {
		if fails {
			panic("broken")
		}
	})
	bad := maps.Clone(batch[1].Old)
	bad["name"] = &types.AttributeValueMemberBOOL{Value: true}
	half, whole := batch[0], batch[1]
	half.Old = bad // a view takes one image of two
	whole.Old, whole.New = bad, bad
	m := mux(&ddb.MuxOptions{SkipUndecodable: true})
	m.HandleAny(func(context.Context, ddb.Change[any]) error { return nil })
	left := fixture.Deliver(t, m, []ddb.Record{half, whole}, 2)
	require.Equal(t, fixture.Sequences(half), fixture.Sequences(left...))
	assert.EqualValues(t, 1, m.Stats().Undecodable, "the other one comes again")
	fails = false
	require.Empty(t, fixture.Deliver(t, m, left, 1))
	assert.Equal(t, ddb.MuxStats{Parts: []ddb.PartStats{{Part: "view names", Entity: "shop", Handled: 1, Failed: 2}}, Undecodable: 2}, m.Stats())
	m = mux(&ddb.MuxOptions{SkipUndecodable: true})
	require.Empty(t, fixture.Deliver(t, m, []ddb.Record{half, whole}, 1))
	assert.EqualValues(t, 1, m.Stats().Undecodable, "a view skips what it can take no image of")
}

// What follows a dead letter of its item, in a batch that stops there, has not been withheld.
func TestStatsOfABatchThatStopsBehindADeadLetter(t *testing.T) {
	t.Parallel()
	f := newFeed()
	l := &fixture.Letters{}
	opts := l.Options()
	opts.Attempts = 1
	mux := ddb.NewMux(f.table, opts)
	ddb.Handle(mux, f.lessons, func(_ context.Context, c ddb.Change[Lesson]) error {
		if c.Kind == ddb.Inserted {
			return errors.New("broken")
		}
		return ddb.ErrUnavailable
	})
	batch := []ddb.Record{f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"}), f.record(t, ddb.Modified, &Lesson{ID: "a"}, &Lesson{ID: "a"})}
	require.Len(t, fixture.Deliver(t, mux, batch, 1), 1)
	assert.Equal(t, ddb.MuxStats{Parts: []ddb.PartStats{{Part: "handlers", Entity: "lesson", Failed: 1, DeadLetters: 1}}, Stopped: 1}, mux.Stats())
}

// A batch that stopped is counted as such, once for all its causes, and what it did not come to counts for nothing.
func TestStatsCountBatchesThatStopped(t *testing.T) {
	t.Parallel()
	f := newFeed()
	mux := ddb.NewMux(f.table, nil)
	fails := []error{ddb.ErrUnavailable, ddb.ErrThrottled}
	ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error {
		if len(fails) == 0 {
			return nil
		}
		return errors.Join(fails...)
	})
	batch := []ddb.Record{f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"}), f.record(t, ddb.Inserted, nil, &Lesson{ID: "b"})}
	require.Len(t, fixture.Deliver(t, mux, batch, 3), 2)
	fails = nil
	require.Empty(t, fixture.Deliver(t, mux, batch, 1))
	want := ddb.MuxStats{Parts: []ddb.PartStats{{Part: "handlers", Entity: "lesson", Handled: 2}}, Stopped: 3}
	assert.Equal(t, want, mux.Stats())
	batch[1].Kind = "" // a source that made it wrongly
	require.Len(t, fixture.Deliver(t, mux, batch, 1), 2)
	want.Stopped++
	assert.Equal(t, want, mux.Stats())
}

// A dead letter that is not taken stops the batch: the delivery failed all the same, and it is no dead letter.
func TestStatsOfADeadLetterThatIsNotTaken(t *testing.T) {
	t.Parallel()
	f := newFeed()
	l := &fixture.Letters{Refuse: errors.New("the disk is full")}
	opts := l.Options()
	opts.Attempts = 1
	mux := ddb.NewMux(f.table, opts)
	ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error { return errors.New("broken") })
	r := f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})
	left := fixture.Deliver(t, mux, []ddb.Record{r}, 1)
	assert.Equal(t, ddb.MuxStats{Parts: []ddb.PartStats{{Part: "handlers", Entity: "lesson", Failed: 1}}, Stopped: 1}, mux.Stats())
	l.Refuse = nil
	require.Empty(t, fixture.Deliver(t, mux, left, 1))
	assert.Equal(t, ddb.MuxStats{Parts: []ddb.PartStats{{Part: "handlers", Entity: "lesson", Failed: 2, DeadLetters: 1}}, Stopped: 1}, mux.Stats())
}

// A record that makes an item one of another entity counts once in a part that is for both, for what the item is now.
func TestStatsOfAnItemThatBecameOneOfAnotherEntity(t *testing.T) {
	t.Parallel()
	f := newFeed()
	mux := ddb.NewMux(f.table, nil)
	mux.HandleAny(func(context.Context, ddb.Change[any]) error { return nil })
	r := f.record(t, ddb.Modified, &Lesson{ID: "a"}, &Lesson{ID: "a"})
	is, err := f.markers.Encode(Marker{ID: "a"})
	require.NoError(t, err)
	r.New = is
	require.Empty(t, fixture.Deliver(t, mux, []ddb.Record{r}, 1))
	assert.Equal(t, []ddb.PartStats{{Part: "handlers", Entity: "marker", Handled: 1}}, mux.Stats().Parts)
}
