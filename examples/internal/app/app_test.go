package app_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

// song is the entity of an example that has nothing else.
type song struct {
	ID string `dynamodbav:"-"`
}

var (
	songsTable = ddb.NewTable("pk", "sk")
	songs      = ddb.MustDefine(songsTable, "song", func(s *song, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID))
		d.Primary(id, id)
	})
	albumsTable = ddb.NewTable("album", "part")
	_           = ddb.MustDefine(albumsTable, "album", func(s *song, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("a#"), ddb.Str(&s.ID))
		d.Primary(id, id)
	})
)

// jukebox is that example. Its command serve needs the table, and ran says that it ran.
func jukebox(ran *bool) app.Example {
	size := 1
	return app.Example{
		Name: "jukebox", About: "songs on one table", Table: songsTable,
		Flags: []cli.Flag{&cli.IntFlag{Name: "songs", Usage: "`number` of songs", Value: 1, Destination: &size, Validator: app.AtLeast(1)}},
		Seed: func(ctx context.Context, db *ddb.DB, progress func(done, total int)) error {
			_, err := ddb.NewRepository(db, songs).Put(ctx, song{ID: "1"})
			progress(1, 1)
			return err
		},
		Patterns: &ddbaccess.Catalog{
			Table: songsTable,
			Seed: func(ctx context.Context, db *ddb.DB) error {
				_, err := ddb.NewRepository(db, songs).Put(ctx, song{ID: "1"})
				return err
			},
			Volumes:  []ddbaccess.Volume{{Entity: songs, Items: 1000, Bytes: 100}},
			Patterns: []*ddbaccess.Pattern{ddbaccess.Get("song by id", songs, song{ID: "1"}).Rate(2)},
		},
		Commands: []app.Command{
			{Name: "serve", About: "play", NeedsTable: true, Run: func(context.Context, *app.Session) error { *ran = true; return nil }},
			{Name: "radio", About: "songs of others", Commands: []app.Command{
				{Name: "list", About: "list them", Offline: true, Run: func(context.Context, *app.Session) error { *ran = true; return nil }},
			}},
		},
	}
}

func newJukebox() app.Example { return jukebox(new(bool)) }

// endpoint sets the variable to an engine that is served over HTTP, and notes its requests.
func endpoint(t *testing.T) (memory *ddbmem.Engine, sent *[]string) {
	t.Helper()
	memory, sent = ddbmem.New(), new([]string)
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		mu.Lock()
		*sent = append(*sent, operation)
		mu.Unlock()
		memory.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Setenv(engine.Variable, server.URL)
	return memory, sent
}

func TestMistakesAreRefusedBeforeAnythingIsSent(t *testing.T) {
	_, sent := endpoint(t)
	apptest.Mistakes(t, newJukebox, 2, map[string]string{
		"nope":               `jukebox: unknown command "nope": use one of seed, patterns, describe, scan, purge, drop, serve, radio`,
		"seed extra":         `unknown command "extra": seed takes none`,
		"seed -nope":         `-nope; jukebox -h lists the flags`,
		"-nope seed":         `-nope; jukebox -h lists the flags`,
		"seed -songs 0":      `must be at least 1`,
		"-songs -4 seed":     `must be at least 1`,
		"-songs many":        `"many"`,
		"-table= seed":       `the name of a table must not be empty`,
		"seed -table a/b":    `the name of a table has 3 to 255 characters`,
		"seed -table ab":     `the name of a table has 3 to 255 characters`,
		"radio":              `radio needs a command: use one of list`,
		"radio play":         `unknown command "play": use one of list`,
		"radio list more":    `unknown command "more": list takes none`,
		"help nope":          `help: unknown command "nope"`,
		"help seed more":     `help: unknown command "more"`,
		"-h nope":            `nope`,
		"purge":              `purge deletes every item of table "jukebox" at http://`,
		"drop":               `drop deletes every item and the definition of table "jukebox" at http://`,
		"drop -force":        `add -yes if that is meant`,
		"-table other purge": `of table "other"`,
	})
	assert.Empty(t, *sent)

	t.Setenv(engine.Variable, "https://dynamodb.eu-central-1.amazonaws.com")
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"} {
		t.Setenv(name, "eu-central-1")
	}
	apptest.Mistakes(t, newJukebox, 2, map[string]string{
		"":          "is AWS, and its requests are paid for by the account of AWS_ACCESS_KEY_ID: add -aws if that is meant",
		"serve":     "add -aws if that is meant",
		"drop -yes": "add -aws if that is meant",
		"drop -aws": "add -yes if that is meant",
	})
}

