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

// Options configures an [Engine]. The zero Options is valid: the zero value of each field is its default.
type Options struct {
	// Clock provides the time. The default is the system clock.
	Clock Clock

	// Region and Account appear in the ARNs of tables. The defaults are "us-east-1" and "000000000000".
	Region  string
	Account string

	// TableDelay is how long a table or an index stays CREATING, UPDATING or DELETING, by the engine's clock. With a
	// [ManualClock] it stays so until the clock is advanced, and so does a caller that waits for it. The default, 0,
	// makes every change take effect before its response.
	TableDelay time.Duration

	// TTLDelay is how long an expired item remains. The default, 0, deletes it with the first request that uses its
	// table after the expiry time.
	TTLDelay time.Duration

	// Seed seeds everything random: sequence numbers, shard IDs, faults by rate. The default is 1, so two runs of a
	// test are the same.
	Seed uint64

	// StreamShards is the number of open shards of a new stream, each with an equal share of the partition keys. The
	// default is 1.
	StreamShards int

	// ShardRecords is the number of records after which an open stream shard is closed and followed by two children.
	// The default, 0, splits only when [Engine.SplitShard] is called.
	ShardRecords int

	// StreamBytes is roughly how much memory the records of one stream may use. Above it the oldest records are
	// removed, as after 24 hours, and a reader that still needs them gets TrimmedDataAccessException. The default is 96
	// MiB: about 180,000 changes of items of 200 bytes, or 600,000 new items. A negative number means no limit.
	StreamBytes int64

	// Capacity limits throughput as the service does, in provisioned and on-demand mode. By default nothing is
	// throttled except by [Options.Faults].
	Capacity *Capacity

	// Faults says what fails from the start; [Engine.SetFaults] changes it. By default nothing fails.
	Faults Faults

	// Legacy accepts the parameters from before expressions, such as KeyConditions, Expected and AttributeUpdates. By
	// default they are rejected with the name of their successor.
	Legacy bool

	// PartiQL enables ExecuteStatement, BatchExecuteStatement and ExecuteTransaction. By default they are unknown
	// operations.
	PartiQL bool

	// Wording selects the texts of ValidationExceptions. The default is [NewerWording].
	Wording Wording

	// Log receives one line for each request. The default is no log.
	Log *slog.Logger
}

// Engine is an in-memory DynamoDB. It is an [http.Handler] and safe for concurrent use. Make it with [New].
type Engine struct {
	opts  Options
	clock Clock

	mu      sync.RWMutex // guards tables and streams
	tables  map[string]*table
	streams map[string]*stream // by ARN, including those of deleted tables

	tokens   tokenStore
	flight   flight
	faults   faultState
	rand     source
	requests atomic.Int64
	changes  atomic.Uint64
}

// New returns an empty engine. It takes at most one Options; without it all defaults apply. It panics for options that
// cannot be valid, such as a Clock that is a nil pointer:
//
//	client := ddbmem.New().Client()
//
// An engine uses no goroutine and no socket, so there is nothing to close.
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

// Serve serves requests on the TCP address addr until ctx is done. It then completes the current requests and returns.
// It is for tools that cannot call the engine in process; [Engine.Client] needs no server.
func (e *Engine) Serve(ctx context.Context, addr string) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return e.ServeListener(ctx, l)
}

// ServeListener is like [Engine.Serve], on a listener that the caller opened, for instance on a free port. It closes
// the listener.
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

// lookup returns a table by its name or ARN, nil if there is none.
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

// open returns a table whose items can be read and written. A table that is being created is not.
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

// openToRead returns the table of a name, locked for reading. The caller unlocks it.
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
