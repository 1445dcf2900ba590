package events

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/moto"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
	"github.com/singletable-go/ddb/internal/scale"
)

func TestMain(m *testing.M) {
	scale.Main(m, 0)
	moto.Stop()
}

// subscriber is a queue that gets the messages of a topic which pass a filter.
type subscriber struct {
	client *sqs.Client
	url    string
}

func subscribe(t *testing.T, topic, name, filter string) subscriber {
	t.Helper()
	client := sqs.NewFromConfig(moto.Config(t))
	queue, err := client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name})
	require.NoError(t, err)
	attributes, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: queue.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{"QueueArn"}})
	require.NoError(t, err)
	_, err = sns.NewFromConfig(moto.Config(t)).Subscribe(t.Context(), &sns.SubscribeInput{
		TopicArn: &topic, Protocol: new("sqs"), Endpoint: new(attributes.Attributes["QueueArn"]),
		Attributes: map[string]string{"RawMessageDelivery": "true", "FilterPolicy": filter},
	})
	require.NoError(t, err)
	return subscriber{client, *queue.QueueUrl}
}

// received returns the ids in all messages that the subscriber has, with the attribute type of each message.
func (s subscriber) received(t *testing.T) []string {
	t.Helper()
	var all []string
	for {
		out, err := s.client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &s.url, MaxNumberOfMessages: 10, MessageAttributeNames: []string{"All"}})
		require.NoError(t, err)
		if len(out.Messages) == 0 {
			slices.Sort(all)
			return all
		}
		for _, m := range out.Messages {
			all = append(all, fmt.Sprint(*m.MessageAttributes["type"].StringValue, Message{Body: *m.Body}.ids(t)))
			_, err := s.client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &s.url, ReceiptHandle: m.ReceiptHandle})
			require.NoError(t, err)
		}
	}
}

// Subscribers get the events that they filter for, over HTTP.
func TestSubscribersFilterByAttribute(t *testing.T) {
	t.Parallel()
	client := sns.NewFromConfig(moto.Config(t))
	made, err := client.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: new("subscribers-filter")})
	require.NoError(t, err)
	approved := subscribe(t, *made.TopicArn, "approved", `{"type":["TTD_APPROVED"]}`)
	users := subscribe(t, *made.TopicArn, "users", `{"entity":["USR"]}`)

	var records []ddb.Record
	for i := range 30 {
		id := fmt.Sprintf("%02d", i)
		records = append(records, record(t, things.Users, 10*i+1, nil, &things.User{ID: id, Outbox: outbox(things.UserSaved)}))
		records = append(records, record(t, things.Things, 10*i+2, nil, thing(id, things.Draft, things.ThingCreated)))
	}
	now := thing("big", things.Published, things.ThingApproved)
	now.About = strings.Repeat("x", 200_000)
	records = append(records, record(t, things.Things, 900, thing("big", things.Pending, things.ThingSubmitted), now))
	failed, err := Publisher(NewTopic(client, *made.TopicArn).Publish, nil).Process(t.Context(), records)
	require.NoError(t, err)
	assert.Empty(t, failed)

	assert.Equal(t, []string{"TTD_APPROVED[big]"}, approved.received(t))
	got := users.received(t)
	require.Len(t, got, 1, "one message")
	assert.Contains(t, got[0], "USR_SAVED[00 01 02")
}

// A topic that is gone is an outage: nothing becomes a dead letter.
func TestATopicThatIsNotThere(t *testing.T) {
	t.Parallel()
	err := NewTopic(sns.NewFromConfig(moto.Config(t)), "arn:aws:sns:us-east-1:123456789012:nothing").
		Publish(t.Context(), []Message{{Event: things.UserSaved, Body: "{}"}})
	assert.ErrorIs(t, err, ddb.ErrUnavailable)
	assert.ErrorAs(t, err, new(*types.NotFoundException))
}

// flaky is an SNS that fails as scripted: each step is one response.
type flaky struct {
	sent   [][]string // bodies of each request
	script []response
}

type response = func([]types.PublishBatchRequestEntry) (*sns.PublishBatchOutput, error)

