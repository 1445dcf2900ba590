package events

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/smithy-go"

	"github.com/singletable-go/ddb"
)

// Client is what a [Topic] calls; *sns.Client has it.
type Client interface {
	PublishBatch(context.Context, *sns.PublishBatchInput, ...func(*sns.Options)) (*sns.PublishBatchOutput, error)
}

// Topic is an SNS topic. Make it with [NewTopic].
type Topic struct {
	client Client
	arn    string
	pause  time.Duration // before the second attempt; it doubles
}

// NewTopic returns the topic. It makes no request.
func NewTopic(client Client, arn string) *Topic { return &Topic{client, arn, 100 * time.Millisecond} }

// maxBatch is the maximum number of messages in a request, and attempts is how often a message is sent that SNS does
// not take.
const (
	maxBatch = 10
	attempts = 4
)

// Publish is a [Publish]. It sends as many messages in a request as SNS takes.
func (t *Topic) Publish(ctx context.Context, messages []Message) error {
	for len(messages) > 0 {
		size, n := messages[0].Size(), 1
		for n < min(len(messages), maxBatch) && size+messages[n].Size() <= maxMessage {
			size += messages[n].Size()
			n++
		}
		if err := t.send(ctx, messages[:n]); err != nil {
			return fmt.Errorf("topic %s: %w", t.arn, err)
		}
		messages = messages[n:]
	}
	return nil
}

// send sends one request, and again what SNS did not take of it.
func (t *Topic) send(ctx context.Context, messages []Message) error {
	for attempt := 1; ; attempt++ {
		out, err := t.client.PublishBatch(ctx, &sns.PublishBatchInput{TopicArn: &t.arn, PublishBatchRequestEntries: entries(messages)})
		switch {
		case tooLong(err):
			return err
		case err != nil:
			return fmt.Errorf("%w: %w", ddb.ErrUnavailable, err)
		case len(out.Failed) == 0:
			return nil
		}
		for _, failed := range out.Failed {
			if failed.SenderFault {
				return refused(failed)
			}
		}
		if attempt == attempts {
			return fmt.Errorf("%w: %w", ddb.ErrUnavailable, refused(out.Failed[0]))
		}
		if err := sleep(ctx, t.pause<<(attempt-1)); err != nil {
			return err
		}
		messages = without(messages, out.Successful)
	}
}

// without returns the messages that were not taken.
func without(messages []Message, taken []types.PublishBatchResultEntry) []Message {
	var left []Message
	for i, m := range messages {
		isTaken := func(e types.PublishBatchResultEntry) bool { return value(e.Id) == strconv.Itoa(i) }
		if !slices.ContainsFunc(taken, isTaken) {
			left = append(left, m)
		}
	}
	return left
}

// entries are the messages as a request has them: their ids are their indexes.
func entries(messages []Message) []types.PublishBatchRequestEntry {
	out := make([]types.PublishBatchRequestEntry, len(messages))
	for i, m := range messages {
		attributes := map[string]types.MessageAttributeValue{}
		for name, value := range m.Attributes() {
			attributes[name] = types.MessageAttributeValue{DataType: new(attributeType), StringValue: &value}
		}
		out[i] = types.PublishBatchRequestEntry{Id: new(strconv.Itoa(i)), Message: &m.Body, MessageAttributes: attributes}
	}
	return out
}

// tooLong reports whether a topic takes only shorter messages: that is the messages' fault.
func tooLong(err error) bool {
	refusal, ok := errors.AsType[smithy.APIError](err)
	return ok && refusal.ErrorCode() == (&types.BatchRequestTooLongException{}).ErrorCode()
}

func refused(e types.BatchResultErrorEntry) error {
	return fmt.Errorf("message refused: %s: %s", value(e.Code), value(e.Message))
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
