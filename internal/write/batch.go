package write

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/wire"
)

// batchWorkers is the number of requests that one batch sends concurrently.
const batchWorkers = 8

// Batch runs ops in as few requests as possible, without a transaction. Ops on the same item run in order, each in a later
// request; the first failure stops them. If an op is invalid, Batch returns before any request and writes nothing.
func (db *DB) Batch(ctx context.Context, ops []Op) error {
	b, err := db.newBatch(ops, nil)
	if err != nil {
		return err
	}
	if len(ops) == 0 {
		return call.Ended(ctx, "batch")
	}
	return b.send(ctx)
}

// PrepareBatch does what Batch does before any request; send does the rest. The ops are part of a batch of several tables: at are
// their positions in it, which errors have.
func (db *DB) PrepareBatch(ops []Op, at []int) (send func(context.Context) error, err error) {
	b, err := db.newBatch(ops, at)
	if err != nil {
		return nil, err
	}
	return b.send, nil
}

// newBatch returns the batch of ops once all are checked.
func (db *DB) newBatch(ops []Op, at []int) (*writeBatch, error) {
	b := &writeBatch{db: db, at: at, items: make([]batchItem, len(ops)), outcomes: make([]fault.WriteOutcome, len(ops)), causes: make([]error, len(ops))}
	return b, b.prepare(ops)
}

// send sends the requests of all waves.
func (b *writeBatch) send(ctx context.Context) error {
	for _, wave := range b.waves() {
		b.run(ctx, wave)
	}
	return b.err()
}

// position is that of the op at i in the whole batch.
func (b *writeBatch) position(i int) int {
	if b.at == nil {
		return i
	}
	return b.at[i]
}

// writeBatch is the state of one call of Batch.
type writeBatch struct {
	db       *DB
	at       []int // see PrepareBatch; nil if there is one table
	items    []batchItem
	mu       sync.Mutex
	outcomes []fault.WriteOutcome
	causes   []error
}

// batchItem is one op of a batch.
type batchItem struct {
	op      Op
	key     attr.Item
	id      string
	request *types.WriteRequest // nil for an op that needs its own request
	json    *wire.Writer        // the item of the request, if it has only the key
	size    int
	wave    int
	after   []int // the ops before it on the items that it writes
}

// prepare compiles each op and assigns it to a wave. It returns an error if an op is invalid.
func (b *writeBatch) prepare(ops []Op) error {
	last := map[string]int{}
	var refused []*fault.WriteError
	for i, op := range ops {
		if err := op.valid(b.db.Table); err != nil {
			return fmt.Errorf("ddb: batch: op %d: %w", b.position(i), err)
		}
		b.outcomes[i] = fault.NotWritten
		to, err := b.add(i, op)
		switch {
		case errors.Is(err, fault.ErrModel):
			return fmt.Errorf("ddb: batch: op %d: %w", b.position(i), ofPart(err))
		case err != nil:
			it := b.items[i]
			refused = append(refused, &fault.WriteError{Op: b.position(i), Verb: string(op.Verb), Entity: op.e.Name, Key: it.id, Err: op.cause(it.id, err)})
			continue
		}
		it := &b.items[i]
		for _, id := range [...]string{it.id, to} {
			if before, ok := last[id]; ok && before != i {
				it.after = append(it.after, before)
				it.wave = max(it.wave, b.items[before].wave+1)
			}
			last[id] = i
		}
	}
	if len(refused) > 0 {
		return &fault.BatchError{Outcomes: b.outcomes, Failed: refused}
	}
	clear(b.outcomes)
	return nil
}

// add compiles the op at position i. It returns the key of the last item that the op writes: of a Move, the target.
func (b *writeBatch) add(i int, op Op) (to string, err error) {
	op.quiet = true
	it := &b.items[i]
	it.op = op
	switch {
	case op.Verb == VerbCheck || op.Verb == VerbCheckAbsent:
		return "", op.Fail(nil, fault.Model("Check and CheckAbsent have no effect outside a transaction: use Transact"))
	case op.ReturnOld:
		return "", op.Fail(nil, fault.Model("a batch returns no items: remove ReturnOld"))
	}
	if it.key, err = op.e.Key(string(op.Verb), op.item); err != nil {
		return "", err
	}
	it.id = b.db.Table.KeyText(it.key)
	if err := it.compile(b.db, i); err != nil {
		return "", err
	}
	if op.Verb != VerbMove {
		return it.id, nil
	}
	key, err := op.e.Key(string(op.Verb), op.to)
	if err != nil {
		return "", err
	}
	return b.db.Table.KeyText(key), nil
}

// bulk reports whether the op can be part of a BatchWriteItem request, which has no conditions.
func (op Op) bulk() bool {
	e := op.e
	return (op.Verb == VerbPut || op.Verb == VerbDelete) && len(op.conds) == 0 && !op.once &&
		e.Version == nil && len(e.Uniques) == 0 && e.History == nil && len(e.Derived) == 0 && e.Schema == 0 &&
		(len(e.Blobs) == 0 || op.Verb == VerbDelete)
}

