package fault_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// refusing is an HTTP client that answers each request with an error of the service, and sends none.
type refusing struct {
	requests atomic.Int32
	code     string
	more     map[string]any // members of the response beside the code
}

func (c *refusing) Do(*http.Request) (*http.Response, error) {
	c.requests.Add(1)
	fields := map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#" + c.code, "message": "the service says no"}
	maps.Copy(fields, c.more)
	body, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusBadRequest, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
	}, nil
}

// refusedBy is a table that answers everything with an error of the service.
func refusedBy(l *fixture.Loans, code string, more map[string]any) (*fixture.Loans, *refusing) {
	refuses := &refusing{code: code, more: more}
	client := l.Engine.Client(fixture.Impatient, func(o *dynamodb.Options) { o.HTTPClient = refuses })
	out := *l
	out.DB = ddb.New(client, l.DB.Name(), l.DB.Table(), &ddb.Options{Now: l.Clock.Read, MaxAttempts: 3})
	out.Repo = ddb.NewRepository(out.DB, l.Entity)
	return &out, refuses
}

// plainWrites are writes that read nothing first, alone, in transactions and in batches.
func plainWrites() map[string]func(context.Context, *fixture.Loans) error {
	key := fixture.Loan{ID: "1"}
	out := map[string]func(context.Context, *fixture.Loans) error{
		"take": func(ctx context.Context, l *fixture.Loans) error { _, err := l.Repo.Take(ctx, key); return err },
		"batch of several": func(ctx context.Context, l *fixture.Loans) error {
			return l.DB.Batch(ctx, l.Entity.Put(key), l.Entity.Delete(fixture.Loan{ID: "2"}), l.Entity.Put(fixture.Loan{ID: "3"}))
		},
	}
	for name, op := range map[string]func(*fixture.Loans) ddb.Op{
		"create":         func(l *fixture.Loans) ddb.Op { return l.Entity.Create(key) },
		"put":            func(l *fixture.Loans) ddb.Op { return l.Entity.Put(key) },
		"put with an If": func(l *fixture.Loans) ddb.Op { return l.Entity.Put(key, ddb.If(ddb.Eq(&l.Fields.N, 0))) },
		"replace":        func(l *fixture.Loans) ddb.Op { return l.Entity.Replace(key) },
		"update":         func(l *fixture.Loans) ddb.Op { return l.Entity.Update(key, ddb.Add(&l.Fields.N, 1)) },
		"update once":    func(l *fixture.Loans) ddb.Op { return l.Entity.Update(key, ddb.Add(&l.Fields.N, 1), ddb.Once) },
		"upsert":         func(l *fixture.Loans) ddb.Op { return l.Entity.Upsert(key, ddb.Add(&l.Fields.N, 1)) },
		"delete":         func(l *fixture.Loans) ddb.Op { return l.Entity.Delete(key) },
	} {
		out[name] = func(ctx context.Context, l *fixture.Loans) error { return l.DB.Do(ctx, op(l)) }
		out[name+" in a transaction"] = func(ctx context.Context, l *fixture.Loans) error { return l.DB.Transact(ctx, op(l)) }
		out[name+" in a batch"] = func(ctx context.Context, l *fixture.Loans) error { return l.DB.Batch(ctx, op(l)) }
	}
	return out
}

// A request that the service refuses was not done, is not sent again, and says so at once; the SDK gives these codes no
// fault by which that could be told.
func TestWhatTheServiceRefusesIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"ValidationException", "AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			writes := plainWrites()
			synctest.Test(t, func(t *testing.T) {
				l := fixture.OpenLoans(t, ddb.Options{})
				for _, name := range slices.Sorted(maps.Keys(writes)) {
					refused, refuses := refusedBy(l, code, nil)
					began := time.Now()
					err := writes[name](t.Context(), refused)
					require.Error(t, err, name)
					require.NotErrorIs(t, err, ddb.ErrOutcomeUnknown, name)
					for _, class := range fixture.Classes {
						require.NotErrorIs(t, err, class, name)
					}
					api, ok := errors.AsType[smithy.APIError](err)
					require.True(t, ok, name)
					assert.Equal(t, code, api.ErrorCode(), name)
					assert.Zero(t, time.Since(began), "%s waits before another try", name)
					want := int32(1)
					if code == "ValidationException" && strings.HasPrefix(name, "batch of several") {
						want = 5 // 3, then 1 and 2, then 1 and 1: it may be the fault of one
					}
					assert.Equal(t, want, refuses.requests.Load(), "requests of %s", name)
					if failed, ok := errors.AsType[*ddb.BatchError](err); ok {
						for _, outcome := range failed.Outcomes {
							assert.Equal(t, ddb.WriteNotDone, outcome, name)
						}
					}
				}
				assert.Empty(t, l.Live(t))
			})
		})
	}
}

