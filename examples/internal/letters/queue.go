package letters

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/singletable-go/ddb"
)

// message is a message of a queue.
type message struct {
	id, body string
	receipt  *string
	sent     time.Time
	received int // how often, this time included
}

// lookFor is how many seconds messages are hidden while they are looked at: if the command crashes, they come back then.
const lookFor = 30

// look receives messages until there are no more, or as many as most, or the one with the id. Release them.
func (q *queue) look(ctx context.Context, most int, id string) (found []message, err error) {
	for len(found) < most {
		out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &q.url, MaxNumberOfMessages: int32(min(most-len(found), 10)), VisibilityTimeout: lookFor, WaitTimeSeconds: 1,
			MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{"SentTimestamp", "ApproximateReceiveCount"},
		})
		if err != nil {
			return found, q.explain(err)
		}
		if len(out.Messages) == 0 {
			return found, nil
		}
		there := false
		for _, m := range out.Messages {
			found = append(found, messageOf(m))
			there = there || aws.ToString(m.MessageId) == id
		}
		if there {
			break
		}
	}
	return found, nil
}

func messageOf(m sqstypes.Message) message {
	sent, _ := strconv.ParseInt(m.Attributes["SentTimestamp"], 10, 64)
	received, _ := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	return message{id: aws.ToString(m.MessageId), body: aws.ToString(m.Body), receipt: m.ReceiptHandle, sent: time.UnixMilli(sent), received: received}
}

// find looks for a message and gives it to do, which releases or deletes it.
func (q *queue) find(ctx context.Context, id string, do func(context.Context, ...message) error) (message, error) {
	const all = 100_000 // more than SQS lets one program receive at once
	found, err := q.look(ctx, all, id)
	at := slices.IndexFunc(found, func(m message) bool { return m.id == id })
	if err != nil || at < 0 {
		err = errors.Join(err, q.release(ctx, found...))
		return message{}, cmp.Or(err, fmt.Errorf(
			"no message %q in %s: list prints the ids; one that another program handles cannot be seen meanwhile", id, q.url))
	}
	m := found[at]
	return m, errors.Join(do(ctx, m), q.release(ctx, slices.Delete(found, at, at+1)...))
}

// release lets others receive messages again.
func (q *queue) release(ctx context.Context, messages ...message) error {
	for _, m := range messages {
		if _, err := q.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &q.url, ReceiptHandle: m.receipt}); err != nil {
			return q.explain(err)
		}
	}
	return nil
}

func (q *queue) delete(ctx context.Context, messages ...message) error {
	for _, m := range messages {
		if _, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: m.receipt}); err != nil {
			return q.explain(err)
		}
	}
	return nil
}

// hidden returns about how many messages cannot be seen; 0 if it is not permitted to ask.
func (q *queue) hidden(ctx context.Context) int {
	out, err := q.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &q.url, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameApproximateNumberOfMessagesNotVisible},
	})
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(out.Attributes["ApproximateNumberOfMessagesNotVisible"])
	return n
}

// keyText is the key of a record's item.
func keyText(r ddb.Record) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r.Keys)) {
		switch v := r.Keys[name].(type) {
		case *types.AttributeValueMemberS:
			parts = append(parts, fmt.Sprintf("%s=%q", name, v.Value))
		case *types.AttributeValueMemberN:
			parts = append(parts, name+"="+v.Value)
		}
	}
	return strings.Join(parts, " ")
}
