package ddbstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// taker is a processor that notes sequence numbers, and fails from a given one on.
type taker struct {
	seen []string // the numbers of records
	n    []string // the values of n in them
	bad  string   // the number that fails
	gaps []error
}

func (p *taker) Process(_ context.Context, records []ddb.Record) (failed []string, err error) {
	for _, r := range records {
		if r.Sequence == p.bad {
			failed, err = append(failed, r.Sequence), errors.New("cannot bear it")
			continue
		}
		p.seen = append(p.seen, r.Sequence)
		p.n = append(p.n, fmt.Sprint(r.New["n"]))
	}
	return failed, err
}

func (p *taker) Gap(_ context.Context, cause error) error {
	p.gaps = append(p.gaps, cause)
	return nil
}

// discarded is the document that Lambda sends for a range of a shard, after AWS's "Retain discarded records for a
// DynamoDB event source in Lambda".
func discarded(stream, shard, first, last string) []byte {
	return fmt.Appendf(nil, `{"requestContext":{"requestId":"316aa6d0-8154-xmpl-9af7-85d5f4a6bc81","functionArn":"arn:aws:lambda:us-east-2:123456789012:function:myfunction",
		"condition":"RetryAttemptsExhausted","approximateInvokeCount":1},"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},
		"version":"1.0","timestamp":"2019-11-14T00:13:49.717Z","DDBStreamBatchInfo":{"shardId":%q,"startSequenceNumber":%q,"endSequenceNumber":%q,
		"approximateArrivalOfFirstRecord":"2019-11-14T00:13:19Z","approximateArrivalOfLastRecord":"2019-11-14T00:13:19Z","batchSize":1,"streamArn":%q}}`, shard, first, last, stream)
}

// written is an arena with ten points, and the position of their records.
func written(t *testing.T, opts ddbmem.Options) (a *arena, stream, shard string, numbers []string) {
	t.Helper()
	a = newArena(t, opts)
	for n := range 10 {
		a.put(t, Point{Game: "g", ID: fmt.Sprint(n), N: n})
	}
	all := &taker{}
	require.NoError(t, ddbstream.NewReader(a.engine.StreamsClient(), name, all, &ddbstream.MemoryStore{}, fast()).Drain(t.Context()))
	require.Len(t, all.seen, 10)
	streams, err := a.engine.StreamsClient().ListStreams(t.Context(), &dynamodbstreams.ListStreamsInput{TableName: new(name)})
	require.NoError(t, err)
	stream = *streams.Streams[0].StreamArn
	out, err := a.engine.StreamsClient().DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: &stream})
	require.NoError(t, err)
	return a, stream, *out.StreamDescription.Shards[0].ShardId, all.seen
}

func TestRedriveHandlesTheRangeAndNoMore(t *testing.T) {
	t.Parallel()
	a, stream, shard, numbers := written(t, ddbmem.Options{})
	for _, r := range [][2]int{{2, 5}, {0, 9}, {9, 9}, {0, 0}} {
		p := &taker{}
		n, err := ddbstream.Redrive(t.Context(), a.engine.StreamsClient(), discarded(stream, shard, numbers[r[0]], numbers[r[1]]), p)
		require.NoError(t, err)
		assert.Equal(t, numbers[r[0]:r[1]+1], p.seen)
		assert.Equal(t, r[1]-r[0]+1, n)
	}
	mux := ddb.NewMux(a.table, nil)
	mux.Maintain(a.db, a.sum)
	_, err := ddbstream.Redrive(t.Context(), a.engine.StreamsClient(), discarded(stream, shard, numbers[2], numbers[5]), mux)
	require.NoError(t, err)
	score, err := ddb.NewRepository(a.db, a.scores).Get(t.Context(), Score{Game: "g"})
	require.NoError(t, err)
	assert.Equal(t, 2+3+4+5, score.Sum)
}

