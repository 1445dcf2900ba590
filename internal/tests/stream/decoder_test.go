package stream_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// kinesisRecord is a change of a lesson as Kinesis Data Streams for DynamoDB has it, after AWS's "Using Kinesis Data
// Streams to capture changes to DynamoDB".
func kinesisRecord(event, id string, xp int, micros int64) string {
	keys := fmt.Sprintf(`"pk":{"S":"l#%[1]s"},"sk":{"S":"l#%[1]s"}`, id)
	image := fmt.Sprintf(`{%s,"entityType":{"S":"lesson"},"title":{"S":"t"},"xp":{"N":"%d"}}`, keys, xp)
	return fmt.Sprintf(`{"awsRegion":"us-east-1","eventID":"%s-%d","eventName":"%s","userIdentity":null,"recordFormat":"application/json",`+
		`"tableName":"school","dynamodb":{"ApproximateCreationDateTime":%d,"Keys":{%s},"NewImage":%s,"OldImage":%s,"SizeBytes":99,`+
		`"ApproximateCreationDateTimePrecision":"MICROSECOND"},"eventSource":"aws:dynamodb"}`, id, micros, event, micros, keys, image, image)
}

const kinesisARN = "arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream"

// lambdaKinesis is an event of Lambda, after AWS's "Using Lambda to process records from Amazon Kinesis Data Streams".
func lambdaKinesis(records ...string) json.RawMessage {
	var list []string
	for i, r := range records {
		list = append(list, fmt.Sprintf(`{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"1","sequenceNumber":"4959033827149025660855969253836157109592157598913658%04d",`+
			`"data":"%s","approximateArrivalTimestamp":1545084650.987},"eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"shardId-000000000006:%[1]d",`+
			`"eventName":"aws:kinesis:record","awsRegion":"us-east-2","eventSourceARN":"%[3]s"}`, i, base64.StdEncoding.EncodeToString([]byte(r)), kinesisARN))
	}
	return json.RawMessage(`{"Records":[` + strings.Join(list, ",") + `]}`)
}

// lambdaQueue is an event of Lambda, after AWS's "Using Lambda with Amazon SQS".
func lambdaQueue(bodies ...string) json.RawMessage {
	var list []string
	for i, b := range bodies {
		body, _ := json.Marshal(b)
		list = append(list, fmt.Sprintf(`{"messageId":"m-%d","receiptHandle":"r","body":%s,"attributes":{"ApproximateReceiveCount":"1"},"messageAttributes":{},`+
			`"md5OfBody":"e4e6","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-2:123456789012:my-queue","awsRegion":"us-east-2"}`, i, body))
	}
	return json.RawMessage(`{"Records":[` + strings.Join(list, ",") + `]}`)
}

// streamRecord is a change of a lesson as a DynamoDB stream has it.
func streamRecord(id string, n int) string {
	return fmt.Sprintf(`{"eventID":"e-%[2]d","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-east-1",`+
		`"dynamodb":{"ApproximateCreationDateTime":1720740233,"Keys":{"pk":{"S":"l#%[1]s"},"sk":{"S":"l#%[1]s"}},`+
		`"NewImage":{"pk":{"S":"l#%[1]s"},"sk":{"S":"l#%[1]s"},"entityType":{"S":"lesson"},"title":{"S":"t"},"xp":{"N":"%[2]d"}},`+
		`"SequenceNumber":"%021[2]d","SizeBytes":26,"StreamViewType":"NEW_AND_OLD_IMAGES"},`+
		`"eventSourceARN":"arn:aws:dynamodb:us-east-1:123456789012:table/school/stream/2024-07-11T23:00:00.000"}`, id, n)
}

// heard is a mux that notes what its handler saw, and fails on lessons with the ID "bad".
func heard(f *feed) (mux *ddb.Mux, seen *[]string) {
	seen = new([]string)
	mux = ddb.NewMux(f.table, &ddb.MuxOptions{Report: func(context.Context, *ddb.RecordError) {}})
	ddb.Handle(mux, f.lessons, func(_ context.Context, c ddb.Change[Lesson]) error {
		*seen = append(*seen, fmt.Sprintf("%s %s %d", c.Kind, c.New.ID, c.New.XP))
		if c.New.ID == "bad" {
			return errors.New("no")
		}
		return nil
	})
	return mux, seen
}

