package ddbmem

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// Faults says what fails, as in a real DynamoDB under stress. Rates are between 0, never, and 1, always, and are drawn
// from [Options.Seed]. The engine's own data stays consistent in all cases. The zero Faults causes none.
type Faults struct {
	// Throttle is the rate of item requests that are rejected with ProvisionedThroughputExceededException, as by
	// [Throttled].
	Throttle float64

	// Unprocessed is the rate of batch items that are returned as UnprocessedItems or UnprocessedKeys.
	Unprocessed float64

	// Conflict is the rate of transactions that are cancelled because another transaction holds one of their items.
	Conflict float64

	// Drop is the rate of writes that are applied and whose response is lost.
	Drop float64

	// IndexLag delays writes for readers of a global index, by up to this long by the engine's clock.
	IndexLag time.Duration

	// ReadLag delays writes for eventually consistent reads of a table and its local indexes, by up to this long by the
	// engine's clock. Such reads of a table never go back in time. Reads with ConsistentRead, transactions and
	// conditions see every write at once.
	ReadLag time.Duration

	// Latency is how long each item request takes, in real time. A transaction holds its items during this time, so
	// transactions that overlap with it conflict.
	Latency time.Duration

	// Hook decides about one call, before the rates do. It is called once for each item request and once for each item
	// of a batch. It must be safe for concurrent use and must not call the engine.
	Hook func(Call) Fault
}

// Call is what [Faults.Hook] decides on.
type Call struct {
	Operation string // such as "PutItem"
	Table     string // empty for batches, transactions and statements, which may have several tables
	Item      bool   // an item of a batch, not the request
}

// Fault is what [Faults.Hook] causes for one call.
type Fault uint8

// The faults that [Faults.Hook] may return.
const (
	NoFault       Fault = iota // the rates decide
	Pass                       // no fault, whatever the rates are
	Throttled                  // ProvisionedThroughputExceededException: for the units of the table, or of the index that is read
	InternalError              // InternalServerError, and nothing is written
	Conflicting                // TransactionConflictException, or a transaction cancelled with TransactionConflict
	Dropped                    // the request is applied, and its response lost
	Unprocessed                // an item of a batch is not processed
	HotPartition               // throttled for a hot partition of the table, or of the index that is read
	HotIndex                   // a write throttled for a hot partition of the table's first global index
)

// faultClass is how an operation can fail.
type faultClass uint8

const (
	controlCall faultClass = iota // never at random
	readCall
	writeCall
)

type faultState struct{ now atomic.Pointer[Faults] }

// SetFaults replaces the faults, from the next request on. Index entries that are delayed already stay delayed until
// their time.
func (e *Engine) SetFaults(f Faults) { e.faults.now.Store(&f) }

// transactionParts are the operations that are transactions, with the members that hold their parts.
var transactionParts = map[string]string{
	"TransactWriteItems": "TransactItems", "TransactGetItems": "TransactItems", "ExecuteTransaction": "TransactStatements",
}

// before decides on a request that is about to run. The fault that it returns applies after the request.
func (e *Engine) before(ctx context.Context, op *operation, in *wire.Node) (Fault, *apiError) {
	if op.fault == controlCall {
		return Pass, nil
	}
	f := e.faults.now.Load()
	part, transaction := transactionParts[op.name]
	if f.Latency > 0 && op.name != "TransactWriteItems" && op.name != "ExecuteTransaction" {
		wait(ctx, f.Latency)
	}
	if ctx.Err() != nil {
		return Pass, internalError() // the caller has gone
	}
	fault := f.ask(Call{Operation: op.name, Table: e.localName(in.Text("TableName"))})
	if fault == NoFault {
		switch {
		case e.rand.chance(f.Throttle):
			fault = Throttled
		case transaction && e.rand.chance(f.Conflict):
			fault = Conflicting
		case op.fault == writeCall && e.rand.chance(f.Drop):
			fault = Dropped
		}
	}
	switch fault {
	case Throttled, HotPartition, HotIndex:
		return fault, e.throttle(fault, op, in)
	case InternalError:
		return fault, internalError()
	case Conflicting:
		if n := len(in.List(part)); transaction && n > 0 {
			taken := make([]bool, n)
			taken[e.rand.uint64n(uint64(n))] = true
			return fault, cancelled(conflictReasons(taken))
		}
		return fault, ongoing()
	}
	return fault, nil
}

// ongoing is the error of a single write to an item of a transaction in progress.
func ongoing() *apiError {
	return failure(modelSpace+"TransactionConflictException", "Transaction is ongoing for the item")
}

// unprocessed reports whether an item of a batch is not processed.
func (e *Engine) unprocessed(table, op string) bool {
	f := e.faults.now.Load()
	switch f.ask(Call{Operation: op, Table: table, Item: true}) {
	case Unprocessed:
		return true
	case NoFault:
		return e.rand.chance(f.Unprocessed)
	}
	return false
}

// wait waits for d, or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// hold delays a transaction while it holds its items.
func (e *Engine) hold() {
	if d := e.faults.now.Load().Latency; d > 0 {
		time.Sleep(d)
	}
}

func (f *Faults) ask(c Call) Fault {
	if f.Hook == nil {
		return NoFault
	}
	return f.Hook(c)
}

// lags draws how long the next write stays invisible: in global indexes, and to other eventually consistent reads.
func (s *faultState) lags(r *source) (index, read time.Duration) {
	f := s.now.Load()
	return draw(f.IndexLag, r), draw(f.ReadLag, r)
}

func draw(lag time.Duration, r *source) time.Duration {
	if lag <= 0 {
		return 0
	}
	return time.Duration(r.uint64n(uint64(lag))) + 1
}
