package ddbsqs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbsqs"
	"github.com/singletable-go/ddb/ddbstream"
)

// change is a record of an item.
func change(item string, n int) ddb.Record {
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: item}}
	return ddb.Record{Kind: ddb.Removed, Keys: key, Old: key, Sequence: fmt.Sprintf("%021d", n), At: time.Unix(1720740233, 0).UTC()}
}

// taker is a processor that notes what it handled, and fails where bad says.
type taker struct {
	mu   sync.Mutex
	seen []string
	bad  func(r ddb.Record) bool
}

func (p *taker) Process(_ context.Context, records []ddb.Record) (failed []string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range records {
		if p.bad != nil && p.bad(r) {
			return []string{r.Sequence}, errors.New("cannot bear it")
		}
		p.seen = append(p.seen, name(r))
	}
	return nil, nil
}

func (p *taker) handled() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}

// name is the item and the number of a record.
func name(r ddb.Record) string {
	pk, _ := r.Keys["pk"].(*types.AttributeValueMemberS)
	return pk.Value + strings.TrimLeft(r.Sequence, "0")
}

// quick is a configuration for tests.
func quick() *ddbsqs.Options {
	return &ddbsqs.Options{Visibility: 2 * time.Second, Retry: time.Second, Wait: time.Second}
}

// run handles a queue until the returned function is called.
func run(t *testing.T, q *ddbsqs.Queue, handle ddbsqs.Handler) (stop func() error) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- q.Run(ctx, handle) }()
	return func() error { cancel(); return <-done }
}

func TestLettersAreHandledAndDeleted(t *testing.T) {
	t.Parallel()
	client := connect(t)
	url := create(t, client, "", nil)
	q := ddbsqs.New(client, url, quick())
	table := ddb.NewTable("pk", "sk")
	type song struct {
		ID string `dynamodbav:"-"`
	}
	songs := ddb.MustDefine(table, "song", func(s *song, d *ddb.Definition) { id := ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)); d.Primary(id, id) })
	broken := true
	var got []string
	handler := func(_ context.Context, c ddb.Change[song]) error {
		if broken {
			return errors.New("cannot bear it")
		}
		got = append(got, string(c.Kind)+" "+c.Old.ID)
		return nil
	}
	live := ddb.NewMux(table, &ddb.MuxOptions{Attempts: 1, DeadLetters: q.Put})
	ddb.Handle(live, songs, handler)
	r := change("s#1", 1)
	attrs, err := songs.Encode(song{ID: "1"})
	require.NoError(t, err)
	r.Old, r.Keys = attrs, map[string]types.AttributeValue{"pk": attrs["pk"], "sk": attrs["sk"]}
	failed, err := live.Process(t.Context(), []ddb.Record{r})
	require.NoError(t, err, "the letter took it")
	require.Empty(t, failed)
	require.Equal(t, 1, messages(t, client, url))

	replay := ddb.NewMux(table, nil)
	ddb.Handle(replay, songs, handler)
	n, err := q.Drain(t.Context(), ddbsqs.Letters(replay))
	assert.ErrorContains(t, err, "cannot bear it")
	assert.Zero(t, n)
	require.Equal(t, 1, messages(t, client, url), "what failed stays")
	broken = false
	require.Eventually(t, func() bool {
		n, err := q.Drain(t.Context(), ddbsqs.Letters(replay))
		return err == nil && n == 1
	}, 15*time.Second, time.Millisecond, "it comes again")
	assert.Equal(t, []string{"removed 1"}, got)
	assert.Zero(t, messages(t, client, url))
}

func TestAMessageIsHiddenForAsLongAsItIsHandled(t *testing.T) {
	t.Parallel()
	client := connect(t)
	q := ddbsqs.New(client, create(t, client, "", nil), quick())
	require.NoError(t, q.Put(t.Context(), change("a", 1), errors.New("x")))
	begun, others := make(chan bool), make(chan error, 1)
	var stolen atomic.Int32
	go func() {
		<-begun
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		others <- q.Run(ctx, func(context.Context, string) error { stolen.Add(1); return nil })
	}()
	calls := 0
	n, err := q.Drain(t.Context(), func(ctx context.Context, _ string) error {
		calls++
		close(begun)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(4500 * time.Millisecond): // more than twice the visibility
			return nil
		}
	})
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	assert.Equal(t, 1, calls)
	assert.NoError(t, <-others)
	assert.Zero(t, stolen.Load(), "a second consumer got it")
}

