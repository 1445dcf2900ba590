package ddbstream

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/singletable-go/ddb/internal/apierror"
)

// The kinds of requests. Each may fail alone: a permission may be missing for one of them.
const (
	opList     = "ListStreams"
	opDescribe = "DescribeStream"
	opIterator = "GetShardIterator"
	opRecords  = "GetRecords"
	opStore    = "the store of leases" // reads
	opLease    = "writes of leases"
	opStream   = "the table's stream"
)

// So many failures in a row, of all shards, are an outage, or two failures if so much time has passed since the first.
const (
	outageAfter = 5
	outageTime  = 10 * time.Second
)

// Outage says that every request of a kind fails, or that this is over. While it lasts it is used as an error.
type Outage struct {
	Operation string    `json:"operation"` // such as GetRecords, "the store of leases", or the part of a Mux that cannot continue
	Since     time.Time `json:"since"`     // the first failure
	Failures  int       `json:"failures"`
	Over      bool      `json:"over,omitempty"`
	Err       error     `json:"-"` // the last failure
}

func (o *Outage) Error() string {
	if o.Over {
		return fmt.Sprintf("ddbstream: %s works again, after %d failures", o.Operation, o.Failures)
	}
	return fmt.Sprintf("ddbstream: %s has failed since %s, %d times in a row: positions are kept and requests are retried: %v",
		o.Operation, o.Since.Format(time.RFC3339), o.Failures, o.Err)
}

// Unwrap returns the last failure.
func (o *Outage) Unwrap() error { return o.Err }

// circuit counts the failures of one kind of request. While all of them fail it is open: it admits one at a time, with
// growing pauses.
type circuit struct {
	op       string
	mu       sync.Mutex
	outage   Outage
	open     bool
	next     time.Time     // when the next probe is due
	restored chan struct{} // closed when the circuit closes
}

// enter waits until a request may be made.
func (c *circuit) enter(ctx context.Context) {
	for ctx.Err() == nil {
		c.mu.Lock()
		wait, restored := time.Until(c.next), c.restored
		if !c.open || wait <= 0 {
			c.next = time.Now().Add(backoff(c.outage.Failures)) // for the other callers
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-restored:
		case <-t.C:
		}
		t.Stop()
	}
}

// count counts a request, and returns an outage that began or ended with it, nil for none.
func (c *circuit) count(err error) *Outage {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		ended := c.told()
		c.outage = Outage{}
		if !c.open {
			return nil
		}
		c.open, ended.Over = false, true
		close(c.restored)
		return &ended
	}
	if c.outage.Failures++; c.outage.Failures == 1 {
		c.outage.Since = time.Now()
	}
	c.outage.Err = err
	c.next = time.Now().Add(backoff(c.outage.Failures))
	switch f := c.outage.Failures; {
	case c.open:
		return nil
	case c.op == opStream: // not a request that might work the next time
	case f < outageAfter && (f < 2 || time.Since(c.outage.Since) < outageTime):
		return nil
	}
	c.open, c.restored = true, make(chan struct{})
	begun := c.told()
	return &begun
}

// now returns the current outage, nil for none.
func (c *circuit) now() *Outage {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.open {
		return nil
	}
	o := c.told()
	return &o
}

// told is the outage, with the name of its requests.
func (c *circuit) told() Outage {
	o := c.outage
	o.Operation = c.op
	return o
}

// isResponse reports whether a failure is a valid response about a position or a lease, so that it is no sign of an
// outage.
func isResponse(err error) bool {
	switch apierror.Of(err) {
	case apierror.Request, apierror.Data:
		return true
	case apierror.Unknown, apierror.Environment, apierror.Throttling, apierror.Contention:
	}
	return false
}

// backoff is the pause before attempt n: from 50 ms to 10 s, with jitter.
func backoff(n int) time.Duration {
	d := min(50*time.Millisecond<<min(n, 16), 10*time.Second)
	return d/2 + rand.N(d/2)
}

// sleep waits for d, or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
