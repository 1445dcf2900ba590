package fault_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// A response was lost, and then a transaction stood in the way: the try after that still knows the work of the first.
func TestALostResponseIsRememberedOverAllTries(t *testing.T) {
	t.Parallel()
	for name, declare := range map[string][]func(*fixture.Patron, *ddb.Definition){"versioned": {fixture.PatronVersion}, "not": nil} {
		t.Run("create, "+name, func(t *testing.T) {
			t.Parallel()
			a := fixture.OpenPatrons(t, declare...)
			a.Engine.SetFaults(fixture.Script("PutItem", ddbmem.Dropped, ddbmem.Conflicting))
			_, err := a.Repo.Create(t.Context(), fixture.Patron{ID: "1"})
			require.NoError(t, err)
		})
	}
	t.Run("update and modify", func(t *testing.T) {
		t.Parallel()
		a := fixture.OpenPatrons(t, fixture.PatronVersion)
		_, err := a.Repo.Create(t.Context(), fixture.Patron{ID: "1"})
		require.NoError(t, err)
		a.Engine.SetFaults(fixture.Script("UpdateItem", ddbmem.Dropped, ddbmem.Conflicting))
		got, err := a.Repo.Update(t.Context(), fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1))
		require.NoError(t, err)
		assert.Equal(t, 1, got.N)
		a.Engine.SetFaults(fixture.Script("UpdateItem", ddbmem.Dropped, ddbmem.Conflicting))
		runs := 0
		got, err = a.Repo.Modify(t.Context(), fixture.Patron{ID: "1"}, func(x *fixture.Patron) error { runs++; x.N += 100; return nil })
		require.NoError(t, err)
		assert.Equal(t, 101, got.N)
		assert.Equal(t, 1, runs)
	})
}

// What came after a lost response cannot say that nothing was written.
func TestAnErrorAfterALostResponseIsNotDefinite(t *testing.T) {
	t.Parallel()
	guarded := func(a *fixture.Patrons) []ddb.Edit {
		return []ddb.Edit{ddb.Set(&a.Fields.Note, "done"), ddb.If(ddb.Eq(&a.Fields.Note, "draft"))}
	}
	for name, c := range map[string]struct {
		operation string
		faults    []ddbmem.Fault
		run       func(context.Context, *fixture.Patrons) error
		also      error
	}{
		"an update that makes its own condition false": {"UpdateItem", []ddbmem.Fault{ddbmem.Dropped}, func(ctx context.Context, a *fixture.Patrons) error {
			_, err := a.Repo.Update(ctx, fixture.Patron{ID: "1"}, guarded(a)...)
			return err
		}, nil},
		"a put that makes its own condition false, before another writes": {"PutItem", nil, func(ctx context.Context, a *fixture.Patrons) error {
			a.Client.Client = a.Engine.Client(fixture.Impatient, func(o *dynamodb.Options) {
				o.HTTPClient = &interloper{operation: "PutItem", next: o.HTTPClient, do: func() {
					_, err := a.Other().Update(context.WithoutCancel(ctx), fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1))
					if err != nil {
						panic(err)
					}
				}}
			})
			_, err := a.Repo.Put(ctx, fixture.Patron{ID: "1", Note: "done"}, ddb.If(ddb.Eq(&a.Fields.Note, "draft")))
			return err
		}, nil},
		"a take that finds nothing": {"DeleteItem", []ddbmem.Fault{ddbmem.Dropped}, func(ctx context.Context, a *fixture.Patrons) error {
			_, err := a.Repo.Take(ctx, fixture.Patron{ID: "1"})
			return err
		}, nil},
		"throttled for ever": {"UpdateItem", fixture.Forever([]ddbmem.Fault{ddbmem.Dropped}, ddbmem.Throttled), func(ctx context.Context, a *fixture.Patrons) error {
			_, err := a.Repo.Update(ctx, fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1))
			return err
		}, ddb.ErrThrottled},
		"in conflict for ever": {"UpdateItem", fixture.Forever([]ddbmem.Fault{ddbmem.Dropped}, ddbmem.Conflicting), func(ctx context.Context, a *fixture.Patrons) error {
			_, err := a.Repo.Update(ctx, fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1))
			return err
		}, nil},
		"a transaction that conflicts for ever": {"TransactWriteItems", fixture.Forever([]ddbmem.Fault{ddbmem.Dropped}, ddbmem.Conflicting), func(ctx context.Context, a *fixture.Patrons) error {
			return a.DB.Transact(ctx, a.Entity.Update(fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1)), a.Entity.Put(fixture.Patron{ID: "2"}))
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := fixture.OpenPatronsOn(t, ddbmem.New(), &ddb.Options{MaxAttempts: 3})
			_, err := a.Repo.Create(t.Context(), fixture.Patron{ID: "1", Note: "draft"})
			require.NoError(t, err)
			a.Engine.SetFaults(fixture.Script(c.operation, c.faults...))
			err = c.run(t.Context(), a)
			require.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
			for _, class := range []error{ddb.ErrExists, ddb.ErrNotFound, ddb.ErrCondition, ddb.ErrConflict, ddb.ErrNotUnique} {
				require.NotErrorIs(t, err, class)
			}
			if c.also != nil {
				require.ErrorIs(t, err, c.also)
			}
			_, nothing := errors.AsType[*ddb.TransactError](err)
			assert.False(t, nothing, "a TransactError says that nothing was written")
		})
	}
}

