package simulation_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
)

// chooser makes the decisions of a simulation.
type chooser interface{ pick(label string, n int) int }

type rapidChooser struct{ t *rapid.T }

func (c rapidChooser) pick(label string, n int) int { return rapid.IntRange(0, n-1).Draw(c.t, label) }

type randChooser struct{ r *rand.Rand }

func (c randChooser) pick(_ string, n int) int { return c.r.IntN(n) }

var errCrash = errors.New("the worker crashed")

// fate is what becomes of the next request of a worker.
type fate byte

const (
	goOn fate = iota
	crash
	lose // it is made, and its answer lost
)

// simWorker is a process that handles a batch, or rebuilds.
type simWorker struct {
	ddb.Client
	dead   atomic.Bool
	fates  chan fate
	parked chan struct{} // it is about to make a request
	done   chan struct{}
	result func() // in the simulation, once done
}

func (w *simWorker) gate() (fate, error) {
	if w.dead.Load() {
		return crash, errCrash
	}
	w.parked <- struct{}{}
	f := <-w.fates
	if f == crash {
		w.dead.Store(true)
	}
	if w.dead.Load() { // with all that it has under way
		return crash, errCrash
	}
	return f, nil
}

func gated[I, O any](w *simWorker, ctx context.Context, in *I, call func(context.Context, *I, ...func(*dynamodb.Options)) (*O, error)) (*O, error) {
	f, err := w.gate()
	if err != nil {
		return nil, err
	}
	out, err := call(ctx, in)
	if f == lose {
		return nil, errors.New("the answer was lost")
	}
	return out, err
}

func (w *simWorker) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return gated(w, ctx, in, w.Client.GetItem)
}

func (w *simWorker) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return gated(w, ctx, in, w.Client.PutItem)
}

func (w *simWorker) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return gated(w, ctx, in, w.Client.UpdateItem)
}

func (w *simWorker) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return gated(w, ctx, in, w.Client.Query)
}

func (w *simWorker) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return gated(w, ctx, in, w.Client.BatchGetItem)
}

func (w *simWorker) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return gated(w, ctx, in, w.Client.TransactWriteItems)
}
