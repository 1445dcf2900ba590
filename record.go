package ddb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/record"
)

// Record is one record of a stream, untyped. As JSON it has the shape of a record in the event of a Lambda function,
// so that a dead letter can be read, sent and replayed by anything. From JSON it is read whatever its images are; an event of another
// source than aws:dynamodb, or of another version than 1.x, is an error.
type Record struct {
	Kind     ChangeKind // Expired where the stream says so; a [Mux] also looks at the TTL of Old
	Keys     map[string]types.AttributeValue
	Old, New map[string]types.AttributeValue // nil where there is none, or where the stream does not carry it
	Sequence string                          // orders the records of an item; a [RecordDecoder] tells how it makes one for records that have none
	At       time.Time
	Stream   string // the ARN of the stream, "" where the source does not tell
	ID       string // of the event, "" where the source does not tell

	// Raw is the record as it came, in JSON, where its kind, keys or images cannot be read; nil otherwise. Then Kind, Keys, Old and
	// New are not to be relied on. In a [Mux] such a record fails by its own fault, and goes to the dead letters as it is. Who reads
	// it from there with a release of this library that knows it gets a record without Raw.
	Raw json.RawMessage
}

// MarshalJSON returns the record as Lambda would deliver it, and one that cannot be read as it came.
func (r Record) MarshalJSON() ([]byte, error) { return record.Record(r).MarshalJSON() }

// UnmarshalJSON is the inverse of MarshalJSON.
func (r *Record) UnmarshalJSON(b []byte) error { return (*record.Record)(r).UnmarshalJSON(b) }

// RecordDecoder decodes the records of a table from whatever carries them: the stream of the table, Kinesis Data Streams
// for DynamoDB, a pipe of EventBridge, or messages of SQS that hold any of these. Its zero value takes the records of a
// DynamoDB stream; for those of Kinesis it needs the name of the table.
//
// A Lambda function, whatever feeds it:
//
//	records := ddb.RecordDecoder{Table: "prod-platform"}
//	lambda.Start(records.Lambda(mux))
//
// A consumer of Kinesis of one's own, for each batch of a shard:
//
//	for _, r := range out.Records {
//		rec, err := records.Decode(r.Data, *r.SequenceNumber)
//		…
//	}
//	failed, err := mux.Process(ctx, batch)
//
// # What a handler must do
//
// A DynamoDB stream has each change once and the changes of an item in order; only a failure brings them again. Kinesis
// and queues promise less: a change may come twice, and an older one after a newer one. Aggregates and fan-outs read the
// table, so that neither matters to them. A handler that writes what a change says asks [Change.After] first, with the
// number that it stored with the item before; one that acts outside of the table, as by a mail, remembers [Record].ID.
type RecordDecoder struct {
	// Table is the name of the table at AWS. A record of another table is refused. Records of Kinesis Data Streams are
	// refused without it, since several tables may share a Kinesis stream.
	Table string

	// SkipOthers makes DecodeEvent skip the records of other tables, which counts them as handled.
	SkipOthers bool
}

// Decode decodes one record, in the JSON of a DynamoDB stream's event or of Kinesis Data Streams for DynamoDB. number is
// the sequence number that Kinesis gave to the record, without which those of equal time have no order; a record of a
// DynamoDB stream has its own, and number is not looked at. The error matches [ErrUnknown] if the record is of another
// table.
//
// A record of Kinesis has no sequence number in its JSON, and the number that Kinesis gives it does not tell the order of
// changes. What does is the time of the change. [Record].Sequence is therefore the time in microseconds, and behind a
// point the number of Kinesis: 1720740233012995.4962865…, and [Change.After] compares both. AWS: "Using Kinesis Data
// Streams to capture changes to DynamoDB".
func (d RecordDecoder) Decode(payload []byte, number string) (Record, error) {
	rec, err := record.Decoder(d).Decode(payload, number)
	return Record(rec), err
}

// RecordEvent is what [RecordDecoder.DecodeEvent] found in an event.
type RecordEvent struct {
	// Records are in the order in which they are to be handled.
	Records []Record

	// Refused says which messages of a queue hold no record of the table, and why; nil if all do. Each Response counts
	// them as failed, so that the queue gives them to its dead-letter queue in the end.
	Refused error

	e *record.Event
}

// Response returns the response that the source of the event wants, for failed as [Mux.Process] returns it: the numbers of
// DynamoDB's or of Kinesis's stream, the IDs of events for a pipe, and those of messages for SQS. AWS: "Configuring partial batch response with DynamoDB and Lambda"
// and the same with Kinesis, "Handling errors for an SQS event source in Lambda", and "Amazon EventBridge Pipes batching
// and concurrency".
func (e *RecordEvent) Response(failed []string) json.RawMessage {
	if e.e == nil {
		return (&record.Event{}).Response(failed)
	}
	return e.e.Response(failed)
}

// DecodeEvent decodes the records of an event: of what a Lambda function or the target of a pipe is called with, or the
// body of a message. It takes
//
//   - the event of a DynamoDB stream, of Kinesis and of a queue: {"Records": […]},
//   - what a pipe sends: an array of the records of a stream, of Kinesis or of a queue,
//   - one record, and one dead letter of package ddbstream,
//   - the document that an asynchronous invocation of Lambda sends to its destination, and the one that a stream's mapping
//     puts into S3,
//
// and messages of a queue may hold any of these. What a mapping sends to SQS or SNS when it gives up has no records in it:
// it is refused, and ddbstream.Redrive reads them again.
//
// An event of a stream fails as a whole for a record that cannot be decoded. The messages of a queue are told one by one,
// in [RecordEvent].Refused.
func (d RecordDecoder) DecodeEvent(payload []byte) (*RecordEvent, error) {
	event, err := record.Decoder(d).DecodeEvent(payload)
	if event == nil {
		return nil, err
	}
	out := &RecordEvent{Records: make([]Record, len(event.Records)), Refused: event.Refused, e: event}
	for i, r := range event.Records {
		out.Records[i] = Record(r)
	}
	return out, err
}

// Lambda returns the handler of a Lambda function for m. It takes the event of a DynamoDB stream, of Kinesis, of a queue
// of SQS, and of a pipe whose target the function is; the response tells which records failed, in the names of that
// source. For it to count, the event source mapping must have ReportBatchItemFailures among its FunctionResponseTypes,
// and a pipe the invocation type REQUEST_RESPONSE. Without [MuxOptions].Report, failures are logged with [slog].
//
// The error is of an event that cannot be read. It is also of records that failed where nobody looks at the response: in
// the event of an asynchronous invocation.
func (d RecordDecoder) Lambda(m *Mux) func(context.Context, json.RawMessage) (json.RawMessage, error) {
	return m.m.LambdaOf(record.Decoder(d))
}
