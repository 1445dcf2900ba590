package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/golden"
	"github.com/singletable-go/ddb/examples/internal/trace"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func TestReadmeShowsTheDesign(t *testing.T) {
	var page strings.Builder
	require.NoError(t, Cruddur.Describe(&page))
	golden.Section(t, "README.md", "design", "```\n"+page.String()+"```\n")
}

// Each access pattern is the requests that the README shows, and costs what it says.
func TestAccessPatterns(t *testing.T) {
	t.Parallel()
	want := []struct {
		name       string
		operations string
		items      int
	}{
		{"A: messages of a group", "GetItem Query", 20},
		{"B: groups of a user", "Query", 3},
		{"C: a new group", "TransactWriteItems", 5},
		{"D: a message to a group", "GetItem PutItem", 1},
		{"messages of a group in a window", "GetItem Query", 6},
		{"groups of a user in a window", "Query", 1},
		{"members of a group", "Query", 2},
		{"rows of a group, by the index", "Query", 2},
		{"two rows follow a message", "GetItem Query GetItem TransactWriteItems GetItem TransactWriteItems GetItem Query GetItem GetItem", 2},
	}
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		openSeeded(t, env)
		tr := trace.Wrap(env.Client)
		s := NewStore(ddb.New(tr, env.Table, Cruddur, nil))
		n := 0
		s.newID = func() string { n++; return fmt.Sprintf("7c9e6679-7425-40de-944b-e07fc1f9%04d", n) }
		s.now = func() time.Time { return time.Date(2026, 3, 2, 13, 0, n, 0, time.UTC) }
		results, err := app.Measure(t.Context(), tr, accessPatterns(s))
		require.NoError(t, err)
		require.Len(t, results, len(want))
		for i, r := range results {
			var operations []string
			for _, q := range r.Reads {
				operations = append(operations, q.Operation)
				assert.Empty(t, q.Filter, r.Name)
			}
			assert.Equal(t, want[i].name, r.Name)
			assert.Equal(t, want[i].operations, strings.Join(operations, " "), r.Name)
			assert.Equal(t, len(r.Reads), r.Requests, r.Name)
			assert.Equal(t, want[i].items, r.Items, r.Name)
		}
		if env.Has(integration.TransactionCapacity) {
			named := strings.NewReplacer( // ids are long, and say nothing
				conversations[0].ID(), "{group}", ada.UserID, "{ada}", bayo.UserID, "{bayo}", lena.UserID, "{lena}",
				"7c9e6679-7425-40de-944b-e07fc1f90001", "{new group}", "7c9e6679-7425-40de-944b-e07fc1f90002", "{message}",
				"7c9e6679-7425-40de-944b-e07fc1f90003", "{message}",
			)
			golden.Section(t, "README.md", "patterns", named.Replace(app.Report(results).Markdown()))
		}
	})
}

// run runs the example as a command.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = app.Run(t.Context(), messaging(), append([]string{"messaging"}, args...), &out, &errs)
	return code, out.String(), errs.String()
}

func TestNothingNeedsToBeInstalled(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "")
	for command, want := range map[string]string{
		"":                              "4 access patterns, 6 requests, 3.5 read units, 15.0 write units; no scan, no filter expression",
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
	} {
		t.Run(command, func(t *testing.T) {
			code, out, errs := run(t, strings.Fields(command)...)
			assert.Zero(t, code, errs)
			assert.Contains(t, out, want)
		})
	}
}

func TestMistakesInTheArguments(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "")
	for command, want := range map[string]string{
		"get-conversation -user eve":     "-user eve: there is no user of that handle",
		"get-conversation -user otis":    "not a member of the group",
		"get-conversation -group none":   "there is no such group",
		"get-conversation -cursor x":     "bad cursor",
		"list-conversations -from today": "-from today: it takes a time such as",
		"serve -addr nowhere":            "nowhere",
	} {
		t.Run(command, func(t *testing.T) {
			code, _, errs := run(t, strings.Fields(command)...)
			assert.Equal(t, 1, code)
			assert.Contains(t, errs, want)
			assert.Equal(t, 1, strings.Count(errs, "\n"), "one line: %s", errs)
		})
	}
}

// The life of a table on an endpoint that keeps it: what is written over HTTP moves the rows, and drop leaves nothing.
func TestCommands(t *testing.T) {
	client := localtest.Client(t)
	t.Setenv("DYNAMODB_ENDPOINT", *client.Options().BaseEndpoint)
	table := localtest.TableName(t)
	do := func(wantCode int, want string, args ...string) {
		t.Helper()
		code, out, errs := run(t, append(args, "-table", table)...)
		assert.Equal(t, wantCode, code, "%v: %s", args, errs)
		assert.Contains(t, out+errs, want, "%v", args)
	}
	do(1, "there is no table", "get-conversation")
	do(0, "created table", "schema-load")
	do(0, "is there and as the model says", "schema-load")
	do(0, "seeded", "seed")
	do(0, table, "list-tables")

	ctx, cancel := context.WithCancel(t.Context())
	out, to := io.Pipe()
	code := make(chan int)
	var errs bytes.Buffer
	go func() {
		c := app.Run(ctx, messaging(), []string{"messaging", "serve", "-addr", "127.0.0.1:0", "-table", table}, to, &errs)
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

	do(0, "Or the bus?", "list-conversations")
	do(0, "dropped table", "drop")
	code2, tables, _ := run(t, "list-tables")
	assert.Zero(t, code2)
	assert.NotContains(t, tables, table)
}
