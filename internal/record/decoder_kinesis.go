package record

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
)

// kinesisRecord is a record as Kinesis Data Streams for DynamoDB carries it.
type kinesisRecord struct {
	wireRecord
	Format string `json:"recordFormat"`
	Table  string `json:"tableName"`
}

// kinesis decodes a record of Kinesis Data Streams.
func (d Decoder) kinesis(payload []byte, number, stream string) (rec Record, err error) {
	var w kinesisRecord
	if err := json.Unmarshal(payload, &w); err != nil {
		return rec, err
	}
	if w.Format != "application/json" {
		return rec, fmt.Errorf("its recordFormat is %q: only application/json is known", w.Format)
	}
	if d.Table == "" {
		return rec, fmt.Errorf("of Kinesis Data Streams, of the table %q: several tables may share such a stream: name yours in RecordDecoder.Table", w.Table)
	}
	if w.Table != d.Table {
		return rec, d.foreign(w.Table)
	}
	if strings.Trim(number, "0123456789") != "" {
		return rec, fmt.Errorf("the sequence number %q is no number", number)
	}
	if len(w.DynamoDB.Keys) == 0 {
		return rec, errors.New("without Keys")
	}
	at, err := kinesisTime(string(w.DynamoDB.At), w.DynamoDB.Precision)
	if err != nil {
		return rec, err
	}
	rec = Record{Sequence: strconv.FormatInt(at.UnixMicro(), 10), At: at, Stream: stream, ID: w.EventID}
	if number != "" {
		rec.Sequence += "." + number
	}
	if rec.Kind, err = KindOf(w.EventName, w.UserIdentity.expires()); err != nil {
		return Record{}, errors.New(strings.TrimPrefix(err.Error(), "ddb: record: "))
	}
	for _, image := range []struct {
		name string
		from attr.JSON
		to   *map[string]types.AttributeValue
	}{{"Keys", w.DynamoDB.Keys, &rec.Keys}, {"OldImage", w.DynamoDB.Old, &rec.Old}, {"NewImage", w.DynamoDB.New, &rec.New}} {
		for attr, av := range image.from {
			if image.from[attr], err = decodedTwice(av); err != nil {
				return Record{}, fmt.Errorf("%s, attribute %q: %w", image.name, attr, err)
			}
		}
		*image.to = image.from
	}
	return rec, nil
}

// What a time of a record lies between: the start of DynamoDB, and long after anybody who reads this.
var kinesisFrom, kinesisTo = time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2286, 1, 1, 0, 0, 0, 0, time.UTC)

// kinesisTime reads the time of a record. A precision that is not told is milliseconds, as it was before there was a
// choice. A time that no DynamoDB wrote is refused: the precision is another then, and the order of changes with it.
func kinesisTime(text, precision string) (at time.Time, err error) {
	if text == "" {
		return at, errors.New("without ApproximateCreationDateTime, which orders the records of Kinesis Data Streams")
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return at, fmt.Errorf("ApproximateCreationDateTime %s: %w", text, err)
	}
	switch precision {
	case "", "MILLISECOND":
		at = time.UnixMilli(n).UTC()
	case "MICROSECOND":
		at = time.UnixMicro(n).UTC()
	default:
		return at, fmt.Errorf("its ApproximateCreationDateTimePrecision is %q: only MILLISECOND and MICROSECOND are known", precision)
	}
	if at.Before(kinesisFrom) || at.After(kinesisTo) {
		return time.Time{}, fmt.Errorf("ApproximateCreationDateTime %s with the precision %q is in the year %d: its precision is another", text, precision, at.Year())
	}
	return at, nil
}

// decodedTwice is a value with its binary parts decoded once more: Kinesis Data Streams encodes them twice. AWS: "Using
// Kinesis Data Streams to capture changes to DynamoDB".
func decodedTwice(av types.AttributeValue) (types.AttributeValue, error) {
	var err error
	switch av := av.(type) {
	case *types.AttributeValueMemberB:
		av.Value, err = base64.StdEncoding.DecodeString(string(av.Value))
	case *types.AttributeValueMemberBS:
		for i := range av.Value {
			if av.Value[i], err = base64.StdEncoding.DecodeString(string(av.Value[i])); err != nil {
				break
			}
		}
	case *types.AttributeValueMemberL:
		for i := range av.Value {
			if av.Value[i], err = decodedTwice(av.Value[i]); err != nil {
				return nil, err
			}
		}
	case *types.AttributeValueMemberM:
		for name, v := range av.Value {
			if av.Value[name], err = decodedTwice(v); err != nil {
				return nil, err
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("a binary value that is not encoded twice in base64, as Kinesis Data Streams does: %w", err)
	}
	return av, nil
}
