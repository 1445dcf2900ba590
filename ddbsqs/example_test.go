package ddbsqs_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbsqs"
)

// paper is a queue in memory, in place of *sqs.Client.
type paper struct {
	ddbsqs.Client
	bodies []string
}

func (p *paper) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	p.bodies = append(p.bodies, *in.MessageBody)
	return &sqs.SendMessageOutput{}, nil
}

func (p *paper) ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	out := &sqs.ReceiveMessageOutput{}
	for i, body := range p.bodies {
		out.Messages = append(out.Messages, sqstypes.Message{MessageId: new(fmt.Sprint(i)), Body: &body, ReceiptHandle: new("r")})
	}
	p.bodies = nil
	return out, nil
}

func (p *paper) DeleteMessage(_ context.Context, in *sqs.DeleteMessageInput, _ ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error) {
	return &sqs.DeleteMessageOutput{}, nil
}

func Example() {
	ctx := context.Background()
	type Song struct {
		ID string `dynamodbav:"-"`
	}
	music := ddb.NewTable("pk", "sk")
	songs := ddb.MustDefine(music, "song", func(s *Song, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("song#"), ddb.Str(&s.ID))
		d.Primary(id, id)
	})
	letters := ddbsqs.New(&paper{}, "https://sqs.eu-central-1.amazonaws.com/123456789012/dead-letters", nil)

	// The program that follows the stream puts the records that it cannot handle into the queue.
	live := ddb.NewMux(music, &ddb.MuxOptions{DeadLetters: letters.Put, Attempts: 1})
	ddb.Handle(live, songs, func(context.Context, ddb.Change[Song]) error { return fmt.Errorf("the index of songs is away") })
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "song#1"}, "sk": &types.AttributeValueMemberS{Value: "song#1"}}
	_, err := live.Process(ctx, []ddb.Record{{Kind: ddb.Inserted, Sequence: "100", Keys: key, New: key}})
	fmt.Println(err)

	// Later, when the index exists again, a job handles the queue.
	replay := ddb.NewMux(music, nil)
	ddb.Handle(replay, songs, func(_ context.Context, c ddb.Change[Song]) error {
		fmt.Println(c.Kind, c.New.ID)
		return nil
	})
	n, err := letters.Drain(ctx, ddbsqs.Letters(replay))
	fmt.Println(n, err)
	// Output:
	// <nil>
	// inserted 1
	// 1 <nil>
}