func TestARecordOfKinesisHasTheTimeOfItsPrecision(t *testing.T) {
	t.Parallel()
	school := ddb.RecordDecoder{Table: "school"}
	const number = "49628654765235663403446902955224362712470206619186102290"
	micros := kinesisRecord("MODIFY", "a", 5, 1720740233012995)
	rec, err := school.Decode([]byte(micros), number)
	require.NoError(t, err)
	assert.Equal(t, ddb.Modified, rec.Kind)
	assert.Equal(t, time.Date(2024, 7, 11, 23, 23, 53, 12995000, time.UTC), rec.At)
	assert.Equal(t, "1720740233012995."+number, rec.Sequence)
	assert.Equal(t, "a-1720740233012995", rec.ID)
	assert.Equal(t, map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "l#a"}, "sk": &types.AttributeValueMemberS{Value: "l#a"}}, rec.Keys)
	assert.Equal(t, &types.AttributeValueMemberN{Value: "5"}, rec.New["xp"])
	assert.Equal(t, rec.New, rec.Old)

	millis := strings.Replace(micros, ":1720740233012995,", ":1720740233012,", 1)
	millis = strings.Replace(millis, `,"ApproximateCreationDateTimePrecision":"MICROSECOND"`, "", 1)
	rec, err = school.Decode([]byte(millis), "7")
	require.NoError(t, err)
	assert.Equal(t, time.Date(2024, 7, 11, 23, 23, 53, 12000000, time.UTC), rec.At, "without a precision, as before there was one")
	assert.Equal(t, "1720740233012000.7", rec.Sequence, "comparable with one in microseconds")
	again, err := school.Decode([]byte(strings.Replace(millis, `"SizeBytes":99`, `"SizeBytes":99,"ApproximateCreationDateTimePrecision":"MILLISECOND"`, 1)), "7")
	require.NoError(t, err)
	assert.Equal(t, rec, again)

	expired := strings.NewReplacer("MODIFY", "REMOVE", `"userIdentity":null`, `"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"}`).Replace(micros)
	rec, err = school.Decode([]byte(expired), "")
	require.NoError(t, err)
	assert.Equal(t, ddb.Expired, rec.Kind)
	assert.Equal(t, "1720740233012995", rec.Sequence)

	text, err := json.Marshal(rec)
	require.NoError(t, err)
	var back ddb.Record
	require.NoError(t, json.Unmarshal(text, &back), "as in a dead letter")
	assert.Equal(t, rec.Sequence, back.Sequence)
	assert.Equal(t, rec.At.Truncate(time.Millisecond).UnixMilli(), back.At.Truncate(time.Millisecond).UnixMilli())
}

