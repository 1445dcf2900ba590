package fault_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

var errMiddleware = errors.New("the middleware is against it")

// failing puts a middleware into a step of a client's updates that fails before or after what follows it.
func failing(before bool, add func(*middleware.Stack, middleware.FinalizeMiddleware) error) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
			if s.ID() != "UpdateItem" {
				return nil
			}
			return add(s, middleware.FinalizeMiddlewareFunc("failing", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (out middleware.FinalizeOutput, m middleware.Metadata, err error) {
				if before {
					return out, m, errMiddleware
				}
				if out, m, err = next.HandleFinalize(ctx, in); err == nil {
					err = errMiddleware
				}
				return out, m, err
			}))
		})
	}
}

func outside(s *middleware.Stack, f middleware.FinalizeMiddleware) error {
	return s.Finalize.Add(f, middleware.Before)
}

func inside(s *middleware.Stack, f middleware.FinalizeMiddleware) error {
	return s.Finalize.Add(f, middleware.After)
}

// A middleware that fails before the transport keeps the request from being sent: it was not done, and is not counted. One that fails
// behind it says nothing of what was done.
func TestAMiddlewareThatFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		option func(*dynamodb.Options)
		sent   int
	}{
		"before all attempts":     {failing(true, outside), 0},
		"in each attempt, before": {failing(true, inside), 0},
		"behind all attempts":     {failing(false, outside), 1},
		"in each attempt, behind": {failing(false, inside), 1},
		"without the middleware":  {func(*dynamodb.Options) {}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := fixture.OpenPatrons(t)
			_, err := a.Repo.Create(t.Context(), fixture.Patron{ID: "1"})
			require.NoError(t, err)
			a.Client.Client = a.Engine.Client(fixture.Impatient, c.option)
			ctx, meter := ddb.WithMeter(t.Context())
			_, err = a.Repo.Update(ctx, fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1))
			now, readErr := a.Other().Get(t.Context(), fixture.Patron{ID: "1"})
			require.NoError(t, readErr)
			assert.Equal(t, c.sent, now.N)
			if name != "without the middleware" {
				require.ErrorIs(t, err, errMiddleware)
				assert.Equal(t, c.sent > 0, errors.Is(err, ddb.ErrOutcomeUnknown), "%v", err)
			}
			assert.Equal(t, c.sent, meter.RequestsOf("UpdateItem"))
		})
	}
}

// overriding sets options of its own behind those that it is given.
type overriding struct {
	*dynamodb.Client
	own func(*dynamodb.Options)
}

func (c overriding) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return c.Client.UpdateItem(ctx, in, append(o, c.own)...)
}

// A client may set the transport of a call itself. What is not seen of its attempts is not taken for none.
func TestAClientThatReplacesTheTransport(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]func(o *dynamodb.Options, own dynamodb.HTTPClient){
		"alone": func(o *dynamodb.Options, own dynamodb.HTTPClient) { o.HTTPClient = own },
		"around the one that it is given": func(o *dynamodb.Options, _ dynamodb.HTTPClient) {
			o.HTTPClient = struct{ dynamodb.HTTPClient }{o.HTTPClient}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := fixture.OpenPatrons(t)
			once := func(o *dynamodb.Options) { option(o, a.Engine); o.RetryMaxAttempts = 1 }
			a.DB = ddb.New(overriding{a.Engine.Client(), once}, "patrons", a.DB.Table(), nil)
			repo := ddb.NewRepository(a.DB, a.Entity)
			_, err := repo.Create(t.Context(), fixture.Patron{ID: "1"})
			require.NoError(t, err)
			_, err = repo.Update(t.Context(), fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1), ddb.If(ddb.Eq(&a.Fields.N, 7)))
			require.ErrorIs(t, err, ddb.ErrCondition, "nothing was lost")
			require.NotErrorIs(t, err, ddb.ErrOutcomeUnknown)
			a.Engine.SetFaults(fixture.Script("UpdateItem", ddbmem.Dropped))
			ctx, meter := ddb.WithMeter(t.Context())
			_, err = repo.Update(ctx, fixture.Patron{ID: "1"}, ddb.Add(&a.Fields.N, 1))
			require.Error(t, err)
			require.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
			assert.Equal(t, 1, meter.RequestsOf("UpdateItem"))
		})
	}
}
