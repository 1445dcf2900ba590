package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/internal/function"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// deploy returns the function beside a table with one track and its course.
func deploy(t *testing.T) func(context.Context, event) (events.APIGatewayV2HTTPResponse, error) {
	t.Helper()
	client := ddbmem.New().Client()
	db := ddb.New(client, "learning", platform.Table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	store := platform.NewStore(db)
	_, err := store.CreateTrack(t.Context(), platform.Track{ID: "go", Name: "Go"})
	require.NoError(t, err)
	require.NoError(t, store.CreateCourse(t.Context(), platform.Course{ID: "basics", TrackID: "go", Name: "The basics"}))
	service, err := newService(client, func(name string) string { return map[string]string{function.Table: "learning"}[name] }, nil)
	require.NoError(t, err)
	return overHTTP(service)
}

// recorded reads an event of testdata.
func recorded(t *testing.T, file string) (e event) {
	t.Helper()
	content, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &e))
	return e
}

func TestQueriesOfBothKindsOfEvents(t *testing.T) {
	t.Parallel()
	function := deploy(t)
	for _, file := range []string{"http-api.json", "function-url.json"} {
		out, err := function(t.Context(), recorded(t, file))
		require.NoError(t, err, file)
		assert.Equal(t, http.StatusOK, out.StatusCode, file)
		assert.Contains(t, out.Headers["Content-Type"], "application/json", file)
		assert.False(t, out.IsBase64Encoded, file)
		var body struct {
			Data   json.RawMessage
			Errors []any
		}
		require.NoError(t, json.Unmarshal([]byte(out.Body), &body), file)
		assert.Empty(t, body.Errors, file)
		assert.JSONEq(t, `{"getTrack": {"name": "Go", "courses": [{"name": "The basics"}]}}`, string(body.Data), file)
	}
}

func TestOtherRequestsAreRefused(t *testing.T) {
	t.Parallel()
	function := deploy(t)
	out, err := function(t.Context(), recorded(t, "get.json"))
	require.NoError(t, err)
	assert.Equal(t, http.StatusMethodNotAllowed, out.StatusCode)
	assert.Equal(t, "POST", out.Headers["Allow"])

	elsewhere := recorded(t, "http-api.json")
	elsewhere.RawPath = "/"
	out, err = function(t.Context(), elsewhere)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, out.StatusCode)

	broken := recorded(t, "function-url.json")
	broken.Body = "%"
	_, err = function(t.Context(), broken)
	assert.ErrorContains(t, err, "the body of the event is no base64")

	_, err = function(t.Context(), recorded(t, "rest-api.json"))
	assert.ErrorContains(t, err, `the event has payload format "", not 2.0`)
}

func TestARequestIsWhatTheEventSays(t *testing.T) {
	t.Parallel()
	e := recorded(t, "function-url.json")
	e.RawPath, e.RawQueryString = "/a b/%2F", "x=1&x=2"
	e.Headers["x-many"] = "1,2"
	var got *http.Request
	var body []byte
	binary := overHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Add("X-Many", "1")
		w.Header().Add("X-Many", "2")
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK) // too late
		_, _ = w.Write([]byte{0xff, 0xfe})
	}))
	out, err := binary(t.Context(), e)
	require.NoError(t, err)
	assert.Equal(t, http.MethodPost, got.Method)
	assert.Equal(t, e.RequestContext.DomainName, got.Host)
	assert.Equal(t, "/a b/%2F", got.URL.Path)
	assert.Equal(t, []string{"1", "2"}, got.URL.Query()["x"])
	assert.Equal(t, "1,2", got.Header.Get("X-Many"))
	assert.Empty(t, got.Cookies())
	assert.Contains(t, string(body), "getTrack")
	assert.Equal(t, http.StatusTeapot, out.StatusCode)
	assert.Equal(t, "1,2", out.Headers["X-Many"])
	assert.True(t, out.IsBase64Encoded)
	assert.Equal(t, "//4=", out.Body)
}

func TestTheEnvironmentIsChecked(t *testing.T) {
	t.Parallel()
	_, err := newService(nil, func(string) string { return "" }, nil)
	assert.EqualError(t, err, "the variable TABLE_NAME is not set: the template of the function sets it")
}
