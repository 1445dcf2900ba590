package main

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/function"
	"github.com/singletable-go/ddb/examples/internal/moto"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

func TestMain(m *testing.M) {
	code := m.Run()
	moto.Stop()
	os.Exit(code)
}

// deployed is the function beside a table, with the conversation of the recorded events, and a queue.
type deployed struct {
	*groups.Store
	queue  *sqs.Client
	url    string
	handle handler
}

func deploy(t *testing.T) deployed {
	t.Helper()
	client := ddbmem.New().Client()
	db := ddb.New(client, "cruddur", groups.Cruddur, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	n := 0
	recorded := &groups.Options{
		Now:   func() time.Time { return time.Date(2026, 3, 2, 13, n, 0, 0, time.UTC) },
		NewID: func() string { n++; return fmt.Sprintf("7c9e6679-7425-40de-944b-e07fc1f9%04d", n) },
	}
	d := deployed{Store: groups.NewStore(db, recorded), queue: sqs.NewFromConfig(moto.Config(t))}
	first, err := d.Start(t.Context(), groups.People[0], "Hello", groups.People[1])
	require.NoError(t, err)
	_, err = d.Send(t.Context(), groups.People[1], first.GroupID, "And to you")
	require.NoError(t, err)
	queue, err := d.queue.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: new(t.Name())})
	require.NoError(t, err)
	d.url = *queue.QueueUrl
	d.handle, err = newHandler(client, d.queue, func(name string) string {
		return map[string]string{function.Table: "cruddur", function.DeadLetters: d.url}[name]
	}, nil)
	require.NoError(t, err)
	return d
}

// send invokes the function with an event of testdata, and returns the numbers of the records that failed.
func (d deployed) send(t *testing.T, file string) (failed []string) {
	t.Helper()
	event, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	out, err := d.handle(t.Context(), event)
	require.NoError(t, err)
	var response events.DynamoDBEventResponse
	require.NoError(t, json.Unmarshal(out, &response))
	for _, f := range response.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	return failed
}

// last is the newest message in a person's list.
func (d deployed) last(t *testing.T, who groups.Author) string {
	t.Helper()
	page, err := d.Groups(t.Context(), who.UserID, groups.Window{}, 10, "")
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	return page.Items[0].Last
}

func TestListsFollowTheStream(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	assert.Equal(t, "Hello", d.last(t, groups.People[0]))
	assert.Empty(t, d.send(t, "reply.json"))
	assert.Equal(t, "And to you", d.last(t, groups.People[0]))
	assert.Equal(t, "And to you", d.last(t, groups.People[1]))
	assert.Empty(t, d.send(t, "reply.json"), "once more")
	assert.Empty(t, d.send(t, "expired.json"))
	assert.Equal(t, "And to you", d.last(t, groups.People[0]))
}

// The records before the one that fails are handled, and after three deliveries it is a dead letter.
func TestARecordThatFailsBecomesADeadLetter(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	const unreadable = "4421584500000000017450439094"
	assert.Equal(t, []string{unreadable}, d.send(t, "unreadable.json"))
	assert.Equal(t, "And to you", d.last(t, groups.People[0]))
	assert.Equal(t, []string{unreadable}, d.send(t, "unreadable.json"))
	assert.Empty(t, d.send(t, "unreadable.json"))
	out, err := d.queue.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &d.url})
	require.NoError(t, err)
	require.Len(t, out.Messages, 1)
	letter, err := ddbstream.Decode([]byte(*out.Messages[0].Body))
	require.NoError(t, err)
	assert.Equal(t, unreadable, letter.Record.Sequence)
	assert.Equal(t, "message", letter.Entity)
}

func TestTheEnvironmentIsChecked(t *testing.T) {
	t.Parallel()
	_, err := newHandler(nil, nil, func(string) string { return "" }, nil)
	assert.ErrorContains(t, err, "the variable TABLE_NAME is not set")
	assert.ErrorContains(t, err, "the variable DEAD_LETTERS_URL is not set")
}
