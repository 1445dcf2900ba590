package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

// streamCase handles a Lambda event: 100 changes, each with the old and the new item.
func streamCase(world) benchCase {
	want := sampleOrders(pageSize)
	var records []string
	for i, o := range want {
		old := o
		old.Status, old.Revision = "paid", 6
		keys := item{"pk": str(orderPK(o.Customer)), "sk": str(orderSK(o.ID))}
		records = append(records, fmt.Sprintf(`{"eventID":"%032d","eventName":"MODIFY","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"eu-central-1",`+
			`"dynamodb":{"ApproximateCreationDateTime":1763672400,"Keys":%s,"NewImage":%s,"OldImage":%s,"SequenceNumber":"%021d","SizeBytes":1800,"StreamViewType":"NEW_AND_OLD_IMAGES"},`+
			`"eventSourceARN":"arn:aws:dynamodb:eu-central-1:123456789012:table/shop/stream/2026-11-20T00:00:00.000"}`,
			i, itemJSON(keys), itemJSON(must(Orders.Encode(o))), itemJSON(must(Orders.Encode(old))), i+1))
	}
	event := json.RawMessage(`{"Records":[` + strings.Join(records, ",") + `]}`)
	return benchCase{name: "Stream event of 100 records", goal: "time ≤ 0.35", want: want, contenders: []contender{
		{"aws-lambda-go + attributevalue", func(context.Context) (any, error) {
			var in events.DynamoDBEvent
			if err := json.Unmarshal(event, &in); err != nil {
				return nil, err
			}
			var out []Order
			for _, r := range in.Records {
				var was, is record
				if err := attributevalue.UnmarshalMap(fromEvent(r.Change.OldImage), &was); err != nil {
					return nil, err
				}
				if err := attributevalue.UnmarshalMap(fromEvent(r.Change.NewImage), &is); err != nil {
					return nil, err
				}
				if was.Status != "paid" {
					return nil, errors.New("other old image")
				}
				out = append(out, is.Order)
			}
			return out, nil
		}},
		{ours, func(ctx context.Context) (any, error) {
			var out []Order
			mux := ddb.NewMux(Shop, nil)
			ddb.Handle(mux, Orders, func(_ context.Context, c ddb.Change[Order]) error {
				if c.Old.Status != "paid" {
					return errors.New("other old image")
				}
				out = append(out, c.New)
				return nil
			})
			_, err := mux.Lambda(ctx, event)
			return out, err
		}},
	}}
}

func fromEvent(m map[string]events.DynamoDBAttributeValue) item {
	out := make(item, len(m))
	for name, v := range m {
		out[name] = fromEventValue(v)
	}
	return out
}

func fromEventValue(v events.DynamoDBAttributeValue) types.AttributeValue {
	switch v.DataType() {
	case events.DataTypeString:
		return &types.AttributeValueMemberS{Value: v.String()}
	case events.DataTypeNumber:
		return &types.AttributeValueMemberN{Value: v.Number()}
	case events.DataTypeBoolean:
		return &types.AttributeValueMemberBOOL{Value: v.Boolean()}
	case events.DataTypeStringSet:
		return &types.AttributeValueMemberSS{Value: v.StringSet()}
	case events.DataTypeMap:
		return &types.AttributeValueMemberM{Value: fromEvent(v.Map())}
	case events.DataTypeList:
		list := make([]types.AttributeValue, len(v.List()))
		for i, e := range v.List() {
			list[i] = fromEventValue(e)
		}
		return &types.AttributeValueMemberL{Value: list}
	default:
		return &types.AttributeValueMemberNULL{Value: true}
	}
}
