package fault_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// weather makes the requests of writes go wrong, each as it is said.
type weather struct {
	mu     sync.Mutex
	next   dynamodb.HTTPClient
	faults []string
	seen   []string
}

func (w *weather) Do(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	fault := ""
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if len(w.faults) > 0 && (strings.Contains(operation, "Write") || strings.HasSuffix(operation, "Item") && operation != "GetItem") {
		fault, w.faults = w.faults[0], w.faults[1:]
	}
	w.seen = append(w.seen, operation+" "+fault)
	w.mu.Unlock()
	answer := func(status int, body string) *http.Response {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}
	}
	switch fault {
	case "not sent":
		return nil, &lostError{}
	case "500":
		return answer(500, `{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"no"}`), nil
	case "503 of a proxy":
		return answer(503, `<html>`), nil
	case "throttled":
		return answer(400, `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"no"}`), nil
	}
	resp, err := w.next.Do(r)
	if err != nil || fault == "" {
		return resp, err
	}
	body, _ := io.ReadAll(resp.Body)
	switch fault {
	case "lost":
		return nil, &lostError{}
	case "500 behind":
		return answer(500, `{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"no"}`), nil
	case "truncated":
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), cut{}))
	case "short":
		resp.Body = io.NopCloser(bytes.NewReader(body[:len(body)/2]))
	case "corrupt":
		body = slices.Clone(body)
		body[len(body)-1] ^= 1
		resp.Body = io.NopCloser(bytes.NewReader(body))
	default:
		resp.Body = io.NopCloser(bytes.NewReader(body))
	}
	return resp, nil
}

type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

type lostError struct{}

func (*lostError) Error() string         { return "lost" }
func (*lostError) ConnectionError() bool { return true }

// forgetful is a client that ignores the options of calls.
type forgetful struct{ *dynamodb.Client }

func (c forgetful) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return c.Client.PutItem(ctx, in)
}

func (c forgetful) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return c.Client.UpdateItem(ctx, in)
}

func (c forgetful) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return c.Client.DeleteItem(ctx, in)
}

func (c forgetful) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return c.Client.GetItem(ctx, in)
}

func (c forgetful) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	return c.Client.BatchWriteItem(ctx, in)
}

func (c forgetful) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return c.Client.TransactWriteItems(ctx, in)
}
