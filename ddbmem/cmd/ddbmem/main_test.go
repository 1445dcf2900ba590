package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// start runs the command on a free port and returns its address and what ends it.
func start(t *testing.T, args ...string) (url string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), w) }()
	buf := make([]byte, 200)
	n, err := r.Read(buf)
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, r) }()
	url = regexp.MustCompile(`http://\S+`).FindString(string(buf[:n]))
	require.NotEmpty(t, url, string(buf[:n]))
	return url, func() error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(10 * time.Second):
			return context.DeadlineExceeded
		}
	}
}

// startEngine serves an engine on a free port and returns its address and what ends it.
func startEngine(t *testing.T, engine *ddbmem.Engine) (url string, stop func()) {
	t.Helper()
	server := httptest.NewServer(engine)
	return server.URL, server.Close
}

func call(t *testing.T, url, op, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	for name, v := range map[string]string{
		"X-Amz-Target": "DynamoDB_20120810." + op, "Content-Type": "application/x-amz-json-1.0", "X-Amz-Date": "20260101T000000Z",
		"Authorization": "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c",
	} {
		r.Header.Set(name, v)
	}
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(answer)
}

func TestSnapshotSurvivesARestart(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "data.json")
	url, stop := start(t, "-snapshot", file, "-v")
	call(t, url, "CreateTable", `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}`)
	call(t, url, "PutItem", `{"TableName":"abc","Item":{"pk":{"S":"a"}}}`)
	require.NoError(t, stop())

	url, stop = start(t, "-snapshot", file)
	require.JSONEq(t, `{"Item":{"pk":{"S":"a"}}}`, call(t, url, "GetItem", `{"TableName":"abc","Key":{"pk":{"S":"a"}}}`))
	require.NoError(t, stop())
}

func TestFlags(t *testing.T) {
	t.Parallel()

	var help strings.Builder
	require.NoError(t, run(t.Context(), []string{"-h"}, &help))
	require.Contains(t, help.String(), "-snapshot file")
	require.Contains(t, help.String(), "-snapshot-every time")
	require.Contains(t, help.String(), "A kill -9, a crash or a power\nfailure loses the changes since the last complete snapshot began")
	require.Error(t, run(t.Context(), []string{"-nonsense"}, io.Discard))
	require.Error(t, run(t.Context(), []string{"extra"}, io.Discard))
	require.Error(t, run(t.Context(), []string{"-addr", "nonsense"}, io.Discard))
	require.Error(t, run(t.Context(), []string{"-snapshot-every", "0s"}, io.Discard))
}
