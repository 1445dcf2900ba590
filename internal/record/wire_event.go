package record

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/wire"
)

// LambdaRecords reads the event of a DynamoDB stream: from its JSON where that is as Lambda writes it, else as encoding/json does, which also finds the
// words for what is wrong with it.
func LambdaRecords(event json.RawMessage) ([]Record, error) {
	if records, ok := WireRecords(event); ok && len(records) > 0 {
		return records, nil
	}
	var in LambdaEvent
	err := json.Unmarshal(event, &in)
	if is := strangeEvent(event); is != "" {
		return nil, fmt.Errorf("ddb: lambda: the event is none of a DynamoDB stream: %s", is)
	}
	if err != nil {
		return nil, fmt.Errorf("ddb: lambda: %w", err)
	}
	return in.Records, nil
}

// strangeEvent says what an event is that is none of a DynamoDB stream, "" for one that is, or that is not known.
func strangeEvent(event []byte) string {
	var any struct {
		Batch   json.RawMessage    `json:"DDBStreamBatchInfo"`
		Records *[]json.RawMessage `json:"Records"`
	}
	if err := json.Unmarshal(event, &any); err != nil {
		var list []json.RawMessage
		if json.Unmarshal(event, &list) == nil {
			return `it is a list, as EventBridge Pipes sends it: call Lambda with {"Records": the list}`
		}
		return ""
	}
	switch {
	case any.Batch != nil:
		return "it is what Lambda sends to an on-failure destination: DDBStreamBatchInfo names the shard and the first and the last record that were given up, " +
			"and has none of them; read them from the stream while it has them, for a day, with package ddbstream, or Rebuild the views"
	case any.Records == nil:
		return "it has no Records"
	}
	return ""
}

// WireRecords decodes the records of an event of a DynamoDB stream in one pass; ok is false where encoding/json has to.
func WireRecords(event []byte) (records []Record, ok bool) {
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
	kind, err := KindOf(w.Event, w.Identity == "Service" && w.Principal == ttlPrincipal)
	if err != nil || w.Sequence == "" || w.Keys.IsZero() || w.Service != "" && w.Service != eventSource || w.Version != "" && !strings.HasPrefix(w.Version, "1.") {
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
