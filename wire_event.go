package ddb

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/wire"
)

// lambdaRecords reads the event of a DynamoDB stream: from its JSON where that is as Lambda writes it, else as encoding/json does, which also finds the
// words for what is wrong with it.
func lambdaRecords(event json.RawMessage) ([]Record, error) {
	if records, ok := wireRecords(event); ok {
		return records, nil
	}
	var in lambdaEvent
	if err := json.Unmarshal(event, &in); err != nil {
		return nil, fmt.Errorf("ddb: lambda: %w", err)
	}
	return in.Records, nil
}

func wireRecords(event []byte) (records []Record, ok bool) {
	if wire.Off {
		return nil, false
	}
	ok = true
	page := wire.ReadEvent(event, func(w *wire.Record) {
		var rec Record
		if ok = ok && rec.read(w); ok {
			records = append(records, rec)
		}
	})
	defer page.Release()
	return records, ok && page != nil
}

// read is UnmarshalJSON from what has been read already; it reports false for a record that is left to it.
func (r *Record) read(w *wire.Record) bool {
	kind, err := RecordKind(w.Event, w.Identity == "Service" && w.Principal == ttlPrincipal)
	if err != nil || w.Sequence == "" || w.Keys.IsZero() {
		return false
	}
	*r = Record{Kind: kind, Sequence: w.Sequence, Stream: w.Source, ID: w.ID}
	if w.At != "" {
		if r.At, err = timeOfSeconds(w.At); err != nil {
			return false
		}
	}
	for _, image := range []struct {
		from wire.Item
		to   *map[string]types.AttributeValue
	}{{w.Keys, &r.Keys}, {w.Old, &r.Old}, {w.New, &r.New}} {
		if !image.from.IsZero() {
			image.from.Begin()
			*image.to = image.from.Attributes()
		}
	}
	return true
}
