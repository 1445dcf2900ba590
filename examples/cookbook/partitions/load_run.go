package partitions

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// load is a new table on demand, on an engine of its own that throttles as DynamoDB does: a partition gives 1,000 write and
// 3,000 read units a second. Its clock goes on by the second, so that a recipe prints the same on each engine and machine.
type load struct {
	engine *ddbmem.Engine
	clock  *ddbmem.ManualClock
	db     *ddb.DB
}

func newLoad(ctx context.Context, table *ddb.Table) (*load, error) {
	clock := ddbmem.NewManualClock(recipe.Begin)
	engine := ddbmem.New(ddbmem.Options{Clock: clock, Capacity: &ddbmem.Capacity{}})
	// The SDK would send a throttled request again after a while, of its own clock.
	client := engine.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	db := ddb.New(client, "load", table, &ddb.Options{Now: clock.Now})
	return &load{engine, clock, db}, db.CreateTable(ctx)
}

// run does so much a second, for some seconds, and returns how often it was throttled.
func (l *load) run(seconds, perSecond int, do func(i int) error) (throttled int, err error) {
	for s := range seconds {
		for i := range perSecond {
			switch err := do(s*perSecond + i); {
			case errors.Is(err, ddb.ErrThrottled):
				throttled++
			case err != nil:
				return throttled, err
			}
		}
		l.clock.Advance(time.Second)
	}
	return throttled, nil
}
