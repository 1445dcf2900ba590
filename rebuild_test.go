package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// set writes attributes of a pupil as somebody would who knows no aggregate, and drops the record of it.
func (s *school) set(t testing.TB, id string, attrs map[string]types.AttributeValue) {
	t.Helper()
	names, values, set := map[string]string{}, map[string]types.AttributeValue{}, ""
	for i, attr := range slices.Sorted(maps.Keys(attrs)) {
		names[fmt.Sprint("#", i)], values[fmt.Sprint(":", i)] = attr, attrs[attr]
		set += fmt.Sprintf(", #%d = :%d", i, i)
	}
	_, err := s.client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("school"), Key: s.pupilKey(id), UpdateExpression: aws.String("SET " + set[2:]),
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	})
	require.NoError(t, err)
	_ = s.records(t)
}

func (s *school) pupilKey(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "p#" + id}, "sk": &types.AttributeValueMemberS{Value: "p#" + id}}
}

// companions returns the items of the library's own whose partition begins with prefix.
func (s *school) companions(t testing.TB, prefix string) (out []map[string]types.AttributeValue) {
	t.Helper()
	page, err := s.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("school"), ConsistentRead: aws.Bool(true)})
	require.NoError(t, err)
	require.Empty(t, page.LastEvaluatedKey)
	for _, it := range page.Items {
		if strings.HasPrefix(it["pk"].(*types.AttributeValueMemberS).Value, prefix) {
			out = append(out, it)
		}
	}
	return out
}

func number(n int) types.AttributeValue { return &types.AttributeValueMemberN{Value: fmt.Sprint(n)} }

// hooked calls before with the name of each request.
type hooked struct {
	ddb.Client
	before func(operation string)
}

func (h hooked) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	h.before("Query")
	return h.Client.Query(ctx, in, o...)
}

func (h hooked) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	h.before("BatchGetItem")
	return h.Client.BatchGetItem(ctx, in, o...)
}

func (h hooked) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	h.before("UpdateItem")
	return h.Client.UpdateItem(ctx, in, o...)
}

func (h hooked) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	h.before("TransactWriteItems")
	return h.Client.TransactWriteItems(ctx, in, o...)
}

// Of a view that is right, Rebuild reads the table and each target with what counts for it, and no source again.
func TestARebuildOfWhatIsRightReadsEachSourceOnce(t *testing.T) {
	t.Parallel()
	const n, targets = 4000, 20
	s := newSchool().open(t, ddbmem.Options{})
	for i := range targets {
		s.pupil(t, fmt.Sprint("u", i))
	}
	for i := range n {
		s.step(t, Step{Student: fmt.Sprint("u", i%targets), ID: fmt.Sprint(i), XP: i})
	}
	s.flow(t, s.mux())
	for _, v := range []*ddb.View{s.xp, s.total} {
		for _, workers := range []int{1, 4} {
			ctx, m := ddb.WithMeter(t.Context())
			var p ddb.Progress
			require.NoError(t, v.Rebuild(ctx, s.db, &ddb.RebuildOptions{Scan: ddb.ScanOptions{Workers: workers}, Progress: func(at ddb.Progress) { p = at }}))
			assert.LessOrEqual(t, m.Requests()-m.RequestsOf("Scan"), n*3/100, v.Name())
			assert.Zero(t, m.RequestsOf("TransactWriteItems")+m.RequestsOf("UpdateItem"))
			assert.LessOrEqual(t, m.Capacity(nil).Read, 0.5*n)
			assert.Equal(t, n, p.Sources)
			assert.Zero(t, p.Changed)
			assert.GreaterOrEqual(t, p.Total, p.Items)
			assert.Zero(t, p.Remaining)
		}
	}
	ctx, m := ddb.WithMeter(t.Context())
	for d, err := range s.xp.Verify(ctx, s.db, nil) {
		require.NoError(t, err)
		t.Error(d)
	}
	assert.LessOrEqual(t, m.Requests()-m.RequestsOf("Scan"), n*3/100)
}

