package ddbmem_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// BenchmarkNew measures the start of an engine and its client.
func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = ddbmem.New().Client()
	}
}

// stub has one response for every request: what remains is the cost of the SDK.
type stub string

func (s stub) Do(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(strings.NewReader(string(s))),
	}, nil
}

func benchItem(i int) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"pk":   &types.AttributeValueMemberS{Value: "user#" + strconv.Itoa(i)},
		"name": &types.AttributeValueMemberS{Value: "A name of some length"},
		"age":  &types.AttributeValueMemberN{Value: strconv.Itoa(i % 100)},
		"tags": &types.AttributeValueMemberSS{Value: []string{"a", "b", "c"}},
	}
}

func clients() map[string]func(answer string) *dynamodb.Client {
	return map[string]func(string) *dynamodb.Client{
		"engine": func(string) *dynamodb.Client { return ddbmem.New().Client() },
		"stub": func(answer string) *dynamodb.Client {
			return ddbmem.New().Client(func(o *dynamodb.Options) { o.HTTPClient = stub(answer) })
		},
	}
}

// BenchmarkPut compares a put through the SDK's client to the engine with one to a stub.
func BenchmarkPut(b *testing.B) {
	for name, client := range clients() {
		b.Run(name, func(b *testing.B) {
			c := client(`{}`)
			createHash(b, c)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_, err := c.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("hash"), Item: benchItem(i % 1000)})
				require.NoError(b, err)
			}
		})
	}
}

// BenchmarkGet compares a get through the SDK's client to the engine with one to a stub.
func BenchmarkGet(b *testing.B) {
	const answer = `{"Item":{"pk":{"S":"user#7"},"name":{"S":"A name of some length"},"age":{"N":"7"},"tags":{"SS":["a","b","c"]}}}`
	for name, client := range clients() {
		b.Run(name, func(b *testing.B) {
			c := client(answer)
			createHash(b, c)
			_, err := c.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("hash"), Item: benchItem(7)})
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				_, err := c.GetItem(context.Background(), &dynamodb.GetItemInput{
					TableName: aws.String("hash"), Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "user#7"}},
				})
				require.NoError(b, err)
			}
		})
	}
}

// fill puts n items of 200 bytes under n/100 partition keys.
func fill(b *testing.B, e *ddbmem.Engine, n int) {
	b.Helper()
	send(b, e, "CreateTable", rangeTable)
	pad := strings.Repeat("x", 200-2-5-2-4-1)
	var body bytes.Buffer
	for i := 0; i < n; {
		body.Reset()
		body.WriteString(`{"RequestItems":{"range":[`)
		for j := range 25 {
			if j > 0 {
				body.WriteByte(',')
			}
			fmt.Fprintf(&body, `{"PutRequest":{"Item":{"pk":{"S":"%05d"},"sk":{"N":"%d"},"v":{"S":%q}}}}`, i/100, i%100*10007, pad)
			i++
		}
		body.WriteString(`]}}`)
		send(b, e, "BatchWriteItem", body.String())
	}
}

func send(b *testing.B, e *ddbmem.Engine, op, body string) {
	b.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://engine", strings.NewReader(body))
	require.NoError(b, err)
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+op)
	res, err := e.Do(r)
	require.NoError(b, err)
	require.Equal(b, 200, res.StatusCode)
}

// BenchmarkQuery reads 20 items of a small and of a large table. With -short, the large one has a tenth of its items.
func BenchmarkQuery(b *testing.B) {
	large := 1_000_000
	if testing.Short() {
		large /= 10
	}
	for _, n := range []int{1_000, large} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			e := ddbmem.New()
			fill(b, e, n)
			runtime.GC() // what the filling left is not to be paid for by the queries
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				send(b, e, "Query", fmt.Sprintf(`{"TableName":"range","KeyConditionExpression":"pk=:p AND sk>=:s",
					"ExpressionAttributeValues":{":p":{"S":"%05d"},":s":{"N":"100"}},"Limit":20}`, i*7919%(n/100)))
			}
		})
	}
}

// BenchmarkMemory reports what a million items of 200 bytes take. With -short, a hundred thousand.
func BenchmarkMemory(b *testing.B) {
	n := 1_000_000
	if testing.Short() {
		n /= 10
	}
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		e := ddbmem.New()
		fill(b, e, n)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/item")
		b.ReportMetric(float64(after.Sys)/(1<<20), "MB-of-process")
		runtime.KeepAlive(e)
	}
}
