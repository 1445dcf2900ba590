// Command sdk starts, reads an item with the SDK and attributevalue, and ends.
package main

import (
	"context"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/bench/start/model"
)

func main() {
	out, err := model.Client().GetItem(context.Background(), &dynamodb.GetItemInput{TableName: aws.String(model.Table), Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "c#0#7"}, "sk": &types.AttributeValueMemberS{Value: "i#1"},
	}})
	if err != nil {
		log.Fatal(err)
	}
	var it model.Item[int]
	if err := attributevalue.UnmarshalMap(out.Item, &it); err != nil || it.ID != "1" {
		log.Fatal(it, err)
	}
}