// A Rebuild knows which gap it covers, also over a resume: the one that was reported before it began, and no later one.
func TestAResumedRebuildCoversTheGapThatItBeganAfter(t *testing.T) {
	t.Parallel()
	s := newSchool().open(t, ddbmem.Options{})
	mux := s.mux()
	for n := range 200 {
		s.step(t, Step{Student: fmt.Sprint(n), ID: "1", XP: 1, Course: strings.Repeat("x", 8000)})
	}
	s.flow(t, mux)
	needs := func() string {
		cause, err := s.xp.NeedsRebuild(t.Context(), s.db)
		require.NoError(t, err)
		return fmt.Sprint(cause)
	}
	// begin rebuilds up to the first checkpoint.
	begin := func(resume ddb.Cursor) (at ddb.Cursor) {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.xp.Rebuild(ctx, s.db, &ddb.RebuildOptions{Scan: ddb.ScanOptions{Segments: 4, Resume: resume, Checkpoint: func(c ddb.Cursor) { at = c; cancel() }}})
		require.ErrorIs(t, err, context.Canceled)
		require.NotEmpty(t, at)
		return at
	}
	resume := func(at ddb.Cursor) {
		require.NoError(t, s.xp.Rebuild(t.Context(), s.db, &ddb.RebuildOptions{Scan: ddb.ScanOptions{Resume: at}}))
	}
	at := begin("")
	require.NoError(t, mux.Gap(t.Context(), errors.New("first")))
	at = begin(at)
	resume(at)
	assert.Equal(t, "first", needs(), "it was reported when a part of the table had been read")

	at = begin(begin(""))
	resume(at)
	assert.Equal(t, "<nil>", needs(), "it was reported before the start")

	require.NoError(t, mux.Gap(t.Context(), errors.New("second")))
	at = begin("")
	require.NoError(t, mux.Gap(t.Context(), errors.New("third")))
	resume(at)
	assert.Equal(t, "third", needs())

	plain, _, _ := strings.Cut(string(begin("")), ".")
	resume(ddb.Cursor(plain))
	assert.Equal(t, "third", needs(), "a cursor that does not say what its Rebuild began after")
	require.NoError(t, s.xp.Rebuild(t.Context(), s.db, nil))
	assert.Equal(t, "<nil>", needs())
}

// The row of a source in a rank is lost, or changed: Verify says so, and Rebuild restores it before it answers.
func TestALostRowOfARankIsRestored(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(s *school, row map[string]types.AttributeValue){
		"lost": func(s *school, row map[string]types.AttributeValue) {
			s.remove(t, row["pk"].(*types.AttributeValueMemberS).Value, row["sk"].(*types.AttributeValueMemberS).Value)
		},
		"changed": func(s *school, row map[string]types.AttributeValue) {
			row["~e"] = number(4711)
			s.put(t, row, nil)
		},
		"moved": func(s *school, row map[string]types.AttributeValue) {
			sk := row["sk"].(*types.AttributeValueMemberS).Value
			s.remove(t, row["pk"].(*types.AttributeValueMemberS).Value, sk)
			row["sk"] = &types.AttributeValueMemberS{Value: "zz" + sk}
			s.put(t, row, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSchool().open(t, ddbmem.Options{})
			mux := s.mux()
			s.pupil(t, "a")
			for i, xp := range []int{3, 9, 5} {
				s.step(t, Step{Student: "a", ID: fmt.Sprint(i), XP: xp})
			}
			s.flow(t, mux)
			for _, row := range s.companions(t, "~r#pupil-xp#max best#") {
				if row["~e"].(*types.AttributeValueMemberN).Value == "9" {
					harm(s, row)
				}
			}
			drift := s.drift(t)
			require.NotEmpty(t, drift)
			assert.Contains(t, drift[0], "rank is")
			require.NoError(t, s.xp.Rebuild(t.Context(), s.db, nil))
			assert.Equal(t, Pupil{ID: "a", Name: "n", XP: 17, Steps: 3, Best: 9}, s.get(t, "a"))
			assert.Empty(t, s.drift(t))
			s.step(t, Step{Student: "a", ID: "2", XP: 6})
			s.flow(t, mux)
			assert.Equal(t, 9, s.get(t, "a").Best)
			s.step(t, Step{Student: "a", ID: "1", XP: 1})
			s.flow(t, mux)
			assert.Equal(t, 6, s.get(t, "a").Best)
		})
	}
}

