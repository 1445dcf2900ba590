package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/apptest"
)

func TestNothingNeedsToBeInstalled(t *testing.T) {
	apptest.Works(t, messaging, map[string]string{
		"":                              "4 access patterns, 6 requests, 3.5 read units, 13.0 write units; no scan, no filter expression",
		"schema-load":                   `created table "cruddur-messages"`,
		"list-tables":                   "\ncruddur-messages\n",
		"seed":                          "seeded 53 items",
		"scan":                          "Member",
		"get-conversation":              "20 rows, 2 requests, 2.0 read units",
		"get-conversation -limit 3":     "more: -cursor ",
		"list-conversations":            "3 rows, 1 requests, 0.5 read units",
		"list-conversations -user otis": "0 rows, 1 requests",
		"list-conversations -from 2026-03-02T00:00:00Z -until 2026-03-03T00:00:00Z": "2 rows",
		"drop": `dropped table "cruddur-messages"`,
	})
}

func TestMistakesInTheArguments(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "")
	apptest.Mistakes(t, messaging, 1, map[string]string{
		"get-conversation -user eve":     "-user eve: no user has this handle",
		"get-conversation -user otis":    "not a member of the group",
		"get-conversation -group none":   "no such group",
		"get-conversation -cursor x":     "bad cursor",
		"list-conversations -from today": "-from today: use a time such as",
		"serve -addr nowhere":            "nowhere",
	})
}

// The life of a table on an endpoint that keeps it: messages over HTTP move the rows, and drop leaves nothing.
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
	w := web{t: t}
	for w.url == "" && lines.Scan() {
		_, w.url, _ = strings.Cut(lines.Text(), "open ")
	}
	require.NotEmpty(t, w.url, errs.String())
	var sent map[string]string
	require.Equal(t, 201, w.do("lena", "POST", "/api/messages", `{"message_group_uuid":"`+conversations[2].ID()+`","message":"Or the bus?"}`, &sent))
	require.Eventually(t, func() bool {
		var groups anyList
		return w.do("ada", "GET", "/api/message_groups", "", &groups) == 200 && groups.Items[0]["message"] == "Or the bus?"
	}, 30*time.Second, 50*time.Millisecond)
	cancel()
	assert.Zero(t, <-code, errs.String())

	table.Run(0, "Or the bus?", "list-conversations")
	table.Run(0, "dropped table", "drop")
	code2, tables, _ := apptest.Run(t, messaging(), "list-tables")
	assert.Zero(t, code2)
	assert.NotContains(t, tables, table.Name)
}
