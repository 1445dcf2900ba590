package simulation_test

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/record"
)

// pull reads what is new in the stream.
func (s *simulation) pull(ctx context.Context) error {
	if s.arn == nil {
		list, err := s.streams.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{TableName: aws.String(simTable)})
		if err != nil {
			return err
		}
		s.arn = list.Streams[0].StreamArn
	}
	arn := s.arn
	desc, err := s.streams.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: arn})
	if err != nil {
		return err
	}
	for _, shard := range desc.StreamDescription.Shards {
		it, ok := s.at[*shard.ShardId]
		if !ok {
			out, err := s.streams.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: arn, ShardId: shard.ShardId, ShardIteratorType: streamtypes.ShardIteratorTypeTrimHorizon})
			if err != nil {
				return err
			}
			it = out.ShardIterator
		}
		if it == nil {
			continue
		}
		out, err := s.streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: it})
		if err != nil {
			return err
		}
		s.at[*shard.ShardId] = out.NextShardIterator
		for _, r := range out.Records {
			rec, err := simRecord(r)
			if err != nil {
				return err
			}
			if s.m.below().Companion(model.Loaded(rec.Keys)) {
				continue
			}
			s.seen = append(s.seen, rec)
			s.pending = append(s.pending, rec)
		}
	}
	return nil
}

func simRecord(r streamtypes.Record) (ddb.Record, error) {
	kind, err := record.KindOf(string(r.EventName), r.UserIdentity != nil)
	out := ddb.Record{Kind: kind, Sequence: *r.Dynamodb.SequenceNumber, At: *r.Dynamodb.ApproximateCreationDateTime}
	for _, part := range []struct {
		to   *map[string]types.AttributeValue
		from map[string]streamtypes.AttributeValue
	}{{&out.Keys, r.Dynamodb.Keys}, {&out.Old, r.Dynamodb.OldImage}, {&out.New, r.Dynamodb.NewImage}} {
		if part.from == nil {
			continue
		}
		m, convErr := attributevalue.FromDynamoDBStreamsMap(part.from)
		err = errors.Join(err, convErr)
		*part.to = m
	}
	return out, err
}
