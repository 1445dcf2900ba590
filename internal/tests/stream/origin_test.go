package stream_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

const streamOf = "arn:aws:dynamodb:eu-west-1:1:table/%s/stream/%s"

// A record of another table's stream is refused, loudly, and nothing of its batch is handled.
func TestARecordOfAnotherTableIsRefused(t *testing.T) {
	t.Parallel()
	for _, views := range []bool{true, false} {
		t.Run(fmt.Sprint(views), func(t *testing.T) {
			t.Parallel()
			s := fixture.NewSchool().Open(t, ddbmem.Options{})
			l := &fixture.Letters{}
			mux := ddb.NewMux(s.Table, l.Options())
			if views {
				mux.Maintain(s.DB, s.Total)
			}
			handled := 0
			ddb.Handle(mux, s.Steps, func(context.Context, ddb.Change[fixture.Step]) error { handled++; return nil })
			s.Step(t, fixture.Step{Student: "a", ID: "1"})
			s.Step(t, fixture.Step{Student: "a", ID: "2"})
			batch := s.Records(t)
			batch[0].Stream = fmt.Sprintf(streamOf, "school", "2020")
			batch[1].Stream = fmt.Sprintf(streamOf, "elsewhere", "2020")
			for range 5 {
				failed, err := mux.Process(t.Context(), batch)
				require.ErrorContains(t, err, `from the stream of table "elsewhere", but the Mux handles table "school"`)
				require.ErrorIs(t, err, ddb.ErrModel)
				fixture.RequireStopped(t, batch, failed, err, l)
			}
			assert.Zero(t, handled)
			require.ErrorIs(t, mux.Replay(t.Context(), batch[1]), ddb.ErrUnavailable)
			batch[1].Stream = fmt.Sprintf(streamOf, "school", "2021")
			_, err := mux.Process(t.Context(), batch)
			require.NoError(t, err, "a table has a new stream now and then")
			batch[1].Stream = ""
			_, err = mux.Process(t.Context(), batch)
			require.NoError(t, err, "a source that does not tell is believed")
		})
	}
}

// The DB of a Mux's views may be named by its ARN.
func TestAMuxKnowsItsTableByARN(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool()
	mux := ddb.NewMux(s.Table, nil)
	mux.Maintain(ddb.New(ddbmem.New().Client(), "arn:aws:dynamodb:eu-west-1:1:table/school", s.Table, nil), s.Total)
	_, err := mux.Process(t.Context(), []ddb.Record{{Kind: ddb.Inserted, Sequence: "1", Stream: fmt.Sprintf(streamOf, "school", "1"), Keys: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "?"}, "sk": &types.AttributeValueMemberS{Value: "?"}}}})
	require.NoError(t, err)
	assert.PanicsWithValue(t, `ddb: Maintain: the DB is for table "other", but the Mux handles table "school"`, func() {
		mux.Maintain(ddb.New(ddbmem.New().Client(), "other", s.Table, nil), s.XP)
	})
}

// A record without a kind or a number is a mistake of its source.
func TestARecordThatItsSourceMadeWronglyIsRefused(t *testing.T) {
	t.Parallel()
	f := newFeed()
	l := &fixture.Letters{}
	mux := ddb.NewMux(f.table, l.Options())
	good := f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})
	for _, bad := range []func(*ddb.Record){func(r *ddb.Record) { r.Kind = "" }, func(r *ddb.Record) { r.Sequence = "" }} {
		r := good
		bad(&r)
		batch := []ddb.Record{good, r}
		failed, err := mux.Process(t.Context(), batch)
		require.ErrorIs(t, err, ddb.ErrModel)
		fixture.RequireStopped(t, batch, failed, err, l)
	}
}

func TestLambdaNamesAnEventOfAnotherKind(t *testing.T) {
	t.Parallel()
	mux := ddb.NewMux(newFeed().table, nil)
	for event, want := range map[string]string{
		`{}`:                       "it has no Records",
		`null`:                     "it has no Records",
		`{"Records":null}`:         "it has no Records",
		`{"detail":"\"Records\""}`: "it has no Records",
		`{"requestContext":{},"DDBStreamBatchInfo":{"shardId":"shardId-1","startSequenceNumber":"1"}}`:       "on-failure destination",
		`{"Records":[{"messageId":"1","body":"{}","eventSource":"aws:sqs"}]}`:                                `"aws:sqs"`,
		`{"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","Sns":{"Message":"{}"}}]}`:                `"aws:sns"`,
		`{"Records":[{"kinesis":{"sequenceNumber":"1","data":"eyJhIjoxfQ=="},"eventSource":"aws:kinesis"}]}`: `"aws:kinesis"`,
		`[{"eventName":"INSERT"}]`: "EventBridge Pipes",
		strings.Replace(lambdaEvent, `"eventVersion":"1.0"`, `"eventVersion":"2.0"`, 1):          `event version "2.0" is not known`,
		strings.Replace(lambdaEvent, `"eventSource":"aws:dynamodb"`, `"eventSource":"aws:x"`, 1): `"aws:x"`,
	} {
		_, err := mux.Lambda(t.Context(), json.RawMessage(event))
		require.ErrorContains(t, err, "ddb: lambda: ", event)
		require.ErrorContains(t, err, want, event)
	}
	out, err := mux.Lambda(t.Context(), json.RawMessage(`{"Records":[]}`))
	require.NoError(t, err)
	assert.JSONEq(t, `{"batchItemFailures":[]}`, string(out))
	_, err = mux.Lambda(t.Context(), json.RawMessage(strings.ReplaceAll(lambdaEvent, `"eventVersion":"1.0"`, `"eventVersion":"1.2"`)))
	require.NoError(t, err)
}