func (f *flaky) PublishBatch(_ context.Context, in *sns.PublishBatchInput, _ ...func(*sns.Options)) (*sns.PublishBatchOutput, error) {
	var bodies []string
	size := 0
	out := &sns.PublishBatchOutput{}
	for _, e := range in.PublishBatchRequestEntries {
		bodies = append(bodies, *e.Message)
		size += len(*e.Message)
		out.Successful = append(out.Successful, types.PublishBatchResultEntry{Id: e.Id})
	}
	f.sent = append(f.sent, bodies)
	if len(bodies) > 10 || size > maxMessage {
		return nil, errors.New("over the limits")
	}
	if len(f.script) == 0 {
		return out, nil
	}
	next := f.script[0]
	f.script = f.script[1:]
	return next(in.PublishBatchRequestEntries)
}

// fails is a response that takes only the entries that are not listed.
func fails(sender bool, ids ...string) response {
	return func(entries []types.PublishBatchRequestEntry) (*sns.PublishBatchOutput, error) {
		out := &sns.PublishBatchOutput{}
		for _, e := range entries {
			if slices.Contains(ids, *e.Id) {
				out.Failed = append(out.Failed, types.BatchResultErrorEntry{Id: e.Id, Code: new("Oops"), Message: new("why"), SenderFault: sender})
				continue
			}
			out.Successful = append(out.Successful, types.PublishBatchResultEntry{Id: e.Id})
		}
		return out, nil
	}
}

func messages(bodies ...string) []Message {
	out := make([]Message, len(bodies))
	for i, b := range bodies {
		out[i] = Message{things.UserSaved, 1, b}
	}
	return out
}

func TestWhatSNSDidNotTakeIsSentAgain(t *testing.T) {
	t.Parallel()
	sns := &flaky{script: []response{fails(false, "1", "3"), fails(false, "1")}}
	topic := &Topic{sns, "arn", time.Microsecond}
	require.NoError(t, topic.Publish(t.Context(), messages("a", "b", "c", "d")))
	assert.Equal(t, [][]string{{"a", "b", "c", "d"}, {"b", "d"}, {"d"}}, sns.sent)
}

func TestAFailureIsTheTopicsOrTheMessages(t *testing.T) {
	t.Parallel()
	busy := func([]types.PublishBatchRequestEntry) (*sns.PublishBatchOutput, error) {
		return nil, &types.AuthorizationErrorException{Message: new("no")}
	}
	long := func([]types.PublishBatchRequestEntry) (*sns.PublishBatchOutput, error) {
		return nil, &types.BatchRequestTooLongException{}
	}
	never := fails(false, "0")
	for name, test := range map[string]struct {
		script   []response
		requests int
		outage   bool
	}{
		"not allowed":     {[]response{busy}, 1, true},
		"never taken":     {[]response{never, never, never, never}, 4, true},
		"refused message": {[]response{fails(true, "0")}, 1, false},
		"smaller limit":   {[]response{long}, 1, false},
	} {
		client := &flaky{script: test.script}
		err := (&Topic{client, "arn", time.Microsecond}).Publish(t.Context(), messages("a"))
		require.Error(t, err, name)
		assert.Equal(t, test.outage, errors.Is(err, ddb.ErrUnavailable), "%s: %v", name, err)
		assert.Len(t, client.sent, test.requests, name)
	}
}

func TestRequestsKeepTheLimitsOfABatch(t *testing.T) {
	t.Parallel()
	client := &flaky{}
	large := strings.Repeat("x", 100_000)
	require.NoError(t, NewTopic(client, "arn").Publish(t.Context(), messages(large, large, large, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k")))
	var sizes []int
	for _, bodies := range client.sent {
		sizes = append(sizes, len(bodies))
	}
	assert.Equal(t, []int{2, 10, 2}, sizes)
}

// While a topic is not there, the end of the context ends the pause.
func TestTheContextEndsThePause(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	client := &flaky{}
	client.script = append(client.script, func(entries []types.PublishBatchRequestEntry) (*sns.PublishBatchOutput, error) {
		cancel()
		return fails(false, "0")(entries)
	})
	err := (&Topic{client, "arn", time.Hour}).Publish(ctx, messages("a"))
	assert.ErrorIs(t, err, context.Canceled)
}
