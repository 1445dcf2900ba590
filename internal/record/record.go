package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
)

// Record is one record of a stream, untyped. As JSON it has the shape of a record in the event of a Lambda function,
// so that a dead letter can be read, sent and replayed by anything. From JSON it is read whatever its images are; an
// event of another source than aws:dynamodb, or of another version than 1.x, is an error.
type Record struct {
	Kind     Kind // Expired where the stream says so; stream.Mux also looks at the TTL of Old
	Keys     map[string]types.AttributeValue
	Old, New map[string]types.AttributeValue // nil where there is none, or where the stream does not carry it
	Sequence string                          // orders the records of an item; [Decoder.Decode] tells how it makes one for records that have none
	At       time.Time
	Stream   string // the ARN of the stream, "" where the source does not tell
	ID       string // of the event, "" where the source does not tell

	// Raw is the record as it came, in JSON, where its kind, keys or images cannot be read; nil otherwise. Then Kind,
	// Keys, Old and New are not to be relied on. A later release that knows such a record reads it from its dead
	// letter without Raw.
	Raw json.RawMessage
}

// ttlPrincipal is who deletes expired items, as userIdentity of their records says.
// AWS: "DynamoDB Streams and Time to Live".
const ttlPrincipal = "dynamodb.amazonaws.com"

// wireRecord is a record as Lambda delivers it. AWS: "Lambda: Process Amazon DynamoDB records".
type wireRecord struct {
	EventID        string        `json:"eventID,omitempty"`
	EventName      string        `json:"eventName"`
	EventVersion   string        `json:"eventVersion,omitempty"`
	EventSource    string        `json:"eventSource,omitempty"`
	DynamoDB       wireChange    `json:"dynamodb"`
	EventSourceARN string        `json:"eventSourceARN,omitempty"`
	UserIdentity   *wireIdentity `json:"userIdentity,omitempty"`
}

type wireChange struct {
	At       json.Number `json:"ApproximateCreationDateTime,omitempty"`
	Keys     attr.JSON   `json:"Keys,omitempty"`
	New      attr.JSON   `json:"NewImage,omitempty"`
	Old      attr.JSON   `json:"OldImage,omitempty"`
	Sequence string      `json:"SequenceNumber"`

	Precision string `json:"ApproximateCreationDateTimePrecision,omitempty"` // of a record of Kinesis Data Streams
}

type wireIdentity struct {
	Type        string `json:"type"`
	PrincipalID string `json:"principalId"`
}

// expires reports whether it is DynamoDB, which deletes what has expired.
func (w *wireIdentity) expires() bool {
	return w != nil && w.Type == "Service" && w.PrincipalID == ttlPrincipal
}

