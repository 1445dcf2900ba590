package attack

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbmem"
)

// Promises are all attacks.
var Promises = []Promise{Unique, Numbers, Entries, Schema, Outcomes, Batches, Transactions, Expiry, Revisions, UnknownAttributes}

// Memory is an engine in this process, for simulations. It keeps expired items.
func Memory() Engine {
	start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	clock := ddbmem.NewManualClock(start)
	e := ddbmem.New(ddbmem.Options{Clock: clock, TTLDelay: 1000 * time.Hour})
	return Engine{Config: e.Config(), Simulated: true, Start: start, Advance: func(d time.Duration) { clock.Advance(d) }}
}

// Around is the engine of a client, with its own clock.
func Around(client *dynamodb.Client) Engine {
	o := client.Options()
	cfg := aws.Config{Region: o.Region, Credentials: o.Credentials, BaseEndpoint: o.BaseEndpoint, HTTPClient: o.HTTPClient, Logger: o.Logger}
	return Engine{Config: cfg, Start: time.Now().Truncate(time.Second)}
}

// drop deletes a table. It may be gone already: a request whose response is lost is sent again.
func (w *World) drop(ctx context.Context, table string) error {
	_, err := w.raw.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &table})
	if _, gone := errors.AsType[*types.ResourceNotFoundException](err); gone {
		return nil
	}
	return err
}
