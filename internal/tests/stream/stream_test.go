package stream_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Lesson and Marker are what the tests of streams are about.
type Lesson struct {
	ID    string    `dynamodbav:"-"`
	Title string    `dynamodbav:"title"`
	XP    int       `dynamodbav:"xp"`
	Until time.Time `dynamodbav:"until,unixtime,omitempty"`
}

type Marker struct {
	ID string `dynamodbav:"-"`
}

type feed struct {
	table   *ddb.Table
	lessons *ddb.Entity[Lesson]
	markers *ddb.Entity[Marker]
	next    int
}

func newFeed() *feed {
	f := &feed{table: ddb.NewTable("pk", "sk").TTL("until")}
	f.lessons = ddb.MustDefine(f.table, "lesson", func(l *Lesson, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("l#"), ddb.Str(&l.ID))
		d.Primary(id, id)
		d.TTL(&l.Until)
	})
	f.markers = ddb.MustDefine(f.table, "marker", func(m *Marker, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("m#"), ddb.Str(&m.ID))
		d.Primary(id, id)
	})
	return f
}

// record makes the record of a change of a lesson; nil is no image.
func (f *feed) record(t testing.TB, kind ddb.ChangeKind, old, is *Lesson) ddb.Record {
	t.Helper()
	f.next++
	r := ddb.Record{Kind: kind, Sequence: fmt.Sprintf("%021d", f.next), At: time.Unix(1700000000, 0).UTC()}
	for _, part := range []struct {
		l  *Lesson
		to *map[string]types.AttributeValue
	}{{old, &r.Old}, {is, &r.New}} {
		if part.l == nil {
			continue
		}
		attrs, err := f.lessons.Encode(*part.l)
		require.NoError(t, err)
		*part.to = attrs
		r.Keys = map[string]types.AttributeValue{"pk": attrs["pk"], "sk": attrs["sk"]}
	}
	return r
}

func TestMuxGivesTypedChanges(t *testing.T) {
	t.Parallel()
	f := newFeed()
	mux := ddb.NewMux(f.table, nil)
	x := f.lessons.Fields()
	var got []string
	ddb.Handle(mux, f.lessons, func(_ context.Context, c ddb.Change[Lesson]) error {
		got = append(got, fmt.Sprintf("%s %s gained %d title %t", c.Kind, c.Old.ID+c.New.ID, c.New.XP-c.Old.XP, c.Changed(&x.Title)))
		return nil
	})
	ddb.Handle(mux, f.markers, func(context.Context, ddb.Change[Marker]) error { return errors.New("no marker changed") })
	expired := f.record(t, ddb.Removed, &Lesson{ID: "a", XP: 4, Until: time.Unix(1600000000, 0)}, nil)
	failed, err := mux.Process(t.Context(), []ddb.Record{
		f.record(t, ddb.Inserted, nil, &Lesson{ID: "a", XP: 3}),
		f.record(t, ddb.Modified, &Lesson{ID: "a", XP: 3}, &Lesson{ID: "a", XP: 5, Title: "t"}),
		f.record(t, ddb.Removed, &Lesson{ID: "a", XP: 5, Title: "t"}, nil),
		f.record(t, ddb.Expired, &Lesson{ID: "b", XP: 1}, nil),
		expired,
	})
	require.NoError(t, err)
	assert.Empty(t, failed)
	assert.Equal(t, []string{
		"inserted a gained 3 title false", "modified aa gained 2 title true", "removed a gained -5 title true",
		"expired b gained -1 title false", "expired a gained -4 title false",
	}, got)
}

func TestChangeAfter(t *testing.T) {
	t.Parallel()
	c := ddb.Change[Lesson]{Sequence: "1" + strings.Repeat("0", 21)}
	assert.True(t, c.After(strings.Repeat("9", 21)), "which is more as text, and has fewer digits")
	assert.True(t, c.After(""))
	assert.False(t, c.After(c.Sequence))
}

