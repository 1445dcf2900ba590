package stream_test

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// garbled is a record as one finds it whose decoder does not take it, this time or any more.
func garbled(r ddb.Record) ddb.Record {
	r.New = maps.Clone(r.New)
	r.New["title"] = &types.AttributeValueMemberBOOL{Value: true}
	return r
}

// batches is a Mux whose handler of batches fails as long as fails is set, and what that handler was given when it did not.
type batches struct {
	*feed
	mux   *ddb.Mux
	fails error
	done  [][]string // by call, the records
	l     fixture.Letters
}

func newBatches() *batches {
	b := &batches{feed: newFeed()}
	b.mux = ddb.NewMux(b.table, b.l.Options())
	b.mux.HandleBatch(func(_ context.Context, cs []ddb.Change[any]) error {
		if b.fails != nil {
			return b.fails
		}
		var call []string
		for _, c := range cs {
			call = append(call, c.Sequence)
		}
		b.done = append(b.done, call)
		return nil
	})
	return b
}

// A record that could be read when a batch failed, and cannot be when it comes again, fails. It does not count as handled by
// handlers of batches that have not had it.
func TestARecordThatCannotBeReadAnyMoreIsNotLostToABatch(t *testing.T) {
	t.Parallel()
	b := newBatches()
	r := b.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})
	b.fails = errors.New("broken")
	failed, err := b.mux.Process(t.Context(), []ddb.Record{r})
	require.Error(t, err)
	require.Equal(t, fixture.Sequences(r), failed)
	b.fails = nil
	failed, err = b.mux.Process(t.Context(), []ddb.Record{garbled(r)})
	require.ErrorContains(t, err, "decode lesson")
	assert.Equal(t, fixture.Sequences(r), failed)
	assert.Empty(t, b.done)
	failed, err = b.mux.Process(t.Context(), []ddb.Record{r})
	require.NoError(t, err)
	assert.Empty(t, failed)
	assert.Equal(t, [][]string{fixture.Sequences(r)}, b.done)
}

func TestAReplayOfABatchFailsWhereTheRecordCannotBeRead(t *testing.T) {
	t.Parallel()
	b := newBatches()
	r := b.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})
	require.ErrorContains(t, b.mux.Replay(t.Context(), garbled(r), "batch handlers"), "decode lesson")
	assert.Empty(t, b.done)
	require.NoError(t, b.mux.Replay(t.Context(), r, "batch handlers"))
	assert.Equal(t, [][]string{fixture.Sequences(r)}, b.done)
}

// What follows such a record waits for it, and goes on with the batch in which it is given up.
func TestABatchGoesOnBehindARecordThatCannotBeReadAnyMore(t *testing.T) {
	t.Parallel()
	b := newBatches()
	first := b.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})
	other := b.record(t, ddb.Inserted, nil, &Lesson{ID: "b"})
	second := b.record(t, ddb.Modified, &Lesson{ID: "a"}, &Lesson{ID: "a", Title: "t"})
	b.fails = errors.New("broken")
	_, err := b.mux.Process(t.Context(), []ddb.Record{first})
	require.Error(t, err)
	b.fails = nil
	left := fixture.Deliver(t, b.mux, []ddb.Record{garbled(first), other, second}, 1)
	assert.Equal(t, fixture.Sequences(first, second), fixture.Sequences(left...))
	assert.Equal(t, [][]string{fixture.Sequences(other)}, b.done)
	require.Empty(t, fixture.Deliver(t, b.mux, left, 1))
	assert.Equal(t, [][]string{fixture.Sequences(other), fixture.Sequences(second)}, b.done)
	require.Len(t, b.l.Causes, 1)
	assert.Equal(t, []string{"batch handlers"}, b.l.Causes[0].Parts)
}

// What was done before a failure of its item is done: it does not come again with it.
func TestWhatABatchDidBeforeARecordThatCannotBeReadDoesNotComeAgain(t *testing.T) {
	t.Parallel()
	b := newBatches()
	first, second := b.record(t, ddb.Inserted, nil, &Lesson{ID: "a"}), b.record(t, ddb.Modified, &Lesson{ID: "a"}, &Lesson{ID: "a"})
	b.fails = errors.New("broken")
	failed, err := b.mux.Process(t.Context(), []ddb.Record{first, second})
	require.Error(t, err)
	require.Len(t, failed, 2)
	b.fails = nil
	failed, err = b.mux.Process(t.Context(), []ddb.Record{first, garbled(second)})
	require.Error(t, err)
	assert.Equal(t, fixture.Sequences(second), failed)
	assert.Equal(t, [][]string{fixture.Sequences(first)}, b.done)
}

// A batch that its handlers have done is done, though a letter about one of its records is not taken: it does not come to them again.
func TestABatchThatIsDoneIsDoneWhateverStopsTheDelivery(t *testing.T) {
	t.Parallel()
	mux, batch, _ := renames(t, func(ddb.Change[Store]) { panic("broken") })
	full := true
	m := mux(&ddb.MuxOptions{Attempts: 1, DeadLetters: func(context.Context, ddb.Record, error) error {
		if full {
			return errors.New("the disk is full")
		}
		return nil
	}})
	var done []string
	m.HandleBatch(func(_ context.Context, cs []ddb.Change[any]) error {
		for _, c := range cs {
			done = append(done, c.Sequence)
		}
		return nil
	})
	_, err := m.Process(t.Context(), batch)
	require.ErrorIs(t, err, ddb.ErrUnavailable)
	full = false
	require.Empty(t, fixture.Deliver(t, m, batch, 3))
	assert.Equal(t, fixture.Sequences(batch...), done, "each once")
}
