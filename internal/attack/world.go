package attack

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

// Promise is what is attacked.
type Promise struct {
	// Name is printed.
	Name string
	// Processes and Calls are the number of processes in a round, and of calls by each; the defaults are 3 and 12.
	Processes, Calls int
	// Calm disables faults.
	Calm bool
	// Begin makes the models of a round and its first items. Its random choices come from the world.
	Begin func(context.Context, *World) Round
}

// Round is one attack on a promise.
type Round interface {
	// Call makes one call, with choices from c.Rand. Calls of several processes run concurrently, those of one process
	// in sequence.
	Call(ctx context.Context, c *Call)
	// Check checks the state after all calls have returned, and reports problems to the world.
	Check(ctx context.Context, w *World)
}

// Engine is a DynamoDB to attack.
type Engine struct {
	// Config is the configuration of its clients.
	Config aws.Config
	// Simulated says that it runs in this process, without network or goroutines, so that a round can be a simulation.
	Simulated bool
	// Advance moves the engine's clock, if it has its own.
	Advance func(time.Duration)
	// Start is the time at which the world's clock begins.
	Start time.Time
}

// World is the table of a round, and its writers.
type World struct {
	Seed      uint64
	Rand      *rand.Rand // for what is drawn once in a round
	Table     string
	Processes []*Process
	Created   bool // the table exists

	engine Engine
	raw    *dynamodb.Client
	gate   *gate
	rates  rates

	mu       sync.Mutex
	clock    time.Time
	calls    []*Call
	requests int
	problems []Problem
	checking bool // all calls have returned
}

// Problem is a promise that does not hold.
type Problem struct {
	Kind string // the same for two problems that probably have one cause
	Text string
	Item string // text of the item's key, "" for a problem without an item
}

func newWorld(engine Engine, seed uint64, table string) *World {
	w := &World{Seed: seed, Rand: rand.New(rand.NewPCG(seed, 0)), Table: table, engine: engine, clock: engine.Start}
	w.raw = dynamodb.NewFromConfig(engine.Config)
	return w
}

// Problem reports that something does not hold.
func (w *World) Problem(kind, item, format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.problems = append(w.problems, Problem{kind, fmt.Sprintf(format, args...), item})
}

// Now is the clock of all processes.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

// Advance advances the time of the processes and the engine.
func (w *World) Advance(d time.Duration) {
	w.mu.Lock()
	w.clock = w.clock.Add(d)
	w.mu.Unlock()
	if w.engine.Advance != nil {
		w.engine.Advance(d)
	}
}

// Raw is a client without faults.
func (w *World) Raw() *dynamodb.Client { return w.raw }

// Open returns a DB without faults, to begin a round and to check its result.
func (w *World) Open(table *ddb.Table, opts ...func(*ddb.Options)) *ddb.DB {
	o := &ddb.Options{Now: w.Now}
	for _, f := range opts {
		f(o)
	}
	return ddb.New(w.raw, w.Table, table, o)
}

// Create makes the table of a model. Several models of one round may share a table; the first one creates it.
func (w *World) Create(ctx context.Context, table *ddb.Table) {
	w.must(w.Open(table).CreateTable(ctx))
	w.Created = true
}

// Calls returns the calls of the round, in the order in which they began.
func (w *World) Calls() []*Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls)
}

// Attrs is a stored item, as a client without the library reads it.
type Attrs = map[string]types.AttributeValue

// Items reads the whole table, sorted by key.
func (w *World) Items(ctx context.Context) []Attrs { return w.ItemsOf(ctx, w.Table) }

// ItemsOf is Items of another table.
func (w *World) ItemsOf(ctx context.Context, table string) []Attrs {
	var all []Attrs
	in := &dynamodb.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true)}
	for {
		out, err := w.raw.Scan(ctx, in)
		w.must(err)
		all = append(all, out.Items...)
		if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
			break
		}
	}
	slices.SortFunc(all, func(a, b Attrs) int { return strings.Compare(KeyText(a), KeyText(b)) })
	return all
}

// must is for calls that cannot fail unless the attack itself is wrong.
func (w *World) must(err error) {
	if err != nil {
		panic(fmt.Sprintf("attack: seed %d: %v", w.Seed, err))
	}
}

// KeyText is the key of an item for people: partition and sort key, which are "pk" and "sk" in every model here.
func KeyText(it Attrs) string {
	if Text(it["pk"]) == Text(it["sk"]) {
		return Text(it["pk"])
	}
	return Text(it["pk"]) + " / " + Text(it["sk"])
}

// Text is a scalar as text, "" if it is not one.
func Text(av types.AttributeValue) string {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return av.Value
	case *types.AttributeValueMemberN:
		return av.Value
	case *types.AttributeValueMemberBOOL:
		return fmt.Sprint(av.Value)
	case *types.AttributeValueMemberB:
		return fmt.Sprintf("%x", av.Value)
	}
	return ""
}

// Show prints an item on one line.
func Show(it Attrs) string {
	if len(it) == 0 {
		return "nothing"
	}
	var b strings.Builder
	for i, name := range slices.Sorted(maps.Keys(it)) {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%s=%s", name, showValue(it[name]))
	}
	return b.String()
}

func showValue(av types.AttributeValue) string {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return fmt.Sprintf("%q", av.Value)
	case *types.AttributeValueMemberM:
		return "{" + Show(av.Value) + "}"
	case *types.AttributeValueMemberL:
		parts := make([]string, len(av.Value))
		for i, v := range av.Value {
			parts[i] = showValue(v)
		}
		return "[" + strings.Join(parts, " ") + "]"
	case *types.AttributeValueMemberSS:
		return fmt.Sprintf("%q", slices.Sorted(slices.Values(av.Value)))
	case *types.AttributeValueMemberNULL:
		return "null"
	}
	return Text(av)
}
