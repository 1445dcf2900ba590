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

// Client lists the methods that a [Reader] calls; *dynamodbstreams.Client has them. Methods may be added in minor
// versions.
type Client interface {
	ListStreams(context.Context, *dynamodbstreams.ListStreamsInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.ListStreamsOutput, error)
	DescribeStream(context.Context, *dynamodbstreams.DescribeStreamInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error)
	GetShardIterator(context.Context, *dynamodbstreams.GetShardIteratorInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error)
	GetRecords(context.Context, *dynamodbstreams.GetRecordsInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error)
}

// Processor handles records and returns the sequence numbers of those to deliver again; *[ddb.Mux] is one. A record
// that the reader cannot convert has only its [ddb.Record].Raw: a Mux fails it alone, so it becomes a dead letter. If
// the processor has a method Gap(context.Context, error) error, as a Mux has, the reader calls it for gaps in which
// records are lost. Process is called by several goroutines, one for each shard.
type Processor interface {
	Process(ctx context.Context, records []ddb.Record) (failed []string, err error)
}

// Options configures a [Reader]. The zero value of each field is its default; nil means all defaults.
type Options struct {
	// Latest makes a group without leases begin at the present; by default it begins at the oldest record of the
	// stream. The first worker that sees the stream decides the time, by the clock of the service, and stores it as a
	// [Start]. Where responses carry no Date, it uses its own clock. Record times have whole seconds, so records
	// written up to two seconds earlier are delivered too.
	Latest bool

	// From makes a group without leases begin with what was written at that time or later, to the second. It takes
	// precedence over Latest. Shards are read from that time where DynamoDB accepts it (AT_TIMESTAMP). Where an engine
	// does not, or the time is in the future, the reader reads from the oldest record and drops the earlier ones, which
	// costs their reads. Records older than 24 hours are gone and are not delivered.
	From time.Time

	// Worker names this worker among those that share the store; default a random name. No two running workers may have
	// the same name.
	Worker string

	// Lease is how long a worker may be silent before others take its shards; default 30 s. Give all workers of a group
	// the same value. A worker renews its leases three times in this time. If it cannot renew one, it stops the shard
	// when the time is over and cancels the context of its handlers. A handler that ignores its context may then run
	// beside a handler of the new owner.
	//
	// Others also wait this long for a shard that is handed over to a worker at the moment when that one stops: it has not
	// begun, and nothing of the shard is read meanwhile.
	//
	// A worker that renews its leases keeps its shards. It also keeps a shard whose handler hangs, because taking that
	// shard would break the order of its items. The worker reports a delivery that takes longer than this. A worker
	// that waits this long for a shard reports that too. See OnError, Logger, [ShardStatus.Busy] and
	// [ShardStatus.WantedSince].
	Lease time.Duration

	// Checkpoint is the shortest time between two writes of a shard's position; default 5 s. The position is written
	// after records of your own items, not of companion items, and when the reader stops. After a crash, records
	// handled since the last write are delivered again.
	Checkpoint time.Duration

	// Poll is the pause after a read that found no new records; default 1 s. DynamoDB allows five reads of a shard per
	// second, for all readers together.
	Poll time.Duration

	// Discover is the time between two looks for new shards and changed leases; default 10 s. The reader also looks
	// when a shard ends.
	Discover time.Duration

	// Batch is the number of records read at once; default 1000, the most that DynamoDB returns.
	Batch int

	// OnGap is called for every gap, before the reader continues after it. An error from it ends Run. Two workers may
	// both report a gap. By default a gap in which records are lost ends Run with the [Gap], and does so each time Run
	// is called.
	OnGap func(ctx context.Context, g *Gap) error

	// OnError is called for failed deliveries and failed requests that will be retried: at most once a minute for the
	// same cause at the same shard or request. By default they are retried without a report.
	OnError func(ctx context.Context, err error)

	// OnOutage is called when all requests of a kind fail, five in a row or for ten seconds, and again when they work.
	// In between the reader keeps its positions and sends one request at a time, with backoff up to ten seconds.
	// OnOutage is also called when a part of a Mux cannot continue, in any shard, for a reason that is not the
	// record's, and again when all shards continue. It is also called when the stream is switched off.
	OnOutage func(ctx context.Context, o *Outage)

	// OnBatch is called for each handled batch, for metrics. It must return quickly, and may be called concurrently.
	OnBatch func(BatchStats)

	// Grace is how long handlers may continue with the current batches after the context of Run ends; then their
	// contexts end too. By default they end at once. Run returns when all batches are done, and renews the leases until
	// then. A handler that ignores its context keeps Run waiting, which is logged.
	Grace time.Duration

	// Logger receives what happens to shards: taken, released, handed over, finished, working again (Info). It receives
	// what fails and is retried, in short: one record for each cause, and also gaps, outages, lost shards and hanging
	// handlers (Warn). It receives the error with which Run ended (Error). By default nothing is logged.
	Logger *slog.Logger
}

// Reader reads the stream of one table. Make it with [NewReader]; the zero value is not usable. Its methods are safe
// for concurrent use, but only one Run or Drain may be active at a time.
type Reader struct {
	client Client
	table  string
	to     Processor
	store  Store
	opts   Options

	batches atomic.Int64 // batches read, of all shards: Drain compares it

	handled, batched, retries atomic.Int64 // for Status
	causes                    causes

	mu       sync.Mutex
	running  map[string]*shard
	leases   []Lease              // as last seen
	sawAt    time.Time            // when leases were seen
	unread   map[string]time.Time // shards without a reader, and since when
	starts   map[string]time.Time // the known starts
	now      time.Time            // the time of the service
	asking   Lease                // the lease that this worker waits for
	pleas    map[string]plea      // what this worker has asked for
	resumed  chan struct{}        // nil unless paused
	circuits map[string]*circuit
	stuck    map[string]map[*shard]bool // the shards that each part of the processor holds up
	seen     map[string]sighting        // the leases of other workers
	drain    *drain                     // nil unless draining
	wake     chan struct{}
	stop     context.CancelCauseFunc
	wg       sync.WaitGroup
}

// sighting is when this worker last saw the counter of another worker's lease change.
type sighting struct {
	counter int64
	at      time.Time
	moved   bool // since it was first seen: the owner is alive
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

// Run reads until ctx ends. It then finishes the current batches within [Options].Grace, writes its checkpoints,
// releases its leases, for which it waits up to five seconds, and returns nil.
//
// Run returns an error for a [Gap] that no OnGap accepted, for an error from OnGap, for a table that never had a stream,
// and for a [TableStore] without its table. All other failures, of requests and of records, are retried with backoff. A stream that is switched off is an [Outage]: Run waits for the next stream. The
// package documentation says what requests it makes.
func (r *Reader) Run(ctx context.Context) error { return r.read(ctx, nil) }

// read reads until ctx ends or, when draining, until nothing is left.
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
		_, noTable := errors.AsType[*types.ResourceNotFoundException](err) // of the store: the stream has another error type
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

// idle waits for the next plan.
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

// gap reports a gap. It returns nil if the reader may continue.
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

// renew renews the leases of the shards that are being read.
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
			if !s.renewing.CompareAndSwap(false, true) { // a store that hangs for one shard must not delay the others
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
