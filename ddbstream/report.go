package ddbstream

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/aws/smithy-go"

	"github.com/singletable-go/ddb"
)

// repeat is the shortest time between two reports of the same cause.
const repeat = time.Minute

// causes remembers what was reported, so that a lasting cause is reported once a minute.
type causes struct {
	mu   sync.Mutex
	told map[string]time.Time
}

// tell reports whether a cause is due to be reported.
func (c *causes) tell(cause string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if at, ok := c.told[cause]; ok && now.Sub(at) < repeat {
		return false
	}
	if c.told == nil || len(c.told) >= 1000 {
		kept := map[string]time.Time{}
		for k, at := range c.told {
			if now.Sub(at) < repeat {
				kept[k] = at
			}
		}
		if len(kept) >= 1000 { // a different cause for each record: forget them all, and report some twice
			clear(kept)
		}
		c.told = kept
	}
	c.told[cause] = now
	return true
}

// forget makes a cause new again, because it has passed.
func (c *causes) forget(prefix string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.told {
		if strings.HasPrefix(k, prefix) {
			delete(c.told, k)
		}
	}
}

// causeOf identifies a cause: by the service's error code if there is one, because the messages contain request
// numbers. The cause of a record does not include the number of the delivery.
func causeOf(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	if n, ok := errors.AsType[net.Error](err); errors.Is(err, context.DeadlineExceeded) || ok && n.Timeout() {
		return "time-out" // it has many wordings
	}
	if e, ok := errors.AsType[*ddb.RecordError](err); ok {
		err = e.Err
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return first
}

// report reports a failure that is retried: a summary to the log, the whole error to OnError. The same cause at the
// same place is reported once a minute.
func (r *Reader) report(ctx context.Context, place string, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	all, told := together(err), false
	for _, cause := range all.causes {
		told = r.causes.tell(place+" "+cause) || told
	}
	if !told {
		return
	}
	r.log(ctx, slog.LevelWarn, "stream: trying again", "at", place, "err", all)
	if r.opts.OnError != nil {
		r.opts.OnError(ctx, err)
	}
}

// note counts a request for its circuit, reports when an outage begins or ends, and returns err.
func (r *Reader) note(ctx context.Context, op string, err error) error {
	counted := err
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return err
	case errors.Is(err, ErrLeaseLost), isResponse(err):
		counted = nil
	}
	r.noteAll(ctx, op, counted)
	return err
}

// noteAll is note for an error that already says whether all requests of a kind fail.
func (r *Reader) noteAll(ctx context.Context, op string, err error) {
	o := r.circuit(op).count(err)
	if o == nil {
		return
	}
	level, text := slog.LevelWarn, "stream: outage"
	if o.Over {
		level, text = slog.LevelInfo, "stream: works again"
		r.causes.forget(op + " ")
	}
	attrs := []any{"operation", o.Operation, "since", o.Since, "failures", o.Failures}
	if o.Err != nil {
		attrs = append(attrs, "err", together(o.Err))
	}
	r.log(ctx, level, text, attrs...)
	if r.opts.OnOutage != nil {
		r.opts.OnOutage(ctx, o)
	}
}

// circuit returns the circuit of a kind of request.
func (r *Reader) circuit(op string) *circuit {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.circuits[op]
	if c == nil {
		c = &circuit{op: op}
		r.circuits[op] = c
	}
	return c
}

// log writes to the reader's logger.
func (r *Reader) log(ctx context.Context, level slog.Level, text string, attrs ...any) {
	r.opts.Logger.Log(ctx, level, text, append([]any{"table", r.table, "worker", r.opts.Worker}, attrs...)...)
}
