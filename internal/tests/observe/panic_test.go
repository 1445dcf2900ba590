package observe_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// panicked is the value of the panic of an observer that panics with "the observer".
const panicked = "ddb: the function Options.Observe panicked: the observer"

// A Mux makes a dead letter of a record that cannot be handled. A mistake of an observer is none of a record's: it passes through
// views, handlers and what they do side by side, and the records are delivered again.
func TestAPanicOfAnObserverIsNoDeadLetter(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 4} {
		for _, part := range []string{"view", "handler", "batch handler"} {
			t.Run(fmt.Sprintf("%s, %d workers", part, workers), func(t *testing.T) {
				t.Parallel()
				school := fixture.NewSchool().Open(t, ddbmem.Options{})
				school.Pupil(t, "p1")
				for _, id := range []string{"a", "b", "c", "d"} {
					school.Step(t, fixture.Step{Student: "p1", ID: id, XP: 5})
				}
				var bad atomic.Bool
				bad.Store(true)
				cause := errors.New("the observer")
				db := ddb.New(school.Engine.Client(fixture.Impatient), "school", school.Table, &ddb.Options{Observe: func(context.Context, *ddbobserve.Request) {
					if bad.Load() {
						panic(cause)
					}
				}})
				dead := 0
				mux := ddb.NewMux(school.Table, &ddb.MuxOptions{Workers: workers, Attempts: 1, DeadLetters: func(context.Context, ddb.Record, error) error {
					dead++
					return nil
				}})
				get := func(ctx context.Context) error {
					_, err := ddb.NewRepository(db, school.Pupils).Get(ctx, fixture.Pupil{ID: "p1"})
					return err
				}
				switch part {
				case "view":
					mux.Maintain(db, school.XP, school.Total)
				case "handler":
					ddb.Handle(mux, school.Steps, func(ctx context.Context, _ ddb.Change[fixture.Step]) error { return get(ctx) })
				default:
					mux.HandleBatch(func(ctx context.Context, _ []ddb.Change[any]) error { return get(ctx) })
				}
				records := school.Records(t)
				require.PanicsWithError(t, panicked, func() { _, _ = mux.Process(t.Context(), records) })
				assert.Zero(t, dead)
				bad.Store(false)
				again, err := mux.Process(t.Context(), records)
				require.NoError(t, err)
				assert.Empty(t, again)
				bad.Store(true)
				require.PanicsWithError(t, panicked, func() { _ = school.XP.Rebuild(t.Context(), db, &ddb.JobOptions{Workers: 1}) })
				assert.ErrorIs(t, recovered(func() { _ = get(t.Context()) }), cause)
			})
		}
	}
}

// recovered returns the error that f panics with.
func recovered(f func()) (err error) {
	defer func() { err, _ = recover().(error) }()
	f()
	return nil
}
