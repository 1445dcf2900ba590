package ddbmem

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// Faults says what goes wrong, as it does in a real DynamoDB on a bad day. Rates are between 0, never, and 1, always,
// and are drawn from [Options.Seed]. Whatever goes wrong, the engine's own data stays consistent.
type Faults struct {
	// Throttle is the rate of requests on items that are refused with ProvisionedThroughputExceededException.
	Throttle float64

	// Unprocessed is the rate of the items of a batch that come back as UnprocessedItems or UnprocessedKeys.
	Unprocessed float64

	// Conflict is the rate of transactions that are cancelled because another one holds one of their items.
	Conflict float64

	// Drop is the rate of writes that are applied and whose answer never arrives.
	Drop float64

	// IndexLag delays what readers of a global index see of a write, by up to this long on the engine's clock.
	IndexLag time.Duration

	// Latency is how long each request takes, in real time. A transaction holds its items meanwhile, so that
	// others that overlap with it conflict.
	Latency time.Duration

	// Hook decides about one call; its answer goes before the rates. It is called for each request, and for each
	// item of a batch. It must be safe for concurrent use and must not call the engine.
	Hook func(Call) Fault
}

// Call is what [Faults.Hook] decides about.
type Call struct {
	Operation string // such as "PutItem"
	Table     string // empty when the request names several
	Item      bool   // one item of a batch, rather than the request
}

// Fault is a thing that goes wrong with one call.
type Fault uint8

// The faults that [Faults.Hook] may choose.
const (
	NoFault       Fault = iota // what the rates say
	Pass                       // nothing, whatever the rates say
	Throttled                  // ProvisionedThroughputExceededException
	InternalError              // InternalServerError, and nothing is done
	Conflicting                // TransactionConflictException, or a transaction cancelled for TransactionConflict
	Dropped                    // the request is done, and its answer dropped
	Unprocessed                // an item of a batch is left undone
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

// before decides about a request that is about to run.
func (e *Engine) before(op *operation, in *wire.Node) *apiError {
	f := e.faults.now.Load()
	if op.fault == controlCall {
		return nil
	}
	if f.Latency > 0 && op.name != "TransactWriteItems" {
		time.Sleep(f.Latency)
	}
	switch e.faults.ask(Call{Operation: op.name, Table: e.localName(in.Text("TableName"))}) {
	case Pass, Dropped:
		return nil
	case InternalError:
		return internalError()
	case Conflicting:
		if op.name == "TransactWriteItems" || op.name == "TransactGetItems" {
			return nil // conflicts asks again, with the items at hand
		}
		return failure(modelSpace+"TransactionConflictException", "Transaction is ongoing for the item")
	case Throttled:
		return throttled()
	}
	if e.rand.chance(f.Throttle) {
		return throttled()
	}
	return nil
}

func throttled() *apiError {
	return &apiError{
		kind: modelSpace + "ProvisionedThroughputExceededException", status: http.StatusBadRequest,
		msg: "The level of configured provisioned throughput for the table was exceeded. " +
			"Consider increasing your provisioning level with the UpdateTable API.",
	}
}

// after reports whether the answer to a request that was done is dropped.
func (e *Engine) after(op *operation, in *wire.Node) bool {
	if op.fault != writeCall {
		return false
	}
	f := e.faults.now.Load()
	switch e.faults.ask(Call{Operation: op.name, Table: e.localName(in.Text("TableName"))}) {
	case Dropped:
		return true
	case NoFault:
		return e.rand.chance(f.Drop)
	}
	return false
}

// unprocessed reports whether an item of a batch is left undone.
func (e *Engine) unprocessed(table, op string) bool {
	f := e.faults.now.Load()
	switch e.faults.ask(Call{Operation: op, Table: table, Item: true}) {
	case Unprocessed:
		return true
	case NoFault:
		return e.rand.chance(f.Unprocessed)
	}
	return false
}

// hold keeps a transaction waiting while it holds its items.
func (e *Engine) hold() {
	if d := e.faults.now.Load().Latency; d > 0 {
		time.Sleep(d)
	}
}

func (s *faultState) ask(c Call) Fault {
	if h := s.now.Load().Hook; h != nil {
		return h(c)
	}
	return NoFault
}

// indexLag draws how long the next write stays invisible in global indexes.
func (s *faultState) indexLag(r *source) time.Duration {
	lag := s.now.Load().IndexLag
	if lag <= 0 {
		return 0
	}
	return time.Duration(r.uint64n(uint64(lag))) + 1
}

// conflict says which items of a transaction a fault holds, nil for none.
func (s *faultState) conflict(r *source, keys []itemKey, op string) []bool {
	f := s.now.Load()
	switch s.ask(Call{Operation: op}) {
	case Conflicting:
	case NoFault:
		if !r.chance(f.Conflict) {
			return nil
		}
	default:
		return nil
	}
	taken := make([]bool, len(keys))
	taken[r.uint64n(uint64(len(keys)))] = true
	return taken
}