func TestMuxChangedRefusesWhatIsNoField(t *testing.T) {
	t.Parallel()
	f := newFeed()
	mux := ddb.NewMux(f.table, nil)
	ddb.Handle(mux, f.lessons, func(_ context.Context, c ddb.Change[Lesson]) error {
		c.Changed(&c.New.Title)
		return nil
	})
	_, err := mux.Process(t.Context(), []ddb.Record{f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})})
	assert.ErrorContains(t, err, "name fields through Fields()")
}

// After a failure the later records of that item are withheld, and other items go on.
func TestMuxWithholdsWhatFollowsAFailure(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 4} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			t.Parallel()
			f := newFeed()
			mux := ddb.NewMux(f.table, &ddb.MuxOptions{Workers: workers})
			var mu sync.Mutex
			seen := map[string][]int{}
			bad := true
			ddb.Handle(mux, f.lessons, func(_ context.Context, c ddb.Change[Lesson]) error {
				mu.Lock()
				defer mu.Unlock()
				if c.New.ID == "a" && c.New.XP == 2 && bad {
					panic("the second of a")
				}
				seen[c.New.ID] = append(seen[c.New.ID], c.New.XP)
				return nil
			})
			var batch []ddb.Record
			for xp := 1; xp <= 3; xp++ {
				for _, id := range []string{"a", "b", "c"} {
					batch = append(batch, f.record(t, ddb.Inserted, nil, &Lesson{ID: id, XP: xp}))
				}
			}
			failed, err := mux.Process(t.Context(), batch)
			require.ErrorContains(t, err, "the second of a")
			require.ErrorContains(t, err, "stream_test.go", "a panic is reported with its place")
			require.ErrorContains(t, err, `lesson pk="l#a" sk="l#a"`, "an error names the item")
			assert.Equal(t, fixture.Sequences(batch[3], batch[6]), failed)
			one, ok := errors.AsType[*ddb.RecordError](err)
			require.True(t, ok)
			assert.Equal(t, "lesson", one.Entity)
			assert.Equal(t, 1, one.Attempts)
			bad = false
			failed, err = mux.Process(t.Context(), []ddb.Record{batch[3], batch[6]})
			require.NoError(t, err)
			assert.Empty(t, failed)
			assert.Equal(t, map[string][]int{"a": {1, 2, 3}, "b": {1, 2, 3}, "c": {1, 2, 3}}, seen)
		})
	}
}

func TestMuxGivesUpAfterAttempts(t *testing.T) {
	t.Parallel()
	f := newFeed()
	var letters []ddb.Record
	refuse := true
	reported := 0
	mux := ddb.NewMux(f.table, &ddb.MuxOptions{
		Attempts: 2,
		DeadLetters: func(_ context.Context, r ddb.Record, cause error) error {
			if refuse {
				return errors.New("the queue is full")
			}
			letters = append(letters, r)
			return nil
		},
		Report: func(context.Context, *ddb.RecordError) { reported++ },
	})
	handled := 0
	ddb.Handle(mux, f.lessons, func(_ context.Context, c ddb.Change[Lesson]) error {
		if c.New.XP == 1 {
			return errors.New("poison")
		}
		handled++
		return nil
	})
	poison, after := f.record(t, ddb.Inserted, nil, &Lesson{ID: "a", XP: 1}), f.record(t, ddb.Inserted, nil, &Lesson{ID: "a", XP: 2})
	batch := []ddb.Record{poison, after}
	failed, err := mux.Process(t.Context(), batch)
	require.ErrorContains(t, err, "poison")
	assert.Equal(t, fixture.Sequences(batch...), failed)
	failed, err = mux.Process(t.Context(), batch)
	require.ErrorContains(t, err, "the queue is full")
	assert.Equal(t, fixture.Sequences(batch...), failed)
	refuse = false
	failed, err = mux.Process(t.Context(), batch)
	require.NoError(t, err)
	assert.Empty(t, failed)
	assert.Equal(t, 1, handled, "what follows a dead letter goes on")
	assert.Equal(t, 3, reported)

	text, err := json.Marshal(letters[0])
	require.NoError(t, err)
	var back ddb.Record
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, poison, back)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 {
		failed, err = mux.Process(ctx, []ddb.Record{poison})
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, fixture.Sequences(poison), failed)
	}
	assert.Len(t, letters, 1, "the end of a context is no fault of the record")
}

