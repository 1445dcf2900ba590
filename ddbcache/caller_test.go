package ddbcache

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// call draws a call.
func (s *simulation) call(ctx context.Context, cache int) func() {
	c, name, k := s.caches[cache], aws.String(simTable), simKeys[s.choose(len(simKeys))]
	s.value++
	key := s.key(k)
	put := item{"pk": key["pk"], "sk": &types.AttributeValueMemberS{Value: "s"}, "v": &types.AttributeValueMemberS{Value: fmt.Sprint("v", s.value)}}
	simTrace("on %s value v%d", k, s.value)
	keys := []item{s.key("a"), s.key("b")}
	floor := map[string]int{}
	for _, k := range simKeys {
		floor[k] = s.floor[cache][k]
	}
	switch s.choose(12) {
	case 0:
		return func() {
			out, err := c.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{simTable: {Keys: keys}}})
			if err != nil || len(out.UnprocessedKeys) > 0 {
				return
			}
			found := map[string]string{}
			for _, it := range out.Responses[simTable] {
				found[it["pk"].(*types.AttributeValueMemberS).Value] = valueOf(it)
			}
			for _, k := range simKeys {
				s.check(cache, k, found[k], floor[k])
			}
		}
	case 1:
		return func() {
			_, _ = c.PutItem(ctx, &dynamodb.PutItemInput{TableName: name, Item: put})
			s.wrote(cache, valueOf(put), k)
		}
	case 2:
		return func() {
			_, _ = c.PutItem(ctx, &dynamodb.PutItemInput{TableName: name, Item: put, ConditionExpression: aws.String("attribute_not_exists(pk)")})
			s.wrote(cache, valueOf(put), k)
		}
	case 3, 4:
		in := &dynamodb.UpdateItemInput{
			TableName: name, Key: key, UpdateExpression: aws.String("SET v = :v"), ExpressionAttributeValues: item{":v": put["v"]},
		}
		if s.choose(2) == 0 {
			in.ReturnValues = types.ReturnValueAllNew
		}
		return func() {
			_, _ = c.UpdateItem(ctx, in)
			s.wrote(cache, valueOf(put), k)
		}
	case 5:
		return func() {
			_, err := c.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: name, Key: key})
			if err == nil {
				s.wrote(cache, "", k)
			}
		}
	case 6:
		return func() {
			_, _ = c.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{simTable: {{PutRequest: &types.PutRequest{Item: put}}}}})
			s.wrote(cache, valueOf(put), k)
		}
	case 7:
		return func() {
			_, _ = c.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: name, Item: put}}}})
			s.wrote(cache, valueOf(put), k)
		}
	}
	in := &dynamodb.GetItemInput{TableName: name, Key: key}
	if s.choose(6) == 0 {
		in.ProjectionExpression = aws.String("pk, v") // passes by
	}
	return func() {
		out, err := c.GetItem(ctx, in)
		if err == nil {
			s.check(cache, k, valueOf(out.Item), floor[k])
		}
	}
}