func TestWhatIsNoRecordOfTheTableIsRefused(t *testing.T) {
	t.Parallel()
	micros := kinesisRecord("MODIFY", "a", 5, 1720740233012995)
	replaced := func(old, is string) string {
		require.Contains(t, micros, old)
		return strings.Replace(micros, old, is, 1)
	}
	for name, tc := range map[string]struct{ payload, table, number, want string }{
		"format":       {replaced("application/json", "application/ion"), "school", "1", `its recordFormat is "application/ion": only application/json is known`},
		"no format":    {replaced(`"recordFormat":"application/json",`, ""), "school", "1", `its recordFormat is ""`},
		"precision":    {replaced("MICROSECOND", "NANOSECOND"), "school", "1", `its ApproximateCreationDateTimePrecision is "NANOSECOND": only MILLISECOND and MICROSECOND are known`},
		"too coarse":   {replaced("MICROSECOND", "MILLISECOND"), "school", "1", `is in the year 56498: its precision is another`},
		"too fine":     {replaced(":1720740233012995,", ":1720740233012,"), "school", "1", `is in the year 1970: its precision is another`},
		"fraction":     {replaced(":1720740233012995,", ":1720740233.012,"), "school", "1", `ApproximateCreationDateTime 1720740233.012: `},
		"no time":      {replaced(`"ApproximateCreationDateTime":1720740233012995,`, ""), "school", "1", "without ApproximateCreationDateTime"},
		"other table":  {micros, "prod-platform", "1", `of the table "school", and RecordDecoder.Table is "prod-platform": item of no known entity`},
		"no table":     {micros, "", "1", `of the table "school": several tables may share such a stream: name yours in RecordDecoder.Table`},
		"other source": {replaced(`"eventSource":"aws:dynamodb"`, `"eventSource":"aws:rds"`), "school", "1", `its eventSource is "aws:rds", not aws:dynamodb`},
		"event":        {replaced("MODIFY", "UPSERT"), "school", "1", `event "UPSERT" is none of INSERT, MODIFY and REMOVE`},
		"number":       {micros, "school", "shardId:1", `the sequence number "shardId:1" is no number`},
		"keys":         {replaced(`"Keys":{"pk":{"S":"l#a"},"sk":{"S":"l#a"}},`, ""), "school", "1", "without Keys"},
		"stream":       {streamRecord("a", 1), "prod-platform", "", `of the table "school", and RecordDecoder.Table is "prod-platform"`},
		"no JSON":      {"hello", "school", "1", "invalid character"},
		"milliseconds in a stream": {
			strings.Replace(streamRecord("a", 1), ":1720740233,", ":1720740233012,", 1), "school", "",
			"1720740233012 seconds are no time between 1970 and 9999",
		},
	} {
		rec, err := ddb.RecordDecoder{Table: tc.table}.Decode([]byte(tc.payload), tc.number)
		assert.ErrorContains(t, err, "ddb: record: ", name)
		assert.ErrorContains(t, err, tc.want, name)
		assert.Zero(t, rec, name)
	}
	_, err := ddb.RecordDecoder{Table: "x"}.Decode([]byte(micros), "1")
	assert.ErrorIs(t, err, ddb.ErrUnknown)
}

// AWS: "applications must decode these values twice".
func TestBinaryValuesOfKinesisAreDecodedTwice(t *testing.T) {
	t.Parallel()
	twice := base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte{0, 255})))
	with := func(value string) (ddb.Record, error) {
		image := fmt.Sprintf(`"xp":{"N":"5"},"b":{"B":"%[1]s"},"bs":{"BS":["%[1]s"]},"m":{"M":{"l":{"L":[{"B":"%[1]s"}]}}}}`, value)
		return ddb.RecordDecoder{Table: "school"}.Decode([]byte(strings.Replace(kinesisRecord("MODIFY", "a", 5, 1720740233012995), `"xp":{"N":"5"}}`, image, 1)), "1")
	}
	rec, err := with(twice)
	require.NoError(t, err)
	raw := &types.AttributeValueMemberB{Value: []byte{0, 255}}
	assert.Equal(t, raw, rec.New["b"])
	assert.Equal(t, &types.AttributeValueMemberBS{Value: [][]byte{{0, 255}}}, rec.New["bs"])
	assert.Equal(t, &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{raw}}}}, rec.New["m"])

	_, err = with(base64.StdEncoding.EncodeToString([]byte{0, 255}))
	assert.ErrorContains(t, err, `NewImage, attribute "`)
	assert.ErrorContains(t, err, "not encoded twice in base64")
}

func TestKinesisIsHandledInTheOrderOfTimes(t *testing.T) {
	t.Parallel()
	mux, seen := heard(newFeed())
	handle := ddb.RecordDecoder{Table: "school"}.Lambda(mux)
	out, err := handle(t.Context(), lambdaKinesis(
		kinesisRecord("MODIFY", "a", 3, 1720740233012997),
		kinesisRecord("MODIFY", "bad", 1, 1720740233012996),
		kinesisRecord("INSERT", "a", 1, 1720740233012995),
		kinesisRecord("INSERT", "a", 1, 1720740233012995), // once more, with a number of its own
		kinesisRecord("MODIFY", "bad", 2, 1720740233012999),
	))
	require.NoError(t, err)
	assert.Equal(t, []string{"inserted a 1", "inserted a 1", "modified bad 1", "modified a 3"}, *seen)
	assert.JSONEq(t, `{"batchItemFailures":[{"itemIdentifier":"49590338271490256608559692538361571095921575989136580001"},`+
		`{"itemIdentifier":"49590338271490256608559692538361571095921575989136580004"}]}`, string(out), "what failed and what was withheld, by the numbers of Kinesis")
}

