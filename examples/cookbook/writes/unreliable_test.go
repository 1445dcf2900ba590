package writes_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// unreliable is a table on an engine that applies each fifth write and loses its response, and a clock for it. The client
// sends such a request again, up to nine times: it would give up once in two million times.
func unreliable(t *testing.T, table *ddb.Table) (*ddb.DB, *ddbmem.ManualClock) {
	clock := ddbmem.NewManualClock(time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC))
	engine := ddbmem.New(ddbmem.Options{Clock: clock})
	client := engine.Client(func(o *dynamodb.Options) {
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.Backoff, o.RateLimiter = 10, now{}, now{}
		})
	})
	db := ddb.New(client, "unreliable", table, &ddb.Options{Now: clock.Now, MaxAttempts: 200})
	require.NoError(t, db.CreateTable(t.Context()))
	engine.SetFaults(ddbmem.Faults{Drop: 0.2})
	t.Cleanup(func() { require.NoError(t, engine.Check()) })
	return db, clock
}

// now neither waits between attempts nor limits them.
type now struct{}

func (now) BackoffDelay(int, error) (time.Duration, error) { return 0, nil }

func (now) AddTokens(uint) error { return nil }

func (now) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