func TestMuxPolicies(t *testing.T) {
	t.Parallel()
	stranger := func(f *feed) ddb.Record {
		r := f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})
		r.Keys = map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "x#1"}, "sk": &types.AttributeValueMemberS{Value: "x#1"}}
		r.New = maps.Clone(r.Keys)
		return r
	}
	broken := func(f *feed) ddb.Record {
		r := f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})
		r.New["xp"] = &types.AttributeValueMemberS{Value: "many"}
		return r
	}
	keysOnly := func(f *feed) ddb.Record {
		r := f.record(t, ddb.Modified, &Lesson{ID: "a"}, &Lesson{ID: "a"})
		r.Old, r.New = nil, nil
		return r
	}
	newOnly := func(f *feed) ddb.Record {
		r := f.record(t, ddb.Modified, &Lesson{ID: "a"}, &Lesson{ID: "a", XP: 2})
		r.Old = nil
		return r
	}
	companion := func(f *feed) ddb.Record {
		r := f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})
		r.Keys = map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "~a#x"}, "sk": &types.AttributeValueMemberS{Value: "s"}}
		r.New = maps.Clone(r.Keys)
		return r
	}
	for name, c := range map[string]struct {
		record func(*feed) ddb.Record
		opts   ddb.MuxOptions
		want   string
		calls  int
	}{
		"unknown is skipped":        {record: stranger},
		"unknown is refused":        {record: stranger, opts: ddb.MuxOptions{RefuseUnknown: true}, want: "no known entity"},
		"undecodable fails":         {record: broken, want: "XP"},
		"undecodable is skipped":    {record: broken, opts: ddb.MuxOptions{SkipUndecodable: true}},
		"keys only fails":           {record: keysOnly, want: "NEW_AND_OLD_IMAGES"},
		"keys only is accepted":     {record: keysOnly, opts: ddb.MuxOptions{PartialImages: true}, calls: 1},
		"new images only fails":     {record: newOnly, want: "no old image"},
		"new images only, accepted": {record: newOnly, opts: ddb.MuxOptions{PartialImages: true}, calls: 1},
		"companion items":           {record: companion, opts: ddb.MuxOptions{RefuseUnknown: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFeed()
			mux := ddb.NewMux(f.table, &c.opts)
			calls := 0
			ddb.Handle(mux, f.lessons, func(_ context.Context, c ddb.Change[Lesson]) error {
				calls++
				assert.Equal(t, "a", c.New.ID)
				assert.Equal(t, "a", c.Old.ID)
				return nil
			})
			r := c.record(f)
			failed, err := mux.Process(t.Context(), []ddb.Record{r})
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
				assert.Equal(t, fixture.Sequences(r), failed)
			} else {
				require.NoError(t, err)
				assert.Empty(t, failed)
			}
			assert.Equal(t, c.calls, calls)
		})
	}
}

// An item that becomes one of another type goes, and comes if that type is known.
func TestMuxTypeChange(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	type Draft struct {
		ID string `dynamodbav:"-"`
	}
	drafts := ddb.MustDefine(table, "draft", func(d *Draft, def *ddb.Definition) {
		def.Primary(ddb.Key(ddb.Prefix("d#"), ddb.Str(&d.ID)), ddb.Key(ddb.Prefix("draft")))
	})
	mux := ddb.NewMux(table, nil)
	var got []ddb.ChangeKind
	ddb.Handle(mux, drafts, func(_ context.Context, c ddb.Change[Draft]) error {
		got = append(got, c.Kind)
		return nil
	})
	was, err := drafts.Encode(Draft{ID: "1"})
	require.NoError(t, err)
	is := maps.Clone(was)
	is["entityType"] = &types.AttributeValueMemberS{Value: "something else"}
	_, err = mux.Process(t.Context(), []ddb.Record{{Kind: ddb.Modified, Keys: map[string]types.AttributeValue{"pk": was["pk"], "sk": was["sk"]}, Old: was, New: is, Sequence: "1"}})
	require.NoError(t, err, "what no entity claims is skipped")
	assert.Equal(t, []ddb.ChangeKind{ddb.Removed}, got)
}

