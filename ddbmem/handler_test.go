package ddbmem_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

func TestUnknownOperations(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	for _, op := range []string{"", "Nope", "ExecuteStatement", "CreateBackup", "putItem"} {
		status, answer := c.send(op, `{}`)
		require.Equal(t, 400, status)
		require.JSONEq(t, `{"__type":"com.amazon.coral.service#UnknownOperationException"}`, answer)
	}
}

func TestMalformedBodiesLeaveTheData(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	for _, body := range []string{
		`{`, `[`, `"x"`, `{"TableName":"hash","Item":{"pk":{"S":"a"}}`, `{"TableName":"hash","Item":{"pk":{"S":"a"}}}}`,
		`{"TableName":"hash","Item":{"pk":"a"}}`, `{"TableName":"hash","Item":{"pk":{"S":1}}}`, `{"TableName":["hash"]}`,
		"{\"TableName\":\"hash\",\"Item\":{\"pk\":{\"S\":\"\xff\"}}}",
	} {
		status, answer := c.send("PutItem", body)
		require.Equal(t, 400, status)
		require.Equal(t, "com.amazon.coral.service#SerializationException", c.parse(answer)["__type"], "%s: %s", body, answer)
	}
	c.answers("Scan", `{"TableName":"hash","Select":"COUNT"}`, `{"Count":0,"ScannedCount":0}`)
}

func TestServeAnswersUntilTheContextEnds(t *testing.T) {
	t.Parallel()

	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- ddbmem.New().ServeListener(ctx, l) }()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+l.Addr().String(), strings.NewReader(`{}`))
	require.NoError(t, err)
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	sign(r)
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.Equal(t, 200, res.StatusCode)
	require.NotEmpty(t, res.Header.Get("X-Amz-Crc32"))
	require.NotEmpty(t, res.Header.Get("X-Amzn-Requestid"))
	require.NoError(t, res.Body.Close())
	cancel()
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("did not stop")
	}
}

func TestServeWaitsForTheRequestsUnderWay(t *testing.T) {
	t.Parallel()

	e := ddbmem.New()
	caller{t, e}.ok("CreateTable", hashTable)
	entered, leave := make(chan struct{}), make(chan struct{})
	e.SetFaults(ddbmem.Faults{Hook: func(ddbmem.Call) ddbmem.Fault {
		close(entered)
		<-leave
		return 0
	}})
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.ServeListener(ctx, l) }()
	status := make(chan int, 1)
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+l.Addr().String(), strings.NewReader(`{"TableName":"hash","Item":{"pk":{"S":"late"}}}`))
		if err != nil {
			panic(err)
		}
		r.Header.Set("X-Amz-Target", "DynamoDB_20120810.PutItem")
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		sign(r)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			status <- 0
			return
		}
		_ = res.Body.Close()
		status <- res.StatusCode
	}()
	<-entered
	cancel()
	select {
	case err := <-done:
		t.Fatal("it did not wait", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(leave)
	require.Equal(t, 200, <-status)
	require.NoError(t, <-done)
}

func TestRequestsInProcessNeedNoLength(t *testing.T) {
	t.Parallel()

	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/", struct{ io.Reader }{strings.NewReader(`{}`)})
	require.NoError(t, err)
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	res, err := ddbmem.New().Do(r)
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.JSONEq(t, `{"TableNames":[]}`, string(body))
}

func TestTablesHaveARNs(t *testing.T) {
	t.Parallel()

	const arn = `"arn:aws:dynamodb:us-east-1:000000000000:table/hash"`
	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	c.ok("PutItem", `{"TableName":`+arn+`,"Item":{"pk":{"S":"a"}}}`)
	c.answers("BatchGetItem", `{"RequestItems":{`+arn+`:{"Keys":[{"pk":{"S":"a"}}]}}}`, `{"Responses":{`+arn+`:[{"pk":{"S":"a"}}]},"UnprocessedKeys":{}}`)
	c.ok("TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":`+arn+`,"Key":{"pk":{"S":"a"}}}}]}`)
	require.Equal(t, `"hash"`, c.member("DescribeTable", `{"TableName":`+arn+`}`, "Table", "TableName"))
	c.answers("Scan", `{"TableName":`+arn+`,"Select":"COUNT"}`, `{"Count":0,"ScannedCount":0}`)
}
