package ddbsqs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
)

// Client is what a [Queue] calls; *sqs.Client has it. Methods may be added in minor versions.
type Client interface {
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessage(context.Context, *sqs.DeleteMessageInput, ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error)
	ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
}

// Options configures a [Queue]; the zero value of each field is its default, and nil is all defaults.
type Options struct {
	// MaxBytes bounds a message; default 256 KiB, which every queue takes unless it was told otherwise. A queue whose
	// MaximumMessageSize says so takes up to 1 MiB (1 << 20).
	MaxBytes int

	// TooLarge takes letters that are larger. By default such a letter is sent without its images, and says so in its
	// cause.
	TooLarge ddbstream.Sink

	// Visibility is how long a message that this program received is hidden from others before it is renewed; default
	// 30 s, whole seconds. When the program dies, its messages come again after that time.
	Visibility time.Duration

	// Wait is how long a request for messages waits for some, as long polling; default 20 s, which is the most.
	Wait time.Duration

	// Retry is the pause before a message that failed comes again; default 30 s, whole seconds.
	Retry time.Duration

	// Poison takes messages that failed MaxReceives times, which are deleted then: another Queue, for instance. By
	// default they stay, and the redrive policy of the queue decides.
	Poison ddbstream.Sender

	// MaxReceives is after how many receives Poison takes a message; default 5.
	MaxReceives int

	// OnError is told of messages that failed, and of requests that failed and are repeated; by default they are
	// repeated in silence.
	OnError func(ctx context.Context, err error)
}

// Queue is a queue of SQS. Make it with [New]. It is safe for concurrent use, and as many programs as you like may handle
// one queue.
type Queue struct {
	client Client
	url    string
	opts   Options
	put    ddbstream.Queue
}

var (
	_ ddbstream.Sink   = (*Queue)(nil)
	_ ddbstream.Sender = (*Queue)(nil)
)

// New returns the queue at url. It makes no request.
func New(client Client, url string, opts *Options) *Queue {
	q := &Queue{client: client, url: url}
	if opts != nil {
		q.opts = *opts
	}
	for _, d := range []struct {
		of       *time.Duration
		def, max time.Duration
	}{{&q.opts.Visibility, 30 * time.Second, 12 * time.Hour}, {&q.opts.Wait, 20 * time.Second, 20 * time.Second}, {&q.opts.Retry, 30 * time.Second, 12 * time.Hour}} {
		if *d.of <= 0 {
			*d.of = d.def
		}
		*d.of = min(max(d.of.Round(time.Second), time.Second), d.max)
	}
	if q.opts.MaxReceives <= 0 {
		q.opts.MaxReceives = 5
	}
	q.put = ddbstream.Queue{To: q, MaxBytes: q.opts.MaxBytes, TooLarge: q.opts.TooLarge}
	return q
}

// Put sends a dead letter: it is what [ddb.MuxOptions].DeadLetters wants.
func (q *Queue) Put(ctx context.Context, r ddb.Record, cause error) error {
	return q.put.Put(ctx, r, cause)
}

// outside are the characters that SQS replaces or refuses, and encoding/json does not escape. In JSON they stand in strings
// alone. AWS: "SendMessage".
var outside = strings.NewReplacer("\uFFFE", `\ufffe`, "\uFFFF", `\uffff`)

// Send sends a body, which is JSON. To a FIFO queue it goes in the group of the item that a dead letter is of; other bodies
// are all of one group.
func (q *Queue) Send(ctx context.Context, body string) error {
	in := &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: new(outside.Replace(body))}
	if q.fifo() {
		in.MessageGroupId = new(group(body))
		// Of the whole body, which has the time: a request that the SDK repeats is one message, and a letter that failed
		// again is another.
		in.MessageDeduplicationId = new(hash(body))
	}
	if _, err := q.client.SendMessage(ctx, in); err != nil {
		return fmt.Errorf("ddbsqs: send to %s: %w", q.url, err)
	}
	return nil
}

func (q *Queue) fifo() bool { return strings.HasSuffix(q.url, ".fifo") }

// group is the message group of a body: one for each item.
func group(body string) string {
	var letter struct {
		Record struct {
			DynamoDB struct {
				Keys map[string]any
			} `json:"dynamodb"`
		} `json:"record"`
	}
	if err := json.Unmarshal([]byte(body), &letter); err != nil || len(letter.Record.DynamoDB.Keys) == 0 {
		return "other"
	}
	keys, err := json.Marshal(letter.Record.DynamoDB.Keys) // in the order of names
	if err != nil {
		return "other"
	}
	return hash(string(keys))
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