func TestHelpFits80Columns(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"-h", "help", "seed -h", "help seed", "radio -h", "help radio list", "radio list -h", "--help"} {
		code, out, errs := apptest.Run(t, newJukebox(), strings.Fields(line)...)
		assert.Zero(t, code, line)
		assert.Empty(t, errs, line)
		assert.Contains(t, out, "USAGE:\n   jukebox", line)
		assert.Contains(t, out, "\n   --songs number  number of songs (default: 1)\n", line)
		for text := range strings.Lines(out) {
			assert.LessOrEqual(t, len(strings.TrimSuffix(text, "\n")), 80, "%s: %s", line, text)
		}
	}
	code, out, _ := apptest.Run(t, newJukebox(), "help", "radio", "list")
	assert.Zero(t, code)
	assert.Contains(t, out, "jukebox radio list - list them")
}

func TestACommandThatNeedsTheTableCreatesNothing(t *testing.T) {
	memory, sent := endpoint(t)
	var ran bool
	code, out, errs := apptest.Run(t, jukebox(&ran), "serve")
	assert.Equal(t, 1, code)
	assert.Empty(t, out)
	assert.Contains(t, errs, `jukebox: no table "jukebox" on http://`)
	assert.Contains(t, errs, ": create it with the command seed\n")
	assert.False(t, ran)
	assert.Equal(t, []string{"DescribeTable"}, *sent)

	other := ddb.New(memory.Client(), "albums", albumsTable, nil)
	require.NoError(t, other.CreateTable(t.Context()))
	for _, command := range []string{"serve", "seed", "scan", ""} {
		code, _, errs = apptest.Run(t, jukebox(&ran), append(strings.Fields(command), "-table", "albums")...)
		assert.Equal(t, 1, code, command)
		assert.Contains(t, errs, `jukebox: table "albums" on http://`)
		assert.Contains(t, errs, `is not of this example: `)
		assert.Contains(t, errs, `: name another with -table`)
		assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
	}
	assert.False(t, ran)
	for _, command := range []string{"purge", "drop"} {
		code, _, errs = apptest.Run(t, jukebox(&ran), command, "-yes", "-table", "albums")
		assert.Equal(t, 1, code, command)
		assert.Contains(t, errs, "refused, and nothing was deleted")
		assert.Contains(t, errs, "with -force it is deleted anyway")
	}
	require.NoError(t, other.VerifyTable(t.Context()))

	code, _, errs = apptest.Run(t, jukebox(&ran), "seed")
	require.Zero(t, code, errs)
	code, _, errs = apptest.Run(t, jukebox(&ran), "serve")
	assert.Zero(t, code, errs)
	assert.True(t, ran)
}

func TestWhatIsDeletedAtAnEndpointIsMeant(t *testing.T) {
	memory, _ := endpoint(t)
	for _, c := range []struct {
		line, want string
		code       int
	}{
		{"seed", "seeded 1 items", 0},
		{"purge -yes", "deleted 1 items", 0},
		{"drop", "add -yes", 2},
		{"drop -yes", `dropped table "jukebox"`, 0},
	} {
		code, out, errs := apptest.Run(t, newJukebox(), strings.Fields(c.line)...)
		assert.Equal(t, c.code, code, errs)
		assert.Contains(t, out+errs, c.want)
	}
	tables, err := memory.Client().ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	assert.Empty(t, tables.TableNames)
}

func TestWhatIsNoDynamoDBIsNamed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }))
	t.Cleanup(server.Close)
	t.Setenv(engine.Variable, server.URL)
	apptest.Mistakes(t, newJukebox, 1, map[string]string{
		"":          "jukebox: " + server.URL + " responds with 200 OK and is not DynamoDB: check DYNAMODB_ENDPOINT",
		"serve":     "is not DynamoDB",
		"drop -yes": "is not DynamoDB",
	})
}