// A caller that gives up while a write waits for its next try learns that it may have been done, if a response was lost before.
func TestAWriteThatIsGivenUpAfterALostResponseIsNotDefinite(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(context.Context, *fixture.Patrons) error{
		"alone": func(ctx context.Context, a *fixture.Patrons) error {
			_, err := a.Repo.Update(ctx, fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1))
			return err
		},
		"in a transaction": func(ctx context.Context, a *fixture.Patrons) error {
			return a.DB.Transact(ctx, a.Entity.Update(fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1)))
		},
		"once": func(ctx context.Context, a *fixture.Patrons) error {
			_, err := a.Repo.Update(ctx, fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1), ddb.Once)
			return err
		},
		"alone in a batch": func(ctx context.Context, a *fixture.Patrons) error {
			return a.DB.Batch(ctx, a.Entity.Update(fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1)))
		},
		"with others in a batch": func(ctx context.Context, a *fixture.Patrons) error {
			return a.DB.Batch(ctx, a.Entity.Put(fixture.Patron{ID: "1", N: 1}), a.Entity.Put(fixture.Patron{ID: "2"}))
		},
	} {
		for _, lost := range []bool{true, false} {
			t.Run(fmt.Sprint(name, ", ", lost), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					a := fixture.OpenPatrons(t)
					_, err := a.Repo.Create(t.Context(), fixture.Patron{ID: "1"})
					require.NoError(t, err)
					var faults []ddbmem.Fault
					if lost {
						faults = append(faults, ddbmem.Dropped)
					}
					a.Engine.SetFaults(scriptWrites(fixture.Forever(faults, map[bool]ddbmem.Fault{false: ddbmem.Conflicting, true: ddbmem.Throttled}[strings.Contains(name, "others")])...))
					ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
					defer cancel()
					err = run(ctx, a)
					require.ErrorIs(t, err, context.DeadlineExceeded)
					got, gone := a.Repo.Get(t.Context(), fixture.Patron{ID: "1"})
					require.NoError(t, gone)
					if !lost {
						require.NotErrorIs(t, err, ddb.ErrOutcomeUnknown)
						require.Zero(t, got.N)
						return
					}
					fixture.RequireUnknown(t, err)
					require.Equal(t, 1, got.N)
				})
			})
		}
	}
}

// Where every attempt was answered, an error is definite.
func TestAnErrorWithoutALostResponseIsDefinite(t *testing.T) {
	t.Parallel()
	a := fixture.OpenPatronsOn(t, ddbmem.New(), &ddb.Options{MaxAttempts: 2})
	_, err := a.Repo.Create(t.Context(), fixture.Patron{ID: "1", Note: "draft"})
	require.NoError(t, err)
	a.Engine.SetFaults(fixture.Script("UpdateItem", fixture.Forever(nil, ddbmem.Throttled)...))
	_, err = a.Repo.Update(t.Context(), fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1))
	require.ErrorIs(t, err, ddb.ErrThrottled)
	require.NotErrorIs(t, err, ddb.ErrOutcomeUnknown)
	a.Engine.SetFaults(ddbmem.Faults{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = a.Repo.Update(ctx, fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1))
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, ddb.ErrOutcomeUnknown, "nothing was sent")
	got, err := a.Repo.Get(t.Context(), fixture.Patron{ID: "1"})
	require.NoError(t, err)
	assert.Zero(t, got.N)
}

