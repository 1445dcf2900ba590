package ddbstream

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
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

// Processor handles records and returns the sequence numbers of those to deliver again; *[ddb.Mux] is one. A record that the
// reader cannot convert has only its [ddb.Record].Raw: a Mux makes it fail by itself, and it goes to the dead letters. If the
// processor has a method Gap(context.Context, error) error, as a Mux has, it is told of gaps in which records are lost.
type Processor interface {
	Process(ctx context.Context, records []ddb.Record) (failed []string, err error)
}

// Options configures a [Reader]; the zero value of each field is its default, and nil is all defaults.
type Options struct {
	// Latest makes a group that has no leases yet begin with what is written from now on; by default it begins with the
	// oldest record that the stream keeps. "Now" is decided once for the group, by the first worker that sees the stream,
	// and stored as a [Start], by the clock of the service (that of the worker where responses carry no Date). Records tell
	// their time in seconds, so up to two seconds of what was written before are delivered too.
	Latest bool

	// From makes a group that has no leases yet begin with what was written at that time or later, to the second; it
	// goes before Latest. Shards are read from that time where DynamoDB takes it (AT_TIMESTAMP); an engine that does not,
	// or a time to come, makes the reader begin with the oldest records and drop those before, which costs reading them.
	// What the stream no longer keeps, which is all beyond 24 hours, is not delivered.
	From time.Time

	// Worker names this worker among those that share the store; default a random name. Two workers at once must not
	// have the same.
	Worker string

	// Lease is how long a worker may be silent before others take its shards; default 30 s. It renews its leases three
	// times as often, and stops at once, ending the context of its handlers, when it could not for that time: a handler that
	// does not obey its context may then run beside one of another worker. Give all workers of a group the same.
	//
	// A worker that renews its leases is never robbed of a shard: one whose handler hangs keeps it, since to take it would
	// break the order of its items. A delivery that takes longer than this is told by its worker, and a shard that was asked for and
	// not handed over for this time by the one that waits: see OnError, Logger, [ShardStatus.Busy] and [ShardStatus.WantedSince].
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

	// OnError is told of deliveries that failed and will be repeated, and of requests that failed and will be repeated:
	// of the same cause at the same shard, or request, at most once a minute. By default they are repeated in silence.
	OnError func(ctx context.Context, err error)

	// OnOutage is told when all requests of a kind fail, five in a row or for ten seconds, and when they work again. Meanwhile
	// the reader keeps its positions, and lets one request through at a time, with pauses up to ten seconds. It is told too when
	// a part of a Mux cannot go on for no fault of a record, in any shard, until all of them go on; and when the stream is switched off.
	OnOutage func(ctx context.Context, o *Outage)

	// OnBatch is told of each batch that was handled, for metrics. It must be quick.
	OnBatch func(BatchStats)

	// Grace is how long handlers may go on with the batches under way when the context of Run ends; then their contexts end
	// too. By default they end at once. Run returns when all batches are done, and leases are renewed until then: one that does not
	// obey its context keeps Run waiting, which is logged.
	Grace time.Duration

	// Logger is told what happens to shards (Info: taken, released, handed over, finished, works again), what fails and is
	// repeated, as OnError is, but in few words: one record for each cause (Warn: also gaps, outages, lost shards, and handlers that
	// hang), and why Run ended with an error (Error). By default nothing is logged.
	Logger *slog.Logger
}

// Reader reads the stream of one table. Make it with [NewReader]; one Run or Drain at a time.
type Reader struct {
	client Client
	table  string
	to     Processor
	store  Store
	opts   Options

	batches atomic.Int64 // read, of any shard: what a drain goes by

	handled, batched, retries atomic.Int64 // for Status
	causes                    causes

	mu       sync.Mutex
	running  map[string]*shard
	leases   []Lease              // as they were last seen
	sawAt    time.Time            // when that was
	unread   map[string]time.Time // the shards that nobody reads, since when
	starts   map[string]time.Time // that are known
	now      time.Time            // of the service
	asking   Lease                // that this worker waits for
	pleas    map[string]plea      // what it has asked for
	resumed  chan struct{}        // nil unless it is paused
	circuits map[string]*circuit
	stuck    map[string]map[*shard]bool // the shards that each part of the processor holds up
	seen     map[string]sighting        // of the leases of others
	drain    *drain                     // nil unless it drains
	wake     chan struct{}
	stop     context.CancelCauseFunc
	wg       sync.WaitGroup
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
	r := &Reader{client: client, table: table, to: to, store: store, circuits: map[string]*circuit{}}
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
	if r.opts.Logger == nil {
		r.opts.Logger = slog.New(slog.DiscardHandler)
	}
	return r
}

