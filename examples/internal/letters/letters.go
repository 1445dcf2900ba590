// Package letters has the commands for the dead letters of a Lambda function, which are in an SQS queue.
package letters

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbsqs"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/internal/term"
)

// Command returns the command letters of an example. The mux of newMux handles the letters again; it has no dead letters of
// its own, so what fails again stays in the queue.
func Command(newMux func(*ddb.DB) *ddb.Mux) app.Command {
	c := &commands{newMux: newMux}
	id := func() cli.Flag {
		return &cli.StringFlag{Name: "id", Usage: "`id` of a message, as list prints it", Destination: &c.id}
	}
	return app.Command{
		Name: "letters", About: "list, read, delete or replay the dead letters in a queue of SQS",
		Flags: []cli.Flag{&cli.StringFlag{Name: "queue", Usage: "`URL` of the queue", Destination: &c.url}},
		Commands: []app.Command{
			{
				Name: "list", About: "list the messages, each with its cause; it hides them for a moment, and counts as a receive",
				Flags:   []cli.Flag{&cli.IntFlag{Name: "most", Usage: "`number` of messages at most", Value: 100, Destination: &c.most, Validator: app.AtLeast(1)}},
				Offline: true, Check: c.checkQueue, Run: c.list,
			},
			{Name: "read", About: "print a message", Flags: []cli.Flag{id()}, Offline: true, Check: c.checkID, Run: c.read},
			{Name: "delete", About: "delete a message that is not to be handled", Flags: []cli.Flag{id()}, Offline: true, Check: c.checkID, Run: c.delete},
			{
				Name: "replay", About: "handle the messages again; what succeeds is deleted, what fails stays",
				NeedsTable: true, NeedsData: true, Check: c.checkQueue, Run: c.replay,
			},
		},
	}
}

// commands have the values of their flags.
type commands struct {
	newMux  func(*ddb.DB) *ddb.Mux
	url, id string
	most    int
}

func (c *commands) checkQueue() error {
	_, err := parse(c.url)
	return err
}

func (c *commands) checkID() error {
	if err := c.checkQueue(); err != nil {
		return err
	}
	if c.id == "" {
		return errors.New("-id is missing: list prints the ids")
	}
	return nil
}

func (c *commands) list(ctx context.Context, s *app.Session) error {
	q, err := open(ctx, c.url)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found, err := q.look(ctx, c.most, "")
	if err := errors.Join(err, q.release(ctx, found...)); err != nil {
		return err
	}
	t := &term.Table{
		Header: []string{"id", "sent", "received", "what", "cause"}, Right: []string{"received"},
		Below: [][]string{{"what"}, {"cause"}},
	}
	for _, m := range found {
		what, cause := m.says()
		t.Add(m.id, m.sent.UTC().Format(time.DateTime), m.received, what, cause)
	}
	if len(found) > 0 {
		t.Print(s.Out)
		fmt.Fprintln(s.Out)
	}
	term.Say(s.Out, "%s in %s", count(len(found)), c.url)
	if n := q.hidden(ctx); n > 0 {
		term.Say(s.Out, "%s more, hidden for now: a program handles each, or failed to a moment ago", count(n))
	}
	return nil
}

func (c *commands) read(ctx context.Context, s *app.Session) error {
	q, err := open(ctx, c.url)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m, err := q.find(ctx, c.id, q.release)
	if err != nil {
		return err
	}
	var body any
	if json.Unmarshal([]byte(m.body), &body) == nil {
		if pretty, err := json.MarshalIndent(body, "", "  "); err == nil {
			m.body = string(pretty)
		}
	}
	fmt.Fprintln(s.Out, m.body)
	return nil
}

func (c *commands) delete(ctx context.Context, s *app.Session) error {
	q, err := open(ctx, c.url)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m, err := q.find(ctx, c.id, q.delete)
	if err != nil {
		return err
	}
	what, _ := m.says()
	term.Say(s.Out, "deleted message %s: %s", m.id, what)
	return nil
}

// replay handles each message that is in the queue.
func (c *commands) replay(ctx context.Context, s *app.Session) error {
	q, err := open(ctx, c.url)
	if err != nil {
		return err
	}
	mux := c.newMux(s.DB)
	letter, batch := ddbsqs.Letters(mux), ddbsqs.Discarded(engine.Streams(s.Engine.Client), mux)
	failed := 0
	handled, err := ddbsqs.New(q.client, c.url, &ddbsqs.Options{Wait: time.Second}).Drain(ctx, func(ctx context.Context, body string) error {
		handle := letter
		if isBatch(body) {
			handle = batch
		}
		what, _ := message{body: body}.says()
		err := handle(ctx, body)
		if err != nil {
			failed++
			term.Say(s.Out, "failed again, and stays: %s: %v", what, err)
			return err
		}
		term.Say(s.Out, "handled again: %s", what)
		return nil
	})
	if err != nil && failed == 0 {
		return q.explain(err)
	}
	term.Say(s.Out, "%s handled again, %d failed and stay in the queue", count(handled), failed)
	if failed > 0 {
		return fmt.Errorf("%s failed again: each is delivered again after 30 seconds, to whatever reads the queue", count(failed))
	}
	return nil
}

// says is what a message is about, and why it is in the queue.
func (m message) says() (what, cause string) {
	var given struct {
		Batch *struct {
			Shard string `json:"shardId"`
			Size  int    `json:"batchSize"`
		} `json:"DDBStreamBatchInfo"`
		Context struct {
			Condition string `json:"condition"`
		} `json:"requestContext"`
	}
	if json.Unmarshal([]byte(m.body), &given) == nil && given.Batch != nil {
		return fmt.Sprintf("a batch of %d records of %s", given.Batch.Size, given.Batch.Shard), "Lambda gave it up: " + given.Context.Condition
	}
	letter, err := ddbstream.Decode([]byte(m.body))
	if err != nil {
		return "no dead letter", err.Error()
	}
	r := letter.Record
	return fmt.Sprintf("%s %s %s", r.Kind, letter.Entity, keyText(r)), letter.Cause
}

// isBatch reports whether a message is what Lambda sends to an on-failure destination.
func isBatch(body string) bool {
	var given struct {
		Batch json.RawMessage `json:"DDBStreamBatchInfo"`
	}
	return json.Unmarshal([]byte(body), &given) == nil && given.Batch != nil
}

// count is "1 message" or "2 messages".
func count(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}
