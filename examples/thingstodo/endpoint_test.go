package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/internal/moto"
	"github.com/singletable-go/ddb/examples/thingstodo/search"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// endpoint is an engine at an address, with a seeded table: it outlives the commands.
func endpoint(t *testing.T) *ddb.DB {
	t.Helper()
	engine := ddbmem.New()
	server := httptest.NewServer(engine)
	t.Cleanup(server.Close)
	t.Setenv("DYNAMODB_ENDPOINT", server.URL)
	succeed(t, "seeded", "seed")
	return ddb.New(engine.Client(), "thingstodo", things.OneTable, nil)
}

// succeed runs a command, which must print want.
func succeed(t *testing.T, want string, args ...string) {
	t.Helper()
	code, out, errs := apptest.Run(t, thingsToDo(), args...)
	assert.Zero(t, code, "%v: %s", args, errs)
	assert.Contains(t, out, want, "%v", args)
}

// fail runs a command, which must fail with want.
func fail(t *testing.T, want string, args ...string) {
	t.Helper()
	code, _, errs := apptest.Run(t, thingsToDo(), args...)
	assert.Equal(t, 1, code, "%v", args)
	assert.Contains(t, errs, want, "%v", args)
}

// start runs a command until it has printed a line with want, and returns the line and what interrupts it.
func start(t *testing.T, want string, args ...string) (line string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, to := io.Pipe()
	code := make(chan int, 1)
	var errs bytes.Buffer
	go func() {
		c := app.Run(ctx, thingsToDo(), append([]string{"thingstodo"}, args...), to, &errs)
		to.Close()
		code <- c
	}()
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), want) {
		continue
	}
	line = lines.Text()
	go func() {
		for lines.Scan() { // the command must not wait for its output to be read
		}
	}()
	return line, func() {
		cancel()
		assert.Zero(t, <-code, "%v", args)
		require.Contains(t, line, want, errs.String())
	}
}

// published returns a published thing of the default guide.
func published(title string) things.Thing {
	all := things.Generate(things.DefaultSize).Things
	return all[slices.IndexFunc(all, func(t things.Thing) bool {
		return t.Status == things.Published && strings.Contains(t.Title, title)
	})]
}

// An index in a directory is brought up to date by each command that uses it.
func TestAnIndexInADirectoryFollowsTheTable(t *testing.T) {
	db := endpoint(t)
	dir, pottery := filepath.Join(t.TempDir(), "index"), published("Pottery")
	succeed(t, "indexed 20 published things", "index", "rebuild", "-index", dir)
	succeed(t, "1 found", "search", "pottery", "-index", dir)
	_, err := things.NewStore(db).Withdraw(t.Context(), pottery.ID, pottery.OrgID)
	require.NoError(t, err)
	succeed(t, "0 found", "search", "pottery", "-index", dir)
	succeed(t, "nothing else", "index", "verify", "-index", dir)

	// Another table's truth in the index.
	empty := ddb.New(ddbmem.New().Client(), "thingstodo", things.OneTable, nil)
	require.NoError(t, empty.CreateTable(t.Context()))
	x, _, err := search.Open(things.NewStore(empty), dir)
	require.NoError(t, err)
	lost := published("Kite").ID
	require.NoError(t, x.Refresh(t.Context(), lost))
	fail(t, "another process may have it open", "search", "pottery", "-index", dir)
	require.NoError(t, x.Close())
	code, out, errs := apptest.Run(t, thingsToDo(), "index", "verify", "-index", dir)
	assert.Equal(t, 1, code)
	assert.Contains(t, out, `thing "`+lost+`": published, and not in the index`)
	assert.Contains(t, errs, "the index differs from the table in 1 things: run index rebuild")
	succeed(t, "indexed 19 published things", "index", "rebuild", "-index", dir)
	succeed(t, "nothing else", "index", "verify", "-index", dir)

	succeed(t, "dropped", "drop", "-yes")
	code, out, errs = apptest.Run(t, thingsToDo(), "search", "-index", dir)
	assert.Equal(t, 1, code, out)
	assert.Contains(t, errs, "no table")
}

// The API and the index that follows the stream, as one command.
func TestServe(t *testing.T) {
	endpoint(t)
	line, stop := start(t, "serving", "serve", "-addr", "127.0.0.1:0", "-index", filepath.Join(t.TempDir(), "index"))
	_, url, _ := strings.Cut(line, "serving ")
	url, _, _ = strings.Cut(url, ",")
	get := func(method, path, actor string) string {
		r, err := http.NewRequestWithContext(t.Context(), method, url+path, nil)
		require.NoError(t, err)
		if actor != "" {
			r.Header.Set("X-Actor", actor)
		}
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return string(body)
	}
	pottery := published("Pottery")
	assert.Contains(t, get("GET", "/search?q=pottery", ""), pottery.ID)
	assert.Contains(t, get("POST", "/things/"+pottery.ID+"/withdraw", "organiser "+pottery.OrgID), "DELETED")
	require.Eventually(t, func() bool {
		return strings.Contains(get("GET", "/search?q=pottery", ""), `"total":0`)
	}, 30*time.Second, 50*time.Millisecond)
	assert.Contains(t, get("POST", "/index", "audit eve"), `"things":19`)
	stop()
}

// An event that no message can hold becomes a dead letter, which the commands list and replay.
func TestDeadLetters(t *testing.T) {
	db := endpoint(t)
	file := filepath.Join(t.TempDir(), "letters")
	huge := things.Thing{ID: "huge", OrgID: "org", Status: things.Draft, Details: things.Details{Title: "huge", About: strings.Repeat("x", 300_000)}}
	huge.Event.Type = things.ThingCreated
	require.NoError(t, db.Do(t.Context(), things.Things.Create(huge)))
	_, stop := start(t, "not published, kept in "+file, "events", "publish", "-dead-letters", file)
	stop()
	succeed(t, "TTD_CREATED: a record of", "events", "letters", "-dead-letters", file)
	succeed(t, "1 dead letters", "events", "letters", "-dead-letters", file)
	fail(t, "does not fit into a message", "events", "replay", "-dead-letters", file)
	succeed(t, "1 dead letters", "events", "letters", "-dead-letters", file)
}

// The events of the seeded table go to a topic.
func TestPublishToATopic(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "")
	moto.Setenv(t)
	made, err := sns.NewFromConfig(moto.Config(t)).CreateTopic(t.Context(), &sns.CreateTopicInput{Name: new("publish-to-a-topic")})
	require.NoError(t, err)
	succeed(t, "TTD_APPROVED               20 records", "events", "publish", "-topic", *made.TopicArn)
	fail(t, "there is no topic arn:aws:sns:us-east-1:123456789012:nothing: create it", "events", "publish", "-topic", "arn:aws:sns:us-east-1:123456789012:nothing")
}
