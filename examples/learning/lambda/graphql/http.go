package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// event is the payload, in format 2.0, of a function URL and of an HTTP API.
type event = events.APIGatewayV2HTTPRequest

// overHTTP returns the handler of a Lambda function that gives each event to h as a request. Cookies are not passed on.
func overHTTP(h http.Handler) func(context.Context, event) (events.APIGatewayV2HTTPResponse, error) {
	return func(ctx context.Context, e event) (events.APIGatewayV2HTTPResponse, error) {
		r, err := request(ctx, e)
		if err != nil {
			return events.APIGatewayV2HTTPResponse{}, err
		}
		w := &response{header: http.Header{}}
		h.ServeHTTP(w, r)
		return w.payload(), nil
	}
}

// request is the request that an event is about. An event of another kind is an error.
func request(ctx context.Context, e event) (*http.Request, error) {
	if e.Version != "2.0" {
		return nil, fmt.Errorf("the event has payload format %q, not 2.0: invoke the function by its URL or by an HTTP API", e.Version)
	}
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, fmt.Errorf("the body of the event is no base64: %w", err)
		}
	}
	r, err := http.NewRequestWithContext(ctx, e.RequestContext.HTTP.Method, "/", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the event is no request: %w", err)
	}
	r.URL = &url.URL{Scheme: "https", Host: e.RequestContext.DomainName, Path: e.RawPath, RawQuery: e.RawQueryString}
	r.Host = e.RequestContext.DomainName
	for name, value := range e.Headers { // of a header that was sent several times the values are joined by commas
		r.Header.Set(name, value)
	}
	r.RemoteAddr = e.RequestContext.HTTP.SourceIP
	return r, nil
}

// response collects what a handler writes.
type response struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *response) Header() http.Header { return w.header }

func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *response) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// payload is the response as Lambda returns it. A body that is no text is sent as base64.
func (w *response) payload() events.APIGatewayV2HTTPResponse {
	w.WriteHeader(http.StatusOK)
	out := events.APIGatewayV2HTTPResponse{StatusCode: w.status, Headers: map[string]string{}, Body: w.body.String()}
	for name, values := range w.header {
		out.Headers[name] = strings.Join(values, ",")
	}
	if !utf8.Valid(w.body.Bytes()) {
		out.Body, out.IsBase64Encoded = base64.StdEncoding.EncodeToString(w.body.Bytes()), true
	}
	return out
}
