package ddbstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/sequence"
)

// discarded is what Lambda sends to the on-failure destination of a stream's event source mapping. AWS: "Retain
// discarded records for a DynamoDB event source in Lambda".
type discarded struct {
	Batch *discardedBatch `json:"DDBStreamBatchInfo"`

	Kinesis json.RawMessage `json:"KinesisBatchInfo,omitempty"`
	Payload *string         `json:"payload,omitempty"` // the whole event, only in S3
}

type discardedBatch struct {
	Shard string `json:"shardId"`
	First string `json:"startSequenceNumber"`
	Last  string `json:"endSequenceNumber"`
	Size  int    `json:"batchSize"`
	// ARN of the stream.
	Stream string `json:"streamArn"`
}

// RedriveError says what a [Redrive] did not handle, and why.
type RedriveError struct {
	Failed []string // the sequence numbers that the processor returned; empty if a request failed
	Left   []byte   // the payload for the next Redrive: it begins at the first record that is not handled
	Err    error
}

func (e *RedriveError) Error() string {
	if len(e.Failed) > 0 {
		return fmt.Sprintf("ddbstream: redrive: %d records failed, the first is %s: to continue, call Redrive with Left: %v", len(e.Failed), e.Failed[0], e.Err)
	}
	return fmt.Sprintf("ddbstream: redrive: to continue, call Redrive with Left: %v", e.Err)
}

// Unwrap returns the cause.
func (e *RedriveError) Unwrap() error { return e.Err }

// Redrive handles the records that a Lambda function gave up. The function's on-failure destination receives no
// records, only a shard and a range of sequence numbers. payload is that document, the body of the message. Redrive
// reads the range from the stream again, hands it to to, and returns how many records were handled. A document in an S3
// destination has the records themselves: Redrive uses those and makes no request.
//
// It costs one GetShardIterator, up to three for a trimmed range, and one GetRecords for each page. Only the SDK retries
// requests.
//
// The stream keeps its records for 24 hours. If part of the range is gone, the rest is handled, and the error is a
// [Gap]. Other errors after the first request are a [RedriveError], whose Left continues the range. It may deliver
// handled records again.
//
// Lambda's filters are not applied: to receives also what they would drop.
func Redrive(ctx context.Context, client Client, payload []byte, to Processor) (handled int, err error) {
	var doc discarded
	if err := json.Unmarshal(payload, &doc); err != nil {
		return 0, fmt.Errorf("ddbstream: redrive: %w", err)
	}
	b := doc.Batch
	switch {
	case b == nil && len(doc.Kinesis) > 0:
		return 0, errors.New("ddbstream: redrive: KinesisBatchInfo: it names a Kinesis stream: read the range there and decode it with ddb.RecordDecoder")
	case b == nil:
		return 0, errors.New("ddbstream: redrive: no DDBStreamBatchInfo: pass the document that Lambda sends for discarded records of a DynamoDB stream")
	case doc.Payload != nil:
		return redriveEvent(ctx, payload, to)
	case b.Stream == "" || b.Shard == "" || b.First == "" || b.Last == "" || sequence.Compare(b.First, b.Last) > 0:
		return 0, fmt.Errorf("ddbstream: redrive: no valid range in the stream %q, shard %q: from %q to %q", b.Stream, b.Shard, b.First, b.Last)
	}
	r := redriveRun{client: client, to: to, batch: *b}
	err = r.run(ctx)
	return r.handled, err
}

// redriveEvent handles the records that the document itself contains.
func redriveEvent(ctx context.Context, payload []byte, to Processor) (handled int, err error) {
	event, err := ddb.RecordDecoder{}.DecodeEvent(payload)
	if err != nil {
		return 0, fmt.Errorf("ddbstream: redrive: %w", err)
	}
	failed, err := to.Process(ctx, event.Records)
	if len(failed) > 0 || err != nil {
		return len(event.Records) - len(failed), &RedriveError{Failed: failed, Left: payload, Err: err}
	}
	return len(event.Records), nil
}

// redriveRun is one call of Redrive.
type redriveRun struct {
	client  Client
	to      Processor
	batch   discardedBatch
	after   string // the last handled record
	handled int
	gap     *Gap
}

// emptyPages is how many pages without records, in a row, mean that the range ends after its shard: Lambda sent no such
// range. emptyPause is the pause before each.
const (
	emptyPages = 100
	emptyPause = 20 * time.Millisecond
)

