package ddbmem

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// Faults says what goes wrong, as it does in a real DynamoDB on a bad day. Rates are between 0, never, and 1, always,
// and are drawn from [Options.Seed]. Whatever goes wrong, the engine's own data stays consistent.
type Faults struct {
	// Throttle is the rate of requests on items that are refused with ProvisionedThroughputExceededException, as by
	// [Throttled].
	Throttle float64

	// Unprocessed is the rate of the items of a batch that come back as UnprocessedItems or UnprocessedKeys.
	Unprocessed float64

	// Conflict is the rate of transactions that are cancelled because another one holds one of their items.
	Conflict float64

	// Drop is the rate of writes that are applied and whose answer never arrives.
	Drop float64

	// IndexLag delays what readers of a global index see of a write, by up to this long on the engine's clock.
	IndexLag time.Duration

	// ReadLag delays what eventually consistent reads of a table and of its local indexes see of a write, by up to this
	// long on the engine's clock. What they see of a table only moves forward. Reads with
	// ConsistentRead, transactions and conditions see every write at once.
	ReadLag time.Duration

	// Latency is how long each request on items takes, in real time. A transaction holds its items meanwhile, so that
	// others that overlap with it conflict.
	Latency time.Duration

	// Hook decides about one call; its answer goes before the rates. It is called once for each request on items, and
	// once for each item of a batch. It must be safe for concurrent use and must not call the engine.
	Hook func(Call) Fault
}

// Call is what [Faults.Hook] decides about.
type Call struct {
	Operation string // such as "PutItem"
	Table     string // empty for batches, transactions and statements, which may name several
	Item      bool   // one item of a batch, rather than the request
}

// Fault is a thing that goes wrong with one call.
type Fault uint8

// The faults that [Faults.Hook] may choose.
const (
	NoFault       Fault = iota // what the rates say
	Pass                       // nothing, whatever the rates say
	Throttled                  // ProvisionedThroughputExceededException: the units of the table, or of the index that is read
	InternalError              // InternalServerError, and nothing is done
	Conflicting                // TransactionConflictException, or a transaction cancelled for TransactionConflict
	Dropped                    // the request is done, and its answer dropped
	Unprocessed                // an item of a batch is left undone
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

// SetFaults replaces what goes wrong, from the next request on. Rows that a lag delayed stay delayed until their time.
func (e *Engine) SetFaults(f Faults) { e.faults.now.Store(&f) }

// transactionParts are the operations that are transactions, with the members that hold their parts.
var transactionParts = map[string]string{
	"TransactWriteItems": "TransactItems", "TransactGetItems": "TransactItems", "ExecuteTransaction": "TransactStatements",
}

// before decides about a request that is about to run. The fault it returns is for after the request.
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
		return Pass, internalError() // nobody is there to read it
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

// ongoing is the answer to a write of its own to an item of a transaction under way.
func ongoing() *apiError {
	return failure(modelSpace+"TransactionConflictException", "Transaction is ongoing for the item")
}

// unprocessed reports whether an item of a batch is left undone.
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

// wait waits, unless ctx ends first.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// hold keeps a transaction waiting while it holds its items.
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

// lags draws how long the next write stays invisible in global indexes, and to eventually consistent reads elsewhere.
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
