package fault_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// says is an HTTP client whose every response has one body.
type says string

func (s says) Do(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(string(s))), ContentLength: int64(len(s)),
	}, nil
}

// What a client, a proxy or an engine makes of a response is not ours. One that does not fit its request is an error that says what
// does not, of a class that is tried again: no panic, and no item that is taken for another, for absent or for written.
func TestAResponseThatDoesNotFitItsRequestIsAnError(t *testing.T) {
	t.Parallel()
	one, two := fixture.Loan{ID: "1"}, fixture.Loan{ID: "2"}
	load := func(l *fixture.Loans) []ddb.Read {
		return []ddb.Read{l.Entity.Load(&fixture.Loan{ID: "1"}), l.Entity.Load(&fixture.Loan{ID: "2"})}
	}
	transact := func(ctx context.Context, l *fixture.Loans) error { return l.DB.TransactGet(ctx, load(l)...) }
	batch := func(ctx context.Context, l *fixture.Loans) error { return l.DB.LoadAll(ctx, load(l)...) }
	write := func(ctx context.Context, l *fixture.Loans) error {
		return l.DB.Batch(ctx, l.Entity.Put(one), l.Entity.Delete(two))
	}
	const item, other = `{"pk":{"S":"loan#1"},"sk":{"S":"loan#1"},"entityType":{"S":"loan"}}`, `{"pk":{"S":"other"},"sk":{"S":"loan"}}`
	for _, c := range []struct {
		name, body, want string
		do               func(context.Context, *fixture.Loans) error
	}{
		{"no items", `{}`, "ddb: transact get of 2 items: TransactGetItems: the response does not fit the request: it has 0 items for 2 keys", transact},
		{"fewer items", `{"Responses":[{}]}`, "TransactGetItems: the response does not fit the request: it has 1 items for 2 keys", transact},
		{"more items", `{"Responses":[{},{},{}]}`, "TransactGetItems: the response does not fit the request: it has 3 items for 2 keys", transact},
		{"another item", `{"Responses":{"loans":[` + item + `,` + other + `]}}`, `ddb: batch get: BatchGetItem: the response does not fit the request: it has the item pk="other" sk="loan", which was not asked for`, batch},
		{"another key", `{"UnprocessedKeys":{"loans":{"Keys":[` + other + `]}}}`, `BatchGetItem: the response does not fit the request: it has the unprocessed key pk="other" sk="loan", which was not asked for`, batch},
		{"no key", `{"UnprocessedKeys":{"loans":{"Keys":[{}]}}}`, "it has the unprocessed key pk=", batch},
		{"no write", `{"UnprocessedItems":{"loans":[{}]}}`, "BatchWriteItem: the response does not fit the request: its unprocessed item 0 is neither a put nor a delete", write},
		{"another put", `{"UnprocessedItems":{"loans":[{"PutRequest":{"Item":` + other + `}}]}}`, `its unprocessed item 0, pk="other" sk="loan", was not sent`, write},
		{"a delete without a key", `{"UnprocessedItems":{"loans":[{"DeleteRequest":{"Key":{}}}]}}`, `its unprocessed item 0, pk=`, write},
		{"no table", `{}`, "DescribeTable: the response does not fit the request: it describes no table", func(ctx context.Context, l *fixture.Loans) error { return l.DB.VerifyTable(ctx) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
				l := fixture.OpenLoans(t, ddb.Options{})
				client := l.Engine.Client(fixture.Impatient, func(o *dynamodb.Options) { o.HTTPClient = says(c.body) })
				opts.MaxAttempts = 1
				l.DB = ddb.New(client, "loans", l.DB.Table(), &opts)
				err := c.do(t.Context(), l)
				require.ErrorContains(t, err, c.want)
				assert.ErrorContains(t, err, "look at what the client and the proxies do with responses")
				if strings.Contains(c.body, "UnprocessedItems") {
					assert.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
				}
			})
		})
	}
}

// A description without names is of another table than the model's.
func TestATableWithoutNamesIsNoPanic(t *testing.T) {
	t.Parallel()
	l := fixture.OpenLoans(t, ddb.Options{})
	const body = `{"Table":{"TableStatus":"ACTIVE","AttributeDefinitions":[{}],"KeySchema":[{}],"GlobalSecondaryIndexes":[{}],"LocalSecondaryIndexes":[{}]}}`
	client := l.Engine.Client(fixture.Impatient, func(o *dynamodb.Options) { o.HTTPClient = says(body) })
	require.ErrorIs(t, ddb.New(client, "loans", l.DB.Table(), nil).VerifyTable(t.Context()), ddb.ErrModel)
}