// A target that changes all the time is settled all the same: what changes it waits for a moment.
func TestARebuildConvergesBesideAHotTarget(t *testing.T) {
	t.Parallel()
	s := newSchool().open(t, ddbmem.Options{})
	s.pupil(t, "a")
	for i := range 300 {
		s.step(t, Step{Student: "a", ID: fmt.Sprint(i), XP: 1})
	}
	s.flow(t, s.mux())
	s.set(t, "a", map[string]types.AttributeValue{"xp": number(50)})
	stop := s.keepChanging(t, nil)
	slow := hooked{s.client, func(operation string) {
		if operation == "Query" {
			time.Sleep(60 * time.Millisecond) // a change falls into each reading of the ledger
		}
	}}
	err := s.xp.Rebuild(t.Context(), ddb.New(slow, "school", s.table, nil), nil)
	last := stop()
	require.NoError(t, err)
	s.flow(t, s.mux())
	assert.Equal(t, Pupil{ID: "a", Name: "n", XP: 299 + last, Steps: 300, Best: max(last, 1)}, s.get(t, "a"))
	assert.Empty(t, s.driftOf(t, s.xp))
	for _, it := range s.companions(t, "p#a") {
		assert.NotContains(t, it, "~h", "nobody is asked to wait any more")
	}
}

// keepChanging changes a step of pupil a, and lets the stream follow, as fast as that goes. Stop returns its last value.
func (s *school) keepChanging(t *testing.T, before func(operation string)) (stop func() int) {
	ctx, cancel := context.WithCancel(t.Context())
	client := ddb.Client(s.client)
	if before != nil {
		client = hooked{s.client, before}
	}
	mux := ddb.NewMux(s.table, nil)
	mux.Maintain(ddb.New(client, "school", s.table, nil), s.xp)
	var wg sync.WaitGroup
	var last atomic.Int64
	wg.Go(func() {
		for i := 1; ctx.Err() == nil; i++ {
			s.step(t, Step{Student: "a", ID: "0", XP: i})
			last.Store(int64(i))
			for records := s.records(t); len(records) > 0; {
				failed, _ := mux.Process(t.Context(), records)
				records = slices.DeleteFunc(records, func(r ddb.Record) bool { return !slices.Contains(failed, r.Sequence) })
			}
		}
	})
	return func() int {
		cancel()
		wg.Wait()
		return int(last.Load())
	}
}

// A Rebuild died after it had asked transactions to wait, or its clock is wrong: they wait for a bounded time, once.
func TestADeadRebuildHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	s := newSchool().open(t, ddbmem.Options{})
	s.pupil(t, "a")
	s.step(t, Step{Student: "a", ID: "1", XP: 5})
	s.flow(t, s.mux())
	s.set(t, "a", map[string]types.AttributeValue{"~h": number(int(time.Now().Add(24 * time.Hour).UnixMilli()))})
	now, calls := time.Now(), 0
	db := ddb.New(s.client, "school", s.table, &ddb.Options{Now: func() time.Time { calls++; return now.Add(time.Duration(calls) * 100 * time.Millisecond) }})
	mux := ddb.NewMux(s.table, nil)
	mux.Maintain(db, s.xp)
	s.step(t, Step{Student: "a", ID: "1", XP: 7})
	ctx, m := ddb.WithMeter(t.Context())
	_, err := mux.Process(ctx, s.records(t))
	require.NoError(t, err)
	assert.Greater(t, m.RequestsOf("TransactWriteItems"), 5, "it waited")
	assert.Equal(t, 7, s.get(t, "a").XP)
	s.step(t, Step{Student: "a", ID: "1", XP: 8})
	ctx, m = ddb.WithMeter(t.Context())
	_, err = mux.Process(ctx, s.records(t))
	require.NoError(t, err)
	assert.Equal(t, 1, m.RequestsOf("TransactWriteItems"), "the request to wait is gone")
	assert.Equal(t, 8, s.get(t, "a").XP)
}