// compile checks the op as far as possible without reading its item. It builds the request of an op that can share a
// BatchWriteItem.
func (it *batchItem) compile(db *DB, index int) error {
	w, err := db.compile(index, it.op, &tries{})
	if _, more := err.(*needs); more { //nolint:errorlint // as compile returns it
		return db.checkNewItem(w)
	}
	if err != nil || !it.op.bulk() {
		return err
	}
	a := w.main()
	it.size, it.json = a.size(), a.json
	if a.kind == putAction {
		it.request = &types.WriteRequest{PutRequest: &types.PutRequest{Item: a.item()}}
	} else {
		it.request = &types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: a.key}}
	}
	return nil
}

// checkNewItem checks the item that an op will store, as far as that does not depend on the stored item.
func (db *DB) checkNewItem(w *prepared) error {
	e, whole := w.e, w.op.item
	switch w.op.Verb {
	case VerbCreate, VerbPut, VerbReplace:
	case VerbMove:
		whole = w.op.to
	default:
		return nil
	}
	key, err := e.Key(string(w.op.Verb), whole)
	if err != nil {
		return err
	}
	it := e.CopyOf(whole)
	if err := db.placeBlobs(w, it, key, keepNone, reflect.Value{}); err != nil {
		return err
	}
	least, err := e.StoredValues(it)
	if err != nil {
		return w.op.Fail(key, err)
	}
	maps.Copy(least, key)
	if err := w.checkSize(least); err != nil {
		return err
	}
	w.setKeptFields(it, 1, reflect.Value{})
	if err := checkTTL(e, it, w.now); err != nil {
		return w.op.Fail(key, err)
	}
	if w.op.Verb == VerbMove && len(e.Derived) > 0 { // index keys may hold derived fields, whose values are those of the stored item
		return nil
	}
	_, err = e.Encode(string(w.op.Verb), it)
	return err
}

// waves groups the ops so that no wave writes an item twice.
func (b *writeBatch) waves() (waves [][]int) {
	for i, it := range b.items {
		for len(waves) <= it.wave {
			waves = append(waves, nil)
		}
		waves[it.wave] = append(waves[it.wave], i)
	}
	return waves
}

// run sends the requests of one wave concurrently.
func (b *writeBatch) run(ctx context.Context, wave []int) {
	var tasks []func()
	var chunk []int
	size := 0
	flush := func() {
		if len(chunk) > 0 {
			ops := slices.Clone(chunk)
			tasks = append(tasks, func() { b.runTogether(ctx, ops) })
		}
		chunk, size = chunk[:0], 0
	}
	for _, i := range wave {
		it := &b.items[i]
		undone := slices.IndexFunc(it.after, func(before int) bool { return b.outcomes[before] != fault.Written })
		switch {
		case undone >= 0:
			b.record(fault.NotWritten, fmt.Errorf("op %d on the same item failed, so this op was not sent", it.after[undone]), i)
		case it.request == nil:
			tasks = append(tasks, func() { b.runAlone(ctx, i) })
		default:
			if len(chunk) == call.BatchWriteLimit || size+it.size > call.MaxBatchBytes {
				flush()
			}
			chunk = append(chunk, i)
			size += it.size
		}
	}
	flush()
	queue := make(chan func(), len(tasks))
	for _, task := range tasks {
		queue <- task
	}
	close(queue)
	var wg sync.WaitGroup
	for range min(batchWorkers, len(tasks)) {
		wg.Go(func() {
			for task := range queue {
				task()
			}
		})
	}
	wg.Wait()
}

// record records the outcome of an op.
func (b *writeBatch) record(o fault.WriteOutcome, cause error, i int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.outcomes[i], b.causes[i] = o, cause
}

// runAlone runs an op in its own request.
func (b *writeBatch) runAlone(ctx context.Context, i int) {
	err := ctx.Err()
	if err == nil {
		_, err = b.db.Run(ctx, b.items[i].op)
	}
	b.record(outcomeOf(err), err, i)
}

// runTogether runs ops in one BatchWriteItem.
func (b *writeBatch) runTogether(ctx context.Context, ops []int) {
	requests := make([]types.WriteRequest, len(ops))
	var items []*wire.Writer
	if b.db.JSON {
		items = make([]*wire.Writer, len(ops))
	}
	for n, i := range ops {
		requests[n] = *b.items[i].request
		if items != nil {
			items[n] = b.items[i].json
		}
	}
	for n, err := range b.db.BatchWrite(ctx, requests, items) {
		b.record(outcomeOf(err), err, ops[n])
		b.items[ops[n]].json.Release()
	}
}

// outcomeOf returns the outcome of a write that returned err.
func outcomeOf(err error) fault.WriteOutcome {
	switch {
	case err == nil:
		return fault.Written
	case errors.Is(err, fault.ErrOutcomeUnknown):
		return fault.WriteUnknown
	}
	return fault.NotWritten
}

// err is what Batch returns.
func (b *writeBatch) err() error {
	out := &fault.BatchError{Outcomes: b.outcomes}
	for i, o := range b.outcomes {
		if o == fault.Written {
			continue
		}
		it := b.items[i]
		if we, ok := errors.AsType[*fault.WriteError](b.causes[i]); ok {
			we.Op = b.position(i)
			out.Failed = append(out.Failed, we)
			continue
		}
		out.Failed = append(out.Failed, &fault.WriteError{
			Op: b.position(i), Verb: string(it.op.Verb), Entity: it.op.e.Name, Key: it.id,
			Err: fmt.Errorf("%s: %w", o, it.op.cause(it.id, b.causes[i])),
		})
	}
	if len(out.Failed) == 0 {
		return nil
	}
	return out
}
