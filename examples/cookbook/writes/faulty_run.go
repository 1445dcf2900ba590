package writes

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// faulty is a table on an engine of its own, of which the network loses responses when a recipe says so. The client sends
// such a request again, as that of the SDK always does.
type faulty struct {
	engine *ddbmem.Engine
	db     *ddb.DB
}

func newFaulty(ctx context.Context, r *recipe.Run, table *ddb.Table, opts ddb.Options) (*faulty, error) {
	engine := ddbmem.New(ddbmem.Options{Clock: r.Clock})
	client := engine.Client(func(o *dynamodb.Options) {
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.Backoff = atOnce{} })
	})
	opts.Now = r.Now
	db := ddb.New(client, "faulty", table, &opts)
	return &faulty{engine, db}, db.CreateTable(ctx)
}

// lose loses the response to the next request of an operation.
func (f *faulty) lose(operation string) {
	var lost atomic.Bool
	f.engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		if c.Operation == operation && lost.CompareAndSwap(false, true) {
			return ddbmem.Dropped
		}
		return ddbmem.NoFault
	}})
}

// atOnce is no pause between the attempts of a request.
type atOnce struct{}

func (atOnce) BackoffDelay(int, error) (time.Duration, error) { return 0, nil }