// The outcome of an op of a batch is unknown if any response that would have spoken of it was lost.
func TestABatchKnowsWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	outcomes := func(t *testing.T, err error) []ddb.WriteOutcome {
		t.Helper()
		failed, ok := errors.AsType[*ddb.BatchError](err)
		require.True(t, ok, "%v", err)
		return failed.Outcomes
	}
	open := func(t *testing.T) *fixture.Patrons {
		a := fixture.OpenPatronsOn(t, ddbmem.New(), &ddb.Options{MaxAttempts: 3})
		_, err := a.Repo.Create(t.Context(), fixture.Patron{ID: "1", Note: "draft"})
		require.NoError(t, err)
		return a
	}
	t.Run("an op that goes alone and makes its condition false", func(t *testing.T) {
		t.Parallel()
		a := open(t)
		a.Engine.SetFaults(fixture.Script("UpdateItem", ddbmem.Dropped))
		err := a.DB.Batch(t.Context(), a.Entity.Update(fixture.Patron{ID: "1"}, ddb.Set(&a.Fields.Note, "done"), ddb.If(ddb.Eq(&a.Fields.Note, "draft"))))
		assert.Equal(t, []ddb.WriteOutcome{ddb.WriteUnknown}, outcomes(t, err))
	})
	t.Run("lost, and then throttled for ever", func(t *testing.T) {
		t.Parallel()
		a := open(t)
		a.Engine.SetFaults(fixture.Script("BatchWriteItem", fixture.Forever([]ddbmem.Fault{ddbmem.Dropped}, ddbmem.Throttled)...))
		err := a.DB.Batch(t.Context(), a.Entity.Put(fixture.Patron{ID: "2"}), a.Entity.Put(fixture.Patron{ID: "3"}))
		assert.Equal(t, []ddb.WriteOutcome{ddb.WriteUnknown, ddb.WriteUnknown}, outcomes(t, err))
	})
	t.Run("only throttled", func(t *testing.T) {
		t.Parallel()
		a := open(t)
		a.Engine.SetFaults(fixture.Script("BatchWriteItem", fixture.Forever(nil, ddbmem.Throttled)...))
		err := a.DB.Batch(t.Context(), a.Entity.Put(fixture.Patron{ID: "2"}))
		assert.Equal(t, []ddb.WriteOutcome{ddb.WriteNotDone}, outcomes(t, err))
	})
	t.Run("lost, then done in part, then throttled for ever", func(t *testing.T) {
		t.Parallel()
		a := fixture.OpenPatrons(t)
		db := ddb.New(a.Engine.Client(func(o *dynamodb.Options) { o.RetryMaxAttempts = 1 }), a.DB.Name(), a.DB.Table(), &ddb.Options{MaxAttempts: 4})
		requests, items := 0, 0
		a.Engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
			switch {
			case c.Operation != "BatchWriteItem":
			case c.Item:
				if items++; requests == 2 && items > 3 { // two of the first request, and one of the second
					return ddbmem.Unprocessed
				}
			default:
				if requests++; requests == 1 {
					return ddbmem.Dropped
				} else if requests > 2 {
					return ddbmem.Throttled
				}
			}
			return ddbmem.Pass
		}})
		err := db.Batch(t.Context(), a.Entity.Put(fixture.Patron{ID: "1"}), a.Entity.Put(fixture.Patron{ID: "2"}))
		assert.Equal(t, []ddb.WriteOutcome{ddb.WriteDone, ddb.WriteUnknown}, outcomes(t, err))
	})
	t.Run("a transaction that is in progress to the end", func(t *testing.T) {
		t.Parallel()
		table, entity := fixture.DefinePatrons(fixture.PatronUnique)
		engine := ddbmem.New()
		client := &stillRunning{Client: engine.Client(fixture.Impatient)}
		db := ddb.New(client, "patrons", table, &ddb.Options{MaxAttempts: 3})
		require.NoError(t, db.CreateTable(t.Context()))
		err := db.Batch(t.Context(), entity.Create(fixture.Patron{ID: "1", Email: "a@x"}))
		assert.Equal(t, []ddb.WriteOutcome{ddb.WriteUnknown}, outcomes(t, err))
	})
}

// stillRunning is a client whose transactions are done, and never said to be.
type stillRunning struct {
	*dynamodb.Client
	requests int
}

func (c *stillRunning) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	if c.requests++; c.requests == 1 {
		if _, err := c.Client.TransactWriteItems(ctx, in, o...); err != nil {
			return nil, err
		}
	}
	return nil, &types.TransactionInProgressException{}
}