func TestChangesOfKinesisKnowWhichCameAfter(t *testing.T) {
	t.Parallel()
	f := newFeed()
	mux := ddb.NewMux(f.table, nil)
	last, kept := "", []int{}
	ddb.Handle(mux, f.lessons, func(_ context.Context, c ddb.Change[Lesson]) error {
		if c.After(last) {
			last, kept = c.Sequence, append(kept, c.New.XP)
		}
		return nil
	})
	handle := ddb.RecordDecoder{Table: "school"}.Lambda(mux)
	for _, r := range []string{
		kinesisRecord("INSERT", "a", 1, 1720740233012995), kinesisRecord("MODIFY", "a", 3, 1720740233012997),
		kinesisRecord("MODIFY", "a", 2, 1720740233012996), kinesisRecord("MODIFY", "a", 3, 1720740233012997), kinesisRecord("MODIFY", "a", 4, 1720740233012998),
	} {
		_, err := handle(t.Context(), lambdaKinesis(r))
		require.NoError(t, err)
	}
	assert.Equal(t, []int{1, 3, 4}, kept)
}

func TestOthersOfASharedStreamAreSkipped(t *testing.T) {
	t.Parallel()
	event := lambdaKinesis(kinesisRecord("INSERT", "a", 1, 1720740233012995), strings.Replace(kinesisRecord("INSERT", "bad", 1, 1720740233012995), `"school"`, `"hospital"`, 1))
	_, err := ddb.RecordDecoder{Table: "school"}.DecodeEvent(event)
	assert.ErrorContains(t, err, `ddb: event: record 1: of the table "hospital"`)

	mux, seen := heard(newFeed())
	out, err := ddb.RecordDecoder{Table: "school", SkipOthers: true}.Lambda(mux)(t.Context(), event)
	require.NoError(t, err)
	assert.JSONEq(t, `{"batchItemFailures":[]}`, string(out))
	assert.Equal(t, []string{"inserted a 1"}, *seen)
}

// AWS: "Amazon DynamoDB stream as a source for EventBridge Pipes", "Amazon Kinesis stream as a source for EventBridge
// Pipes" and "Amazon EventBridge Pipes batching and concurrency", which calls records by their eventID.
func TestAPipeIsAnsweredInItsNames(t *testing.T) {
	t.Parallel()
	mux, seen := heard(newFeed())
	handle := ddb.RecordDecoder{Table: "school"}.Lambda(mux)
	out, err := handle(t.Context(), json.RawMessage(" ["+streamRecord("a", 1)+","+streamRecord("bad", 2)+"]"))
	require.NoError(t, err)
	assert.JSONEq(t, `{"batchItemFailures":[{"itemIdentifier":"e-2"}]}`, string(out))

	kinesis := func(data string) string {
		return fmt.Sprintf(`[{"kinesisSchemaVersion":"1.0","partitionKey":"1","sequenceNumber":"49590338271490256608559692538361571095921575989136588898","data":%s,`+
			`"approximateArrivalTimestamp":1545084650.987,"eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"shardId-000000000006:4959","eventName":"aws:kinesis:record",`+
			`"awsRegion":"us-east-2","eventSourceARN":"%s"}]`, data, kinesisARN)
	}
	text := kinesisRecord("INSERT", "bad", 3, 1720740233012995)
	encoded, err := json.Marshal([]byte(text))
	require.NoError(t, err)
	for _, data := range []string{string(encoded), text} { // as it is, and as a template's <$.data> has it
		out, err = handle(t.Context(), json.RawMessage(kinesis(data)))
		require.NoError(t, err)
		assert.JSONEq(t, `{"batchItemFailures":[{"itemIdentifier":"shardId-000000000006:4959"}]}`, string(out))
	}
	assert.Equal(t, []string{"inserted a 1", "inserted bad 2", "inserted bad 3", "inserted bad 3"}, *seen)
}

