package stream_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

func refusedCall(status int, code string) error {
	return &smithy.OperationError{ServiceID: "DynamoDB", OperationName: "TransactWriteItems", Err: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: &smithy.GenericAPIError{Code: code, Message: "no"},
	}}
}

func cancelledFor(codes ...string) error {
	err := &types.TransactionCanceledException{Message: new("cancelled")}
	for _, code := range codes {
		err.CancellationReasons = append(err.CancellationReasons, types.CancellationReason{Code: &code, Message: new("m")})
	}
	return &smithy.OperationError{ServiceID: "DynamoDB", OperationName: "TransactWriteItems", Err: err}
}

// environment is a failure of every class that is none of a record's.
func environment() map[string]error {
	return map[string]error{
		"access denied":        refusedCall(400, "AccessDeniedException"),
		"expired credentials":  refusedCall(400, "ExpiredTokenException"),
		"forbidden":            refusedCall(403, "NobodyKnowsException"),
		"no table":             &types.ResourceNotFoundException{Message: new("no")},
		"internal":             refusedCall(500, "InternalServerError"),
		"unavailable":          refusedCall(503, "NobodyKnowsException"),
		"throttled":            &types.ProvisionedThroughputExceededException{Message: new("no")},
		"too many requests":    refusedCall(429, "TooManyRequestsException"),
		"cancelled: throttled": cancelledFor("None", "ThrottlingError"),
		"cancelled: capacity":  cancelledFor("ProvisionedThroughputExceeded", "None"),
		"cancelled: conflict":  cancelledFor("TransactionConflict", "None"),
		"in progress":          &types.TransactionInProgressException{},
		"time-out":             &smithy.OperationError{Err: context.DeadlineExceeded},
		"refused connection":   &smithy.OperationError{Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}},
		"lost connection":      &smithy.OperationError{Err: &net.OpError{Op: "read", Err: syscall.ECONNRESET}},
		"no credentials":       &smithy.OperationError{Err: errors.New("get identity: no EC2 role")},
	}
}

// What surrounds the records stops the batch of a view, whatever its class: nothing is counted or lost, and when it has passed all is made right.
func TestAViewThatTheEnvironmentFailsStopsTheBatch(t *testing.T) {
	t.Parallel()
	causes := environment()
	causes["of no type"] = errors.New("it is down")
	for name, cause := range causes {
		for _, reads := range []bool{true, false} {
			t.Run(fmt.Sprint(name, ", reads ", reads), func(t *testing.T) {
				t.Parallel()
				s := fixture.NewSchool().Open(t, ddbmem.Options{})
				for i := range 30 {
					s.Step(t, fixture.Step{Student: fmt.Sprint(i % 3), ID: fmt.Sprint(i), XP: 2})
				}
				client := &fixture.Outage{Client: s.Client, Writes: cause}
				if reads {
					client.Reads, client.Writes = cause, nil
				}
				l := &fixture.Letters{}
				mux := ddb.NewMux(s.Table, l.Options())
				mux.Maintain(ddb.New(client, "school", s.Table, &ddb.Options{MaxAttempts: 1}), s.Total)
				handled := 0
				ddb.Handle(mux, s.Steps, func(context.Context, ddb.Change[fixture.Step]) error { handled++; return nil })
				batch := s.Records(t)
				for range 5 {
					failed, err := mux.Process(t.Context(), batch)
					fixture.RequireStopped(t, batch, failed, err, l)
				}
				assert.Zero(t, handled, "the batch stops")
				client.Reads, client.Writes = nil, nil
				failed, err := mux.Process(t.Context(), batch)
				require.NoError(t, err)
				assert.Empty(t, failed)
				assert.Equal(t, 30, handled)
				xp, _ := s.Sum(t)
				assert.Equal(t, 60, xp)
			})
		}
	}
}

// So does a handler whose error has such a cause anywhere in its tree, or that says so itself.
func TestAHandlerThatTheEnvironmentFailsStopsTheBatch(t *testing.T) {
	t.Parallel()
	causes := environment()
	causes["said by the handler"] = fmt.Errorf("the mail server: %w", ddb.ErrUnavailable)
	causes["said to be throttled"] = fmt.Errorf("the mail server: %w", ddb.ErrThrottled)
	causes["time-out of its own"] = fmt.Errorf("get: %w", context.DeadlineExceeded)
	causes["connection of its own"] = &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	for name, cause := range causes {
		for _, workers := range []int{1, 4} {
			for _, whole := range []bool{false, true} {
				t.Run(fmt.Sprint(name, workers, whole), func(t *testing.T) {
					t.Parallel()
					f := newFeed()
					l := &fixture.Letters{}
					opts := l.Options()
					opts.Workers = workers
					mux := ddb.NewMux(f.table, opts)
					var mu sync.Mutex
					down, calls := true, 0
					work := func() error {
						mu.Lock()
						defer mu.Unlock()
						calls++
						if down {
							return errors.Join(errors.New("save"), fmt.Errorf("wrapped: %w", cause))
						}
						return nil
					}
					if whole {
						mux.HandleBatch(func(context.Context, []ddb.Change[any]) error { return work() })
					} else {
						ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error { return work() })
					}
					var batch []ddb.Record
					for i := range 20 {
						batch = append(batch, f.record(t, ddb.Inserted, nil, &Lesson{ID: fmt.Sprint(i % 5), XP: i}))
					}
					for range 5 {
						failed, err := mux.Process(t.Context(), batch)
						fixture.RequireStopped(t, batch, failed, err, l)
					}
					assert.LessOrEqual(t, calls, 5*workers, "the batch stops")
					down = false
					failed, err := mux.Process(t.Context(), batch)
					require.NoError(t, err)
					assert.Empty(t, failed)
				})
			}
		}
	}
}

