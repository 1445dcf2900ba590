package timed

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// clocked is an engine whose clock is that of the recipe, for what DynamoDB does when a time has come: it deletes expired items
// a day after their time.
type clocked struct {
	*ddbmem.Engine
	r *recipe.Run
}

func newClocked(r *recipe.Run) *clocked {
	return &clocked{ddbmem.New(ddbmem.Options{Clock: r.Clock, TTLDelay: 24 * time.Hour}), r}
}

func (e *clocked) open(ctx context.Context, name string, table *ddb.Table) (*ddb.DB, error) {
	client := e.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	db := ddb.New(client, name, table, &ddb.Options{Now: e.r.Now})
	return db, db.CreateTable(ctx)
}

// drain gives the mux all changes of a table that its stream still has: those of 24 hours. In a service a reader runs all the time.
func (e *clocked) drain(ctx context.Context, db *ddb.DB, mux *ddb.Mux) error {
	return ddbstream.NewReader(e.StreamsClient(), db.Name(), mux, &ddbstream.MemoryStore{}, nil).Drain(ctx)
}

// step is a step of a recipe.
type step struct {
	what string
	do   func(context.Context) (string, error)
}

func runSteps(ctx context.Context, r *recipe.Run, steps ...step) error {
	for _, s := range steps {
		if err := r.Step(ctx, s.what, s.do); err != nil {
			return err
		}
	}
	return nil
}