// run reads and handles the range.
func (r *redriveRun) run(ctx context.Context) error {
	it, err := r.begin(ctx)
	for empty := 0; err == nil && it != nil; {
		var out *dynamodbstreams.GetRecordsOutput
		out, err = r.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: it})
		if code(err) == "ExpiredIteratorException" { // handling the previous batch took too long
			it, err = r.iterator(ctx, types.ShardIteratorTypeAfterSequenceNumber, r.after)
			continue
		}
		if err != nil {
			break
		}
		var over bool
		if over, err = r.handle(ctx, out.Records); over || err != nil {
			break
		}
		if it = out.NextShardIterator; len(out.Records) > 0 {
			empty = 0
			continue
		}
		if empty++; empty == emptyPages {
			err = fmt.Errorf("the shard has no record up to %s, where the range ends", r.batch.Last)
		}
		sleep(ctx, emptyPause)
		err = errors.Join(err, ctx.Err())
	}
	switch {
	case err != nil:
		return r.failure(err)
	case r.gap != nil:
		return r.lost(ctx, r.gap)
	}
	return nil
}

// begin returns where to read from: the first record of the range or, if only that is trimmed, the oldest record that
// is left.
func (r *redriveRun) begin(ctx context.Context) (*string, error) {
	it, err := r.iterator(ctx, types.ShardIteratorTypeAtSequenceNumber, r.batch.First)
	if !isTrimmed(err) {
		return it, err
	}
	r.gap = &Gap{Kind: GapTrimmed, Stream: r.batch.Stream, Shard: r.batch.Shard, Lost: true, Err: err}
	if _, err := r.iterator(ctx, types.ShardIteratorTypeAtSequenceNumber, r.batch.Last); err != nil {
		if isTrimmed(err) {
			return nil, nil
		}
		return nil, err
	}
	return r.iterator(ctx, types.ShardIteratorTypeTrimHorizon, "")
}

func (r *redriveRun) iterator(ctx context.Context, kind types.ShardIteratorType, number string) (*string, error) {
	in := &dynamodbstreams.GetShardIteratorInput{StreamArn: &r.batch.Stream, ShardId: &r.batch.Shard, ShardIteratorType: kind}
	if number != "" {
		in.SequenceNumber = &number
	}
	out, err := r.client.GetShardIterator(ctx, in)
	if err != nil {
		return nil, err
	}
	return out.ShardIterator, nil
}

// handle hands over the records of a page that are in the range, and reports whether the range is finished.
func (r *redriveRun) handle(ctx context.Context, page []types.Record) (over bool, err error) {
	records := make([]ddb.Record, 0, len(page))
	for _, p := range page {
		rec, err := recordOf(r.batch.Stream, p)
		if err != nil {
			return false, err
		}
		if over = sequence.Compare(rec.Sequence, r.batch.Last) > 0; over {
			break
		}
		records = append(records, rec)
	}
	if len(records) == 0 {
		return over, nil
	}
	failed, err := r.to.Process(ctx, records)
	for _, rec := range records {
		if slices.Contains(failed, rec.Sequence) {
			continue
		}
		r.handled++
	}
	if len(failed) > 0 || err != nil {
		return false, &RedriveError{Failed: failed, Err: err}
	}
	r.after = records[len(records)-1].Sequence
	return over || r.after == r.batch.Last, nil
}

// failure is the error of a redrive that stopped, with the rest of the range.
func (r *redriveRun) failure(err error) error {
	e, ok := errors.AsType[*RedriveError](err)
	if !ok {
		e = &RedriveError{Err: err}
	}
	rest := r.batch
	if rest.Size = 0; len(e.Failed) > 0 {
		rest.First = slices.MinFunc(e.Failed, sequence.Compare)
	} else if r.after != "" {
		rest.First = r.after
	}
	left, marshalErr := json.Marshal(discarded{Batch: &rest})
	e.Left, e.Err = left, errors.Join(e.Err, marshalErr)
	return e
}

// lost reports a gap to the processor, as a [Reader] does.
func (r *redriveRun) lost(ctx context.Context, g *Gap) error {
	m, ok := r.to.(interface {
		Gap(ctx context.Context, cause error) error
	})
	if ok {
		if err := m.Gap(ctx, g); err != nil {
			return fmt.Errorf("ddbstream: redrive: reporting a gap: %w: %w", err, g)
		}
	}
	return g
}

// isTrimmed reports whether an error says that the records, or the whole shard, no longer exist.
func isTrimmed(err error) bool {
	c := code(err)
	return c == "TrimmedDataAccessException" || c == "ResourceNotFoundException"
}

// code is DynamoDB's error code, "" for any other error.
func code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}