// A transaction that is in progress to the end is that of an earlier attempt, and may be done.
func TestATransactionInProgressMayBeDone(t *testing.T) {
	t.Parallel()
	writes := plainWrites()
	synctest.Test(t, func(t *testing.T) {
		l := fixture.OpenLoans(t, ddb.Options{})
		for _, name := range []string{"update once", "update in a transaction", "create in a transaction", "update once in a batch"} {
			running, refuses := refusedBy(l, "TransactionInProgressException", nil)
			fixture.RequireUnknown(t, writes[name](t.Context(), running))
			assert.Greater(t, refuses.requests.Load(), int32(1), name)
		}
	})
}

// A write that is throttled for good says of what there was too little.
func TestAThrottledWriteSaysOfWhatThereWasTooLittle(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/loans"
	more := map[string]any{"ThrottlingReasons": []map[string]string{
		{"reason": "IndexWriteKeyRangeThroughputExceeded", "resource": arn + "/index/by-genre"},
		{"reason": "TableWriteProvisionedThroughputExceeded", "resource": arn},
	}}
	writes := plainWrites()
	synctest.Test(t, func(t *testing.T) {
		l := fixture.OpenLoans(t, ddb.Options{})
		for _, name := range slices.Sorted(maps.Keys(writes)) {
			throttled, refuses := refusedBy(l, "ProvisionedThroughputExceededException", more)
			err := writes[name](t.Context(), throttled)
			require.ErrorIs(t, err, ddb.ErrThrottled, name)
			require.NotErrorIs(t, err, ddb.ErrOutcomeUnknown, name)
			assert.Greater(t, refuses.requests.Load(), int32(1), name)
			of, ok := errors.AsType[*ddb.ThrottleError](err)
			require.True(t, ok, "%s: %v", name, err)
			assert.Equal(t, []ddb.ThrottleReason{
				{Index: "by-genre", Reason: "IndexWriteKeyRangeThroughputExceeded", Resource: arn + "/index/by-genre"},
				{Reason: "TableWriteProvisionedThroughputExceeded", Resource: arn},
			}, of.Reasons, name)
			require.ErrorContains(t, err, "index by-genre: hot key range, writes: table: provisioned throughput exceeded, writes", name)
			_, ok = errors.AsType[*types.ProvisionedThroughputExceededException](err)
			assert.True(t, ok, "the SDK's error stays in the tree")
		}
	})
}

// A transaction that is cancelled for lack of throughput is sent again, and throttled at last, in the words of the service.
func TestATransactionThatIsCancelledByThrottlingIsThrottled(t *testing.T) {
	t.Parallel()
	more := map[string]any{"CancellationReasons": []map[string]string{{"Code": "ThrottlingError", "Message": "the key range is hot"}}}
	writes := plainWrites()
	synctest.Test(t, func(t *testing.T) {
		l := fixture.OpenLoans(t, ddb.Options{})
		for _, name := range []string{"update once", "update in a transaction", "create in a transaction", "update once in a batch"} {
			throttled, refuses := refusedBy(l, "TransactionCanceledException", more)
			err := writes[name](t.Context(), throttled)
			fixture.RequireClass(t, ddb.ErrThrottled, err)
			require.ErrorContains(t, err, "the key range is hot")
			assert.Equal(t, int32(3), refuses.requests.Load(), "%s: as many attempts as are allowed", name)
		}
	})
}

// Reasons are said in words, and one that is new as the service says it.
func TestReasonsOfThrottlingInWords(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"TableReadKeyRangeThroughputExceeded":     "hot key range, reads",
		"TableWriteAccountLimitExceeded":          "account limit exceeded, writes",
		"TableReadMaxOnDemandThroughputExceeded":  "maximum on-demand throughput exceeded, reads",
		"TableWriteProvisionedThroughputExceeded": "provisioned throughput exceeded, writes",
		"TableWriteSomethingNewExceeded":          "TableWriteSomethingNewExceeded",
	} {
		assert.Equal(t, "table: "+want, ddb.ThrottleReason{Reason: reason}.String())
		index := strings.Replace(reason, "Table", "Index", 1)
		assert.Equal(t, "index i: "+strings.Replace(want, "Table", "Index", 1), fmt.Sprint(ddb.ThrottleReason{Index: "i", Reason: index}))
	}
}
