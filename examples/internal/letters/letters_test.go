package letters_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbsqs"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/internal/golden"
	"github.com/singletable-go/ddb/examples/internal/letters"
	"github.com/singletable-go/ddb/examples/internal/moto"
)

func TestMain(m *testing.M) {
	code := m.Run()
	moto.Stop()
	os.Exit(code)
}

type song struct {
	ID string `dynamodbav:"-"`
}

var (
	table = ddb.NewTable("pk", "sk")
	songs = ddb.MustDefine(table, "song", func(s *song, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID))
		d.Primary(id, id)
	})
)

// jukebox is an example whose mux fails for a song that is broken.
func jukebox() app.Example {
	return app.Example{
		Name: "jukebox", About: "songs on one table", Table: table,
		Seed: func(context.Context, *ddb.DB, func(done, total int)) error { return nil },
		Commands: []app.Command{letters.Command(func(*ddb.DB) *ddb.Mux {
			mux := ddb.NewMux(table, nil)
			ddb.Handle(mux, songs, func(_ context.Context, c ddb.Change[song]) error {
				if c.New.ID == "broken" {
					return errors.New("still broken")
				}
				return nil
			})
			return mux
		})},
	}
}

// queue makes a queue with letters for songs, and returns its URL.
func queue(t *testing.T, ids ...string) (client *sqs.Client, url string) {
	t.Helper()
	client = sqs.NewFromConfig(moto.Config(t))
	out, err := client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: new(regexp.MustCompile(`\W`).ReplaceAllString(t.Name(), "-"))})
	require.NoError(t, err)
	for i, id := range ids {
		attrs, err := songs.Encode(song{ID: id})
		require.NoError(t, err)
		r := ddb.Record{
			Kind: ddb.Inserted, Keys: map[string]types.AttributeValue{"pk": attrs["pk"], "sk": attrs["sk"]}, New: attrs,
			Sequence: strings.Repeat("1", 20) + string(rune('1'+i)),
		}
		require.NoError(t, ddbsqs.New(client, *out.QueueUrl, nil).Put(t.Context(), r, &ddb.RecordError{Entity: "song", Attempts: 3, Err: errors.New("the singer was ill")}))
	}
	return client, *out.QueueUrl
}

// run runs letters with a queue.
func run(t *testing.T, e app.Example, url string, args ...string) (code int, out, errs string) {
	t.Helper()
	return apptest.Run(t, e, append([]string{"letters", "-queue", url}, args...)...)
}

var id = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

func TestHelpOfLetters(t *testing.T) {
	code, out, errs := apptest.Run(t, jukebox(), "letters", "-h")
	require.Zero(t, code, errs)
	page, _, _ := strings.Cut(out, "\nGLOBAL OPTIONS")
	golden.File(t, "testdata/help.txt", page)
}

func TestLettersAreListedReadAndDeleted(t *testing.T) {
	t.Setenv(engine.Variable, "http://127.0.0.1:1") // which none of these needs
	e := jukebox()
	_, url := queue(t, "one", "two")
	for range 2 { // looking changes nothing
		code, out, errs := run(t, e, url, "list")
		require.Zero(t, code, errs)
		assert.Contains(t, out, `inserted song pk="s#one" sk="s#one"`)
		assert.Contains(t, out, "the singer was ill")
		assert.Contains(t, out, "2 messages in "+url)
		assert.Len(t, id.FindAllString(out, -1), 2)
	}
	_, out, _ := run(t, e, url, "list", "-most", "1")
	assert.Contains(t, out, "1 message in "+url)
	_, out, _ = run(t, e, url, "list")
	first := id.FindString(out)

	code, out, errs := run(t, e, url, "read", "-id", first)
	require.Zero(t, code, errs)
	assert.Contains(t, out, "\n  \"cause\": \"the singer was ill\"")
	code, out, errs = run(t, e, url, "delete", "-id", first)
	require.Zero(t, code, errs)
	assert.Contains(t, out, "deleted message "+first+": inserted")
	for _, command := range []string{"read", "delete"} {
		code, _, errs = run(t, e, url, command, "-id", first)
		assert.Equal(t, 1, code)
		assert.Contains(t, errs, `no message "`+first+`" in `+url+`: list prints the ids`)
	}
	_, out, _ = run(t, e, url, "list")
	assert.Contains(t, out, "1 message in "+url)
	assert.NotContains(t, out, first)
}

