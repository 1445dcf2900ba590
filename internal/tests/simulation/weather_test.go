package simulation_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/stream"
)

// weather is what surrounds a Mux: it makes requests and the functions of a program fail, and counts how often.
type weather struct {
	mu     sync.Mutex
	r      *rand.Rand
	calm   bool
	counts map[string]int
	spells map[string]int // calls of a function that will panic yet
}

// strikes reports whether what is about to happen fails, one time in n.
func (w *weather) strikes(n int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.calm && w.r.IntN(n) == 0
}

func (w *weather) intn(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.r.IntN(n)
}

func (w *weather) isCalm() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calm
}

func (w *weather) count(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[what]++
}

func (w *weather) soothe() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calm = true
}

// whim makes a function of the program panic, often for a while: so that records are given up.
func (w *weather) whim(function string) {
	if strikes := w.strikes(60); w.spell(function, strikes) {
		panic(errWhim)
	}
}

func (w *weather) spell(function string, begins bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if begins {
		w.spells[function] = 1 + w.r.IntN(12)
	}
	if w.calm || w.spells[function] == 0 {
		return false
	}
	w.spells[function]--
	w.counts["panic in "+function]++
	return true
}

var errWhim = errors.New("simulated whim")

// simMood is a value of a source whose decoder may panic.
type simMood struct{}

var simDecoding atomic.Pointer[weather]

func (simMood) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberS{Value: "well"}, nil
}

func (*simMood) UnmarshalDynamoDBAttributeValue(types.AttributeValue) error {
	if w := simDecoding.Load(); w != nil {
		w.whim("decoder")
	}
	return nil
}

func simRefused(status int, code string) error {
	return &smithy.OperationError{ServiceID: "DynamoDB", Err: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: &smithy.GenericAPIError{Code: code, Message: "no"},
	}}
}

func simCancelled(code string) error {
	return &smithy.OperationError{ServiceID: "DynamoDB", Err: &types.TransactionCanceledException{Message: new("cancelled"), CancellationReasons: []types.CancellationReason{{Code: new("None")}, {Code: &code, Message: new("no")}}}}
}

// outages are failures of the environment, of every class. What is lost may have been done.
var outages = []struct {
	name     string
	transact bool // of transactions alone
	lost     bool
	err      error
}{
	{"access denied", false, false, simRefused(400, "AccessDeniedException")},
	{"expired token", false, false, simRefused(400, "ExpiredTokenException")},
	{"unknown, forbidden", false, false, simRefused(403, "NobodyKnowsException")},
	{"internal error", false, true, simRefused(500, "InternalServerError")},
	{"unavailable", false, true, simRefused(503, "NobodyKnowsException")},
	{"throttled", false, false, &types.ProvisionedThroughputExceededException{Message: new("no")}},
	{"request limit", false, false, &types.RequestLimitExceeded{Message: new("no")}},
	{"cancelled for throttling", true, false, simCancelled("ThrottlingError")},
	{"cancelled for capacity", true, false, simCancelled("ProvisionedThroughputExceeded")},
	{"cancelled for a conflict", true, false, simCancelled("TransactionConflict")},
	{"time-out", false, true, &smithy.OperationError{Err: context.DeadlineExceeded}},
	{"lost connection", false, true, &smithy.OperationError{Err: &net.OpError{Op: "read", Err: syscall.ECONNRESET}}},
	{"refused connection", false, false, &smithy.OperationError{Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}},
	{"missing table", false, false, &types.ResourceNotFoundException{Message: new("no")}},
	{"of no type", false, true, errors.New("it is down")},
}

// outage returns a failure of the environment, and whether it comes after the request was made; nil in most cases.
func (w *weather) outage(transact bool) (err error, made bool) {
	if !w.strikes(15) {
		return nil, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	cancelled := transact && w.r.IntN(2) == 0
	for {
		o := outages[w.r.IntN(len(outages))]
		if o.transact != cancelled {
			continue
		}
		w.counts[o.name]++
		return o.err, o.lost && w.r.IntN(2) == 0
	}
}

// exposed is a client in the weather.
type exposed struct {
	ddb.Client
	w *weather
}

func exposedTo[I, O any](w *weather, ctx context.Context, in *I, transact bool, call func(context.Context, *I, ...func(*dynamodb.Options)) (*O, error)) (*O, error) {
	err, made := w.outage(transact)
	if err != nil && !made {
		return nil, err
	}
	out, callErr := call(ctx, in)
	if err != nil {
		return nil, err
	}
	return out, callErr
}

func (c exposed) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return exposedTo(c.w, ctx, in, false, c.Client.GetItem)
}

func (c exposed) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return exposedTo(c.w, ctx, in, false, c.Client.UpdateItem)
}

func (c exposed) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return exposedTo(c.w, ctx, in, false, c.Client.Query)
}

func (c exposed) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return exposedTo(c.w, ctx, in, false, c.Client.BatchGetItem)
}

func (c exposed) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return exposedTo(c.w, ctx, in, true, c.Client.TransactWriteItems)
}

// journal is what handlers of a program did, and what was given up: a record is handled once, and after those of its item.
// It is handled once more where it was under way when another process took over, which does not know of the first time.
type journal struct {
	mu       sync.Mutex
	text     func(ddb.Record) string // of a record's item
	order    map[string][]string     // by item, the records of the stream
	handled  map[string]int
	renewed  map[string]int             // by record, the processes that took over while it was under way
	lettered map[string]map[string]bool // by part of the Mux, the records
	letters  []*ddb.RecordError
	faults   []error
}

func newJournal(t *model.Table) *journal {
	return &journal{
		text: func(r ddb.Record) string { return t.KeyText(r.Keys) }, order: map[string][]string{}, handled: map[string]int{},
		renewed: map[string]int{}, lettered: map[string]map[string]bool{stream.HandlersName: {}, stream.BatchName: {}},
	}
}

func (j *journal) fault(format string, args ...any) {
	j.faults = append(j.faults, fmt.Errorf(format, args...))
}

// did notes that a record was handled.
func (j *journal) did(r *ddb.Record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.handled[r.Sequence]++; j.handled[r.Sequence] > 1+j.renewed[r.Sequence] {
		j.fault("record %s was handled once more than it should", r.Sequence)
	}
	if j.lettered[stream.HandlersName][r.Sequence] {
		return // a replay
	}
	for _, before := range j.order[j.text(*r)] {
		if before == r.Sequence {
			return
		}
		if j.handled[before] == 0 && !j.lettered[stream.HandlersName][before] {
			j.fault("record %s was handled before %s, which is of the same item", r.Sequence, before)
		}
	}
}

// put takes a dead letter: for a whim of the program, and for nothing else.
func (j *journal) put(_ context.Context, r ddb.Record, cause error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	e, _ := errors.AsType[*ddb.RecordError](cause)
	if !errors.Is(cause, errWhim) || errors.Is(cause, fault.ErrUnavailable) || fault.OutsideOf(context.Background(), cause) != nil {
		j.fault("record %s was given up for %w", r.Sequence, cause)
	}
	for _, part := range e.Parts {
		if j.lettered[part] != nil {
			j.lettered[part][r.Sequence] = true
		}
	}
	j.letters = append(j.letters, e)
	return nil
}

// givenUp counts the letters of one part alone.
func (j *journal) givenUp(part string) (n int) {
	for _, l := range j.letters {
		if len(l.Parts) == 1 && l.Parts[0] == part {
			n++
		}
	}
	return n
}

func add(to, counts map[string]int) (sum int) {
	for what, n := range maps.All(counts) {
		to[what] += n
		sum += n
	}
	return sum
}