func TestRedriveReadsAShardThatHasEnded(t *testing.T) {
	t.Parallel()
	a, stream, shard, numbers := written(t, ddbmem.Options{})
	a.engine.SplitShard(name)
	a.put(t, Point{Game: "g", ID: "later", N: 1})
	p := &taker{}
	n, err := ddbstream.Redrive(t.Context(), a.engine.StreamsClient(), discarded(stream, shard, numbers[7], numbers[9]), p)
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	assert.Equal(t, numbers[7:], p.seen)
}

func TestRedriveGoesOnWhereAProcessorFailed(t *testing.T) {
	t.Parallel()
	a, stream, shard, numbers := written(t, ddbmem.Options{})
	p := &taker{bad: numbers[4]}
	n, err := ddbstream.Redrive(t.Context(), a.engine.StreamsClient(), discarded(stream, shard, numbers[2], numbers[6]), p)
	left, ok := errors.AsType[*ddbstream.RedriveError](err)
	require.True(t, ok, "%v", err)
	assert.EqualError(t, err, "ddbstream: redrive: 1 records failed, the first is "+numbers[4]+": to continue, call Redrive with Left: cannot bear it")
	assert.Equal(t, []string{numbers[4]}, left.Failed)
	assert.Equal(t, 4, n)
	assert.Equal(t, []string{numbers[2], numbers[3], numbers[5], numbers[6]}, p.seen)

	p = &taker{}
	n, err = ddbstream.Redrive(t.Context(), a.engine.StreamsClient(), left.Left, p)
	require.NoError(t, err)
	assert.Equal(t, numbers[4:7], p.seen)
	assert.Equal(t, 3, n)
}

// faulty fails its requests for records once.
type faulty struct {
	ddbstream.Client
	errs []error
}

func (c *faulty) GetRecords(ctx context.Context, in *dynamodbstreams.GetRecordsInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	if len(c.errs) == 0 {
		in.Limit = new(int32(3))
		return c.Client.GetRecords(ctx, in, o...)
	}
	err := c.errs[0]
	if c.errs = c.errs[1:]; err == nil {
		in.Limit = new(int32(3))
		return c.Client.GetRecords(ctx, in, o...)
	}
	return nil, err
}

func TestRedriveSaysWhatIsLeftOfARequestThatFailed(t *testing.T) {
	t.Parallel()
	a, stream, shard, numbers := written(t, ddbmem.Options{})
	p := &taker{}
	client := &faulty{a.engine.StreamsClient(), []error{nil, errors.New("no network")}}
	n, err := ddbstream.Redrive(t.Context(), client, discarded(stream, shard, numbers[0], numbers[9]), p)
	left, ok := errors.AsType[*ddbstream.RedriveError](err)
	require.True(t, ok, "%v", err)
	assert.ErrorContains(t, err, "no network")
	assert.Equal(t, 3, n)
	_, err = ddbstream.Redrive(t.Context(), client, left.Left, p)
	require.NoError(t, err)
	got := slices.Clone(p.seen)
	slices.Sort(got)
	assert.Equal(t, numbers, slices.Compact(got), "none is missing")
}

func TestRedriveSaysWhatIsTrimmed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		clock := ddbmem.NewManualClock(time.Now())
		a, stream, shard, numbers := written(t, ddbmem.Options{Clock: clock})
		clock.Advance(20 * time.Hour)
		for n := range 3 {
			a.put(t, Point{Game: "g", ID: "late", N: 100 + n})
		}
		later := &taker{}
		_, err := ddbstream.Redrive(t.Context(), a.engine.StreamsClient(), discarded(stream, shard, numbers[9], "9"+numbers[9]), later)
		require.Error(t, err, "a range that ends where nothing is")
		require.Len(t, later.seen, 4)
		clock.Advance(5 * time.Hour) // the first ten are gone

		for what, r := range map[string]struct {
			first, last string
			handled     []string
		}{
			"part": {numbers[8], later.seen[2], later.seen[1:3]},
			"all":  {numbers[1], numbers[2], nil},
		} {
			p := &taker{}
			n, err := ddbstream.Redrive(t.Context(), a.engine.StreamsClient(), discarded(stream, shard, r.first, r.last), p)
			gap, ok := errors.AsType[*ddbstream.Gap](err)
			require.True(t, ok, "%s: %v", what, err)
			assert.Equal(t, ddbstream.GapTrimmed, gap.Kind, what)
			assert.True(t, gap.Lost, what)
			assert.Equal(t, shard, gap.Shard, what)
			assert.Equal(t, r.handled, p.seen, what)
			assert.Len(t, r.handled, n, what)
			assert.Equal(t, []error{gap}, p.gaps, "views must know, as from a reader")
		}
		p := &taker{}
		_, err = ddbstream.Redrive(t.Context(), a.engine.StreamsClient(), discarded(stream, "shardId-00000000000000000000-0badbad0", numbers[1], numbers[2]), p)
		_, ok := errors.AsType[*ddbstream.Gap](err)
		assert.True(t, ok, "a shard that is no more: %v", err)
	})
}

