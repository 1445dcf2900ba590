package ddb_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

// The last that Report says of a record which the dead letters took is that it is given up; they are told so too.
func TestARecordThatIsGivenUpIsSaidSo(t *testing.T) {
	t.Parallel()
	f := newFeed()
	l := &letters{}
	mux := ddb.NewMux(f.table, l.options())
	ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error { return errors.New("broken") })
	r := f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})
	require.Empty(t, deliver(t, mux, []ddb.Record{r}, 3))
	var said []string
	for _, e := range l.reported {
		said = append(said, e.Error())
	}
	const what = `ddb: stream: inserted lesson pk="l#a" sk="l#a", record 000000000000000000001, `
	assert.Equal(t, []string{
		what + "attempt 1: broken", what + "attempt 2: broken", what + "given up after 3 attempts, to the dead letters: broken",
	}, said)
	require.Len(t, l.causes, 1)
	assert.True(t, l.causes[0].GivenUp)
	assert.Equal(t, said[2], l.causes[0].Error())
	assert.False(t, l.reported[1].GivenUp)
	assert.True(t, l.reported[2].GivenUp)
}

// The first attempt may be the last. What the dead letters do not take is not given up, and a replay gives nothing up.
func TestWhatTheDeadLettersDoNotTakeIsNotGivenUp(t *testing.T) {
	t.Parallel()
	f := newFeed()
	l := &letters{refuse: errors.New("the disk is full")}
	opts := l.options()
	opts.Attempts = 1
	mux := ddb.NewMux(f.table, opts)
	ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error { return errors.New("broken") })
	batch := []ddb.Record{f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})}
	require.Len(t, deliver(t, mux, batch, 1), 1)
	require.Len(t, l.reported, 1)
	assert.False(t, l.reported[0].GivenUp)
	require.NotContains(t, l.reported[0].Error(), "given up")

	mux = ddb.NewMux(f.table, opts)
	ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error { return errors.New("broken") })
	l.refuse, l.reported = nil, nil
	require.Empty(t, deliver(t, mux, batch, 1))
	require.Len(t, l.reported, 1)
	require.ErrorContains(t, l.reported[0], "given up after 1 attempt, to the dead letters: broken")

	e, ok := errors.AsType[*ddb.RecordError](mux.Replay(t.Context(), batch[0]))
	require.True(t, ok)
	assert.False(t, e.GivenUp)
}