// A record's own faults count, also where a service says so.
func TestARecordsOwnFaultGoesToTheDeadLetters(t *testing.T) {
	t.Parallel()
	for name, cause := range map[string]error{
		"an error":             errors.New("poison"),
		"invalid":              refusedCall(400, "ValidationException"),
		"condition":            &types.ConditionalCheckFailedException{},
		"cancelled: invalid":   cancelledFor("ValidationError", "ThrottlingError"),
		"cancelled: condition": cancelledFor("None", "ConditionalCheckFailed"),
		"bad parameters":       &smithy.OperationError{Err: smithy.InvalidParamsError{Context: "PutItemInput"}},
		"unknown host":         &net.DNSError{Err: "no such host", IsNotFound: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFeed()
			l := &fixture.Letters{}
			mux := ddb.NewMux(f.table, l.Options())
			ddb.Handle(mux, f.lessons, func(_ context.Context, c ddb.Change[Lesson]) error {
				if c.New.ID == "poison" {
					return fmt.Errorf("handling: %w", cause)
				}
				return nil
			})
			batch := []ddb.Record{f.record(t, ddb.Inserted, nil, &Lesson{ID: "poison"}), f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})}
			for range 2 {
				failed, err := mux.Process(t.Context(), batch)
				require.Error(t, err)
				require.NotErrorIs(t, err, ddb.ErrUnavailable)
				require.Equal(t, fixture.Sequences(batch[0]), failed)
			}
			failed, err := mux.Process(t.Context(), batch)
			require.NoError(t, err)
			assert.Empty(t, failed)
			require.Len(t, l.Causes, 1)
			assert.Equal(t, []string{"handlers"}, l.Causes[0].Parts)
			assert.Equal(t, 3, l.Causes[0].Attempts)
		})
	}
}

// Dead letters that are not taken stop the batch: what comes after waits for them.
func TestDeadLettersThatAreNotTakenStopTheBatch(t *testing.T) {
	t.Parallel()
	f := newFeed()
	l := &fixture.Letters{Refuse: errors.New("the disk is full")}
	opts := l.Options()
	opts.Attempts = 1
	mux := ddb.NewMux(f.table, opts)
	handled := 0
	ddb.Handle(mux, f.lessons, func(_ context.Context, c ddb.Change[Lesson]) error {
		if c.New.ID == "poison" {
			return errors.New("poison")
		}
		handled++
		return nil
	})
	batch := []ddb.Record{
		f.record(t, ddb.Inserted, nil, &Lesson{ID: "poison"}), f.record(t, ddb.Inserted, nil, &Lesson{ID: "poison"}), f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"}),
	}
	for range 3 {
		failed, err := mux.Process(t.Context(), batch)
		require.ErrorContains(t, err, "poison; storing the dead letter failed: the disk is full")
		require.ErrorIs(t, err, ddb.ErrUnavailable)
		require.Equal(t, fixture.Sequences(batch...), failed)
		require.Len(t, l.Reported, 1)
		l.Reported = nil
	}
	assert.Zero(t, handled)
	l.Refuse = nil
	failed, err := mux.Process(t.Context(), batch)
	require.NoError(t, err)
	assert.Empty(t, failed)
	assert.Len(t, l.Causes, 2)
	assert.Equal(t, 1, handled)
}

// A transaction that lacks throughput all the time is throttled, and not "written by others".
func TestAThrottledLedgerIsThrottled(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 2})
	mux := ddb.NewMux(s.Table, nil)
	mux.Maintain(ddb.New(&fixture.Outage{Client: s.Client, Writes: cancelledFor("None", "ThrottlingError")}, "school", s.Table, &ddb.Options{MaxAttempts: 1}), s.Total)
	_, err := mux.Process(t.Context(), s.Records(t))
	require.ErrorIs(t, err, ddb.ErrThrottled)
	require.NotErrorIs(t, err, ddb.ErrConflict)
}

// One that lacks throughput for a while is made again, within the delivery.
func TestALedgerThatIsThrottledForAWhileIsWrittenAgain(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 2})
	mux := ddb.NewMux(s.Table, nil)
	mux.Maintain(ddb.New(&throttledTwice{Client: s.Client}, "school", s.Table, nil), s.Total)
	failed, err := mux.Process(t.Context(), s.Records(t))
	require.NoError(t, err)
	assert.Empty(t, failed)
	xp, _ := s.Sum(t)
	assert.Equal(t, 2, xp)
}

type throttledTwice struct {
	ddb.Client
	made int
}

func (c *throttledTwice) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	if c.made++; c.made <= 2 {
		return nil, cancelledFor("None", "ThrottlingError")
	}
	return c.Client.TransactWriteItems(ctx, in, opts...)
}
