package attack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"github.com/singletable-go/ddb"
)

// Style is how a process makes its client, which decides on which of its paths the library reads and writes.
type Style uint8

// The styles.
const (
	Plain      Style = iota // the SDK's client: items are read and written as JSON
	Attributes              // the same with Options.UseAttributeMaps
	Wrapped                 // a struct around the SDK's client: items are written as attributes
	Middleware              // the SDK's client with a user's middleware
	styles
)

func (s Style) String() string { return [...]string{"plain", "attributes", "wrapped", "middleware"}[s] }

// Process is a program that writes to the table: it has its own client and DB.
type Process struct {
	Name  string
	Style Style
	Index int

	world       *World
	client      ddb.Client
	maxAttempts int
	call        *Call // the current call
}

// wrapped is a client as users make them, for logs or traces.
type wrapped struct{ *dynamodb.Client }

func newProcess(w *World, index int) *Process {
	r := rand.New(rand.NewPCG(w.Seed, 1000+uint64(index)))
	p := &Process{Name: string(rune('a' + index)), Style: Style((uint64(index) + w.Seed) % uint64(styles)), Index: index, world: w}
	p.maxAttempts = 3 + r.IntN(6)
	retries := r.IntN(4) > 0
	cfg := w.engine.Config
	client := dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) {
		o.HTTPClient = &line{next: o.HTTPClient, p: p}
		o.Retryer = aws.NopRetryer{}
		if retries {
			o.Retryer = retry.NewStandard(func(so *retry.StandardOptions) {
				so.MaxAttempts, so.MaxBackoff, so.RateLimiter = 3, time.Millisecond, ratelimit.None
			})
		}
		if p.Style == Middleware {
			o.APIOptions = append(o.APIOptions, p.look)
		}
	})
	p.client = client
	if p.Style == Wrapped {
		p.client = wrapped{client}
	}
	return p
}

// look adds a middleware that reads whole items, as one for encryption would.
func (p *Process) look(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("look", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		if put, ok := in.Parameters.(*dynamodb.PutItemInput); ok && len(put.Item) <= 2 {
			p.world.Problem("middleware", "", "a middleware sees a part of an item: %s", Show(put.Item))
		}
		return next.HandleInitialize(ctx, in)
	}), middleware.After)
}

// Open returns the process's DB for its own model of the table.
func (p *Process) Open(table *ddb.Table) *ddb.DB { return p.OpenTable(p.world.Table, table) }

// OpenTable is Open for another table.
func (p *Process) OpenTable(name string, table *ddb.Table) *ddb.DB {
	return ddb.New(p.client, name, table, &ddb.Options{
		Now: p.world.Now, MaxAttempts: p.maxAttempts, UseAttributeMaps: p.Style == Attributes,
	})
}

// Call is one call of a process.
type Call struct {
	ID      string // unique in the round, such as "b7": its writes have this mark
	Process *Process
	Rand    *rand.Rand
	Text    string // a description for people
	Effects []*Effect

	world    *World
	index    int
	asked    map[string]int // the number of requests, by their content
	faults   *rand.Rand
	calm     bool // no faults
	lost     bool // a response was lost
	begun    int  // requests of all calls before it
	trace    []string
	finished bool
}

func (p *Process) newCall(index int, calm bool) *Call {
	id := uint64(p.Index)<<32 | uint64(index)<<8
	return &Call{
		ID: fmt.Sprintf("%s%d", p.Name, index), Process: p, world: p.world, index: index, asked: map[string]int{}, calm: calm,
		Rand: rand.New(rand.NewPCG(p.world.Seed, id|1)), faults: rand.New(rand.NewPCG(p.world.Seed, id|2)),
	}
}

// Say describes the call, for people.
func (c *Call) Say(format string, args ...any) { c.Text = fmt.Sprintf(format, args...) }

// note adds a line to the trace of the call.
func (c *Call) note(format string, args ...any) {
	w := c.world
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests++
	c.trace = append(c.trace, fmt.Sprintf("%4d   %s: ", w.requests, c.Process.Name)+fmt.Sprintf(format, args...))
}

// Lost reports whether a response to the call has been lost so far.
func (c *Call) Lost() bool {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	return c.lost
}

// Chance returns true once in n.
func (c *Call) Chance(n int) bool { return c.Rand.IntN(n) == 0 }

// Pick returns one of several.
func Pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// Now is the world's time.
func (c *Call) Now() time.Time { return c.world.Now() }

// Tick lets a second or more pass.
func (c *Call) Tick() {
	d := time.Duration(1+c.Rand.IntN(3)) * time.Second
	c.note("%v pass", d)
	c.world.Advance(d)
}

func (p *Process) run(ctx context.Context, round Round, c *Call) {
	defer func() {
		if x := recover(); x != nil {
			p.world.Problem("panic", "", "%s %s panicked: %v\n%s", c.ID, c.Text, x, stack())
		}
		c.finished = true
	}()
	p.call = c
	p.world.mu.Lock()
	c.begun = p.world.requests
	p.world.calls = append(p.world.calls, c)
	p.world.mu.Unlock()
	round.Call(ctx, c)
}
