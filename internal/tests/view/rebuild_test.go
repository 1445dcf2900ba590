package view_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/scale"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

func number(n int) types.AttributeValue { return &types.AttributeValueMemberN{Value: fmt.Sprint(n)} }

// Of a view that is right, Rebuild reads the table and each target with what counts for it, and no source again.
func TestARebuildOfWhatIsRightReadsEachSourceOnce(t *testing.T) {
	t.Parallel()
	const targets = 20
	n := scale.Of(4000, 2000)
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	for i := range targets {
		s.Pupil(t, fmt.Sprint("u", i))
	}
	for i := range n {
		s.Step(t, fixture.Step{Student: fmt.Sprint("u", i%targets), ID: fmt.Sprint(i), XP: i})
	}
	s.Flow(t, s.Mux())
	for _, v := range []*ddb.View{s.XP, s.Total} {
		for _, workers := range []int{1, 4} {
			ctx, m := ddb.WithMeter(t.Context())
			var p ddb.Progress
			require.NoError(t, v.Rebuild(ctx, s.DB, &ddb.JobOptions{Workers: workers, Progress: func(at ddb.Progress) { p = at }}))
			assert.LessOrEqual(t, m.Requests()-m.RequestsOf("Scan"), n*3/100, v.Name())
			assert.Zero(t, m.RequestsOf("TransactWriteItems")+m.RequestsOf("UpdateItem"))
			assert.LessOrEqual(t, m.Total().Read, 0.5*float64(n))
			assert.Equal(t, n, p.Sources)
			assert.Zero(t, p.Changed)
			assert.GreaterOrEqual(t, p.Total, p.Items)
			assert.Zero(t, p.Remaining)
		}
	}
	ctx, m := ddb.WithMeter(t.Context())
	for d, err := range s.XP.Verify(ctx, s.DB, nil) {
		require.NoError(t, err)
		t.Error(d)
	}
	assert.LessOrEqual(t, m.Requests()-m.RequestsOf("Scan"), n*3/100)
}

// A Rebuild knows which gap it covers, also over a resume: the one that was reported before it began, and no later one.
func TestAResumedRebuildCoversTheGapThatItBeganAfter(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	mux := s.Mux()
	for n := range 200 {
		s.Step(t, fixture.Step{Student: fmt.Sprint(n), ID: "1", XP: 1, Course: strings.Repeat("x", 8000)})
	}
	s.Flow(t, mux)
	needs := func() string {
		cause, err := s.XP.LastGap(t.Context(), s.DB)
		require.NoError(t, err)
		return fmt.Sprint(cause)
	}
	// begin rebuilds up to the first checkpoint.
	begin := func(resume ddb.Cursor) (at ddb.Cursor) {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.XP.Rebuild(ctx, s.DB, &ddb.JobOptions{Segments: 4, Resume: resume, Checkpoint: func(c ddb.Cursor) { at = c; cancel() }})
		require.ErrorIs(t, err, context.Canceled)
		require.NotEmpty(t, at)
		return at
	}
	resume := func(at ddb.Cursor) {
		require.NoError(t, s.XP.Rebuild(t.Context(), s.DB, &ddb.JobOptions{Resume: at}))
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
	require.NoError(t, s.XP.Rebuild(t.Context(), s.DB, nil))
	assert.Equal(t, "<nil>", needs())
}

// A page of sources that wait for what the table has of them is not done: its checkpoint comes when they are.
func TestACheckpointOfARebuildComesWhenAllBeforeItIsDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n = 400
		s := fixture.NewSchool().Open(t, ddbmem.Options{})
		for i := range n {
			s.Step(t, fixture.Step{Student: fmt.Sprint(i % 10), ID: fmt.Sprint(i), XP: 1, Course: strings.Repeat("x", 8000)})
		}
		for i := range 10 {
			s.Pupil(t, fmt.Sprint(i))
		}
		var at ddb.Cursor
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		started := time.Now()
		err := s.XP.Rebuild(ctx, s.DB, &ddb.JobOptions{Rate: 30, Checkpoint: func(c ddb.Cursor) {
			if at = c; c != "" {
				cancel()
			}
		}})
		require.ErrorIs(t, err, context.Canceled)
		require.NotEmpty(t, at)
		assert.Greater(t, time.Since(started), 10*time.Second)
		counted := 0
		for i := range 10 {
			counted += s.Get(t, fmt.Sprint(i)).XP
		}
		assert.Greater(t, counted, 200)
		assert.Less(t, counted, n)
		require.NoError(t, s.XP.Rebuild(t.Context(), s.DB, &ddb.JobOptions{Resume: at}))
		for i := range 10 {
			assert.Equal(t, n/10, s.Get(t, fmt.Sprint(i)).XP)
		}
	})
}

