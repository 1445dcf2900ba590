package site

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// api is a site with one route of each kind.
func api(t *testing.T, hosts ...string) (http.Handler, *bytes.Buffer) {
	t.Helper()
	var buf bytes.Buffer
	log := slog.New(slog.NewTextHandler(&buf, nil))
	mux := http.NewServeMux()
	mux.Handle("GET /things", Endpoint(log, func(*http.Request) (int, any, error) { return http.StatusOK, []string{"a"}, nil }))
	mux.Handle("POST /things", Endpoint(log, func(r *http.Request) (int, any, error) {
		var thing struct {
			Name  string   `json:"name"`
			Count int      `json:"count"`
			Tags  []string `json:"tags"`
		}
		if err := ReadJSON(r, 100, &thing); err != nil {
			return 0, nil, err
		}
		return http.StatusCreated, thing.Name, nil
	}))
	mux.Handle("GET /broken", Endpoint(log, func(*http.Request) (int, any, error) { return 0, nil, errors.New("pk of the table") }))
	mux.Handle("GET /busy", Endpoint(log, func(*http.Request) (int, any, error) { return 0, nil, fmt.Errorf("read: %w", Busy) }))
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("pk of the table") })
	return Guard(Routes(mux, log), log, hosts...), &buf
}

// request sends a request to h and returns the status, the code and the message of the fault, and the response.
func request(t *testing.T, h http.Handler, change func(*http.Request), method, path, body string) (int, Fault, *httptest.ResponseRecorder) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Host = "localhost:8080"
	r.Header.Set("Content-Type", "application/json")
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"), "%s", w.Body)
	var out struct{ Error Fault }
	if w.Code >= 400 {
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out), "%s", w.Body)
	}
	return w.Code, out.Error, w
}

func TestAHostNameOfAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	h, _ := api(t, "things.example")
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:80": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200, "[::1]": 200, "192.0.2.7:80": 200,
		"things.example": 200, "Things.Example:443": 200,
		"evil.example:8080": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "": 421,
	} {
		status, fault, _ := request(t, h, func(r *http.Request) { r.Host = host }, "GET", "/things", "")
		assert.Equal(t, want, status, "%q", host)
		if want == 421 {
			assert.Equal(t, "wrong_host", fault.Code)
		}
	}
}

func TestAPageOfAnotherOriginIsRefusedInJSON(t *testing.T) {
	t.Parallel()
	h, _ := api(t)
	status, fault, _ := request(t, h, func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, "POST", "/things", `{"name":"a"}`)
	assert.Equal(t, 403, status)
	assert.Equal(t, "cross_origin", fault.Code)
	status, _, _ = request(t, h, func(r *http.Request) { r.Header.Set("Origin", "http://localhost:8080") }, "POST", "/things", `{"name":"a"}`)
	assert.Equal(t, 201, status)
}

func TestAWrongPathAndAWrongMethodAreToldApart(t *testing.T) {
	t.Parallel()
	h, _ := api(t)
	status, fault, w := request(t, h, nil, "DELETE", "/things", "")
	assert.Equal(t, 405, status)
	assert.Equal(t, "DELETE is not allowed here: use GET, HEAD, POST", fault.Message)
	assert.Equal(t, "GET, HEAD, POST", w.Header().Get("Allow"))
	status, fault, _ = request(t, h, nil, "GET", "/thing", "")
	assert.Equal(t, 404, status)
	assert.Equal(t, "no_such_endpoint", fault.Code)
}

