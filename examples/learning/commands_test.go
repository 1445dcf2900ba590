package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/learning/school"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func TestHelp(t *testing.T) {
	apptest.Help(t, learning(), "seed", "patterns", "describe", "scan", "purge", "drop", "serve", "load", "stream", "replay", "verify", "rebuild",
		"-students", "-dead-letters", "-local", "DYNAMODB_ENDPOINT")
}

func TestMistakesInTheArguments(t *testing.T) {
	apptest.Mistakes(t, learning, 2, map[string]string{
		"paterns":           `learning: unknown command "paterns": use one of seed, patterns, describe, scan, purge, drop, serve, load, stream, replay, verify, rebuild, streams, letters`,
		"seed more":         `unknown command "more"`,
		"-pupils 3":         `-pupils`,
		"-students many":    `"many"`,
		"seed -students 0":  `must be at least 1`,
		"stream -writes -1": `must not be negative`,
		"serve -addr foo":   `-addr is "foo": use a host and a port`,
		"load -clients 0":   `must be at least 1`,
		"load -for 0s":      `must be positive`,
	})
}

func TestDescribeNeedsNoEngine(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	code, out, errs := apptest.Run(t, learning(), "describe")
	assert.Zero(t, code, errs)
	assert.Contains(t, out, "enrollment")
}

func TestNothingAnswersAtTheEndpoint(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	code, _, errs := apptest.Run(t, learning(), "patterns")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "cannot connect to http://127.0.0.1:1, the value of DYNAMODB_ENDPOINT")
}

func TestEndpointThatIsNoURL(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "localhost")
	code, _, errs := apptest.Run(t, learning(), "patterns")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, `DYNAMODB_ENDPOINT is "localhost": set it to a URL`)
}

func TestInterrupted(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var errs bytes.Buffer
	code := app.Run(ctx, learning(), []string{"learning"}, io.Discard, &errs)
	assert.Equal(t, 1, code)
	assert.Equal(t, "learning: interrupted\n", errs.String())
}

func TestNothingNeedsToBeInstalled(t *testing.T) {
	d := school.Generate(school.DefaultSize)
	apptest.Works(t, learning, map[string]string{
		"":                           "21 access patterns, 23 requests, 10 R + 25 W; no scan, no filter expression",
		"seed":                       "seeded",
		"patterns":                   "progress of an enrollment",
		"scan":                       "Enrollment",
		"verify":                     "student-xp: no drift, every student's xp equals the sum of their progress\ntrack-courses: no drift",
		"rebuild":                    "0 changed",
		"streams":                    "open   -",
		"stream -pause 1ms":          "0 dead letters\nstudent-xp: no drift",
		"load -clients 4 -for 100ms": " 0 errors",
		"purge":                      fmt.Sprintf("deleted %d items", d.Items()+len(d.Progress)+len(d.Courses)), // and what each contributes
		"drop":                       "dropped",
	})
}

// serve says where, responds there until it is interrupted, and changes the derived values.
func TestServe(t *testing.T) {
	t.Setenv(localtest.Endpoint, "")
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	out, printed := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- app.Run(ctx, learning(), []string{"learning", "serve", "-addr", "localhost:0"}, printed, t.Output())
		_ = printed.Close()
	}()
	var url string
	lines := bufio.NewScanner(out)
	for url == "" && lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "open "); ok {
			url, _, _ = strings.Cut(rest, ",")
		}
	}
	require.NotEmpty(t, url)
	ask := func(query string) string {
		response, err := http.Post(url+"/graphql", "application/json", strings.NewReader(fmt.Sprintf(`{"query":%q}`, query)))
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return string(text)
	}
	track := school.Generate(school.DefaultSize).Tracks[0].ID
	before := fmt.Sprintf(`"courseCount":%d`, school.DefaultSize.Courses)
	assert.Contains(t, ask(fmt.Sprintf(`{getTrack(id:%q){courseCount}}`, track)), before)
	assert.NotContains(t, ask(fmt.Sprintf(`mutation{addCourse(CourseInput:{trackId:%q,name:"a"}){id}}`, track)), "errors")
	after := fmt.Sprintf(`"courseCount":%d`, 1+school.DefaultSize.Courses)
	assert.Eventually(t, func() bool { return strings.Contains(ask(fmt.Sprintf(`{getTrack(id:%q){courseCount}}`, track)), after) }, time.Minute, 50*time.Millisecond)
	interrupt()
	assert.Zero(t, <-code)
}

func TestServeOnATakenPort(t *testing.T) {
	t.Setenv(localtest.Endpoint, "")
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	code, out, errs := apptest.Run(t, learning(), "serve", "-addr", l.Addr().String())
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "another program listens there")
	assert.Empty(t, out, "nothing is seeded for a service that cannot begin")
}

func TestEndpointAndLocalAreTwoEngines(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	code, _, errs := apptest.Run(t, learning(), "-local")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "use only one")
}

// The life of a table on an endpoint that keeps it.
func TestCommands(t *testing.T) {
	table := apptest.NewTable(t, learning)
	little := school.DefaultSize
	little.Students, little.Tracks, little.Chapters, little.Versions = 5, 2, 2, 1
	studentKey := &types.AttributeValueMemberS{Value: "s#" + school.Generate(little).Students[0].ID}
	size := []string{"-students", "5", "-tracks", "2", "-chapters", "2", "-versions", "1"}
	for _, command := range []string{"serve", "stream", "replay", "verify", "rebuild"} {
		table.Run(1, fmt.Sprintf("no table %q", table.Name), append(size, command)...)
	}
	_, err := localtest.Client(t).DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(table.Name + "-leases")})
	require.ErrorAs(t, err, new(*types.ResourceNotFoundException), "nothing is made for a table that is not there")
	table.Run(0, "seeded", append(size, "seed")...)
	table.Run(0, "21 access patterns, 23 requests", append(size, "patterns")...)
	table.Run(0, "Enrollment", "scan")
	letters := []string{"-dead-letters", filepath.Join(t.TempDir(), "letters.jsonl")}
	table.Run(0, "student-xp: no drift", append(append(size, letters...), "stream", "-writes", "10", "-pause", "1ms")...)
	table.Run(0, "replayed 0 dead letters", append(letters, "replay")...)
	table.Run(0, "0 changed", "rebuild")
	table.Run(0, "ENABLED, NEW_AND_OLD_IMAGES", "streams")
	_, err = localtest.Client(t).UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &table.Name, UpdateExpression: aws.String("SET xp = xp + :n"),
		Key:                       map[string]types.AttributeValue{"pk": studentKey, "sk": studentKey},
		ExpressionAttributeValues: map[string]types.AttributeValue{":n": &types.AttributeValueMemberN{Value: "1"}},
	})
	require.NoError(t, err)
	table.Run(1, "derived values differ from their sources in 1 places", "verify")
	table.Run(0, "1 changed", "rebuild")
	table.Run(0, "no drift", "verify")
	table.Run(0, "21 access patterns, 23 requests", size...)
	table.Run(1, "was the table seeded with the same flags?", append(append(size, letters...), "stream", "-seed", "2", "-writes", "40", "-pause", "1ms")...)
	table.Run(0, "deleted", "purge")
	table.Run(0, "dropped table", "drop")
	table.Run(1, "no table", "drop")
}
