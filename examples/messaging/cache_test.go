package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// In the end, serve says what the cache has saved.
func TestServeSaysWhatTheCacheSaves(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "") // in process
	ctx, cancel := context.WithCancel(t.Context())
	out, to := io.Pipe()
	code := make(chan int, 1)
	var errs bytes.Buffer
	go func() {
		c := app.Run(ctx, messaging(), []string{"messaging", "serve", "-cache", "-addr", "127.0.0.1:0"}, to, &errs)
		to.Close()
		code <- c
	}()
	lines := bufio.NewScanner(out)
	url := ""
	for url == "" && lines.Scan() {
		_, url, _ = strings.Cut(lines.Text(), "open ")
	}
	require.NotEmpty(t, url)
	for range 5 {
		status, _ := request(t, "ada", "GET", url+"/api/messages/"+groups.Conversations[0].ID(), "")
		require.Equal(t, 200, status)
	}
	status, _ := request(t, "otis", "GET", url+"/api/messages/"+groups.Conversations[0].ID(), "")
	assert.Equal(t, 403, status)
	cancel()
	rest, err := io.ReadAll(out)
	require.NoError(t, err)
	assert.Zero(t, <-code, errs.String())
	assert.Contains(t, string(rest), "4 of 6 members came from the cache: 4.0 read units saved")
}
