package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/messaging/groups"
	"github.com/singletable-go/ddb/examples/messaging/web"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func TestMain(m *testing.M) { os.Exit(localtest.Main(m)) }

func TestNothingNeedsToBeInstalled(t *testing.T) {
	apptest.Works(t, messaging, map[string]string{
		"":                              "12 access patterns, 22 requests, ",
		"schema-load":                   `created table "cruddur-messages"`,
		"list-tables":                   "\ncruddur-messages\n",
		"seed":                          "seeded 53 items",
		"scan":                          "Member",
		"get-conversation":              "20 entries, 2 requests, 2.0 read units",
		"get-conversation -limit 3":     "more: -cursor ",
		"list-conversations":            "3 entries, 1 requests, 0.5 read units",
		"list-conversations -user otis": "0 entries, 1 requests",
		"list-conversations -from 2026-03-02T00:00:00Z -until 2026-03-03T00:00:00Z": "2 entries",
		"drop": `dropped table "cruddur-messages"`,
	})
}

func TestMistakesInTheArguments(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "")
	apptest.Mistakes(t, messaging, 2, map[string]string{
		"get-conversation -user eve":     "-user eve: no user has this handle",
		"get-conversation -limit 0":      "must be at least 1",
		"list-conversations -limit -3":   "must be at least 1",
		"list-conversations -from today": "-from today: use a time such as",
		"serve -addr nowhere":            `-addr is "nowhere": use a host and a port`,
	})
	apptest.Mistakes(t, messaging, 1, map[string]string{
		"get-conversation -user otis":  "not a member of the group",
		"get-conversation -group none": "no such group",
		"get-conversation -cursor x":   "bad cursor",
	})
}

// The life of a table on an endpoint that keeps it: messages over HTTP move the entries, and drop leaves nothing.
func TestCommands(t *testing.T) {
	table := apptest.NewTable(t, messaging)
	table.Run(1, "no table", "get-conversation")
	table.Run(0, "created table", "schema-load")
	table.Run(0, "exists and matches the model", "schema-load")
	table.Run(0, "seeded", "seed")
	table.Run(0, table.Name, "list-tables")

	ctx, cancel := context.WithCancel(t.Context())
	out, to := io.Pipe()
	code := make(chan int)
	var errs bytes.Buffer
	go func() {
		c := app.Run(ctx, messaging(), []string{"messaging", "serve", "-addr", "127.0.0.1:0", "-table", table.Name}, to, &errs)
		to.Close()
		code <- c
	}()
	lines := bufio.NewScanner(out)
	url := ""
	for url == "" && lines.Scan() {
		_, url, _ = strings.Cut(lines.Text(), "open ")
	}
	require.NotEmpty(t, url, errs.String())
	go io.Copy(io.Discard, out) //nolint:errcheck // so that the command is not held up
	status, _ := request(t, "lena", "POST", url+"/api/messages", `{"message_group_uuid":"`+groups.Conversations[2].ID()+`","message":"Or the bus?"}`)
	require.Equal(t, 201, status)
	require.Eventually(t, func() bool {
		status, list := request(t, "ada", "GET", url+"/api/message_groups?limit=1", "")
		return status == 200 && strings.Contains(list, "Or the bus?")
	}, 30*time.Second, 50*time.Millisecond)
	cancel()
	assert.Zero(t, <-code, errs.String())

	table.Run(0, "Or the bus?", "list-conversations")
	table.Run(0, "dropped table", "drop")
	code2, tables, _ := apptest.Run(t, messaging(), "list-tables")
	assert.Zero(t, code2)
	assert.NotContains(t, tables, table.Name)
}

func TestMessagesDoNotSteerTheTerminal(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "\ufffd[2J red\ufffd[0m\nab\ufffd é 😀", printable("\x1b[2J red\x1b[0m\nab\u202e é 😀"))
}

// request sends a request to the server as a user, and returns the status and the body of the response.
func request(t *testing.T, as, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header = http.Header{web.UserHeader: {as}, "Content-Type": {"application/json"}}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(read)
}