func TestMuxHandlesBatches(t *testing.T) {
	t.Parallel()
	f := newFeed()
	var letters []string
	mux := ddb.NewMux(f.table, &ddb.MuxOptions{Attempts: 2, DeadLetters: func(_ context.Context, r ddb.Record, _ error) error {
		letters = append(letters, r.Sequence)
		return nil
	}})
	var blocks [][]string
	mux.HandleBatch(func(_ context.Context, cs []ddb.Change[any]) error {
		var ids []string
		for _, c := range cs {
			l, ok := c.New.(Lesson)
			if !ok {
				l = c.Old.(Lesson)
			}
			if l.ID == "poison" {
				return errors.New("poison")
			}
			ids = append(ids, l.ID)
		}
		blocks = append(blocks, ids)
		return nil
	})
	batch := []ddb.Record{
		f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"}),
		f.record(t, ddb.Inserted, nil, &Lesson{ID: "poison"}),
		f.record(t, ddb.Removed, &Lesson{ID: "b"}, nil),
	}
	failed, err := mux.Process(t.Context(), batch)
	require.Error(t, err)
	assert.Equal(t, fixture.Sequences(batch...), failed)
	failed, err = mux.Process(t.Context(), batch)
	require.NoError(t, err)
	assert.Empty(t, failed)
	assert.Equal(t, fixture.Sequences(batch[1]), letters)
	assert.Equal(t, [][]string{{"a"}, {"b"}}, blocks, "removals included")
}

func TestMuxHandleAny(t *testing.T) {
	t.Parallel()
	f := newFeed()
	mux := ddb.NewMux(f.table, nil)
	var got []any
	mux.HandleAny(func(_ context.Context, c ddb.Change[any]) error {
		got = append(got, c.Old, c.New)
		return nil
	})
	_, err := mux.Process(t.Context(), []ddb.Record{f.record(t, ddb.Inserted, nil, &Lesson{ID: "a"})})
	require.NoError(t, err)
	assert.Equal(t, []any{nil, Lesson{ID: "a"}}, got)
}

// The event is the one in AWS's documentation of Lambda and DynamoDB, with a deletion by TTL as its documentation of
// TTL shows it.
const lambdaEvent = `{"Records":[
 {"eventID":"1","eventVersion":"1.0","awsRegion":"us-west-2","eventName":"INSERT","eventSource":"aws:dynamodb",
  "eventSourceARN":"arn:aws:dynamodb:us-west-2:account-id:table/ExampleTableWithStream/stream/2015-06-27T00:48:05.899",
  "dynamodb":{"ApproximateCreationDateTime":1479499740,"Keys":{"pk":{"S":"l#a"},"sk":{"S":"l#a"}},
   "NewImage":{"pk":{"S":"l#a"},"sk":{"S":"l#a"},"entityType":{"S":"lesson"},"title":{"S":"New item!"},"xp":{"N":"101"},
     "more":{"M":{"l":{"L":[{"BOOL":true},{"NULL":true},{"B":"AAE="}]},"s":{"SS":["x"]},"n":{"NS":["1","2"]},"b":{"BS":["AA=="]}}}},
   "SequenceNumber":"4421584500000000017450439091","SizeBytes":26,"StreamViewType":"NEW_AND_OLD_IMAGES"}},
 {"eventID":"2","eventVersion":"1.0","awsRegion":"us-west-2","eventName":"REMOVE","eventSource":"aws:dynamodb",
  "userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},
  "dynamodb":{"ApproximateCreationDateTime":1.479499741E9,"Keys":{"pk":{"S":"l#b"},"sk":{"S":"l#b"}},
   "OldImage":{"pk":{"S":"l#b"},"sk":{"S":"l#b"},"entityType":{"S":"lesson"},"title":{"S":"Old"},"xp":{"N":"7"}},
   "SequenceNumber":"4421584500000000017450439092","SizeBytes":38,"StreamViewType":"NEW_AND_OLD_IMAGES"}}]}`

