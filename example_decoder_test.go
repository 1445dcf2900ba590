package ddb_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/singletable-go/ddb"
)

// What Kinesis Data Streams carries for one change of the table prod-academy.
const achieved = `{"awsRegion":"us-east-1","eventID":"b015b5f0","eventName":"INSERT","userIdentity":null,"recordFormat":"application/json",
	"tableName":"prod-academy","dynamodb":{"ApproximateCreationDateTime":1720740233012995,"Keys":{"pk":{"S":"l#1"},"sk":{"S":"a#intro"}},
	"NewImage":{"pk":{"S":"l#1"},"sk":{"S":"a#intro"},"entityType":{"S":"achievement"},"xp":{"N":"25"}},
	"SizeBytes":99,"ApproximateCreationDateTimePrecision":"MICROSECOND"},"eventSource":"aws:dynamodb"}`

// A Lambda function that Kinesis feeds. The event of a DynamoDB stream, of SQS or of a pipe would do as well.
func ExampleRecordDecoder_Lambda() {
	mux := ddb.NewMux(Academy, nil)
	ddb.Handle(mux, Achievements, func(_ context.Context, c ddb.Change[Achievement]) error {
		fmt.Println(c.Kind, c.New.ID, c.New.XP, "at", c.At.Format("15:04:05.000000"))
		return nil
	})
	handler := ddb.RecordDecoder{Table: "prod-academy"}.Lambda(mux) // for lambda.Start(handler)

	event := fmt.Sprintf(`{"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": "%s",
		"sequenceNumber": "49590338271490256608559692538361571095921575989136588898"}}]}`, base64.StdEncoding.EncodeToString([]byte(achieved)))
	response, err := handler(context.Background(), json.RawMessage(event))
	fmt.Println(string(response), err)
	// Output:
	// inserted intro 25 at 23:23:53.012995
	// {"batchItemFailures":[]} <nil>
}

// A consumer of Kinesis of one's own has the data of a record and its sequence number.
func ExampleRecordDecoder_Decode() {
	records := ddb.RecordDecoder{Table: "prod-academy"}
	rec, err := records.Decode([]byte(achieved), "49590338271490256608559692538361571095921575989136588898")
	fmt.Println(rec.Kind, rec.Sequence, err)

	_, err = ddb.RecordDecoder{Table: "prod-other"}.Decode([]byte(achieved), "1")
	fmt.Println(err)
	// Output:
	// inserted 1720740233012995.49590338271490256608559692538361571095921575989136588898 <nil>
	// ddb: record: of the table "prod-academy", and RecordDecoder.Table is "prod-other": item of no known entity
}

// What a target of one's own does with the input that a pipe gives it.
func ExampleRecordDecoder_DecodeEvent() {
	mux := ddb.NewMux(Academy, &ddb.MuxOptions{Report: func(_ context.Context, err *ddb.RecordError) { fmt.Println(err.Err) }})
	ddb.Handle(mux, Achievements, func(context.Context, ddb.Change[Achievement]) error { return fmt.Errorf("not today") })
	input := []byte(`[{"eventID": "e1", "eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": {
		"SequenceNumber": "100000000000000000001", "Keys": {"pk": {"S": "l#1"}, "sk": {"S": "a#intro"}},
		"NewImage": {"pk": {"S": "l#1"}, "sk": {"S": "a#intro"}, "entityType": {"S": "achievement"}, "xp": {"N": "25"}}}}]`)
	event, err := ddb.RecordDecoder{}.DecodeEvent(input)
	if err != nil {
		fmt.Println(err)
		return
	}
	failed, _ := mux.Process(context.Background(), event.Records)
	fmt.Println(string(event.Response(failed)))
	// Output:
	// not today
	// {"batchItemFailures":[{"itemIdentifier":"e1"}]}
}
