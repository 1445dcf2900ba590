package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/singletable-go/ddb/internal/fault"
)

// Decoder decodes the records of a table from whatever carries them: the stream of the table, Kinesis Data Streams
// for DynamoDB, a pipe of EventBridge, or messages of SQS that hold any of these. Its zero value takes the records of
// a DynamoDB stream; for those of Kinesis it needs the name of the table.
type Decoder struct {
	// Table is the name of the table at AWS. A record of another table is refused. Records of Kinesis Data Streams are
	// refused without it, since several tables may share a Kinesis stream.
	Table string

	// SkipOthers makes DecodeEvent skip the records of other tables, which counts them as handled.
	SkipOthers bool
}

// Decode decodes one record, of a DynamoDB stream or of Kinesis Data Streams for DynamoDB. number is the sequence
// number that Kinesis gave to the record, and is ignored for a DynamoDB stream.
//
// A record of Kinesis has no sequence number in its JSON, and the number that Kinesis gives it does not tell the
// order of changes: the time of the change does. Sequence is therefore the time in microseconds, and behind a point
// the number of Kinesis: 1720740233012995.4962865…. AWS: "Using Kinesis Data Streams to capture changes to DynamoDB".
func (d Decoder) Decode(payload []byte, number string) (Record, error) {
	rec, err := d.decode(payload, number, "")
	if err != nil {
		return Record{}, fmt.Errorf("ddb: record: %w", err)
	}
	return rec, nil
}

// decode decodes a record; stream is the ARN of what carried it.
func (d Decoder) decode(payload []byte, number, stream string) (rec Record, err error) {
	var shape struct {
		Format *string `json:"recordFormat"`
		Table  *string `json:"tableName"`
		Source *string `json:"eventSource"`
	}
	if err := json.Unmarshal(payload, &shape); err != nil {
		return rec, err
	}
	if shape.Source != nil && *shape.Source != "aws:dynamodb" {
		return rec, fmt.Errorf("its eventSource is %q, not aws:dynamodb", *shape.Source)
	}
	if shape.Format != nil || shape.Table != nil {
		return d.kinesis(payload, number, stream)
	}
	if err := json.Unmarshal(payload, &rec); err != nil {
		return Record{}, errors.New(strings.TrimPrefix(err.Error(), "ddb: record: "))
	}
	return rec, d.own(&rec)
}

// own refuses a record of the stream of another table.
func (d Decoder) own(rec *Record) error {
	_, rest, ok := strings.Cut(rec.Stream, ":table/")
	table, _, ends := strings.Cut(rest, "/stream/")
	if !ok || !ends || d.Table == "" || table == d.Table {
		return nil
	}
	return d.foreign(table)
}

func (d Decoder) foreign(table string) error {
	return fmt.Errorf("of the table %q, and RecordDecoder.Table is %q: %w", table, d.Table, fault.ErrUnknown)
}

// Event is what [Decoder.DecodeEvent] found in an event.
type Event struct {
	// Records are in the order in which they are to be handled.
	Records []Record

	// Refused says which messages of a queue hold no record of the table, and why; nil if all do. Each Response counts
	// them as failed, so that the queue gives them to its dead-letter queue in the end.
	Refused error

	items      []carried
	Responding bool // the source looks at the response
}

// carried is what the source of an event calls one record, or one message that was refused and has none.
type carried struct{ id, sequence string }

// Response returns the response that the source of the event wants for failed, the sequence numbers to deliver again:
// the numbers of a stream, the IDs of events for a pipe, and those of messages for SQS. AWS: "Configuring partial
// batch response with DynamoDB and Lambda" and the same with Kinesis, "Handling errors for an SQS event source in
// Lambda", and "Amazon EventBridge Pipes batching and concurrency".
func (e *Event) Response(failed []string) json.RawMessage {
	again := make(map[string]bool, len(failed))
	for _, sequence := range failed {
		again[sequence] = true
	}
	out := LambdaResponse{Failures: []LambdaFailure{}}
	told := map[string]bool{}
	for _, it := range e.items {
		if (it.sequence == "" || again[it.sequence]) && !told[it.id] {
			told[it.id] = true
			out.Failures = append(out.Failures, LambdaFailure{Sequence: it.id})
		}
	}
	b, err := json.Marshal(out)
	if err != nil { // strings have no such errors
		panic(fmt.Sprintf("ddb: response: %v", err))
	}
	return b
}
