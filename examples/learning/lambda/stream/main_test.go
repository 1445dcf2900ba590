package main

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/function"
	"github.com/singletable-go/ddb/examples/internal/moto"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

func TestMain(m *testing.M) {
	code := m.Run()
	moto.Stop()
	os.Exit(code)
}

// deployed is the function beside a table and a queue.
type deployed struct {
	*platform.Store
	queue  *sqs.Client
	url    string
	handle handler
}

func deploy(t *testing.T) deployed {
	t.Helper()
	client := ddbmem.New().Client()
	db := ddb.New(client, "learning", platform.Table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	d := deployed{Store: platform.NewStore(db), queue: sqs.NewFromConfig(moto.Config(t))}
	queue, err := d.queue.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: new(t.Name())})
	require.NoError(t, err)
	d.url = *queue.QueueUrl
	d.handle, err = newHandler(client, d.queue, func(name string) string {
		return map[string]string{function.Table: "learning", function.DeadLetters: d.url}[name]
	}, nil)
	require.NoError(t, err)
	return d
}

// metered invokes the function with an event of testdata, of which no record fails.
func (d deployed) metered(t *testing.T, file string) *ddb.Meter {
	t.Helper()
	ctx, meter := ddb.WithMeter(t.Context())
	assert.Empty(t, d.sendWith(ctx, t, file))
	return meter
}

// send invokes the function with an event of testdata, and returns the numbers of the records that failed.
func (d deployed) send(t *testing.T, file string) (failed []string) {
	t.Helper()
	return d.sendWith(t.Context(), t, file)
}

func (d deployed) sendWith(ctx context.Context, t *testing.T, file string) (failed []string) {
	t.Helper()
	event, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	out, err := d.handle(ctx, event)
	require.NoError(t, err)
	var response events.DynamoDBEventResponse
	require.NoError(t, json.Unmarshal(out, &response))
	for _, f := range response.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	return failed
}

func (d deployed) letters(t *testing.T) []ddbstream.DeadLetter {
	t.Helper()
	out, err := d.queue.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &d.url, MaxNumberOfMessages: 10})
	require.NoError(t, err)
	var letters []ddbstream.DeadLetter
	for _, m := range out.Messages {
		letter, err := ddbstream.Decode([]byte(*m.Body))
		require.NoError(t, err)
		letters = append(letters, letter)
	}
	return letters
}

func (d deployed) xp(t *testing.T) int {
	t.Helper()
	st, err := d.Student(t.Context(), "ada")
	require.NoError(t, err)
	return st.XP
}

func TestDerivedValuesFollowTheStream(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	_, err := d.Register(t.Context(), platform.Student{ID: "ada", Email: "ada@school.example"})
	require.NoError(t, err)
	second := platform.Progress{StudentID: "ada", EnrollmentID: "e1", ChapterID: "h2", XP: 5}
	for _, p := range []platform.Progress{{StudentID: "ada", EnrollmentID: "e1", ChapterID: "h1", XP: 25}, second} {
		_, err := d.SetProgress(t.Context(), p)
		require.NoError(t, err)
	}
	meter := d.metered(t, "progress.json")
	assert.Equal(t, 30, d.xp(t))
	assert.InDelta(t, 8, meter.Total().Read, 0, "as the README says")
	assert.InDelta(t, 7, meter.Total().Write, 0)
	assert.Empty(t, d.send(t, "progress.json"))
	assert.Equal(t, 30, d.xp(t), "a second delivery counts nothing twice")

	_, err = d.RemoveProgress(t.Context(), second)
	require.NoError(t, err)
	assert.Empty(t, d.send(t, "expired.json"))
	assert.Equal(t, 25, d.xp(t), "the expiry counts like any other removal")
	assert.Empty(t, d.letters(t))
}

// A record that cannot be read fails alone, and after three deliveries it is a dead letter.
func TestARecordThatFailsBecomesADeadLetter(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	const unreadable = "4421584500000000017450439096"
	assert.Equal(t, []string{unreadable}, d.send(t, "unreadable.json"))
	assert.Equal(t, []string{unreadable}, d.send(t, "unreadable.json"))
	assert.Empty(t, d.send(t, "unreadable.json"))
	letters := d.letters(t)
	require.Len(t, letters, 1)
	assert.Equal(t, unreadable, letters[0].Record.Sequence)
	assert.Equal(t, "progress", letters[0].Entity)
	assert.Equal(t, 3, letters[0].Attempts)
}

// Without its queue a record is not lost: it is delivered again.
func TestWithoutTheQueueTheRecordIsDeliveredAgain(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	_, err := d.queue.DeleteQueue(t.Context(), &sqs.DeleteQueueInput{QueueUrl: &d.url})
	require.NoError(t, err)
	for range 4 {
		assert.NotEmpty(t, d.send(t, "unreadable.json"))
	}
}

func TestAnEventOfAnotherTableIsRefused(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	event, err := os.ReadFile("testdata/other-table.json")
	require.NoError(t, err)
	_, err = d.handle(t.Context(), event)
	assert.ErrorContains(t, err, `"other"`)
	_, err = d.handle(t.Context(), []byte(`{"Message": "hello"}`))
	assert.Error(t, err)
}

func TestTheEnvironmentIsChecked(t *testing.T) {
	t.Parallel()
	_, err := newHandler(nil, nil, func(string) string { return "" }, nil)
	assert.ErrorContains(t, err, "the variable TABLE_NAME is not set")
	assert.ErrorContains(t, err, "the variable DEAD_LETTERS_URL is not set")
}