func TestPoisonIsMovedAfterSoManyReceives(t *testing.T) {
	t.Parallel()
	client := connect(t)
	url, morgue := create(t, client, "", nil), create(t, client, "-morgue", nil)
	opts := quick()
	opts.MaxReceives, opts.Poison = 2, ddbsqs.New(client, morgue, nil)
	q := ddbsqs.New(client, url, opts)
	for _, item := range []string{"a", "poison"} {
		require.NoError(t, q.Put(t.Context(), change(item, 1), errors.New("x")))
	}
	require.NoError(t, q.Send(t.Context(), `{"no":"letter"}`))
	attempts := 0
	p := &taker{bad: func(r ddb.Record) bool {
		bad := name(r) == "poison1"
		if bad {
			attempts++
		}
		return bad
	}}
	stop := run(t, q, ddbsqs.Letters(p))
	require.Eventually(t, func() bool { return messages(t, client, url) == 0 }, 15*time.Second, 20*time.Millisecond)
	require.NoError(t, stop())
	assert.Equal(t, []string{"a1"}, p.handled())
	assert.Equal(t, 2, attempts)
	require.Equal(t, 2, messages(t, client, morgue), "the letter, and what is none")

	var bodies []string
	n, err := ddbsqs.New(client, morgue, quick()).Drain(t.Context(), func(_ context.Context, body string) error {
		bodies = append(bodies, body)
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	assert.Contains(t, bodies, `{"no":"letter"}`)
}

// AWS: "Using dead-letter queues in Amazon SQS".
func TestPoisonIsLeftToTheRedrivePolicy(t *testing.T) {
	t.Parallel()
	client := connect(t)
	dead := create(t, client, "-dead", nil)
	arn, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &dead, AttributeNames: []sqstypes.QueueAttributeName{"QueueArn"}})
	require.NoError(t, err)
	url := create(t, client, "", map[string]string{"RedrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":"2"}`, arn.Attributes["QueueArn"])})
	q := ddbsqs.New(client, url, quick())
	require.NoError(t, q.Put(t.Context(), change("poison", 1), errors.New("x")))
	stop := run(t, q, ddbsqs.Letters(&taker{bad: func(ddb.Record) bool { return true }}))
	require.Eventually(t, func() bool { return messages(t, client, dead) == 1 }, 15*time.Second, 20*time.Millisecond)
	require.NoError(t, stop())
	assert.Zero(t, messages(t, client, url))
}

func TestAFIFOQueueKeepsTheOrderOfAnItem(t *testing.T) {
	t.Parallel()
	client := connect(t)
	q := ddbsqs.New(client, create(t, client, ".fifo", nil), quick())
	for n := 1; n <= 3; n++ {
		for _, item := range []string{"a", "b"} {
			require.NoError(t, q.Put(t.Context(), change(item, n), errors.New("x")))
		}
	}
	fails := 1
	p := &taker{bad: func(r ddb.Record) bool {
		bad := name(r) == "a1" && fails > 0
		if bad {
			fails--
		}
		return bad
	}}
	stop := run(t, q, ddbsqs.Letters(p))
	require.Eventually(t, func() bool { return len(p.handled()) == 6 }, 15*time.Second, 10*time.Millisecond)
	require.NoError(t, stop())
	of := func(item string) (out []string) {
		for _, s := range p.handled() {
			if s[:1] == item {
				out = append(out, s)
			}
		}
		return out
	}
	assert.Equal(t, []string{"a1", "a2", "a3"}, of("a"), "a failure holds up what is of its item")
	assert.Equal(t, []string{"b1", "b2", "b3"}, of("b"))
	assert.Less(t, slices.Index(p.handled(), "b3"), slices.Index(p.handled(), "a1"), "and nothing else")
}

func TestALetterThatFailsAgainIsNoDuplicate(t *testing.T) {
	t.Parallel()
	client := connect(t)
	url := create(t, client, ".fifo", nil)
	q := ddbsqs.New(client, url, quick())
	for range 2 { // within the five minutes in which a FIFO queue drops duplicates
		require.NoError(t, q.Put(t.Context(), change("a", 1), errors.New("x")))
		time.Sleep(time.Millisecond)
	}
	require.NoError(t, q.Send(t.Context(), `{"same":"body"}`))
	require.NoError(t, q.Send(t.Context(), `{"same":"body"}`), "as the SDK does when a response is lost")
	assert.Equal(t, 3, messages(t, client, url))
}

func TestSizesAndCharactersOfMessages(t *testing.T) {
	t.Parallel()
	client := connect(t)
	url := create(t, client, "", nil)
	opts := quick()
	opts.MaxBytes = 1 << 20
	q := ddbsqs.New(client, url, opts)
	r := change("a", 1)
	images := func(n int) map[string]types.AttributeValue {
		return map[string]types.AttributeValue{"pk": r.Keys["pk"], "text": &types.AttributeValueMemberS{Value: "\uFFFE\uFFFF\x00\x7f\u2028" + strings.Repeat("x", n)}}
	}
	r.Old = images(700 << 10) // more than the maximum message before August 2025
	require.NoError(t, q.Put(t.Context(), r, errors.New("x")))
	var got []ddb.Record
	letters := func(_ context.Context, body string) error {
		l, err := ddbstream.Decode([]byte(body))
		got = append(got, l.Record)
		return err
	}
	_, err := q.Drain(t.Context(), letters)
	require.NoError(t, err)
	require.Len(t, got, 1)
	assert.Equal(t, r.Old, got[0].Old)

	r.Old = images(1 << 20)
	require.NoError(t, q.Put(t.Context(), r, errors.New("x")))
	_, err = q.Drain(t.Context(), letters)
	require.NoError(t, err)
	require.Len(t, got, 2)
	assert.Nil(t, got[1].Old, "too large even for 1 MiB")
	assert.Equal(t, r.Keys, got[1].Keys)
}

// SQS replaces or rejects characters that XML does not have. The server of these tests does not.
func TestCharactersThatXMLHasNotAreEscaped(t *testing.T) {
	t.Parallel()
	to := &paper{}
	require.NoError(t, ddbsqs.New(to, "queue", nil).Send(t.Context(), "{\"a\":\"x\uFFFEy\uFFFF\"}"))
	assert.Equal(t, []string{`{"a":"x\ufffey\uffff"}`}, to.bodies)
}

func TestDiscardedBatchesAreReadAgain(t *testing.T) {
	t.Parallel()
	client := connect(t)
	url := create(t, client, "", nil)
	q := ddbsqs.New(client, url, quick())
	require.NoError(t, q.Send(t.Context(), `{"DDBStreamBatchInfo":{"shardId":"s"},"payload":"{\"Records\":[{\"eventName\":\"REMOVE\",\"dynamodb\":{\"SequenceNumber\":\"7\",\"Keys\":{\"pk\":{\"S\":\"a\"}}}}]}"}`))
	require.NoError(t, q.Send(t.Context(), `{"KinesisBatchInfo":{"shardId":"s"}}`))
	p := &taker{}
	n, err := q.Drain(t.Context(), ddbsqs.Discarded(nil, p))
	assert.ErrorContains(t, err, "KinesisBatchInfo")
	assert.Equal(t, 1, n)
	assert.Equal(t, []string{"a7"}, p.handled())
	assert.Equal(t, 1, messages(t, client, url))
}

func TestRunEndsWithItsContextAndWithoutItsQueue(t *testing.T) {
	t.Parallel()
	client := connect(t)
	url := create(t, client, "", nil)
	q := ddbsqs.New(client, url, quick())
	require.NoError(t, q.Put(t.Context(), change("a", 1), errors.New("x")))
	begun := make(chan bool, 1)
	stop := run(t, q, func(ctx context.Context, _ string) error {
		begun <- true
		<-ctx.Done()
		return ctx.Err()
	})
	<-begun
	require.NoError(t, stop())
	p := &taker{}
	require.Eventually(t, func() bool { n, _ := q.Drain(t.Context(), ddbsqs.Letters(p)); return n == 1 }, 1500*time.Millisecond, time.Millisecond, "others get it at once")
	assert.Equal(t, []string{"a1"}, p.handled())

	err := ddbsqs.New(client, url+"-of-nobody", quick()).Run(t.Context(), ddbsqs.Letters(p))
	assert.ErrorContains(t, err, "ddbsqs: receive from "+url+"-of-nobody: ")
}

func TestAPanicOfAHandlerIsAFailure(t *testing.T) {
	t.Parallel()
	client := connect(t)
	q := ddbsqs.New(client, create(t, client, "", nil), quick())
	require.NoError(t, q.Send(t.Context(), `{}`))
	_, err := q.Drain(t.Context(), func(context.Context, string) error { panic("no") })
	assert.ErrorContains(t, err, "panic: no")
}