// Run reads until ctx ends: then it finishes the batches under way for as long as [Options].Grace says, or gives them up,
// writes its checkpoints, gives its leases back, for which it waits up to five seconds, and returns nil. Any other end is an
// error: a [Gap] that nobody takes, a table that has never had a stream, a [TableStore] without its table. What fails for a while,
// requests and records, is tried again. A stream that is switched off is an [Outage]: Run waits for the next one.
func (r *Reader) Run(ctx context.Context) error { return r.read(ctx, nil) }

// read reads until ctx ends, or, draining, until there is nothing left.
func (r *Reader) read(ctx context.Context, d *drain) error {
	run, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.mu.Lock()
	r.running, r.seen, r.wake, r.stop = map[string]*shard{}, map[string]sighting{}, make(chan struct{}, 1), stop
	r.asking, r.pleas, r.starts = Lease{}, map[string]plea{}, map[string]time.Time{}
	r.drain, r.stuck = d, nil
	r.mu.Unlock()
	renewing, stopRenewing := context.WithCancel(context.WithoutCancel(ctx))
	var renewer sync.WaitGroup
	renewer.Go(func() { r.renew(renewing) })
	for failures := 0; run.Err() == nil; {
		r.begin()
		err := r.plan(run)
		if err == nil && r.through() {
			stop(errDrained)
			break
		}
		if err == nil {
			failures = 0
			r.idle(run, r.wait())
			continue
		}
		_, gap := errors.AsType[*Gap](err)
		_, noTable := errors.AsType[*types.ResourceNotFoundException](err) // of the store: the stream's own is another type
		if gap || noTable || errors.Is(err, errNoStream) || errors.Is(err, errHook) {
			stop(err)
			break
		}
		r.report(run, "plan", err)
		failures++
		sleep(run, backoff(failures))
	}
	r.withdraw(ctx)
	r.wg.Wait()
	r.refuse(ctx)
	stopRenewing()
	renewer.Wait()
	r.mu.Lock()
	r.stop = nil
	r.mu.Unlock()
	cause := context.Cause(run)
	switch {
	case errors.Is(cause, errDrained):
		return nil
	case ctx.Err() == nil:
		r.log(ctx, slog.LevelError, "stream: ended", "err", cause)
		return cause
	case d != nil:
		return ctx.Err()
	}
	return nil
}

// idle waits until it is time for the next plan.
func (r *Reader) idle(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-r.wake:
	case <-t.C:
	}
}

// end stops the reader with an error.
func (r *Reader) end(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stop(err)
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
	if ctx.Err() == nil {
		r.log(ctx, slog.LevelWarn, "stream: gap", "kind", g.Kind, "shard", g.Shard, "after", g.After, "lost", g.Lost, "err", g.Err)
	}
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
	r.report(ctx, "shard "+g.Shard, g)
	return nil
}

// renew keeps the leases of the shards that are being read.
func (r *Reader) renew(ctx context.Context) {
	tick := time.NewTicker(r.opts.Lease / 3)
	defer tick.Stop()
	var saves sync.WaitGroup
	defer saves.Wait()
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
			s.hangs(ctx)
			if !s.renewing.CompareAndSwap(false, true) { // a store that hangs for one must not cost the others
				continue
			}
			saves.Go(func() {
				defer s.renewing.Store(false)
				if err := s.save(ctx, func(*Lease) {}); err != nil && !s.lost.Load() {
					r.report(ctx, opLease, err)
				}
			})
		}
	}
}