// What is behind because the stream has not come to it yet is no drift: sums, ranks, and the ledger.
func TestVerifyBesideAHotTargetReportsNoLag(t *testing.T) {
	t.Parallel()
	s := newSchool().open(t, ddbmem.Options{})
	s.pupil(t, "a")
	s.pupil(t, "b")
	s.step(t, Step{Student: "b", ID: "1", XP: 1})
	s.flow(t, s.mux())
	s.set(t, "b", map[string]types.AttributeValue{"steps": number(3)})
	stop := s.keepChanging(t, func(operation string) {
		if operation == "UpdateItem" {
			time.Sleep(30 * time.Millisecond) // the greatest value is behind for most of the time
		}
	})
	var drift []string
	for d, err := range s.xp.Verify(t.Context(), s.db, nil) {
		if err != nil {
			require.ErrorIs(t, err, ddb.ErrConflict)
			require.ErrorContains(t, err, "changed in each of")
			continue
		}
		drift = append(drift, d.String())
	}
	stop()
	assert.Equal(t, []string{`pupil-xp: pk="p#b" sk="p#b": steps is 3, should be 1`}, drift)
}

// Rate bounds what a Rebuild consumes.
func TestARebuildKeepsToItsRate(t *testing.T) {
	t.Parallel()
	s := newSchool().open(t, ddbmem.Options{})
	for i := range 60 {
		s.pupil(t, fmt.Sprint(i))
		s.step(t, Step{Student: fmt.Sprint(i), ID: "1", XP: 1})
	}
	ctx, m := ddb.WithMeter(t.Context())
	start := time.Now()
	require.NoError(t, s.xp.Rebuild(ctx, s.db, &ddb.RebuildOptions{Rate: 200}))
	took := time.Since(start)
	c := m.Capacity(nil)
	require.Greater(t, c.Read+c.Write, 400.0)
	assert.Greater(t, took.Seconds(), (c.Read+c.Write)/200*0.7, "what came last is not waited for")
}

// What a view has left is deleted when it is declared no more, and nothing else is.
func TestDropView(t *testing.T) {
	t.Parallel()
	s := newSchool().open(t, ddbmem.Options{})
	mux := s.mux()
	s.pupil(t, "a")
	for i := range 80 {
		s.step(t, Step{Student: "a", ID: fmt.Sprint(i), XP: i})
	}
	s.flow(t, mux)
	require.NoError(t, mux.Gap(t.Context(), errors.New("away")))
	_, err := s.db.DropView(t.Context(), "pupil-xp", nil)
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "the table declares it")
	_, err = s.db.DropView(t.Context(), "pupil#xp", nil)
	require.ErrorIs(t, err, ddb.ErrModel)

	db := ddb.New(s.client, "school", ddb.NewTable("pk", "sk"), nil) // a later program, which declares neither
	totals := len(s.companions(t, "~a#total-xp#"))
	require.NotZero(t, totals)
	n, err := db.DropView(t.Context(), "pupil", nil)
	require.NoError(t, err)
	assert.Zero(t, n, "another view's name begins with it")

	var at ddb.Cursor
	ctx, cancel := context.WithCancel(t.Context())
	first, err := db.DropView(ctx, "pupil-xp", &ddb.RebuildOptions{Scan: ddb.ScanOptions{Segments: 3, Checkpoint: func(c ddb.Cursor) { at = c; cancel() }}})
	require.ErrorIs(t, err, context.Canceled)
	var p ddb.Progress
	second, err := db.DropView(t.Context(), "pupil-xp", &ddb.RebuildOptions{Scan: ddb.ScanOptions{Resume: at}, Progress: func(at ddb.Progress) { p = at }})
	require.NoError(t, err)
	assert.Equal(t, 160, first+second, "a ledger item and a rank row for each source")
	assert.Equal(t, second, p.Changed)
	assert.Empty(t, s.companions(t, "~a#pupil-xp#"))
	assert.Empty(t, s.companions(t, "~r#pupil-xp#"))
	assert.Len(t, s.companions(t, "~a#total-xp#"), totals)
	assert.Len(t, s.companions(t, "~g"), 1, "the gap of the other view")
	assert.Equal(t, 80, s.get(t, "a").Steps, "the target stays")
	require.NoError(t, s.xp.Rebuild(t.Context(), s.db, nil))
	assert.Equal(t, Pupil{ID: "a", Name: "n", XP: 3160, Steps: 80, Best: 79}, s.get(t, "a"))
}
