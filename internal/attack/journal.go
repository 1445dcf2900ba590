package attack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// Record is a change of an item. Old and New are nil if there was no item.
type Record struct {
	Key      string
	Old, New Attrs
	Expired  bool // the engine removed it
}

// Journal reads the table's stream: every change since the table was created, those of one item in order.
func (w *World) Journal(ctx context.Context) []Record {
	client := dynamodbstreams.NewFromConfig(w.engine.Config)
	streams, err := client.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{TableName: &w.Table})
	w.must(err)
	if len(streams.Streams) != 1 {
		panic(fmt.Sprintf("attack: %d streams", len(streams.Streams)))
	}
	arn := streams.Streams[0].StreamArn
	var shards []streamtypes.Shard
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: arn}
	for {
		out, err := client.DescribeStream(ctx, in)
		w.must(err)
		shards = append(shards, out.StreamDescription.Shards...)
		if in.ExclusiveStartShardId = out.StreamDescription.LastEvaluatedShardId; in.ExclusiveStartShardId == nil {
			break
		}
	}
	depth := map[string]int{}
	for range shards { // parents before their children
		for _, s := range shards {
			if s.ParentShardId != nil {
				depth[*s.ShardId] = depth[*s.ParentShardId] + 1
			}
		}
	}
	slices.SortStableFunc(shards, func(a, b streamtypes.Shard) int { return depth[*a.ShardId] - depth[*b.ShardId] })
	var all []Record
	for _, s := range shards {
		it, err := client.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: arn, ShardId: s.ShardId, ShardIteratorType: streamtypes.ShardIteratorTypeTrimHorizon})
		w.must(err)
		for next := it.ShardIterator; next != nil; {
			out, err := client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: next})
			w.must(err)
			for _, r := range out.Records {
				all = append(all, recordOf(r))
			}
			if next = out.NextShardIterator; len(out.Records) == 0 {
				break // an open shard always has a next one
			}
		}
	}
	return all
}

func recordOf(r streamtypes.Record) Record {
	out := Record{Old: imageOf(r.Dynamodb.OldImage), New: imageOf(r.Dynamodb.NewImage)}
	out.Expired = r.UserIdentity != nil && r.UserIdentity.PrincipalId != nil && *r.UserIdentity.PrincipalId == "dynamodb.amazonaws.com"
	if out.Key = KeyText(out.New); out.New == nil {
		out.Key = KeyText(out.Old)
	}
	return out
}

func imageOf(m map[string]streamtypes.AttributeValue) Attrs {
	if len(m) == 0 {
		return nil
	}
	out := make(Attrs, len(m))
	for name, av := range m {
		out[name] = valueOf(av)
	}
	return out
}

func valueOf(av streamtypes.AttributeValue) types.AttributeValue {
	switch av := av.(type) {
	case *streamtypes.AttributeValueMemberS:
		return &types.AttributeValueMemberS{Value: av.Value}
	case *streamtypes.AttributeValueMemberN:
		return &types.AttributeValueMemberN{Value: av.Value}
	case *streamtypes.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: av.Value}
	case *streamtypes.AttributeValueMemberBOOL:
		return &types.AttributeValueMemberBOOL{Value: av.Value}
	case *streamtypes.AttributeValueMemberSS:
		return &types.AttributeValueMemberSS{Value: av.Value}
	case *streamtypes.AttributeValueMemberNS:
		return &types.AttributeValueMemberNS{Value: av.Value}
	case *streamtypes.AttributeValueMemberBS:
		return &types.AttributeValueMemberBS{Value: av.Value}
	case *streamtypes.AttributeValueMemberNULL:
		return &types.AttributeValueMemberNULL{Value: av.Value}
	case *streamtypes.AttributeValueMemberM:
		return &types.AttributeValueMemberM{Value: imageOf(av.Value)}
	case *streamtypes.AttributeValueMemberL:
		out := make([]types.AttributeValue, len(av.Value))
		for i, v := range av.Value {
			out[i] = valueOf(v)
		}
		return &types.AttributeValueMemberL{Value: out}
	}
	return nil
}

// History returns the records of one item.
func History(all []Record, key string) (out []Record) {
	for _, r := range all {
		if r.Key == key {
			out = append(out, r)
		}
	}
	return out
}

// PrintRecords prints the records of an item, one per line.
func PrintRecords(all []Record) string {
	var b strings.Builder
	for _, r := range all {
		fmt.Fprintf(&b, "\n%s  ->  %s", Show(r.Old), Show(r.New))
		if r.Expired {
			b.WriteString("  (by the engine, expired)")
		}
	}
	return b.String()
}