// MarshalJSON returns the record as Lambda would deliver it, and one that cannot be read as it came.
func (r Record) MarshalJSON() ([]byte, error) {
	if r.Raw != nil {
		return r.Raw, nil
	}
	w := wireRecord{
		EventID: r.ID, EventVersion: "1.1", EventSource: eventSource, EventSourceARN: r.Stream,
		DynamoDB: wireChange{Keys: attr.JSON(r.Keys), New: attr.JSON(r.New), Old: attr.JSON(r.Old), Sequence: r.Sequence},
	}
	switch r.Kind {
	case Inserted:
		w.EventName = "INSERT"
	case Modified:
		w.EventName = "MODIFY"
	case Removed:
		w.EventName = "REMOVE"
	case Expired:
		w.EventName = "REMOVE"
		w.UserIdentity = &wireIdentity{Type: "Service", PrincipalID: ttlPrincipal}
	default:
		return nil, fmt.Errorf("ddb: record: kind %q", r.Kind)
	}
	if !r.At.IsZero() {
		w.DynamoDB.At = json.Number(strconv.FormatFloat(float64(r.At.UnixMilli())/1000, 'f', -1, 64))
	}
	return json.Marshal(w)
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (r *Record) UnmarshalJSON(b []byte) error {
	var w wireRecord
	images := json.Unmarshal(b, &w)
	if images != nil {
		var head wireHead
		if err := json.Unmarshal(b, &head); err != nil {
			return fmt.Errorf("ddb: record: %w", err)
		}
		w = head.record()
	}
	switch {
	case w.EventSource != "" && w.EventSource != eventSource:
		return fmt.Errorf("ddb: record: it is of %q, not of %q: %w: RecordDecoder.Lambda takes records from what carries them", w.EventSource, eventSource, errNoStreamRecord)
	case w.EventVersion != "" && !strings.HasPrefix(w.EventVersion, "1."):
		return fmt.Errorf("ddb: record: event version %q is not known, only 1.x: read it by a newer release of this library", w.EventVersion)
	}
	out := Record{
		Keys: w.DynamoDB.Keys, New: w.DynamoDB.New, Old: w.DynamoDB.Old,
		Sequence: w.DynamoDB.Sequence, Stream: w.EventSourceARN, ID: w.EventID,
	}
	var unknown, err error
	out.Kind, unknown = KindOf(w.EventName, w.UserIdentity.expires())
	if out.Sequence == "" || len(out.Keys) == 0 && images == nil {
		return fmt.Errorf("ddb: record: without SequenceNumber or Keys: %w", errNoStreamRecord)
	}
	if images != nil || unknown != nil {
		out.Raw = slices.Clone(b)
	}
	if w.DynamoDB.At != "" {
		if out.At, err = timeOfSeconds(string(w.DynamoDB.At)); err != nil {
			return fmt.Errorf("ddb: record %s: ApproximateCreationDateTime: %w", out.Sequence, err)
		}
	}
	*r = out
	return nil
}

const eventSource = "aws:dynamodb"

var errNoStreamRecord = errors.New("not a record of a DynamoDB stream")

// wireHead is a record without what may not be readable.
type wireHead struct {
	wireRecord

	DynamoDB struct {
		At       json.Number     `json:"ApproximateCreationDateTime"`
		Keys     json.RawMessage `json:"Keys"`
		Sequence string          `json:"SequenceNumber"`
	} `json:"dynamodb"`
}

func (h *wireHead) record() wireRecord {
	w := h.wireRecord
	w.DynamoDB = wireChange{At: h.DynamoDB.At, Sequence: h.DynamoDB.Sequence}
	var keys attr.JSON
	if json.Unmarshal(h.DynamoDB.Keys, &keys) == nil {
		w.DynamoDB.Keys = keys
	}
	return w
}

// Unreadable says why a record is raw.
func (r *Record) Unreadable() error {
	var w wireRecord
	if err := json.Unmarshal(r.Raw, &w); err != nil {
		return fmt.Errorf("the record cannot be read: %w", err)
	}
	if _, err := KindOf(w.EventName, false); err != nil {
		return fmt.Errorf("the record cannot be read: %s", strings.TrimPrefix(err.Error(), "ddb: record: "))
	}
	return errors.New("the record is raw, and its source could not read it: read it from its JSON again")
}

// timeOfSeconds reads a time in seconds since 1970, as the records of a DynamoDB stream have it. What is no time before the
// year 10000 is refused: milliseconds and microseconds, which the records of Kinesis Data Streams have. A time before 1970 is
// none: the types of aws-lambda-go write one where there is none.
func timeOfSeconds(text string) (time.Time, error) {
	at, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return time.Time{}, err
	}
	if at < 0 {
		return time.Time{}, nil
	}
	if at >= 253_402_300_800 {
		return time.Time{}, fmt.Errorf("%s seconds are no time between 1970 and 9999: a stream of DynamoDB has seconds, one of Kinesis Data Streams milliseconds or microseconds", text)
	}
	return time.UnixMilli(int64(math.Round(at * 1000))).UTC(), nil
}

// KindOf returns the kind of a record by its event name, INSERT, MODIFY or REMOVE. expired says that its
// userIdentity is DynamoDB itself, which deletes what has expired. It is for sources of records of your own.
func KindOf(event string, expired bool) (Kind, error) {
	switch event {
	case "INSERT":
		return Inserted, nil
	case "MODIFY":
		return Modified, nil
	case "REMOVE":
		if expired {
			return Expired, nil
		}
		return Removed, nil
	}
	return "", fmt.Errorf("ddb: record: event %q is none of INSERT, MODIFY and REMOVE", event)
}