// The row of a source in a rank is lost, or changed: Verify says so, and Rebuild restores it before it answers.
func TestALostRowOfARankIsRestored(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(s *fixture.School, row map[string]types.AttributeValue){
		"lost": func(s *fixture.School, row map[string]types.AttributeValue) {
			s.Remove(t, row["pk"].(*types.AttributeValueMemberS).Value, row["sk"].(*types.AttributeValueMemberS).Value)
		},
		"changed": func(s *fixture.School, row map[string]types.AttributeValue) {
			row["~e"] = number(4711)
			s.Put(t, row, nil)
		},
		"moved": func(s *fixture.School, row map[string]types.AttributeValue) {
			sk := row["sk"].(*types.AttributeValueMemberS).Value
			s.Remove(t, row["pk"].(*types.AttributeValueMemberS).Value, sk)
			row["sk"] = &types.AttributeValueMemberS{Value: "zz" + sk}
			s.Put(t, row, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fixture.NewSchool().Open(t, ddbmem.Options{})
			mux := s.Mux()
			s.Pupil(t, "a")
			for i, xp := range []int{3, 9, 5} {
				s.Step(t, fixture.Step{Student: "a", ID: fmt.Sprint(i), XP: xp})
			}
			s.Flow(t, mux)
			for _, row := range s.Companions(t, "~r#pupil-xp#max best#") {
				if row["~e"].(*types.AttributeValueMemberN).Value == "9" {
					harm(s, row)
				}
			}
			drift := s.Drift(t)
			require.NotEmpty(t, drift)
			assert.Contains(t, drift[0], "rank is")
			require.NoError(t, s.XP.Rebuild(t.Context(), s.DB, nil))
			assert.Equal(t, fixture.Pupil{ID: "a", Name: "n", XP: 17, Steps: 3, Best: 9}, s.Get(t, "a"))
			assert.Empty(t, s.Drift(t))
			s.Step(t, fixture.Step{Student: "a", ID: "2", XP: 6})
			s.Flow(t, mux)
			assert.Equal(t, 9, s.Get(t, "a").Best)
			s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 1})
			s.Flow(t, mux)
			assert.Equal(t, 6, s.Get(t, "a").Best)
		})
	}
}

// A target that changes all the time is settled all the same: what changes it waits for a moment.
func TestARebuildConvergesBesideAHotTarget(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	s.Pupil(t, "a")
	for i := range 300 {
		s.Step(t, fixture.Step{Student: "a", ID: fmt.Sprint(i), XP: 1})
	}
	s.Flow(t, s.Mux())
	s.Set(t, "a", map[string]types.AttributeValue{"xp": number(50)})
	stop := s.KeepChanging(t, nil)
	slow := fixture.Hooked{Client: s.Client, Before: func(operation string) {
		if operation == "Query" {
			time.Sleep(60 * time.Millisecond) // a change falls into each reading of the ledger
		}
	}}
	err := s.XP.Rebuild(t.Context(), ddb.New(slow, "school", s.Table, nil), nil)
	last := stop()
	require.NoError(t, err)
	s.Flow(t, s.Mux())
	assert.Equal(t, fixture.Pupil{ID: "a", Name: "n", XP: 299 + last, Steps: 300, Best: max(last, 1)}, s.Get(t, "a"))
	assert.Empty(t, s.DriftOf(t, s.XP))
	for _, it := range s.Companions(t, "p#a") {
		assert.NotContains(t, it, "~h", "nobody is asked to wait any more")
	}
}

