// Package streams has the command that shows the streams of a table.
package streams

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/internal/term"
)

// Command returns the command streams of an example.
func Command() app.Command {
	return app.Command{
		Name: "streams", About: "list the table's streams and their shards", NeedsTable: true, NeedsData: true, Run: list,
	}
}

func list(ctx context.Context, s *app.Session) error {
	client := engine.Streams(s.Engine.Client)
	in := &dynamodbstreams.ListStreamsInput{TableName: new(s.DB.Name())}
	n := 0
	for {
		out, err := client.ListStreams(ctx, in)
		if err != nil {
			return err
		}
		for _, stream := range out.Streams {
			n++
			if err := describe(ctx, client, *stream.StreamArn, s); err != nil {
				return err
			}
		}
		if in.ExclusiveStartStreamArn = out.LastEvaluatedStreamArn; in.ExclusiveStartStreamArn == nil {
			break
		}
	}
	if n == 0 {
		term.Say(s.Out, "table %q has no stream", s.DB.Name())
	}
	return nil
}

// describe prints a stream and its shards, in the order of the service.
func describe(ctx context.Context, client *dynamodbstreams.Client, arn string, s *app.Session) error {
	t := &term.Table{
		Header: []string{"shard", "state", "parent", "first", "last"},
		Below:  [][]string{{"parent"}, {"first"}, {"last"}},
	}
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: &arn}
	for {
		out, err := client.DescribeStream(ctx, in)
		if err != nil {
			return err
		}
		d := out.StreamDescription
		if in.ExclusiveStartShardId == nil {
			fmt.Fprintln(s.Out)
			term.Say(s.Out, "stream %s: %s, %s", aws.ToString(d.StreamLabel), d.StreamStatus, d.StreamViewType)
			fmt.Fprintln(s.Out)
		}
		for _, shard := range d.Shards {
			add(t, shard)
		}
		if in.ExclusiveStartShardId = d.LastEvaluatedShardId; in.ExclusiveStartShardId == nil {
			break
		}
	}
	t.Print(s.Out)
	return nil
}

// add adds a shard. It is open for new records until it has a last number.
func add(t *term.Table, shard types.Shard) {
	var numbers types.SequenceNumberRange
	if shard.SequenceNumberRange != nil {
		numbers = *shard.SequenceNumberRange
	}
	last, state := aws.ToString(numbers.EndingSequenceNumber), "closed"
	if last == "" {
		state = "open"
	}
	none := func(text string) string { return cmp.Or(text, "-") }
	t.Add(aws.ToString(shard.ShardId), state, none(aws.ToString(shard.ParentShardId)), none(aws.ToString(numbers.StartingSequenceNumber)), none(last))
}
