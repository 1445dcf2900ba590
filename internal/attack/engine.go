package attack

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/ddbmem"
)

// Memory is an engine in this process, in which what has expired stays for as long as delay.
func Memory(delay time.Duration) Engine {
	start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	clock := ddbmem.NewManualClock(start)
	e := ddbmem.New(ddbmem.Options{Clock: clock, TTLDelay: delay})
	return Engine{Config: e.Config(), Simulated: true, Start: start, Advance: func(d time.Duration) { clock.Advance(d) }}
}

// drop deletes the world's table.
func (w *World) drop(ctx context.Context) error {
	_, err := w.raw.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &w.Table})
	return err
}
