package ddbmem_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// caller sends requests as they are written to an engine, through its handler.
type caller struct {
	t *testing.T
	e *ddbmem.Engine
}

// newCaller returns an engine and what calls it. When the test ends, the engine's data must be consistent.
func newCaller(t *testing.T, opts ...ddbmem.Options) caller {
	t.Helper()
	e := ddbmem.New(opts...)
	t.Cleanup(func() { require.NoError(t, e.Check()) })
	return caller{t, e}
}

// send returns the status and the body of the response.
func (c caller) send(op, body string) (int, string) {
	target := "DynamoDB_20120810."
	switch op {
	case "ListStreams", "DescribeStream", "GetShardIterator", "GetRecords":
		target = "DynamoDBStreams_20120810."
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", target+op)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	sign(r)
	w := httptest.NewRecorder()
	c.e.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// sign gives a request the look of a signed one.
func sign(r *http.Request) {
	r.Header.Set("X-Amz-Date", "20260101T000000Z")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
}

// ok sends a request that must succeed and returns the response.
func (c caller) ok(op, body string) string {
	c.t.Helper()
	status, answer := c.send(op, body)
	require.Equal(c.t, http.StatusOK, status, "%s %s: %s", op, body, answer)
	return answer
}

// answers sends a request whose response must be this JSON.
func (c caller) answers(op, body, want string) {
	c.t.Helper()
	require.JSONEq(c.t, want, c.ok(op, body), "%s %s", op, body)
}

// fails sends a request that must fail with this type, without its namespace, and message.
func (c caller) fails(op, body, kind, message string) {
	c.t.Helper()
	status, answer := c.send(op, body)
	require.NotEqual(c.t, http.StatusOK, status, "%s %s: %s", op, body, answer)
	got := c.parse(answer)
	name, _ := got["__type"].(string)
	text, found := got["message"].(string)
	if !found {
		text, _ = got["Message"].(string)
	}
	require.Equal(c.t, kind+": "+message, name[strings.IndexByte(name, '#')+1:]+": "+text, "%s %s", op, body)
}

// oneError begins what the newer layers of the service find in a request alone.
const oneError = "1 validation error detected: "

// invalid sends a request that must fail with a ValidationException.
func (c caller) invalid(op, body, message string) {
	c.t.Helper()
	c.fails(op, body, "ValidationException", message)
}

func (c caller) parse(answer string) map[string]any {
	c.t.Helper()
	var got map[string]any
	require.NoError(c.t, json.Unmarshal([]byte(answer), &got), answer)
	return got
}

// member returns a member of the response to a request, as JSON.
func (c caller) member(op, body string, path ...string) string {
	c.t.Helper()
	var got any = c.parse(c.ok(op, body))
	for _, p := range path {
		m, ok := got.(map[string]any)
		require.True(c.t, ok, "%v in %v", p, got)
		got = m[p]
	}
	enc, err := json.Marshal(got)
	require.NoError(c.t, err)
	return string(enc)
}

// Tables that the tests use.
const (
	hashTable = `{"TableName":"hash","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}`
	rangeTable = `{"TableName":"range","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}]}`
	indexedTable = `{"TableName":"indexed","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},
			{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"}],
		"GlobalSecondaryIndexes":[
			{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],
				"Projection":{"ProjectionType":"ALL"}},
			{"IndexName":"keys","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}},
			{"IndexName":"some","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],
				"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["a"]}}],
		"LocalSecondaryIndexes":[
			{"IndexName":"local","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],
				"Projection":{"ProjectionType":"KEYS_ONLY"}}]}`
)
