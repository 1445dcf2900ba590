package ddb

import (
	"context"
	"encoding/json"
	"log/slog"
)

// lambdaEvent is the event of a DynamoDB stream, and lambdaResponse the answer that reports partial failure.
// AWS: "Configuring partial batch response with DynamoDB and Lambda".
type lambdaEvent struct {
	Records []Record `json:"Records"`
}

type lambdaResponse struct {
	Failures []lambdaFailure `json:"batchItemFailures"`
}

type lambdaFailure struct {
	Sequence string `json:"itemIdentifier"`
}

// Lambda handles the event of a DynamoDB stream as a Lambda function does, in JSON and without the types of
// aws-lambda-go:
//
//	lambda.Start(mux.Lambda)
//
// The answer names the records that failed; for it to count, the event source mapping must have ReportBatchItemFailures
// among its FunctionResponseTypes. Lambda then delivers everything from the lowest of them again, also what has been
// handled. Without [MuxOptions].Report failures are logged with [slog]. The error is of records that are none of a
// DynamoDB stream; an event without records has none that failed.
//
// Failed deliveries are counted in the memory of one instance of the function: give the mapping a MaximumRetryAttempts and
// an on-failure destination too.
func (m *Mux) Lambda(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
	records, err := lambdaRecords(event)
	if err != nil {
		return nil, err
	}
	failed, err := m.Process(ctx, records)
	if err != nil && m.opts.Report == nil {
		slog.ErrorContext(ctx, "records of the stream failed", "error", err, "failed", len(failed), "records", len(records))
	}
	out := lambdaResponse{Failures: make([]lambdaFailure, len(failed))}
	for i, s := range failed {
		out.Failures[i].Sequence = s
	}
	return json.Marshal(out)
}
