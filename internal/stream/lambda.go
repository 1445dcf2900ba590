package stream

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/record"
)

// Lambda handles the event of a DynamoDB stream, and returns the response that names the records to deliver again. An
// event of anything else is an error that says what it is instead. So is a record of another event version than 1.x.
// Without Options.Report failures are logged with slog, each cause once.
func (m *Mux) Lambda(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
	records, err := record.LambdaRecords(event)
	if err != nil {
		return nil, err
	}
	failed, err := m.Process(ctx, pointers(records))
	if err != nil && m.opts.Report == nil {
		what := "records of the stream failed"
		if errors.Is(err, fault.ErrUnavailable) {
			what = "the batch of the stream stopped"
		}
		slog.ErrorContext(ctx, what, "error", err, "failed", len(failed), "records", len(records))
	}
	out := record.LambdaResponse{Failures: make([]record.LambdaFailure, len(failed))}
	for i, s := range failed {
		out.Failures[i].Sequence = s
	}
	return json.Marshal(out)
}

// LambdaOf returns the handler of a Lambda function whose event d decodes.
func (m *Mux) LambdaOf(d record.Decoder) func(context.Context, json.RawMessage) (json.RawMessage, error) {
	return func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
		event, err := d.DecodeEvent(payload)
		if err != nil {
			return nil, err
		}
		failed, err := m.Process(ctx, pointers(event.Records))
		if !event.Responding && err != nil {
			return nil, err
		}
		if err != nil && m.opts.Report == nil || event.Refused != nil {
			slog.ErrorContext(ctx, "records of the stream failed", "error", errors.Join(event.Refused, err), "failed", len(failed), "records", len(event.Records))
		}
		return event.Response(failed), nil
	}
}

func pointers(records []record.Record) []*record.Record {
	out := make([]*record.Record, len(records))
	for i := range records {
		out[i] = &records[i]
	}
	return out
}
