package ddbmem_test

import (
	"context"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbmem"
)

// visits creates a table of visits.
func visits(client *dynamodb.Client) {
	_, err := client.CreateTable(context.Background(), &dynamodb.CreateTableInput{
		TableName:   aws.String("visits"),
		BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("who"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("at"), KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("who"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("at"), AttributeType: types.ScalarAttributeTypeN},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
}

func visit(who string, at int) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"who": &types.AttributeValueMemberS{Value: who},
		"at":  &types.AttributeValueMemberN{Value: fmt.Sprint(at)},
	}
}

func Example() {
	ctx := context.Background()
	client := ddbmem.New().Client()
	visits(client)
	for _, at := range []int{100, 20, 3} {
		if _, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("visits"), Item: visit("ann", at)}); err != nil {
			log.Fatal(err)
		}
	}
	page, err := client.Query(ctx, &dynamodb.QueryInput{
		TableName:                 aws.String("visits"),
		KeyConditionExpression:    aws.String("who = :who"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":who": &types.AttributeValueMemberS{Value: "ann"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, item := range page.Items {
		fmt.Println(item["at"].(*types.AttributeValueMemberN).Value)
	}
	// Output:
	// 3
	// 20
	// 100
}

func ExampleEngine_SetFaults() {
	ctx := context.Background()
	engine := ddbmem.New()
	client := engine.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	visits(client)
	engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		if c.Operation == "PutItem" {
			return ddbmem.Throttled
		}
		return ddbmem.NoFault
	}})
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("visits"), Item: visit("ann", 1)})
	fmt.Println(err != nil)

	engine.SetFaults(ddbmem.Faults{})
	_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("visits"), Item: visit("ann", 1)})
	fmt.Println(err != nil)
	// Output:
	// true
	// false
}

func ExampleManualClock() {
	ctx := context.Background()
	clock := ddbmem.NewManualClock(time.Unix(1000, 0))
	client := ddbmem.New(ddbmem.Options{Clock: clock}).Client()
	visits(client)
	_, err := client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               aws.String("visits"),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{Enabled: aws.Bool(true), AttributeName: aws.String("at")},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("visits"), Item: visit("ann", 1060)}); err != nil {
		log.Fatal(err)
	}
	for range 2 {
		all, err := client.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String("visits")})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(all.Count)
		clock.Advance(2 * time.Minute)
	}
	// Output:
	// 1
	// 0
}

func ExampleEngine_Snapshot() {
	engine := ddbmem.New()
	visits(engine.Client())
	var saved strings.Builder
	if err := engine.Snapshot(&saved); err != nil {
		log.Fatal(err)
	}
	restored := ddbmem.New()
	if err := restored.Restore(strings.NewReader(saved.String())); err != nil {
		log.Fatal(err)
	}
	tables, err := restored.Client().ListTables(context.Background(), &dynamodb.ListTablesInput{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(tables.TableNames)
	// Output: [visits]
}