// Lambda names all that is not handled when the batch stops.
func TestLambdaNamesAllThatIsNotHandled(t *testing.T) {
	t.Parallel()
	f := newFeed()
	mux := ddb.NewMux(f.table, nil)
	ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error { return ddb.ErrUnavailable })
	out, err := mux.Lambda(t.Context(), json.RawMessage(lambdaEvent))
	require.NoError(t, err)
	assert.JSONEq(t, `{"batchItemFailures":[{"itemIdentifier":"4421584500000000017450439091"},{"itemIdentifier":"4421584500000000017450439092"}]}`, string(out))
}

// A record whose images cannot be read fails by itself and is given up as it came; the others are handled.
func TestARecordThatCannotBeReadIsGivenUpRaw(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]string{
		"a type of tomorrow": strings.Replace(lambdaEvent, `{"N":"101"}`, `{"Q":"101"}`, 1),
		"not a number":       strings.Replace(lambdaEvent, `{"N":"101"}`, `{"N":101}`, 1),
		"an event":           strings.Replace(lambdaEvent, `"INSERT"`, `"REPLICATE"`, 1),
		"keys":               strings.Replace(lambdaEvent, `"Keys":{"pk":{"S":"l#a"}`, `"Keys":{"pk":{"Q":"l#a"}`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFeed()
			l := &fixture.Letters{}
			mux := ddb.NewMux(f.table, l.Options())
			handled := 0
			ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error { handled++; return nil })
			for range 2 {
				out, err := mux.Lambda(t.Context(), json.RawMessage(event))
				require.NoError(t, err)
				require.JSONEq(t, `{"batchItemFailures":[{"itemIdentifier":"4421584500000000017450439091"}]}`, string(out))
			}
			out, err := mux.Lambda(t.Context(), json.RawMessage(event))
			require.NoError(t, err)
			require.JSONEq(t, `{"batchItemFailures":[]}`, string(out))
			assert.Equal(t, 3, handled)
			require.Len(t, l.Causes, 1)
			assert.Nil(t, l.Causes[0].Parts, "nobody knows what it is of")
			require.ErrorContains(t, l.Causes[0], "cannot be read")
			text, err := json.Marshal(l.Causes[0].Record)
			require.NoError(t, err)
			var came struct{ Records []json.RawMessage }
			require.NoError(t, json.Unmarshal([]byte(event), &came))
			assert.JSONEq(t, string(came.Records[0]), string(text), "it is kept as it came")
			var back ddb.Record
			require.NoError(t, json.Unmarshal(text, &back))
			assert.NotNil(t, back.Raw)
		})
	}
}

// The types of aws-lambda-go write the zero time as one of the year 1754.
func TestATimeBefore1970IsNone(t *testing.T) {
	t.Parallel()
	var r ddb.Record
	require.NoError(t, json.Unmarshal([]byte(`{"eventName":"REMOVE","dynamodb":{"ApproximateCreationDateTime":-6795364578.8713455,"Keys":{"pk":{"S":"l#a"}},"SequenceNumber":"1"}}`), &r))
	assert.Zero(t, r.At)
}

// A value that no JSON has does not keep a record from the dead letters.
func TestARecordOfAnUnknownValueHasJSON(t *testing.T) {
	t.Parallel()
	r := newFeed().record(t, ddb.Inserted, nil, &Lesson{ID: "a"})
	r.New["nil"], r.New["new"] = nil, &types.UnknownUnionMember{Tag: "VEC", Value: []byte("x")}
	text, err := json.Marshal(r)
	require.NoError(t, err)
	var back ddb.Record
	require.NoError(t, json.Unmarshal(text, &back))
	assert.NotNil(t, back.Raw)
	assert.Equal(t, r.Keys, back.Keys)
}
