package stream_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// The last that Report says of a record which the dead letters took is that it is given up; they are told so too.
func TestARecordThatIsGivenUpIsSaidSo(t *testing.T) {
	t.Parallel()
	f := newFeed()
	l := &fixture.Letters{}
	mux := ddb.NewMux(f.table, l.Options())
	ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error { return errors.New("broken") })
	r := f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})
	require.Empty(t, fixture.Deliver(t, mux, []ddb.Record{r}, 3))
	var said []string
	for _, e := range l.Reported {
		said = append(said, e.Error())
	}
	const what = `ddb: stream: inserted lesson pk="l#a" sk="l#a", record 000000000000000000001, `
	assert.Equal(t, []string{
		what + "attempt 1: broken", what + "attempt 2: broken", what + "given up after 3 attempts, to the dead letters: broken",
	}, said)
	require.Len(t, l.Causes, 1)
	assert.True(t, l.Causes[0].GivenUp)
	assert.Equal(t, said[2], l.Causes[0].Error())
	assert.False(t, l.Reported[1].GivenUp)
	assert.True(t, l.Reported[2].GivenUp)
}

// The first attempt may be the last. What the dead letters do not take is not given up, and a replay gives nothing up.
func TestWhatTheDeadLettersDoNotTakeIsNotGivenUp(t *testing.T) {
	t.Parallel()
	f := newFeed()
	l := &fixture.Letters{Refuse: errors.New("the disk is full")}
	opts := l.Options()
	opts.Attempts = 1
	mux := ddb.NewMux(f.table, opts)
	ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error { return errors.New("broken") })
	batch := []ddb.Record{f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})}
	require.Len(t, fixture.Deliver(t, mux, batch, 1), 1)
	require.Len(t, l.Reported, 1)
	assert.False(t, l.Reported[0].GivenUp)
	require.NotContains(t, l.Reported[0].Error(), "given up")

	mux = ddb.NewMux(f.table, opts)
	ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error { return errors.New("broken") })
	l.Refuse, l.Reported = nil, nil
	require.Empty(t, fixture.Deliver(t, mux, batch, 1))
	require.Len(t, l.Reported, 1)
	require.ErrorContains(t, l.Reported[0], "given up after 1 attempt, to the dead letters: broken")

	e, ok := errors.AsType[*ddb.RecordError](mux.Replay(t.Context(), batch[0]))
	require.True(t, ok)
	assert.False(t, e.GivenUp)
}
