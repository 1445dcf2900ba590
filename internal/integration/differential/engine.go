package differential

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// Engine is a DynamoDB in the comparison.
type Engine struct {
	Name    string
	several bool // a key of an index may have several attributes on each side
	send    func(r *http.Request) (*http.Response, error)
}

// Answer is an engine's response to a request.
type Answer struct {
	Status int
	Body   []byte
}

// inProcess returns an engine that is an HTTP handler.
func inProcess(name string, h http.Handler) *Engine {
	return &Engine{Name: name, send: func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result(), nil
	}}
}

// remote returns an engine that listens at an endpoint.
func remote(name, endpoint string) *Engine {
	client := &http.Client{Timeout: 20 * time.Second}
	return &Engine{Name: name, send: func(r *http.Request) (*http.Response, error) {
		u, err := r.URL.Parse(endpoint)
		if err != nil {
			return nil, err
		}
		r.URL, r.Host = u, u.Host
		return client.Do(r)
	}}
}

// oneByOne sends an engine one request at a time.
func oneByOne(e *Engine) *Engine {
	var mu sync.Mutex
	send := e.send
	e.send = func(r *http.Request) (*http.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		w, err := send(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(w.Body)
		err = errors.Join(err, w.Body.Close())
		w.Body = io.NopCloser(bytes.NewReader(body))
		return w, err
	}
	return e
}

// Do sends one request as the SDK would, with a dummy signature.
func (e *Engine) Do(operation string, body []byte) (Answer, error) {
	r, err := http.NewRequest(http.MethodPost, "http://localhost/", bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	for name, value := range map[string]string{
		"X-Amz-Target": "DynamoDB_20120810." + operation,
		"Content-Type": "application/x-amz-json-1.0",
		"X-Amz-Date":   "20260101T000000Z",
		"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, " +
			"SignedHeaders=host;x-amz-date;x-amz-target, Signature=0",
	} {
		r.Header.Set(name, value)
	}
	w, err := e.send(r)
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %s: %w", e.Name, operation, err)
	}
	answer, err := io.ReadAll(w.Body)
	return Answer{w.StatusCode, answer}, errors.Join(err, w.Body.Close())
}