func TestLambda(t *testing.T) {
	t.Parallel()
	f := newFeed()
	mux := ddb.NewMux(f.table, &ddb.MuxOptions{Report: func(context.Context, *ddb.RecordError) {}})
	var got []string
	bad := false
	ddb.Handle(mux, f.lessons, func(_ context.Context, c ddb.Change[Lesson]) error {
		got = append(got, fmt.Sprintf("%s %s %d %s", c.Kind, c.New.Title+c.Old.Title, c.New.XP-c.Old.XP, c.At.UTC().Format(time.RFC3339)))
		if bad && c.Kind == ddb.Expired {
			return errors.New("no")
		}
		return nil
	})
	out, err := mux.Lambda(t.Context(), json.RawMessage(lambdaEvent))
	require.NoError(t, err)
	assert.Equal(t, `{"batchItemFailures":[]}`, string(out))
	assert.Equal(t, []string{"inserted New item! 101 2016-11-18T20:09:00Z", "expired Old -7 2016-11-18T20:09:01Z"}, got)
	bad = true
	out, err = mux.Lambda(t.Context(), json.RawMessage(lambdaEvent))
	require.NoError(t, err)
	assert.Equal(t, `{"batchItemFailures":[{"itemIdentifier":"4421584500000000017450439092"}]}`, string(out))

	for name, event := range map[string]string{
		"no JSON":   `{`,
		"no stream": `{"Records":[{"messageId":"1","body":"from SQS"}]}`,
	} {
		_, err = mux.Lambda(t.Context(), json.RawMessage(event))
		assert.ErrorContains(t, err, "ddb: lambda: ", name)
	}
}

func TestRecordsKeepTheirJSON(t *testing.T) {
	t.Parallel()
	var event struct{ Records []ddb.Record }
	require.NoError(t, json.Unmarshal([]byte(lambdaEvent), &event))
	text, err := json.Marshal(event)
	require.NoError(t, err)
	var back struct{ Records []ddb.Record }
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, event, back)
}

func TestStreamFilter(t *testing.T) {
	t.Parallel()
	assert.JSONEq(t, `{"dynamodb":{"Keys":{"pk":{"S":[{"anything-but":{"prefix":"~"}}]}}}}`, newFeed().table.StreamFilter())
}

func TestMuxOrderUnderWorkers(t *testing.T) {
	t.Parallel()
	f := newFeed()
	mux := ddb.NewMux(f.table, &ddb.MuxOptions{Workers: 8})
	var mu sync.Mutex
	seen := map[string][]int{}
	ddb.Handle(mux, f.lessons, func(_ context.Context, c ddb.Change[Lesson]) error {
		mu.Lock()
		defer mu.Unlock()
		seen[c.New.ID] = append(seen[c.New.ID], c.New.XP)
		return nil
	})
	var batch []ddb.Record
	for n := range 500 {
		batch = append(batch, f.record(t, ddb.Inserted, nil, &Lesson{ID: fmt.Sprint(n % 7), XP: n}))
	}
	_, err := mux.Process(t.Context(), batch)
	require.NoError(t, err)
	n := 0
	for _, xs := range seen {
		assert.True(t, slices.IsSorted(xs))
		n += len(xs)
	}
	assert.Equal(t, 500, n)
}
