package ddbsqs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
)

// Client lists the methods that a [Queue] calls; *sqs.Client has them. Methods may be added in minor versions.
type Client interface {
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessage(context.Context, *sqs.DeleteMessageInput, ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error)
	ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
}

// Options configures a [Queue]. The zero value of each field is its default; nil means all defaults.
type Options struct {
	// MaxBytes bounds a message; default 256 KiB, which every queue accepts unless its MaximumMessageSize is lower. A
	// queue may accept up to 1 MiB (1 << 20).
	MaxBytes int

	// TooLarge stores dead letters that are larger. By default such a dead letter is sent without its images, and its
	// cause says so.
	TooLarge ddbstream.Sink

	// Visibility is how long a received message is hidden from other consumers before that is renewed; default 30 s,
	// whole seconds. If the program crashes, its messages are delivered again after that time.
	Visibility time.Duration

	// Wait is how long a receive request waits for messages (long polling); default 20 s, the most that SQS allows.
	Wait time.Duration

	// Retry is the pause before a failed message is delivered again; default 30 s, whole seconds.
	Retry time.Duration

	// Poison takes messages that failed MaxReceives times, for instance another Queue; they are then deleted here. By
	// default they stay, and the redrive policy of the queue decides.
	Poison ddbstream.Sender

	// MaxReceives is the number of receives after which Poison takes a message; default 5.
	MaxReceives int

	// OnError is called for failed messages, and for failed requests that are retried. The calls for one Queue are made
	// one after the other. By default they are retried without a report.
	OnError func(ctx context.Context, err error)
}

// Queue is an SQS queue. Make it with [New]; the zero value is not usable. It is safe for concurrent use, and any
// number of programs may handle one queue.
type Queue struct {
	client Client
	url    string
	opts   Options
	put    ddbstream.Queue
	told   *sync.Mutex // held while OnError is called
}

var (
	_ ddbstream.Sink   = (*Queue)(nil)
	_ ddbstream.Sender = (*Queue)(nil)
)

// New returns the queue at url. It makes no request.
func New(client Client, url string, opts *Options) *Queue {
	q := &Queue{client: client, url: url, told: new(sync.Mutex)}
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

// Put sends a dead letter, with one SendMessage: its signature fits [ddb.MuxOptions].DeadLetters. Its error wraps that
// of the SDK.
func (q *Queue) Put(ctx context.Context, r ddb.Record, cause error) error {
	return q.put.Put(ctx, r, cause)
}

// outside are the characters that SQS replaces or rejects and encoding/json does not escape. In JSON they occur only in
// strings. AWS: "SendMessage".
var outside = strings.NewReplacer("\uFFFE", `\ufffe`, "\uFFFF", `\uffff`)

// Send sends a body, which must be JSON, with one SendMessage. In a FIFO queue a dead letter's message group is its
// item; all other bodies share one group. Its error wraps that of the SDK.
func (q *Queue) Send(ctx context.Context, body string) error {
	in := &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: new(outside.Replace(body))}
	if q.fifo() {
		in.MessageGroupId = new(group(body))
		// The hash of the whole body, which contains the time: a retry of the SDK is the same message, a dead letter
		// that failed again is a new one.
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
	keys, err := json.Marshal(letter.Record.DynamoDB.Keys) // sorted by name
	if err != nil {
		return "other"
	}
	return hash(string(keys))
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
