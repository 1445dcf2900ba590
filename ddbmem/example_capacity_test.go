package ddbmem_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbmem"
)

// A shop writes 150 visits of 10 KB a second, which are 1,500 write units. Under one partition key they are too much for
// one partition, however much the table has; under ten keys they are not.
func ExampleEngine_CapacityMetrics() {
	clock := ddbmem.NewManualClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	engine := ddbmem.New(ddbmem.Options{Clock: clock, Capacity: &ddbmem.Capacity{}})
	client := engine.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }) // a retry would wait, and the clock does not move
	visits(client)

	at := 0
	fiveSeconds := func(who func(i int) string) (throttled int) {
		for range 5 {
			for i := range 150 {
				at++
				item := visit(who(i), at)
				item["what"] = &types.AttributeValueMemberS{Value: strings.Repeat("x", 10_000)}
				_, err := client.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("visits"), Item: item})
				if t, ok := errors.AsType[*types.ThrottlingException](err); ok {
					if throttled++; throttled == 1 {
						fmt.Println(*t.ThrottlingReasons[0].Reason)
					}
				} else if err != nil {
					log.Fatal(err)
				}
			}
			clock.Advance(time.Second)
		}
		return throttled
	}

	fmt.Println("one key:", fiveSeconds(func(int) string { return "shop" }), "of 750 writes throttled")
	for _, p := range engine.CapacityMetrics("visits")[0].Partitions {
		if p.ThrottledWrites > 0 {
			fmt.Printf("partition %d: %v units consumed, %d writes throttled, %.0f %% of it for %s\n",
				p.ID, p.Consumed.Write, p.ThrottledWrites, 100*p.HotShare, p.HotKey)
		}
	}
	fmt.Println("ten keys:", fiveSeconds(func(i int) string { return fmt.Sprintf("shop#%d", i%10) }), "of 750 writes throttled")
	// Output:
	// TableWriteKeyRangeThroughputExceeded
	// one key: 250 of 750 writes throttled
	// partition 3: 5000 units consumed, 250 writes throttled, 100 % of it for {"who":{"S":"shop"}}
	// ten keys: 0 of 750 writes throttled
}

func ExampleEngine_SetAutoScaling() {
	ctx := context.Background()
	clock := ddbmem.NewManualClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	engine := ddbmem.New(ddbmem.Options{Clock: clock, Capacity: &ddbmem.Capacity{}})
	client := engine.Client()
	visits(client)
	_, err := client.UpdateTable(ctx, &dynamodb.UpdateTableInput{
		TableName: aws.String("visits"), BillingMode: types.BillingModeProvisioned,
		ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(10), WriteCapacityUnits: aws.Int64(10)},
	})
	if err != nil {
		log.Fatal(err)
	}
	err = engine.SetAutoScaling("visits", "", ddbmem.AutoScaling{Write: &ddbmem.ScalingPolicy{Min: 5, Max: 100, Target: 70}})
	if err != nil {
		log.Fatal(err)
	}
	for second := range 180 { // nine units a second are more than 70 % of ten
		for i := range 9 {
			_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("visits"), Item: visit("ann", 9*second+i)})
			if err != nil {
				log.Fatal(err)
			}
		}
		clock.Advance(time.Second)
	}
	fmt.Println(engine.CapacityMetrics("visits")[0].Provisioned.Write)
	clock.Advance(15 * time.Minute)
	fmt.Println(engine.CapacityMetrics("visits")[0].Provisioned.Write)
	// Output:
	// 13
	// 5
}