func TestRedriveTakesTheRecordsOfADocumentInS3(t *testing.T) {
	t.Parallel()
	event, err := json.Marshal(`{"Records":[{"eventName":"INSERT","dynamodb":{"SequenceNumber":"100","Keys":{"pk":{"S":"g#1"}}}}]}`)
	require.NoError(t, err)
	doc := fmt.Appendf(nil, `{"version":"1.0","DDBStreamBatchInfo":{"shardId":"s"},"payload":%s}`, event)
	p := &taker{}
	n, err := ddbstream.Redrive(t.Context(), nil, doc, p)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	assert.Equal(t, []string{"100"}, p.seen)
	p = &taker{bad: "100"}
	_, err = ddbstream.Redrive(t.Context(), nil, doc, p)
	left, ok := errors.AsType[*ddbstream.RedriveError](err)
	require.True(t, ok)
	assert.Equal(t, doc, left.Left)
}

func TestRedriveRefusesWhatIsNoRange(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]string{
		`{`:  "ddbstream: redrive: ",
		`{}`: "no DDBStreamBatchInfo: pass the document that Lambda sends",
		`{"KinesisBatchInfo":{"shardId":"shardId-000000000001"}}`:       "KinesisBatchInfo: it names a Kinesis stream",
		`{"DDBStreamBatchInfo":{"shardId":"s","streamArn":"a"}}`:        `no valid range in the stream "a", shard "s"`,
		string(discarded("arn", "s", "800000000003126276362", "99999")): `from "800000000003126276362" to "99999"`,
		`{"DDBStreamBatchInfo":{"shardId":"s"},"payload":"{}"}`:         "ddbstream: redrive: ddb: event: ",
	} {
		n, err := ddbstream.Redrive(t.Context(), nil, []byte(payload), &taker{})
		assert.ErrorContains(t, err, want, payload)
		assert.Zero(t, n)
	}
}

func ExampleRedrive() {
	ctx := context.Background()
	type Song struct {
		ID string `dynamodbav:"-"`
	}
	music := ddb.NewTable("pk", "sk")
	songs := ddb.MustDefine(music, "song", func(s *Song, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("song#"), ddb.Str(&s.ID))
		d.Primary(id, id)
	})
	mux := ddb.NewMux(music, nil)
	ddb.Handle(mux, songs, func(_ context.Context, c ddb.Change[Song]) error {
		fmt.Println(c.Kind, c.New.ID)
		return nil
	})
	streams := ddbmem.New().StreamsClient()
	// The body of a message in the mapping's on-failure destination. The stream that it names no longer exists.
	body := []byte(`{"condition":"RetryAttemptsExhausted","DDBStreamBatchInfo":{"shardId":"shardId-00000001573689847184-864758bb",
		"startSequenceNumber":"800000000003126276362","endSequenceNumber":"800000000003126276362","batchSize":1,
		"streamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/music/stream/2019-11-14T00:04:06.388"}}`)
	handled, err := ddbstream.Redrive(ctx, streams, body, mux)
	gap, ok := errors.AsType[*ddbstream.Gap](err)
	fmt.Println(handled, ok && gap.Lost)
	// Output: 0 true
}
