package ddb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/record"
)

// Record is one record of a stream, untyped. Its JSON has the form of a record in the event of a Lambda function, so that other
// programs can read, send and replay a dead letter. Unmarshaling accepts any images; an event source other than aws:dynamodb, or a
// version other than 1.x, is an error.
type Record struct {
	Kind     ChangeKind // Expired where the stream says so; a [Mux] also looks at the TTL of Old
	Keys     map[string]types.AttributeValue
	Old, New map[string]types.AttributeValue // nil where there is none, or where the stream does not carry it
	Sequence string                          // orders the records of an item; [RecordDecoder.Decode] says how it is made for records of Kinesis
	At       time.Time
	Stream   string // the ARN of the stream, "" if the source does not give it
	ID       string // of the event, "" if the source does not give it

	// Raw is the original JSON of a record whose kind, keys or images cannot be read; nil otherwise. Then Kind, Keys, Old and New are
	// not valid. In a [Mux] such a record fails by its own fault, and becomes a dead letter with its Raw. A later release of this
	// library that can read it returns a record without Raw.
	Raw json.RawMessage
}

// MarshalJSON returns the record as Lambda would deliver it. Of a record with Raw it returns Raw.
func (r Record) MarshalJSON() ([]byte, error) { return record.Record(r).MarshalJSON() }

// UnmarshalJSON is the inverse of MarshalJSON.
func (r *Record) UnmarshalJSON(b []byte) error { return (*record.Record)(r).UnmarshalJSON(b) }

// RecordDecoder decodes the records of a table from its sources: the stream of the table, Kinesis Data Streams for DynamoDB, a pipe
// of EventBridge, or SQS messages that contain any of these. The zero value decodes records of a DynamoDB stream; for Kinesis it
// needs the name of the table. It makes no requests and is safe for concurrent use.
//
// In a Lambda function, for any of these sources:
//
//	records := ddb.RecordDecoder{Table: "prod-platform"}
//	lambda.Start(records.Lambda(mux))
//
// In a consumer of Kinesis, for each batch of a shard:
//
//	for _, r := range out.Records {
//		rec, err := records.Decode(r.Data, *r.SequenceNumber)
//		…
//	}
//	failed, err := mux.Process(ctx, batch)
//
// # What a handler must do
//
// A DynamoDB stream delivers each change once and the changes of an item in order; only a failure repeats them. Kinesis and queues
// may deliver a change twice, and an older one after a newer one. Aggregates and fan-outs read the table, so they are not affected.
// A handler that writes data of a change must compare first: store [Record].Sequence with the data and call [Change.After]. A handler
// with an effect outside of the table, such as a mail, must remember [Record].ID.
type RecordDecoder struct {
	// Table is the name of the table at AWS. A record of another table is refused. Records of Kinesis Data Streams are
	// refused without it, since several tables may share a Kinesis stream.
	Table string

	// SkipOthers makes DecodeEvent skip the records of other tables, which counts them as handled.
	SkipOthers bool
}

// Decode decodes one record, in the JSON of a DynamoDB stream's event or of Kinesis Data Streams for DynamoDB. number is
// the sequence number that Kinesis gave to the record, which orders records of the same time. It is ignored for a record of a
// DynamoDB stream, which has its own. The error matches [ErrUnknown] if the record is of another table.
//
// A record of Kinesis has no sequence number in its JSON, and the number that Kinesis gives it does not show the order of changes.
// The time of the change does. So [Record].Sequence is the time in microseconds, a point, and the number of Kinesis:
// 1720740233012995.4962865…. [Change.After] compares both. AWS: "Using Kinesis Data Streams to capture changes to DynamoDB".
func (d RecordDecoder) Decode(payload []byte, number string) (Record, error) {
	rec, err := record.Decoder(d).Decode(payload, number)
	return Record(rec), err
}

// RecordEvent is a decoded event, see [RecordDecoder.DecodeEvent].
type RecordEvent struct {
	// Records are in the order in which they are to be handled.
	Records []Record

	// Refused names the messages of a queue that contain no record of the table, and why; nil if there are none. Each Response lists
	// them as failed, so that the queue finally moves them to its dead-letter queue.
	Refused error

	e *record.Event
}

// Response returns the response for the source of the event; failed is the result of [Mux.Process]. It lists sequence numbers for
// DynamoDB and Kinesis streams, event IDs for a pipe, and message IDs for SQS. AWS: "Configuring partial batch response with DynamoDB and Lambda"
// and the same with Kinesis, "Handling errors for an SQS event source in Lambda", and "Amazon EventBridge Pipes batching
// and concurrency".
func (e *RecordEvent) Response(failed []string) json.RawMessage {
	if e.e == nil {
		return (&record.Event{}).Response(failed)
	}
	return e.e.Response(failed)
}

// DecodeEvent decodes the records of an event: the payload of a Lambda function or of the target of a pipe, or the body of a
// message. It accepts
//
//   - the event of a DynamoDB stream, of Kinesis and of a queue: {"Records": […]},
//   - what a pipe sends: an array of the records of a stream, of Kinesis or of a queue,
//   - one record, and one dead letter of package ddbstream,
//   - the document that an asynchronous invocation of Lambda sends to its destination, and the one that a stream's mapping
//     puts into S3,
//
// and messages of a queue may contain any of these. The document that a mapping sends to SQS or SNS after its last attempt contains
// no records, and is an error: use ddbstream.Redrive, which reads them again.
//
// If a record of a stream's event cannot be decoded, DecodeEvent fails. Messages of a queue fail separately, in
// [RecordEvent].Refused.
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

// Lambda returns the handler of a Lambda function for m. It accepts events of a DynamoDB stream, of Kinesis, of an SQS queue, and of
// a pipe whose target is the function. The response lists the failed records in the form of that source. It has an effect only if the
// event source mapping has ReportBatchItemFailures among its FunctionResponseTypes, and a pipe the invocation type REQUEST_RESPONSE.
// Without [MuxOptions].Report, failures are logged with [slog].
//
// It returns an error for an event that cannot be decoded. In an asynchronous invocation the response has no effect, so there the
// error also joins the failed records. The requests are those of [Mux.Process].
func (d RecordDecoder) Lambda(m *Mux) func(context.Context, json.RawMessage) (json.RawMessage, error) {
	return m.m.LambdaOf(record.Decoder(d))
}