func TestABodyIsOneJSONObjectOfTheExpectedShape(t *testing.T) {
	t.Parallel()
	h, _ := api(t)
	for body, want := range map[string]string{
		`{"name":"a","count":1,"tags":[]}`: "",
		`{"name":"a"} `:                    "",
		``:                                 "400 the body must be a JSON object",
		`[]`:                               "400 the body must be a JSON object",
		`{"name":1}`:                       "400 the body is not the expected JSON object: /name must be text",
		`{"count":"1"}`:                    "400 the body is not the expected JSON object: /count must be a whole number",
		`{"count":1.5}`:                    "400 the body is not the expected JSON object: /count must be a whole number",
		`{"tags":[1]}`:                     "400 the body is not the expected JSON object: /tags/0 must be text",
		`{"tags":{}}`:                      "400 the body is not the expected JSON object: /tags must be a list",
		`{"Name":"a"}`:                     "400 the body is not the expected JSON object: /Name is not a name of it",
		`{"name":"a","name":"b"}`:          "400 the body is not the expected JSON object: at byte 12: duplicate object member name",
		"{\"name\":\"a\xff\"}":             "400 the body is not the expected JSON object: at byte 10: invalid UTF-8",
		`{"name":"\ud800"}`:                "400 the body is not the expected JSON object: at byte 9: invalid surrogate pair `\\ud800\"}` in string",
		`{"name":"a"}{}`:                   "400 the body is not the expected JSON object: at byte 12: invalid character '{' after top-level value",
		`{"name":"` + strings.Repeat("a", 100) + `"}`: "413 the body has more than 100 bytes",
	} {
		status, fault, _ := request(t, h, nil, "POST", "/things", body)
		if want == "" {
			assert.Equal(t, 201, status, body)
			continue
		}
		assert.Equal(t, want, fmt.Sprintf("%d %s", status, fault.Message), body)
	}
	status, fault, _ := request(t, h, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, "POST", "/things", `{}`)
	assert.Equal(t, 415, status)
	assert.Equal(t, "not_json", fault.Code)
}

func TestAFailureIsLoggedAndTellsNothing(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/broken", "/panic"} {
		h, log := api(t)
		status, fault, w := request(t, h, nil, "GET", path, "")
		assert.Equal(t, 500, status)
		assert.Equal(t, "internal", fault.Code)
		assert.NotContains(t, w.Body.String(), "pk")
		assert.Contains(t, log.String(), "pk of the table")
	}
	h, log := api(t)
	status, fault, w := request(t, h, nil, "GET", "/busy", "")
	assert.Equal(t, 503, status)
	assert.Equal(t, "busy", fault.Code)
	assert.Equal(t, "1", w.Header().Get("Retry-After"))
	assert.Empty(t, log.String())
}

func TestAnAddressThatCannotBeListenedOnIsExplained(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"", "foo", "localhost", "localhost:http-alt", "localhost:99999", "a:b:c"} {
		_, err := Listen(t.Context(), addr)
		require.ErrorContains(t, err, fmt.Sprintf("-addr is %q: use a host and a port", addr))
		require.Error(t, CheckAddr(addr))
	}
	l, err := Listen(t.Context(), "localhost:0")
	require.NoError(t, err)
	defer l.Close()
	_, err = Listen(t.Context(), l.Addr().String())
	require.EqualError(t, err, "-addr "+l.Addr().String()+": another program listens there: choose another port, or 0 for any free one")
	_, err = Listen(t.Context(), "192.0.2.1:0")
	require.ErrorContains(t, err, "that is no address of this machine")
	_, err = Listen(t.Context(), "no-such-host.invalid:0")
	require.ErrorContains(t, err, "there is no such host")
}

// pipes is a listener whose connections are pipes, in the time of a test.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }
func (p pipes) Close() error   { close(p); return nil }

func TestABodyThatStopsHalfWayIsCutOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _ := api(t)
		l := make(pipes)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- Serve(ctx, l, h, slog.New(slog.DiscardHandler)) }()
		client, server := net.Pipe()
		l <- server
		begin := time.Now()
		go fmt.Fprint(client, "POST /things HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{\"name\":")
		resp, err := http.ReadResponse(bufio.NewReader(client), nil)
		require.NoError(t, err)
		assert.Equal(t, 408, resp.StatusCode)
		assert.Equal(t, readAll, time.Since(begin))
		_ = resp.Body.Close()
		_ = client.Close()
		stop()
		require.NoError(t, <-ended)
	})
}
