package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/thingstodo/events"
)

// publish publishes the events of the table's stream until it is interrupted; on an engine that only this process uses,
// until there are no more.
func (c *commands) publish(ctx context.Context, s *app.Session) error {
	publish, err := c.publisher(ctx, s)
	if err != nil {
		return err
	}
	mux := events.Publisher(publish, letters{ddbstream.NewFile(c.letters), c.letters, s})
	lost := func(context.Context) error { return nil } // and cannot be published
	if s.Engine.Fresh {
		return reader(s, mux, &ddbstream.MemoryStore{}, time.Time{}, lost).Drain(ctx)
	}
	from, err := publishers.Create(ctx, s)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "publishing the events of table %q until it is interrupted\n", s.DB.Name())
	return reader(s, mux, from, time.Time{}, lost).Run(ctx)
}

// letters keeps dead letters in a file, and says so.
type letters struct {
	file ddbstream.Sink
	path string
	s    *app.Session
}

func (l letters) Put(ctx context.Context, r ddb.Record, cause error) error {
	if err := l.file.Put(ctx, r, cause); err != nil {
		return err
	}
	fmt.Fprintf(l.s.Out, "not published, kept in %s: %v\n", l.path, cause)
	return nil
}

// publisher sends messages to the topic, if there is one, and prints what it has sent.
func (c *commands) publisher(ctx context.Context, s *app.Session) (events.Publish, error) {
	publish := events.Publish(func(context.Context, []events.Message) error { return nil })
	if c.topic != "" {
		topic, _ := arn.Parse(c.topic) // checked before
		cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(topic.Region))
		if err != nil {
			return nil, err
		}
		if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
			return nil, fmt.Errorf("topic %s: no credentials of AWS: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE", c.topic)
		}
		client := sns.NewFromConfig(cfg)
		_, err = client.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: &c.topic})
		if errors.As(err, new(*types.NotFoundException)) {
			return nil, fmt.Errorf("there is no topic %s: create it first, or check its region", c.topic)
		}
		if err != nil {
			return nil, fmt.Errorf("topic %s: %w", c.topic, err)
		}
		publish = events.NewTopic(client, c.topic).Publish
	}
	return func(ctx context.Context, messages []events.Message) error {
		if err := publish(ctx, messages); err != nil {
			return err
		}
		for _, m := range messages {
			fmt.Fprintf(s.Out, "%-24s %4d records %8d bytes\n", m.Event, m.Records, m.Size())
		}
		return nil
	}, nil
}

// listLetters lists the events that could not be published.
func (c *commands) listLetters(_ context.Context, s *app.Session) error {
	n := 0
	var unreadable error
	for letter, err := range ddbstream.NewFile(c.letters).Letters() {
		if err != nil {
			unreadable = errors.Join(unreadable, err)
			continue
		}
		n++
		fmt.Fprintf(s.Out, "%s  %-9s  %s\n", letter.At.Format(time.DateTime), letter.Entity, letter.Cause)
	}
	fmt.Fprintf(s.Out, "%d dead letters in %s\n", n, c.letters)
	return unreadable
}

// replay publishes them again. Those that fail again stay in the file.
func (c *commands) replay(ctx context.Context, s *app.Session) error {
	publish, err := c.publisher(ctx, s)
	if err != nil {
		return err
	}
	n, err := ddbstream.Replay(ctx, ddbstream.NewFile(c.letters).Letters(), events.Publisher(publish, nil), nil)
	fmt.Fprintf(s.Out, "replayed %d dead letters of %s, %d failed and are kept\n", n.Handled, c.letters, n.Failed)
	return err
}