func TestACommandWithoutAnEngineNeedsNone(t *testing.T) {
	t.Setenv(engine.Variable, "http://127.0.0.1:1")
	var ran bool
	code, _, errs := apptest.Run(t, jukebox(&ran), "radio", "list")
	assert.Zero(t, code, errs)
	assert.True(t, ran)
}

// A pattern may need what an engine behind an endpoint does not have. The others are shown all the same.
func TestWhatAnEngineRejectsIsShownBesideWhatRan(t *testing.T) {
	_, _ = endpoint(t)
	rejects := errors.New("broken")
	needy := func() app.Example {
		e := newJukebox()
		bySinger := func(context.Context, *ddb.DB, string) error { return rejects }
		e.Patterns.Patterns = append(e.Patterns.Patterns, ddbaccess.Func("song by singer", bySinger, "Ada"))
		e.Needs = app.Needs{"song by singer": capability.MultiAttributeKeys}
		return e
	}
	code, out, errs := apptest.Run(t, needy())
	assert.Equal(t, 1, code)
	assert.NotContains(t, out, "song by id")
	assert.Contains(t, errs, `pattern "song by singer": broken`)

	rejects = &smithy.GenericAPIError{Code: "ValidationException", Message: "Query key condition not supported"}
	code, out, errs = apptest.Run(t, needy())
	assert.Zero(t, code, errs)
	assert.Contains(t, out, "1  song by id")
	assert.Contains(t, out, "song by singer: left out: http://")
	assert.Contains(t, out, " has no multi-attribute keys\n")
}

func TestLongReports(t *testing.T) {
	t.Setenv(engine.Variable, "")
	code, out, _ := apptest.Run(t, newJukebox(), "patterns")
	assert.Zero(t, code)
	assert.NotContains(t, out, "AT MOST")
	code, out, _ = apptest.Run(t, newJukebox(), "patterns", "-long")
	assert.Zero(t, code)
	assert.Contains(t, out, "KEY CONDITION, AT MOST\n")
	assert.Contains(t, out, `pk = "s#{ID}" AND sk = "s#{ID}" at most 50 R`+"\n")
	assert.Contains(t, out, "\nBusiest keys\n")
}

// A pipe whose reader has what it wants blocks what is written to it, even nothing.
func TestACommandThatPrintsNothingWritesNothing(t *testing.T) {
	t.Parallel()
	_, out := io.Pipe()
	assert.Zero(t, app.Run(t.Context(), newJukebox(), []string{"jukebox", "radio", "list"}, out, io.Discard))
}

// full is a disk without space.
type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }

// Every command that prints fails if its output cannot be written, with one line; a reader that has left is no failure.
func TestOutputThatCannotBeWrittenIsAFailure(t *testing.T) {
	t.Setenv(engine.Variable, "")
	for _, line := range []string{"", "seed", "patterns", "describe", "scan", "purge", "drop", "-h", "help seed"} {
		run := func(cause error) (int, string) {
			var errs bytes.Buffer
			code := app.Run(t.Context(), newJukebox(), append([]string{"jukebox"}, strings.Fields(line)...), full{cause}, &errs)
			return code, errs.String()
		}
		code, errs := run(syscall.ENOSPC)
		assert.Equal(t, 1, code, line)
		assert.Contains(t, errs, "no space left on device", line)
		assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
		if line == "describe" { // returns the error of its writer
			continue
		}
		code, errs = run(syscall.EPIPE)
		assert.Zero(t, code, "%s: %s", line, errs)
	}
}

// What is beside the table is looked at before the table is dropped.
func TestDropIsRefusedBeforeAnythingIsDeleted(t *testing.T) {
	memory, _ := endpoint(t)
	e := newJukebox()
	e.MayDrop = func(context.Context, *app.Session) error { return errors.New("it is of others") }
	code, _, errs := apptest.Run(t, e, "seed")
	require.Zero(t, code, errs)
	code, _, errs = apptest.Run(t, e, "drop", "-yes")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "refused, and nothing was deleted: it is of others")
	require.NoError(t, ddb.New(memory.Client(), "jukebox", songsTable, nil).VerifyTable(t.Context()))
}
