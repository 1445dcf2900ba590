package stream

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/record"
)

// Lambda handles the event of a DynamoDB stream as a Lambda function does, in JSON and without the types of
// aws-lambda-go:
//
//	lambda.Start(mux.Lambda)
//
// The answer names the records that failed and those that were not handled; for it to count, the event source mapping must have
// ReportBatchItemFailures among its FunctionResponseTypes. Lambda then delivers everything from the lowest of them again, also what has
// been handled. Without [MuxOptions].Report failures are logged with [slog], each cause once; what is given up to the dead letters
// has not failed any more, and is told to Report alone.
//
// An event that is none of a DynamoDB stream is an error, which says what it is instead: one of a queue, a topic or another stream,
// what Lambda sends to an on-failure destination, or nothing at all. So is a record of another event version than 1.x.
//
// Failed deliveries are counted in the memory of one instance of the function: give the mapping a MaximumRetryAttempts and
// an on-failure destination too.
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
