package record

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/sequence"
)

// maxNesting bounds the carriers around a record: a message that holds a destination's document that holds an event is 5.
const maxNesting = 8

// envelope has the members by which the carriers of records are told apart.
type envelope struct {
	Records []json.RawMessage `json:"Records"` // an event of Lambda

	Change json.RawMessage `json:"dynamodb"` // a record

	// Of Kinesis. Lambda has an object, a pipe the same members beside the others. AWS: "Using Lambda to process records
	// from Amazon Kinesis Data Streams" and "Amazon Kinesis stream as a source for EventBridge Pipes".
	Kinesis *struct {
		Data   json.RawMessage `json:"data"`
		Number string          `json:"sequenceNumber"`
	} `json:"kinesis"`
	Data   json.RawMessage `json:"data"`
	Number string          `json:"sequenceNumber"`

	// Of a queue. AWS: "Using Lambda with Amazon SQS".
	MessageID string  `json:"messageId"`
	Body      *string `json:"body"`

	// Of the destination of an asynchronous invocation. AWS: "Capturing records of Lambda asynchronous invocations".
	Request json.RawMessage `json:"requestPayload"`

	// Of the on-failure destination of a stream, which has a payload in S3 alone. AWS: "Retain discarded records for a
	// DynamoDB event source in Lambda".
	Failed        json.RawMessage `json:"DDBStreamBatchInfo"`
	FailedKinesis json.RawMessage `json:"KinesisBatchInfo"`
	Payload       *string         `json:"payload"`

	// Of a dead letter of package ddbstream.
	DeadLetter json.RawMessage `json:"record"`
	Cause      *string         `json:"cause"`

	ID     string `json:"eventID"`
	Stream string `json:"eventSourceARN"`
}

// DecodeEvent decodes the records of an event: one of Lambda's, the array that a pipe sends, one record, one dead
// letter, or what Lambda sends to an on-failure destination with the records in it. Messages of a queue may hold any
// of these. An event of a stream fails as a whole for a record that cannot be decoded; the messages of a queue are
// told one by one, in Refused.
func (d Decoder) DecodeEvent(payload []byte) (*Event, error) {
	o := opener{Decoder: d}
	if records, ok := WireRecords(payload); ok && len(records) > 0 { // the event of a DynamoDB stream, the fast way
		o.event.Responding = true
		for i := range records {
			if err := o.take(records[i], records[i].Sequence, d.own(&records[i])); err != nil {
				return nil, fmt.Errorf("ddb: event: record %d: %w", i, err)
			}
		}
		return &o.event, nil
	}
	if err := o.open(payload, carrier{}); err != nil {
		return nil, fmt.Errorf("ddb: event: %w", err)
	}
	slices.SortStableFunc(o.event.Records, func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.Stream, b.Stream), sequence.Compare(a.Sequence, b.Sequence))
	})
	return &o.event, nil
}

// opener opens an event.
type opener struct {
	Decoder
	event Event
}

// carrier is what is known of a payload from what it was found in.
type carrier struct {
	depth   int
	id      string // what the source calls it; "" where the record tells
	pipe    bool   // the source is a pipe, which calls records by the IDs of their events
	message bool   // inside a message of a queue
	number  string // of Kinesis
	stream  string
}

// open finds the records in a payload.
func (o *opener) open(payload []byte, in carrier) error {
	in.depth++
	if in.depth > maxNesting {
		return fmt.Errorf("more than %d carriers, one in the other", maxNesting)
	}
	if trimmed := bytes.TrimLeft(payload, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(payload, &list); err != nil {
			return err
		}
		o.event.Responding = o.event.Responding || in.depth == 1
		in.pipe = in.depth == 1
		return o.each(list, in)
	}
	var env envelope
	if err := json.Unmarshal(payload, &env); err != nil {
		return err
	}
	in.stream = cmp.Or(env.Stream, in.stream)
	switch {
	case env.Records != nil:
		o.event.Responding = o.event.Responding || in.depth == 1
		return o.each(env.Records, in)
	case env.Body != nil:
		return o.message(env, in)
	case env.Kinesis != nil:
		in.number = env.Kinesis.Number
		return o.data(env.Kinesis.Data, env, in)
	case env.Data != nil && env.Number != "":
		in.number = env.Number
		return o.data(env.Data, env, in)
	case env.Change != nil:
		rec, err := o.decode(payload, in.number, in.stream)
		switch {
		case in.id != "":
		case in.pipe:
			in.id = cmp.Or(rec.ID, rec.Sequence)
		default:
			in.id = rec.Sequence
		}
		return o.take(rec, in.id, err)
	case env.DeadLetter != nil && env.Cause != nil:
		return o.open(env.DeadLetter, in)
	case env.Request != nil:
		return o.open(env.Request, in)
	case (env.Failed != nil || env.FailedKinesis != nil) && env.Payload != nil:
		return o.open([]byte(*env.Payload), in)
	case env.Failed != nil:
		return errors.New("DDBStreamBatchInfo: what Lambda sends when it gives up has no records in it: ddbstream.Redrive reads them from the stream again")
	case env.FailedKinesis != nil:
		return errors.New("KinesisBatchInfo: what Lambda sends when it gives up has no records in it: read them from the Kinesis stream, at its startSequenceNumber, and decode them with RecordDecoder.Decode")
	}
	return errors.New("neither a record of a table nor what carries records")
}

// each opens the members of a list.
func (o *opener) each(list []json.RawMessage, in carrier) error {
	for i, payload := range list {
		if err := o.open(payload, in); err != nil {
			return fmt.Errorf("record %d: %w", i, err)
		}
	}
	return nil
}

// message opens a message of a queue. One that holds no record of the table fails alone.
func (o *opener) message(env envelope, in carrier) error {
	if in.message {
		return errors.New("a message of a queue in a message")
	}
	if env.MessageID == "" {
		return errors.New("a message of a queue without messageId")
	}
	records, items := len(o.event.Records), len(o.event.items)
	err := o.open([]byte(*env.Body), carrier{depth: in.depth, id: env.MessageID, message: true})
	if err != nil {
		o.event.Records, o.event.items = o.event.Records[:records], append(o.event.items[:items], carried{id: env.MessageID})
		o.event.Refused = errors.Join(o.event.Refused, fmt.Errorf("ddb: event: message %s: %w", env.MessageID, err))
	}
	return nil
}

// data opens what Kinesis carried: base64, or JSON where a pipe parsed it.
func (o *opener) data(data json.RawMessage, env envelope, in carrier) error {
	if in.number == "" {
		return errors.New("a record of Kinesis without sequenceNumber")
	}
	if in.id == "" && in.pipe {
		in.id = env.ID
	}
	in.id = cmp.Or(in.id, in.number)
	text := []byte(data)
	if len(data) > 0 && data[0] == '"' {
		if err := json.Unmarshal(data, &text); err != nil {
			return fmt.Errorf("data: %w", err)
		}
	}
	rec, err := o.decode(text, in.number, in.stream)
	return o.take(rec, in.id, err)
}

// take adds a record, unless it is of another table and those are skipped.
func (o *opener) take(rec Record, id string, err error) error {
	if errors.Is(err, fault.ErrUnknown) && o.SkipOthers {
		return nil
	}
	if err != nil {
		return err
	}
	o.event.Records = append(o.event.Records, rec)
	o.event.items = append(o.event.items, carried{id, rec.Sequence})
	return nil
}
