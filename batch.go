package ddb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// maxBatchBytes is the size of one BatchWriteItem. AWS: "BatchWriteItem".
const maxBatchBytes = 16 << 20

// batchWorkers is how many requests of one batch are under way at a time.
const batchWorkers = 8

// Batch runs ops in as few requests as possible and in no transaction: some may be done and others not. Puts and
// deletes that ask for nothing go 25 to a request; ops with conditions, and those of entities with a Version, Unique,
// History, Schema or derived fields, go alone, as with [DB.Do]. Up to eight requests are under way at a time. Ops on
// one item are done in their order, each in a later request, and not at all after one that failed.
//
// What DynamoDB leaves unprocessed is sent again with backoff, up to [Options].MaxAttempts. The error is a [BatchError]
// with the outcome of every op: written, not written, or unknown, because no answer came. What can be told before any
// request (a value that no key can hold, an item that is too large, a mistake in an op) is an error of another kind,
// and nothing is written. When the context ends Batch returns at once.
func (db *DB) Batch(ctx context.Context, ops ...Op) error {
	b := &writeBatch{db: db, items: make([]batchItem, len(ops)), outcomes: make([]WriteOutcome, len(ops)), causes: make([]error, len(ops))}
	if err := b.prepare(ctx, ops); err != nil {
		return err
	}
	for _, wave := range b.waves() {
		b.run(ctx, wave)
	}
	return b.err()
}

// writeBatch is a Batch under way.
type writeBatch struct {
	db       *DB
	items    []batchItem
	mu       sync.Mutex
	outcomes []WriteOutcome
	causes   []error
}

// batchItem is one op of a batch.
type batchItem struct {
	op      Op
	key     item
	id      string
	request *types.WriteRequest // nil for an op that goes alone
	size    int
	wave    int
	after   int // the op on the same item before it, -1 if there is none
}

// prepare finds out how each op goes, and refuses the batch for what is wrong with one of them.
func (b *writeBatch) prepare(ctx context.Context, ops []Op) error {
	last := map[string]int{}
	for i, op := range ops {
		if err := op.valid(b.db.table); err != nil {
			return fmt.Errorf("ddb: batch: op %d: %w", i, err)
		}
		var why error
		switch {
		case op.verb == verbCheck || op.verb == verbCheckAbsent:
			why = modelFault("a check means nothing outside a transaction: use Transact")
		case op.returnOld:
			why = modelFault("a batch returns nothing: leave ReturnOld out")
		}
		key, err := op.e.key(string(op.verb), op.item)
		if why = errors.Join(why, err); why != nil {
			return fmt.Errorf("ddb: batch: op %d (%s %s): %w", i, op.verb, op.e.name, why)
		}
		op.quiet = true
		it := batchItem{op: op, key: key, id: b.db.table.keyText(key), after: -1}
		if op.bulk() {
			if err := it.bulk(ctx, b.db, i); err != nil {
				return fmt.Errorf("ddb: batch: op %d: %w", i, err)
			}
		} else if len(op.e.uniques) == 0 && op.e.history == nil && op.verb != verbMove { // needs no read
			if _, err := b.db.compile(ctx, i, op, &knowledge{}); err != nil {
				return fmt.Errorf("ddb: batch: op %d: %w", i, err)
			}
		}
		if before, ok := last[it.id]; ok {
			it.after, it.wave = before, b.items[before].wave+1
		}
		last[it.id] = i
		b.items[i] = it
	}
	return nil
}

// bulk reports whether the op can go with others in one BatchWriteItem, which knows no conditions.
func (op Op) bulk() bool {
	e := op.e
	return (op.verb == verbPut || op.verb == verbDelete) && len(op.conds) == 0 && !op.once &&
		e.version == nil && len(e.uniques) == 0 && e.history == nil && len(e.derived) == 0 && e.schema == 0
}

func (it *batchItem) bulk(ctx context.Context, db *DB, index int) error {
	w, err := db.compile(ctx, index, it.op, &knowledge{})
	if err != nil {
		return err
	}
	a := w.main()
	it.size = a.size()
	if a.kind == putAction {
		it.request = &types.WriteRequest{PutRequest: &types.PutRequest{Item: a.attrs}}
	} else {
		it.request = &types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: a.key}}
	}
	return nil
}

// waves groups the ops so that no item is written twice in one.
func (b *writeBatch) waves() (waves [][]int) {
	for i, it := range b.items {
		for len(waves) <= it.wave {
			waves = append(waves, nil)
		}
		waves[it.wave] = append(waves[it.wave], i)
	}
	return waves
}

