package compare_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	model "github.com/singletable-go/ddb/bench/compare/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// tableName is the name of the table that every program uses.
const tableName = "library"

// engine is an engine with the table, that counts requests and units.
type engine struct {
	*ddbmem.Engine
	requests atomic.Int64
}

func newEngine(t *testing.T) *engine {
	t.Helper()
	e := &engine{Engine: ddbmem.New(ddbmem.Options{Capacity: &ddbmem.Capacity{}, Legacy: true})}
	_, err := e.Engine.Client().CreateTable(t.Context(), model.Table.CreateTableInput(tableName))
	require.NoError(t, err)
	return e
}

// Do counts a request of a Go program.
func (e *engine) Do(r *http.Request) (*http.Response, error) {
	e.requests.Add(1)
	return e.Engine.Do(r)
}

// ServeHTTP counts a request of a program in another language.
func (e *engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.requests.Add(1)
	e.Engine.ServeHTTP(w, r)
}

func (e *engine) client() *dynamodb.Client {
	return e.Client(func(o *dynamodb.Options) { o.HTTPClient = e })
}

// serve returns the address of a server.
func (e *engine) serve(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return server.URL
}

// cost is what was requested and consumed.
type cost struct {
	requests    int64
	read, write float64
}

func (e *engine) cost() cost {
	c := cost{requests: e.requests.Load()}
	for _, m := range e.CapacityMetrics(tableName) {
		c.read, c.write = c.read+m.Consumed.Read, c.write+m.Consumed.Write
	}
	return c
}

func (c cost) minus(d cost) cost {
	return cost{c.requests - d.requests, c.read - d.read, c.write - d.write}
}

// text returns a value as an attribute.
func text(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }

// put writes an item as it is.
func (e *engine) put(t *testing.T, attrs map[string]types.AttributeValue) {
	t.Helper()
	_, err := e.Engine.Client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(tableName), Item: attrs})
	require.NoError(t, err)
}

// indexed returns the sort keys of the index, each with the year of its item.
func (e *engine) indexed(t *testing.T) map[string]string {
	t.Helper()
	out, err := e.Engine.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(tableName), IndexName: aws.String("by-genre")})
	require.NoError(t, err)
	found := map[string]string{}
	for _, it := range out.Items {
		found[it["genre_sk"].(*types.AttributeValueMemberS).Value] = it["year"].(*types.AttributeValueMemberN).Value
	}
	return found
}