// A Rebuild died after it had asked transactions to wait, or its clock is wrong: they wait for a bounded time, once.
func TestADeadRebuildHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := fixture.NewSchool().Open(t, ddbmem.Options{})
		s.Pupil(t, "a")
		s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 5})
		s.Flow(t, s.Mux())
		s.Set(t, "a", map[string]types.AttributeValue{"~h": number(int(time.Now().Add(24 * time.Hour).UnixMilli()))})
		now, calls := time.Now(), 0
		db := ddb.New(s.Client, "school", s.Table, &ddb.Options{Now: func() time.Time { calls++; return now.Add(time.Duration(calls) * 100 * time.Millisecond) }})
		mux := ddb.NewMux(s.Table, nil)
		mux.Maintain(db, s.XP)
		s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 7})
		ctx, m := ddb.WithMeter(t.Context())
		_, err := mux.Process(ctx, s.Records(t))
		require.NoError(t, err)
		assert.Greater(t, m.RequestsOf("TransactWriteItems"), 5, "it waited")
		assert.Equal(t, 7, s.Get(t, "a").XP)
		s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 8})
		ctx, m = ddb.WithMeter(t.Context())
		_, err = mux.Process(ctx, s.Records(t))
		require.NoError(t, err)
		assert.Equal(t, 1, m.RequestsOf("TransactWriteItems"), "the request to wait is gone")
		assert.Equal(t, 8, s.Get(t, "a").XP)
	})
}

// What is behind because the stream has not come to it yet is no drift: sums, ranks, and the ledger.
func TestVerifyBesideAHotTargetReportsNoLag(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	s.Pupil(t, "a")
	s.Pupil(t, "b")
	s.Step(t, fixture.Step{Student: "b", ID: "1", XP: 1})
	s.Flow(t, s.Mux())
	s.Set(t, "b", map[string]types.AttributeValue{"steps": number(3)})
	stop := s.KeepChanging(t, func(operation string) {
		if operation == "UpdateItem" {
			time.Sleep(30 * time.Millisecond) // the greatest value is behind for most of the time
		}
	})
	var drift []string
	for d, err := range s.XP.Verify(t.Context(), s.DB, nil) {
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

// What a view has left is deleted when it is declared no more, and nothing else is.
func TestDropView(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	mux := s.Mux()
	s.Pupil(t, "a")
	for i := range 80 {
		s.Step(t, fixture.Step{Student: "a", ID: fmt.Sprint(i), XP: i})
	}
	s.Flow(t, mux)
	require.NoError(t, mux.Gap(t.Context(), errors.New("away")))
	_, err := s.DB.DropView(t.Context(), "pupil-xp", nil)
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "the table declares it")
	_, err = s.DB.DropView(t.Context(), "pupil#xp", nil)
	require.ErrorIs(t, err, ddb.ErrModel)

	db := ddb.New(s.Client, "school", ddb.NewTable("pk", "sk"), nil) // a later program, which declares neither
	totals := len(s.Companions(t, "~a#total-xp#"))
	require.NotZero(t, totals)
	n, err := db.DropView(t.Context(), "pupil", nil)
	require.NoError(t, err)
	assert.Zero(t, n, "another view's name begins with it")

	var at ddb.Cursor
	ctx, cancel := context.WithCancel(t.Context())
	first, err := db.DropView(ctx, "pupil-xp", &ddb.JobOptions{Segments: 3, Checkpoint: func(c ddb.Cursor) { at = c; cancel() }})
	require.ErrorIs(t, err, context.Canceled)
	var p ddb.Progress
	second, err := db.DropView(t.Context(), "pupil-xp", &ddb.JobOptions{Resume: at, Progress: func(at ddb.Progress) { p = at }})
	require.NoError(t, err)
	assert.Equal(t, 160, first+second, "a ledger item and a rank row for each source")
	assert.Equal(t, second, p.Changed)
	assert.Empty(t, s.Companions(t, "~a#pupil-xp#"))
	assert.Empty(t, s.Companions(t, "~r#pupil-xp#"))
	assert.Len(t, s.Companions(t, "~a#total-xp#"), totals)
	assert.Len(t, s.Companions(t, "~g"), 1, "the gap of the other view")
	assert.Equal(t, 80, s.Get(t, "a").Steps, "the target stays")
	require.NoError(t, s.XP.Rebuild(t.Context(), s.DB, nil))
	assert.Equal(t, fixture.Pupil{ID: "a", Name: "n", XP: 3160, Steps: 80, Best: 79}, s.Get(t, "a"))
}
