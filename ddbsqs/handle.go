package ddbsqs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
)

// Handler handles the body of a message. If it returns nil the message is deleted. A panic counts as an error.
type Handler func(ctx context.Context, body string) error

// Letters returns a Handler for dead letters: it hands their records to to, one by one.
func Letters(to ddbstream.Processor) Handler {
	return func(ctx context.Context, body string) error {
		l, err := ddbstream.Decode([]byte(body))
		if err != nil {
			return err
		}
		failed, err := to.Process(ctx, []ddb.Record{l.Record})
		if err == nil && len(failed) > 0 {
			err = fmt.Errorf("ddbsqs: record %s failed", l.Record.Sequence)
		}
		return err
	}
}

// Discarded returns a Handler for what Lambda sends when it gives up records of a DynamoDB stream. It calls
// [ddbstream.Redrive].
func Discarded(streams ddbstream.Client, to ddbstream.Processor) Handler {
	return func(ctx context.Context, body string) error {
		_, err := ddbstream.Redrive(ctx, streams, []byte(body), to)
		return err
	}
}

// Run handles the messages of the queue until ctx ends, and then returns nil. A queue that does not exist is an error;
// all other failures are reported to [Options].OnError and retried with backoff.
//
// It handles the messages of a batch one after the other; run it several times for more concurrency. A batch costs one
// ReceiveMessage for up to ten messages (one in a FIFO queue), and a DeleteMessage for each handled message. While a
// batch lasts, each of its messages costs a ChangeMessageVisibility for each third of [Options].Visibility, and a failed
// message costs another. An empty queue costs one ReceiveMessage for each [Options].Wait.
func (q *Queue) Run(ctx context.Context, handle Handler) error {
	for failures := 0; ctx.Err() == nil; {
		_, err := q.batch(ctx, handle, q.opts.Wait)
		if err == nil {
			failures = 0
			continue
		}
		if errors.As(err, new(*types.QueueDoesNotExist)) {
			return err
		}
		q.report(ctx, err)
		failures++
		pause(ctx, min(100*time.Millisecond<<min(failures, 16), 10*time.Second))
	}
	return nil
}

// Drain handles messages until a request returns none, and returns how many were handled. Failed messages stay in the
// queue, and their errors are joined in err. The requests are those of [Queue.Run].
func (q *Queue) Drain(ctx context.Context, handle Handler) (handled int, err error) {
	var failed []error
	d := *q
	d.opts.OnError = func(ctx context.Context, err error) {
		failed = append(failed, err)
		if q.opts.OnError != nil {
			q.opts.OnError(ctx, err)
		}
	}
	for {
		n, err := d.batch(ctx, handle, time.Second)
		handled += max(n, 0)
		if n == none || err != nil {
			return handled, errors.Join(append(failed, err)...)
		}
	}
}

// none is what batch returns if there was no message.
const none = -1

// batch receives messages and handles them.
func (q *Queue) batch(ctx context.Context, handle Handler, wait time.Duration) (handled int, err error) {
	most := int32(10)
	if q.fifo() {
		most = 1 // SQS blocks the group of a failed message: a later message of the batch would count a receive without being handled
	}
	out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &q.url, MaxNumberOfMessages: most, VisibilityTimeout: seconds(q.opts.Visibility), WaitTimeSeconds: seconds(wait),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
	})
	if err != nil {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return 0, fmt.Errorf("ddbsqs: receive from %s: %w", q.url, err)
	}
	if len(out.Messages) == 0 {
		return none, ctx.Err()
	}
	h := &holder{q: q, held: map[string]types.Message{}}
	for _, m := range out.Messages {
		h.held[*m.MessageId] = m
	}
	stop := h.hold(ctx)
	defer stop()
	for _, m := range out.Messages {
		if ctx.Err() != nil {
			h.release(ctx, m)
		} else if q.one(ctx, handle, h, m) {
			handled++
		}
	}
	return handled, ctx.Err()
}

// one handles a message, and reports whether it is gone from the queue.
func (q *Queue) one(ctx context.Context, handle Handler, h *holder, m types.Message) (gone bool) {
	err := safely(func() error { return handle(ctx, text(m.Body)) })
	if err != nil {
		q.report(ctx, fmt.Errorf("ddbsqs: message %s: %w", *m.MessageId, err))
		if gone, err = q.poison(ctx, m); !gone {
			if err != nil {
				q.report(ctx, err)
			}
			h.release(ctx, m)
			return false
		}
	}
	h.drop(m)
	// The message is handled, even if the program is about to end.
	if _, err := q.client.DeleteMessage(context.WithoutCancel(ctx), &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: m.ReceiptHandle}); err != nil {
		q.report(ctx, fmt.Errorf("ddbsqs: message %s: handled but not deleted, it will be delivered again: %w", *m.MessageId, err))
		return false
	}
	return true
}

// poison hands a message that failed too often to Poison, and reports whether Poison took it.
func (q *Queue) poison(ctx context.Context, m types.Message) (taken bool, err error) {
	n, err := strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	if q.opts.Poison == nil || err != nil || n < q.opts.MaxReceives || ctx.Err() != nil {
		return false, nil
	}
	if err := q.opts.Poison.Send(ctx, text(m.Body)); err != nil {
		return false, fmt.Errorf("ddbsqs: message %s: failed %d times and Poison did not take it: %w", *m.MessageId, n, err)
	}
	return true, nil
}

func (q *Queue) report(ctx context.Context, err error) {
	if q.opts.OnError == nil || ctx.Err() != nil {
		return
	}
	q.told.Lock() // the renewal of a message reports beside its handler
	defer q.told.Unlock()
	q.opts.OnError(ctx, err)
}

// holder keeps received messages hidden from other consumers.
type holder struct {
	q    *Queue
	mu   sync.Mutex
	held map[string]types.Message
}

// hold renews the visibility of the held messages until stop is called.
func (h *holder) hold(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(h.q.opts.Visibility / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			h.mu.Lock()
			for _, m := range h.held {
				h.visible(ctx, m, h.q.opts.Visibility)
			}
			h.mu.Unlock()
		}
	})
	return func() { cancel(); wg.Wait() }
}

// drop stops holding a message.
func (h *holder) drop(m types.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.held, *m.MessageId)
}

// release makes a message visible again: after a pause if it failed, at once when the program ends.
func (h *holder) release(ctx context.Context, m types.Message) {
	h.drop(m)
	after := h.q.opts.Retry
	if ctx.Err() != nil {
		after = 0
	}
	h.visible(context.WithoutCancel(ctx), m, after)
}

func (h *holder) visible(ctx context.Context, m types.Message, after time.Duration) {
	_, err := h.q.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &h.q.url, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: seconds(after),
	})
	if err != nil {
		h.q.report(ctx, fmt.Errorf("ddbsqs: message %s: its visibility cannot be changed, it may be delivered again too early: %w", *m.MessageId, err))
	}
}

func seconds(d time.Duration) int32 { return int32(d / time.Second) }

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// pause waits, with jitter.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d/2 + rand.N(d/2))
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// safely turns a panic into an error.
func safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}
