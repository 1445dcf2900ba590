package ddbstream

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/singletable-go/ddb"
)

// Client is what a [Reader] calls; *dynamodbstreams.Client has it. Methods may be added in minor versions.
type Client interface {
	ListStreams(context.Context, *dynamodbstreams.ListStreamsInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.ListStreamsOutput, error)
	DescribeStream(context.Context, *dynamodbstreams.DescribeStreamInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error)
	GetShardIterator(context.Context, *dynamodbstreams.GetShardIteratorInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error)
	GetRecords(context.Context, *dynamodbstreams.GetRecordsInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error)
}

// Processor handles records and returns the sequence numbers of those to deliver again; *[ddb.Mux] is one. If it has a
// method Gap(context.Context, error) error, as a Mux has, it is told of gaps in which records are lost.
type Processor interface {
	Process(ctx context.Context, records []ddb.Record) (failed []string, err error)
}

// Options configures a [Reader]; the zero value of each field is its default, and nil is all defaults.
type Options struct {
	// Latest makes a group that has no leases yet begin with what is written from now on; by default it begins with the
	// oldest record that the stream keeps. A shard of such a group that is given up before its first record begins so
	// again: use it where what was written before does not matter.
	Latest bool

	// Worker names this worker among those that share the store; default a random name. Two workers at once must not
	// have the same.
	Worker string

	// Lease is how long a worker may be silent before others take its shards; default 30 s. It renews its leases three
	// times as often.
	Lease time.Duration

	// Checkpoint is how often a shard's position is written while it is read, at most; default 5 s. It is written only
	// behind records that are not of the library's own items, and when the reader stops. After a crash what was handled
	// since comes again.
	Checkpoint time.Duration

	// Poll is how long a shard that had nothing new is left alone; default 1 s. DynamoDB allows five reads of a shard
	// in a second, by all readers together.
	Poll time.Duration

	// Discover is how often new shards and the leases of others are looked for; default 10 s. The end of a shard is a
	// reason to look at once.
	Discover time.Duration

	// Batch is the number of records read at once; default 1000, which is the most that DynamoDB returns.
	Batch int

	// OnGap is told of every gap, before the reader goes on behind it; an error ends Run. Two workers may both report
	// one. By default a gap in which records are lost ends Run with the [Gap], each time that it is run.
	OnGap func(ctx context.Context, g *Gap) error

	// OnError is told of deliveries that failed and will be repeated, and of requests that failed and will be repeated;
	// by default they are repeated in silence.
	OnError func(ctx context.Context, err error)
}

// Reader reads the stream of one table. Make it with [NewReader]; one Run or Drain at a time.
type Reader struct {
	client Client
	table  string
	to     Processor
	store  Store
	opts   Options

	batches atomic.Int64 // handled, of any shard

	mu      sync.Mutex
	running map[string]*shard
	seen    map[string]sighting // of the leases of others
	drain   *drain              // nil unless it drains
	wake    chan struct{}
	stop    context.CancelCauseFunc
	wg      sync.WaitGroup
}

// sighting is when the counter of somebody's lease was seen to move.
type sighting struct {
	counter int64
	at      time.Time
	moved   bool // since it was first seen: somebody is alive
}

// NewReader returns a reader of table's stream that hands records to to and keeps its leases in store. It makes no
// request.
func NewReader(client Client, table string, to Processor, store Store, opts *Options) *Reader {
	r := &Reader{client: client, table: table, to: to, store: store}
	if opts != nil {
		r.opts = *opts
	}
	positive := func(d *time.Duration, def time.Duration) {
		if *d <= 0 {
			*d = def
		}
	}
	positive(&r.opts.Lease, 30*time.Second)
	positive(&r.opts.Checkpoint, 5*time.Second)
	positive(&r.opts.Poll, time.Second)
	positive(&r.opts.Discover, 10*time.Second)
	if r.opts.Batch <= 0 || r.opts.Batch > 1000 {
		r.opts.Batch = 1000
	}
	if r.opts.Worker == "" {
		r.opts.Worker = "w-" + rand.Text()[:12]
	}
	return r
}

// Run reads until ctx ends: then it finishes or gives up the batches under way, writes its checkpoints, gives its
// leases back, for which it waits up to five seconds a lease, and returns nil. Any other end is an error: a [Gap] that nobody takes, a table without a stream, a [TableStore]
// without its table. What fails for a while, requests and records, is tried again.
func (r *Reader) Run(ctx context.Context) error { return r.read(ctx, nil) }

// read reads until ctx ends, or, draining, until there is nothing left.
func (r *Reader) read(ctx context.Context, d *drain) error {
	run, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.mu.Lock()
	r.running, r.seen, r.wake, r.stop = map[string]*shard{}, map[string]sighting{}, make(chan struct{}, 1), stop
	r.drain = d
	r.mu.Unlock()
	r.wg.Go(func() { r.renew(run) })
	for run.Err() == nil {
		r.begin()
		err := r.plan(run)
		if err == nil && r.through() {
			stop(errDrained)
			break
		}
		if err != nil {
			_, gap := errors.AsType[*Gap](err)
			_, noTable := errors.AsType[*types.ResourceNotFoundException](err) // of the store: the stream's own is another type
			if gap || noTable || errors.Is(err, errNoStream) || errors.Is(err, errHook) {
				stop(err)
				break
			}
			r.report(run, err)
		}
		select {
		case <-run.Done():
		case <-r.wake:
		case <-time.After(r.opts.Discover):
		}
	}
	r.wg.Wait()
	cause := context.Cause(run)
	switch {
	case errors.Is(cause, errDrained):
		return nil
	case ctx.Err() == nil:
		return cause
	case d != nil:
		return ctx.Err()
	}
	return nil
}

// end stops the reader with an error.
func (r *Reader) end(err error) { r.stop(err) }

func (r *Reader) report(ctx context.Context, err error) {
	if r.opts.OnError != nil && ctx.Err() == nil {
		r.opts.OnError(ctx, err)
	}
}

// again makes the reader look for shards now.
func (r *Reader) again() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

var errHook = errors.New("refused")

// gap reports a gap to everybody who wants to know. It returns nil if the reader may go on.
func (r *Reader) gap(ctx context.Context, g *Gap) error {
	if m, ok := r.to.(interface {
		Gap(ctx context.Context, cause error) error
	}); ok && g.Lost {
		if err := m.Gap(ctx, g); err != nil {
			return fmt.Errorf("ddbstream: reporting a gap: %w", err)
		}
	}
	if r.opts.OnGap != nil {
		if err := r.opts.OnGap(ctx, g); err != nil {
			return fmt.Errorf("ddbstream: gap %w: %w: %w", errHook, err, g)
		}
		return nil
	}
	if g.Lost {
		return g
	}
	r.report(ctx, g)
	return nil
}

// renew keeps the leases of the shards that are being read.
func (r *Reader) renew(ctx context.Context) {
	tick := time.NewTicker(r.opts.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		r.mu.Lock()
		shards := make([]*shard, 0, len(r.running))
		for _, s := range r.running {
			shards = append(shards, s)
		}
		r.mu.Unlock()
		for _, s := range shards {
			if err := s.save(ctx, func(*Lease) {}); err != nil {
				r.report(ctx, err)
			}
		}
	}
}
