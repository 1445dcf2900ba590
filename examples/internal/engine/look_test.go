package engine

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/integration/local"
)

// serve opens a server that responds as f does.
func serve(t *testing.T, f http.HandlerFunc) *Engine {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return &Engine{Name: server.URL, Client: local.Client(server.URL)}
}

func TestWhatRespondsAtAnEndpointIsNotDynamoDB(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status           int
		kind, body, want string
	}{
		{200, "text/html", "<html>", " responds with 200 OK and is not DynamoDB: check DYNAMODB_ENDPOINT"},
		{404, "text/html", "<html>", " responds with 404 Not Found and is not DynamoDB: check DYNAMODB_ENDPOINT"},
		{404, "text/plain", "404 page not found", " responds with 404 Not Found and is not DynamoDB: check DYNAMODB_ENDPOINT"},
		{500, "text/html", "<html>", " responds with 500 Internal Server Error and is not DynamoDB: check DYNAMODB_ENDPOINT"},
		{200, "application/json", "{}", " responds, but is not DynamoDB: check DYNAMODB_ENDPOINT"},
		{400, "application/json", `{"error":"no"}`, " responds with 400 Bad Request and is not DynamoDB: check DYNAMODB_ENDPOINT"},
		{
			400, "application/x-amz-json-1.0", `{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"The security token is invalid."}`,
			" rejects the credentials in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN: The security token is invalid.",
		},
	} {
		e := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.kind)
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		_, err := e.HasTable(t.Context(), "learning", time.Minute)
		assert.EqualError(t, err, e.Name+c.want)
	}
}

func TestAServerThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	e := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body) // else the server does not see that the client has gone
		<-r.Context().Done()
	})
	_, err := e.HasTable(t.Context(), "learning", 50*time.Millisecond)
	require.EqualError(t, err, e.Name+" does not respond within 50ms: check DYNAMODB_ENDPOINT")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = e.HasTable(ctx, "learning", time.Minute)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestNothingListens(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"http://127.0.0.1:1":      "connection refused",
		"http://nowhere.invalid":  "lookup nowhere.invalid",
		"http://127.0.0.1:100000": "invalid port",
	} {
		e := &Engine{Name: endpoint, Client: local.Client(endpoint)}
		_, err := e.HasTable(t.Context(), "learning", time.Minute)
		assert.ErrorContains(t, err, "cannot connect to "+endpoint+", the value of DYNAMODB_ENDPOINT: ")
		assert.ErrorContains(t, err, want)
	}
}

func TestHasTable(t *testing.T) {
	t.Parallel()
	memory := ddbmem.New()
	e := serve(t, memory.ServeHTTP)
	exists, err := e.HasTable(t.Context(), "learning", time.Minute)
	require.NoError(t, err)
	assert.False(t, exists)
	_, err = memory.Client().CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: new("learning"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: new("pk"), AttributeType: "S"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: new("pk"), KeyType: "HASH"}},
	})
	require.NoError(t, err)
	exists, err = e.HasTable(t.Context(), "learning", time.Minute)
	require.NoError(t, err)
	assert.True(t, exists)

	denied := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"com.amazon.coral.service#AccessDeniedException","message":"no"}`)
	})
	exists, err = denied.HasTable(t.Context(), "learning", time.Minute)
	require.NoError(t, err)
	assert.True(t, exists, "the command may need no DescribeTable")
}