func TestReplayDeletesWhatSucceeds(t *testing.T) {
	t.Setenv(engine.Variable, "")
	client, url := queue(t, "one", "broken")
	_, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: new("hello")})
	require.NoError(t, err)
	code, out, errs := run(t, jukebox(), url, "replay")
	assert.Equal(t, 1, code)
	assert.Contains(t, out, `handled again: inserted song pk="s#one" sk="s#one"`)
	assert.Contains(t, out, `failed again, and stays: inserted song pk="s#broken" sk="s#broken": `)
	assert.Contains(t, out, "still broken")
	assert.Contains(t, out, "failed again, and stays: no dead letter: ")
	assert.Contains(t, out, "1 message handled again, 2 failed and stay in the queue")
	assert.Contains(t, errs, "jukebox: 2 messages failed again")
	assert.Equal(t, 2, messages(t, client, url))
	_, out, _ = run(t, jukebox(), url, "list")
	assert.Contains(t, out, "0 messages in "+url+"\n2 messages more, hidden for now")
}

func TestReplayEmptiesTheQueue(t *testing.T) {
	t.Setenv(engine.Variable, "")
	client, url := queue(t, "one", "two")
	code, out, errs := run(t, jukebox(), url, "replay")
	assert.Zero(t, code, errs)
	assert.Contains(t, out, "2 messages handled again, 0 failed and stay in the queue")
	assert.Zero(t, messages(t, client, url))
}

// A batch that Lambda gave up is read again from the stream, for as long as the stream has it.
func TestReplayReadsABatchThatLambdaGaveUp(t *testing.T) {
	t.Setenv(engine.Variable, "")
	client, url := queue(t)
	body := `{"requestContext": {"condition": "RetryAttemptsExhausted"}, "DDBStreamBatchInfo": {"shardId": "shardId-1", "batchSize": 3,
		"startSequenceNumber": "1", "endSequenceNumber": "3", "streamArn": "arn:aws:dynamodb:us-east-1:1:table/jukebox/stream/2026"}}`
	_, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body})
	require.NoError(t, err)
	_, out, _ := run(t, jukebox(), url, "list")
	assert.Contains(t, out, "a batch of 3 records of shardId-1")
	assert.Contains(t, out, "Lambda gave it up: RetryAttemptsExhausted")
	code, out, _ := run(t, jukebox(), url, "replay")
	assert.Equal(t, 1, code, "there is no such stream")
	assert.Contains(t, out, "failed again, and stays: a batch of 3 records of shardId-1: ")
}

// messages returns how many messages a queue has, hidden ones included.
func messages(t *testing.T, client *sqs.Client, url string) (n int) {
	t.Helper()
	out, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []sqstypes.QueueAttributeName{"All"}})
	require.NoError(t, err)
	for _, name := range []string{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"} {
		k, err := strconv.Atoi(out.Attributes[name])
		require.NoError(t, err)
		n += k
	}
	return n
}

func TestMistakes(t *testing.T) {
	apptest.Mistakes(t, jukebox, 2, map[string]string{
		"letters":                                "letters needs a command: use one of list, read, delete, replay",
		"letters list":                           "-queue is missing",
		"letters list -queue letters":            `-queue is "letters": use a URL such as https://sqs.`,
		"letters list -queue http://x":           `-queue is "http://x": use a URL`,
		"letters replay -queue ftp://x/1/y":      `-queue is "ftp://x/1/y": use a URL`,
		"letters read -queue http://x/1/y":       "-id is missing: list prints the ids",
		"letters delete -queue http://x/1/y":     "-id is missing: list prints the ids",
		"letters list -queue http://x/1 -most 0": "must be at least 1",
	})
	t.Setenv(engine.Variable, "")
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	_, url := queue(t)
	for at, want := range map[string]string{
		url + "-missing":               "no queue at " + url + "-missing: check -queue",
		server.URL + "/1/letters":      "responds with 404 and is not SQS: check -queue",
		"http://127.0.0.1:1/1/letters": "cannot connect to the server of http://127.0.0.1:1/1/letters: connect: connection refused",
	} {
		for _, command := range []string{"list", "read -id x", "delete -id x", "replay"} {
			code, _, errs := run(t, jukebox(), at, strings.Fields(command)...)
			assert.Equal(t, 1, code, command)
			assert.Contains(t, errs, want, command)
			assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
		}
	}
}
