package write_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

func TestMove(t *testing.T) {
	t.Parallel()
	for name, define := range map[string]func(*fixture.Task, *ddb.Definition){"versioned": fixture.Versioned, "not": nil} {
		t.Run(name, func(t *testing.T) {
			b := fixture.NewBoards(define)
			_, _, tasks := fixture.OpenBoards(t, b, nil)
			f := b.Tasks.Fields()
			one, err := tasks.Create(t.Context(), fixture.NewTask("1"))
			require.NoError(t, err)
			two, err := tasks.Create(t.Context(), fixture.NewTask("2"))
			require.NoError(t, err)
			_, err = tasks.Move(t.Context(), one, two)
			require.ErrorIs(t, err, ddb.ErrExists)
			_, err = tasks.Move(t.Context(), fixture.Task{Board: "1", ID: "7"}, two)
			require.ErrorIs(t, err, ddb.ErrNotFound)
			to := one
			to.ID = "3"
			_, err = tasks.Move(t.Context(), one, to, ddb.If(ddb.Eq(&f.Title, "never")))
			require.ErrorIs(t, err, ddb.ErrCondition)
			to.ID, to.Title = "1", "in place"
			same, err := tasks.Move(t.Context(), one, to) // the same key: an update
			require.NoError(t, err)
			assert.Equal(t, "in place", same.Title)
			to.ID = "3"
			old, err := tasks.Move(t.Context(), same, to, ddb.ReturnOld)
			require.NoError(t, err)
			assert.Equal(t, "1", old.ID)
			_, err = tasks.Get(t.Context(), one)
			require.ErrorIs(t, err, ddb.ErrNotFound)
			moved, err := tasks.Get(t.Context(), to)
			require.NoError(t, err)
			assert.Equal(t, "in place", moved.Title)
			if define != nil {
				_, err = tasks.Move(t.Context(), fixture.Task{Board: "1", ID: "3", Version: 1}, fixture.NewTask("8"))
				require.ErrorIs(t, err, ddb.ErrConflict)
			}
		})
	}
}

// A change between the read of a Move and its transaction is not lost.
func TestMoveSeesAChangeInBetween(t *testing.T) {
	t.Parallel()
	for name, define := range map[string]func(*fixture.Task, *ddb.Definition){"versioned": fixture.Versioned, "not": nil} {
		t.Run(name, func(t *testing.T) {
			b := fixture.NewBoards(define)
			engine, db, tasks := fixture.OpenBoards(t, b, nil)
			f := b.Tasks.Fields()
			one, err := tasks.Create(t.Context(), fixture.NewTask("1"))
			require.NoError(t, err)
			client := engine.Client(func(o *dynamodb.Options) {
				o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
					return s.Initialize.Add(middleware.InitializeMiddlewareFunc("between", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
						if _, ok := in.Parameters.(*dynamodb.TransactWriteItemsInput); ok {
							_, err := tasks.Update(context.WithoutCancel(ctx), fixture.Task{Board: "1", ID: "1"}, ddb.Set(&f.Title, "between"))
							assert.NoError(t, err)
						}
						return next.HandleInitialize(ctx, in)
					}), middleware.Before)
				})
			})
			to := one
			to.ID = "2"
			_, err = ddb.NewRepository(ddb.New(client, db.Name(), b.Table, nil), b.Tasks).Move(t.Context(), fixture.Task{Board: "1", ID: "1"}, to)
			require.ErrorIs(t, err, ddb.ErrConflict)
			got, err := tasks.Get(t.Context(), one)
			require.NoError(t, err)
			assert.Equal(t, "between", got.Title)
		})
	}
}