func TestMessagesOfAQueueFailOneByOne(t *testing.T) {
	t.Parallel()
	mux, seen := heard(newFeed())
	handle := ddb.RecordDecoder{Table: "school"}.Lambda(mux)
	letter := `{"at":"2026-11-29T12:00:00Z","cause":"no","record":` + streamRecord("c", 7) + `}`
	out, err := handle(t.Context(), lambdaQueue(
		streamRecord("a", 3),
		streamRecord("bad", 2),
		"hello",
		`{"Records":[`+streamRecord("a", 1)+`,`+streamRecord("b", 4)+`]}`,
		`{"version":"1.0","requestContext":{"condition":"RetriesExhausted"},"requestPayload":{"Records":[`+streamRecord("b", 5)+`]},"responsePayload":{"errorMessage":"x"}}`,
		kinesisRecord("INSERT", "k", 6, 1720740233012995),
		letter,
		`[`+streamRecord("d", 8)+`,{"dynamodb":{}}]`,
	))
	require.NoError(t, err)
	assert.JSONEq(t, `{"batchItemFailures":[{"itemIdentifier":"m-1"},{"itemIdentifier":"m-2"},{"itemIdentifier":"m-7"}]}`, string(out))
	slices.Sort(*seen)
	assert.Equal(t, []string{"inserted a 1", "inserted a 3", "inserted b 4", "inserted b 5", "inserted bad 2", "inserted c 7", "inserted k 6"}, *seen)
}

func TestMessagesAreHandledInTheOrderOfTheirNumbers(t *testing.T) {
	t.Parallel()
	mux, seen := heard(newFeed())
	_, err := ddb.RecordDecoder{}.Lambda(mux)(t.Context(), lambdaQueue(streamRecord("a", 3), streamRecord("a", 1), streamRecord("a", 2)))
	require.NoError(t, err)
	assert.Equal(t, []string{"inserted a 1", "inserted a 2", "inserted a 3"}, *seen)
}

func TestARefusedMessageTellsWhy(t *testing.T) {
	t.Parallel()
	info := `{"requestContext":{"condition":"RetryAttemptsExhausted"},"version":"1.0","DDBStreamBatchInfo":{"shardId":"s","startSequenceNumber":"1"}%s}`
	event, err := ddb.RecordDecoder{}.DecodeEvent(lambdaQueue(
		fmt.Sprintf(info, ""),
		strings.Replace(fmt.Sprintf(info, ""), "DDBStreamBatchInfo", "KinesisBatchInfo", 1),
		strings.Repeat(`[`, 20)+strings.Repeat(`]`, 20),
		string(lambdaQueue("x")),
	))
	require.NoError(t, err)
	assert.Empty(t, event.Records)
	assert.ErrorContains(t, event.Refused, "ddb: event: message m-0: DDBStreamBatchInfo: what Lambda sends when it gives up has no records in it: ddbstream.Redrive")
	assert.ErrorContains(t, event.Refused, "ddb: event: message m-1: KinesisBatchInfo: ")
	assert.ErrorContains(t, event.Refused, "ddb: event: message m-2: record 0: ")
	assert.ErrorContains(t, event.Refused, "more than 8 carriers")
	assert.ErrorContains(t, event.Refused, "ddb: event: message m-3: record 0: a message of a queue in a message")

	payload, err := json.Marshal(`{"Records":[` + streamRecord("a", 1) + `]}`)
	require.NoError(t, err)
	event, err = ddb.RecordDecoder{}.DecodeEvent(fmt.Appendf(nil, info, `,"payload":`+string(payload))) // as in S3
	require.NoError(t, err)
	assert.Equal(t, []string{"000000000000000000001"}, fixture.Sequences(event.Records...))
}

