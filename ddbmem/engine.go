package ddbmem

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options configures an [Engine]. The zero Options is valid: every field says its default.
type Options struct {
	// Clock tells the time, of any year. The default is the system's clock.
	Clock Clock

	// Region and Account appear in the ARNs of tables. The defaults are "us-east-1" and "000000000000".
	Region  string
	Account string

	// TableDelay is how long a table or an index stays CREATING, UPDATING or DELETING, on the engine's clock: with a
	// [ManualClock] it does until the clock is advanced, and whatever waits for the table with it. The default, 0,
	// makes every change take effect before its answer is sent.
	TableDelay time.Duration

	// TTLDelay is how long an expired item is still there before the engine deletes it. The default, 0, deletes it
	// at the first request that looks at its table after it has expired.
	TTLDelay time.Duration

	// Seed feeds everything the engine draws: sequence numbers, shard identifiers, faults by rate. The default is 1,
	// so that two runs of one test see the same.
	Seed uint64

	// StreamShards is how many open shards a new stream has, each with an equal part of the partition keys. The
	// default is 1.
	StreamShards int

	// ShardRecords is how many records an open stream shard takes before it is closed and two children follow. The
	// default, 0, splits only when [Engine.SplitShard] asks for it.
	ShardRecords int

	// StreamBytes is about how much memory the records of one stream may take. Beyond it the oldest records go, as they
	// do after 24 hours, and a reader that still needed them gets TrimmedDataAccessException. The default is 96 MiB,
	// which hold about 180,000 changes of items of 200 bytes, or 600,000 new items; a negative number is no bound.
	StreamBytes int64

	// Capacity limits throughput as the service does, in provisioned mode and on demand. The default is no limit: nothing
	// is throttled but by [Options.Faults].
	Capacity *Capacity

	// Faults says what goes wrong from the beginning; [Engine.SetFaults] changes it. The default is nothing.
	Faults Faults

	// Legacy accepts the parameters of requests from before there were expressions, such as KeyConditions, Expected
	// and AttributeUpdates. By default they are refused with the name of what to use instead, as a mistake in a
	// program of today.
	Legacy bool

	// PartiQL answers ExecuteStatement, BatchExecuteStatement and ExecuteTransaction. By default they are unknown
	// operations.
	PartiQL bool

	// Wording chooses the words of ValidationExceptions. The default is [NewerWording].
	Wording Wording

	// Log receives one line for each request. The default is no log.
	Log *slog.Logger
}

// Engine is a DynamoDB in memory. It is an [http.Handler], and safe for concurrent use. Make one with [New].
type Engine struct {
	opts  Options
	clock Clock

	mu      sync.RWMutex // guards tables and streams
	tables  map[string]*table
	streams map[string]*stream // by ARN, those of deleted tables too

	tokens   tokenStore
	flight   flight
	faults   faultState
	rand     source
	requests atomic.Int64
	changes  atomic.Uint64
}

// New returns an empty engine. It takes at most one Options; without any, the defaults hold. It panics where the options
// cannot be meant, as with a Clock that is a nil pointer:
//
//	client := ddbmem.New().Client()
//
// An engine holds no goroutine and no socket, so there is nothing to close.
func New(opts ...Options) *Engine {
	if len(opts) > 1 {
		panic("ddbmem: New takes at most one Options")
	}
	e := &Engine{tables: map[string]*table{}, streams: map[string]*stream{}}
	if len(opts) == 1 {
		e.opts = opts[0]
	}
	e.clock = engineClock(e.opts.Clock)
	e.opts.Region = orDefault(e.opts.Region, "us-east-1")
	e.opts.Account = orDefault(e.opts.Account, "000000000000")
	if e.opts.Seed == 0 {
		e.opts.Seed = 1
	}
	if e.opts.Capacity != nil {
		e.opts.Capacity = e.opts.Capacity.withDefaults()
	}
	if e.opts.StreamBytes == 0 {
		e.opts.StreamBytes = defaultStreamBytes
	}
	e.rand.seed(e.opts.Seed)
	e.SetFaults(e.opts.Faults)
	return e
}

// Serve answers requests on the TCP address addr until ctx is done, and then returns when those under way are answered. It
// is for tools that cannot call the engine in process; [Engine.Client] needs no server.
func (e *Engine) Serve(ctx context.Context, addr string) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return e.ServeListener(ctx, l)
}

// ServeListener is like [Engine.Serve] on a listener that the caller opened, such as one on a port of the system's
// choice. It closes the listener.
func (e *Engine) ServeListener(ctx context.Context, l net.Listener) error {
	var underWay sync.WaitGroup
	srv := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		underWay.Add(1)
		defer underWay.Done()
		e.ServeHTTP(w, r)
	})}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	err := srv.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) { // a slow request, or a connection without one
		underWay.Wait()
		err = srv.Close()
	}
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		return errors.Join(err, served)
	}
	return err
}

// lookup returns a table by its name or ARN, nil when there is none.
func (e *Engine) lookup(name string) *table {
	name = e.localName(name)
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.tables[name]
}

// localName returns the table name of an ARN, or the name itself.
func (e *Engine) localName(name string) string {
	if strings.HasPrefix(name, "arn:") {
		if _, after, ok := strings.Cut(name, ":table/"); ok {
			return after
		}
	}
	return name
}

// open returns a table that items can be read from and written to. Tables still being created are not.
func (e *Engine) open(name string) (*table, *apiError) {
	t := e.lookup(name)
	if t == nil {
		return nil, noTable()
	}
	if t.readyAt.Load() != nil && !t.usable(e.clock.Now()) {
		return nil, noTable()
	}
	return t, nil
}

// openToRead returns the table of a name, locked for reading. Whoever gets it unlocks it.
func (e *Engine) openToRead(name string) (*table, *apiError) {
	t, failed := e.open(name)
	if failed != nil {
		return nil, failed
	}
	t.settle()
	t.mu.RLock()
	if t.dropped {
		t.mu.RUnlock()
		return nil, noTable()
	}
	return t, nil
}

// names returns the names of all tables, sorted.
func (e *Engine) names() []string {
	e.mu.RLock()
	defer e.mu.RUnlock()
	all := make([]string, 0, len(e.tables))
	for name := range e.tables {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func (e *Engine) arn(table string) string {
	return "arn:aws:dynamodb:" + e.opts.Region + ":" + e.opts.Account + ":table/" + table
}