// run does one wave: its requests, several at a time.
func (b *writeBatch) run(ctx context.Context, wave []int) {
	var tasks []func()
	var chunk []int
	size := 0
	flush := func() {
		if len(chunk) > 0 {
			ops := slices.Clone(chunk)
			tasks = append(tasks, func() { b.write(ctx, ops) })
		}
		chunk, size = chunk[:0], 0
	}
	for _, i := range wave {
		it := &b.items[i]
		switch {
		case it.after >= 0 && b.outcomes[it.after] != Written:
			b.settle(NotWritten, fmt.Errorf("op %d, on the same item, was not done before it", it.after), i)
		case it.request == nil:
			tasks = append(tasks, func() { b.alone(ctx, i) })
		default:
			if len(chunk) == batchWriteLimit || size+it.size > maxBatchBytes {
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

// settle records the outcome of ops.
func (b *writeBatch) settle(o WriteOutcome, cause error, ops ...int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range ops {
		b.outcomes[i], b.causes[i] = o, cause
	}
}

// alone runs an op that goes by itself.
func (b *writeBatch) alone(ctx context.Context, i int) {
	if err := ctx.Err(); err != nil {
		b.settle(NotWritten, err, i)
		return
	}
	_, err := b.db.run(ctx, b.items[i].op)
	switch {
	case err == nil:
		b.settle(Written, nil, i)
	case refusedForCertain(err):
		b.settle(NotWritten, err, i)
	default:
		b.settle(OutcomeUnknown, err, i)
	}
}

// refusedForCertain reports whether an error says that nothing was written.
func refusedForCertain(err error) bool {
	for _, class := range []error{ErrModel, ErrKey, ErrTooLarge, ErrExists, ErrNotFound, ErrCondition, ErrConflict, ErrNotUnique, ErrThrottled, ErrUnknown} {
		if errors.Is(err, class) {
			return true
		}
	}
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorFault() == smithy.FaultClient && api.ErrorCode() != "RequestTimeout"
}

// write sends ops in one BatchWriteItem, and again what stays unprocessed. Puts and deletes can be repeated, so that an
// answer that was lost is asked for again.
func (b *writeBatch) write(ctx context.Context, ops []int) {
	left := ops
	sent := false // whether something of what is left may have been done
	var last error
	for attempt := range b.db.opts.MaxAttempts {
		err := ctx.Err()
		if attempt > 0 {
			err = pause(ctx, attempt)
		}
		if err != nil {
			b.settle(outcomeOf(sent), err, left...)
			return
		}
		requests := make([]types.WriteRequest, len(left))
		for n, i := range left {
			requests[n] = *b.items[i].request
		}
		m := meterOf(ctx, "BatchWriteItem", false).encoded(b.db)
		out, err := b.db.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems:           map[string][]types.WriteRequest{b.db.name: requests},
			ReturnConsumedCapacity: m.want(),
		}, m.options)
		if err != nil {
			m.done()
			last = b.db.explain(err)
			if throttled(err) {
				continue // nothing was processed
			}
			sent = sent || !refusedForCertain(err)
			if ctx.Err() != nil || refusedForCertain(err) {
				b.settle(outcomeOf(sent), last, left...)
				return
			}
			continue
		}
		m.done(out.ConsumedCapacity...)
		before := left
		left = b.left(before, out.UnprocessedItems[b.db.name])
		sent, last = false, fmt.Errorf("%w: unprocessed after %d attempts", ErrThrottled, attempt+1)
		for _, i := range before {
			if !slices.Contains(left, i) {
				b.settle(Written, nil, i)
			}
		}
		if len(left) == 0 {
			return
		}
	}
	b.settle(outcomeOf(sent), last, left...)
}

func outcomeOf(sent bool) WriteOutcome {
	if sent {
		return OutcomeUnknown
	}
	return NotWritten
}

// left returns the ops whose requests are among the unprocessed.
func (b *writeBatch) left(ops []int, unprocessed []types.WriteRequest) (left []int) {
	ids := map[string]bool{}
	for _, r := range unprocessed {
		if r.PutRequest != nil {
			ids[b.db.table.keyText(r.PutRequest.Item)] = true
		} else if r.DeleteRequest != nil {
			ids[b.db.table.keyText(r.DeleteRequest.Key)] = true
		}
	}
	for _, i := range ops {
		if ids[b.items[i].id] {
			left = append(left, i)
		}
	}
	return left
}

// err is what Batch returns.
func (b *writeBatch) err() error {
	out := &BatchError{Outcomes: b.outcomes}
	for i, o := range b.outcomes {
		if o == Written {
			continue
		}
		it := b.items[i]
		if we, ok := errors.AsType[*WriteError](b.causes[i]); ok {
			we.Op = i
			out.Failed = append(out.Failed, we)
			continue
		}
		out.Failed = append(out.Failed, &WriteError{
			Op: i, Verb: string(it.op.verb), Entity: it.op.e.name, Key: it.id,
			Err: fmt.Errorf("%s: %w", o, b.causes[i]),
		})
	}
	if len(out.Failed) == 0 {
		return nil
	}
	return out
}