// Nobody looks at the response of an asynchronous invocation: only an error makes Lambda try again.
func TestAFailureWithoutAReaderOfTheResponseIsAnError(t *testing.T) {
	t.Parallel()
	mux, _ := heard(newFeed())
	handle := ddb.RecordDecoder{}.Lambda(mux)
	for _, event := range []string{streamRecord("bad", 1), `{"requestPayload":{"Records":[` + streamRecord("bad", 2) + `]}}`} {
		_, err := handle(t.Context(), json.RawMessage(event))
		assert.ErrorContains(t, err, "no", event)
	}
	_, err := handle(t.Context(), json.RawMessage(streamRecord("a", 1)))
	assert.NoError(t, err)
}

func TestTheEventOfAStreamIsAnsweredAsBefore(t *testing.T) {
	t.Parallel()
	mux, seen := heard(newFeed())
	for name, event := range map[string]string{
		"fast": `{"Records":[` + streamRecord("a", 1) + `,` + streamRecord("bad", 2) + `]}`,
		"slow": `{"Records":[` + streamRecord("a", 1) + `,` + strings.Replace(streamRecord("bad", 2), "INSERT", `INS\u0045RT`, 1) + `]}`,
	} {
		*seen = nil
		want, err := mux.Lambda(t.Context(), json.RawMessage(event))
		require.NoError(t, err)
		got, err := ddb.RecordDecoder{Table: "school"}.Lambda(mux)(t.Context(), json.RawMessage(event))
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), name)
		assert.Equal(t, []string{"inserted a 1", "inserted bad 2", "inserted a 1", "inserted bad 2"}, *seen, name)
		_, err = ddb.RecordDecoder{Table: "hospital"}.DecodeEvent([]byte(event))
		assert.ErrorContains(t, err, `ddb: event: record 0: of the table "school"`, name)
	}
	for _, event := range []string{``, `{}`, `null`, `7`, `"x"`, `{"Records":null}`, `{"Records":[{}]}`, `{"Records":[{"body":"x"}]}`, `{"Records":[{"kinesis":{"data":"e30="}}]}`, `{"Records":{}}`} {
		_, err := ddb.RecordDecoder{}.DecodeEvent([]byte(event))
		assert.ErrorContains(t, err, "ddb: event: ", event)
	}
}

func FuzzDecodeEvent(f *testing.F) {
	f.Add([]byte(lambdaEvent))
	f.Add([]byte(lambdaKinesis(kinesisRecord("INSERT", "a", 1, 1720740233012995))))
	f.Add([]byte(lambdaQueue(streamRecord("a", 1), "x", `{"requestPayload":{"Records":[]}}`)))
	f.Add([]byte(`[` + streamRecord("a", 1) + `,{"sequenceNumber":"1","data":{"tableName":"school"}}]`))
	f.Add([]byte(kinesisRecord("REMOVE", "a", 1, 1720740233012995)))
	f.Add([]byte(`{"DDBStreamBatchInfo":{},"payload":"{\"record\":{},\"cause\":\"\"}"}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		event, err := ddb.RecordDecoder{Table: "school"}.DecodeEvent(payload)
		if err != nil {
			require.Nil(t, event)
			return
		}
		for _, r := range event.Records {
			require.NotEmpty(t, r.Sequence)
			if r.Raw == nil { // one that cannot be read goes to the dead letters as it came
				require.NotEmpty(t, r.Keys)
				require.NotEmpty(t, r.Kind)
			}
			_, err := json.Marshal(r)
			require.NoError(t, err)
		}
		var all struct {
			BatchItemFailures []struct{ ItemIdentifier string }
		}
		require.NoError(t, json.Unmarshal(event.Response(fixture.Sequences(event.Records...)), &all))
		require.LessOrEqual(t, len(all.BatchItemFailures), len(event.Records)+strings.Count(string(payload), "messageId"))
		require.Equal(t, len(event.Records) == 0 && event.Refused == nil, len(all.BatchItemFailures) == 0)
		var none struct {
			BatchItemFailures []struct{ ItemIdentifier string }
		}
		require.NoError(t, json.Unmarshal(event.Response(nil), &none))
		require.Equal(t, event.Refused == nil, len(none.BatchItemFailures) == 0)
	})
}
