package view_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/scale"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

func TestAggregateFollowsItsSources(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	mux := s.Mux()
	s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 5}) // before there is an a
	s.Flow(t, mux)
	s.Pupil(t, "a")
	s.Flow(t, mux)
	assert.Equal(t, fixture.Pupil{ID: "a", Name: "n", XP: 5, Steps: 1, Best: 5}, s.Get(t, "a"))
	s.Step(t, fixture.Step{Student: "a", ID: "2", XP: 7})
	s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 6})
	all := s.Records(t)
	for range 3 { // delivered more than once
		_, err := mux.Process(t.Context(), all)
		require.NoError(t, err)
	}
	assert.Equal(t, fixture.Pupil{ID: "a", Name: "n", XP: 13, Steps: 2, Best: 7}, s.Get(t, "a"))
	s.Remove(t, "p#a", "g#2")
	s.Flow(t, mux)
	_, err := mux.Process(t.Context(), all) // long after
	require.NoError(t, err)
	assert.Equal(t, fixture.Pupil{ID: "a", Name: "n", XP: 6, Steps: 1, Best: 6}, s.Get(t, "a"))
	s.Pupil(t, "a") // somebody's PutItem takes the numbers away
	s.Flow(t, mux)
	assert.Equal(t, fixture.Pupil{ID: "a", Name: "n", XP: 6, Steps: 1, Best: 6}, s.Get(t, "a"))
	for n := range 20 {
		s.Step(t, fixture.Step{Student: fmt.Sprint("p", n), ID: "1", XP: 1})
	}
	s.Flow(t, mux)
	xp, items := s.Sum(t)
	assert.Equal(t, 26, xp)
	assert.Equal(t, 4, items, "the total is spread")
	assert.Empty(t, s.Drift(t))
}

func TestAggregateAndExpiry(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules []ddbview.Rule
		want  fixture.Pupil
	}{
		"subtract": {nil, fixture.Pupil{ID: "a", Name: "n", XP: 1, Steps: 1, Best: 1}},
		"keep":     {[]ddbview.Rule{ddbview.KeepExpired}, fixture.Pupil{ID: "a", Name: "n", XP: 8, Steps: 2, Best: 7}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := ddbmem.NewManualClock(time.Now())
			s := fixture.NewSchool(c.rules...).Open(t, ddbmem.Options{Clock: clock})
			mux := s.Mux()
			s.Pupil(t, "a")
			s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 7, Until: clock.Now().Add(time.Minute)})
			s.Step(t, fixture.Step{Student: "a", ID: "2", XP: 1})
			s.Flow(t, mux)
			assert.Equal(t, 8, s.Get(t, "a").XP)
			clock.Advance(2 * time.Minute)
			assert.Equal(t, 8, s.Get(t, "a").XP, "an expired source counts until it is removed")
			expired := s.Records(t)
			require.NotEmpty(t, expired)
			for range 3 {
				_, err := mux.Process(t.Context(), expired)
				require.NoError(t, err)
			}
			assert.Equal(t, c.want, s.Get(t, "a"))
			require.NoError(t, s.XP.Rebuild(t.Context(), s.DB, nil))
			assert.Equal(t, c.want, s.Get(t, "a"))
			assert.Empty(t, s.Drift(t))
		})
	}
}

// A poison record goes to the dead letters, the others go on, and its replay mends the number when all has moved on.
func TestAggregatePoisonAndReplay(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	var letters []ddb.Record
	mux := ddb.NewMux(s.Table, &ddb.MuxOptions{Attempts: 2, DeadLetters: func(_ context.Context, r ddb.Record, _ error) error {
		letters = append(letters, r)
		return nil
	}})
	mux.Maintain(s.DB, s.XP)
	s.Pupil(t, "a")
	s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 1})
	attrs, err := s.Steps.Encode(fixture.Step{Student: "a", ID: "2"})
	attrs["xp"] = &types.AttributeValueMemberS{Value: "poison"}
	s.Put(t, attrs, err)
	s.Step(t, fixture.Step{Student: "a", ID: "3", XP: 3})
	batch := s.Records(t)
	failed, err := mux.Process(t.Context(), batch)
	require.ErrorContains(t, err, "XP")
	assert.Len(t, failed, 1)
	failed, err = mux.Process(t.Context(), batch)
	require.NoError(t, err)
	assert.Empty(t, failed)
	require.Len(t, letters, 1)
	assert.Equal(t, 4, s.Get(t, "a").XP)
	s.Step(t, fixture.Step{Student: "a", ID: "2", XP: 10}) // mended, and its record is lost
	_ = s.Records(t)
	_, err = mux.Process(t.Context(), []ddb.Record{letters[0]})
	require.Error(t, err, "the record itself is still poison")
	letters[0].New["xp"] = &types.AttributeValueMemberN{Value: "999"} // and that it is repaired wrongly does not matter
	failed, err = mux.Process(t.Context(), []ddb.Record{letters[0]})
	require.NoError(t, err)
	assert.Empty(t, failed)
	assert.Equal(t, 14, s.Get(t, "a").XP)
}

// An item that was mended counts again, though the old image of the record that says so cannot be decoded.
func TestAggregateTakesBackAMendedItem(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	mux := ddb.NewMux(s.Table, &ddb.MuxOptions{Attempts: 1, DeadLetters: func(context.Context, ddb.Record, error) error { return nil }})
	mux.Maintain(s.DB, s.XP)
	s.Pupil(t, "a")
	attrs, err := s.Steps.Encode(fixture.Step{Student: "a", ID: "2"})
	attrs["xp"] = &types.AttributeValueMemberS{Value: "poison"}
	s.Put(t, attrs, err)
	_, err = mux.Process(t.Context(), s.Records(t))
	require.NoError(t, err, "it went to the dead letters")
	s.Step(t, fixture.Step{Student: "a", ID: "2", XP: 10})
	failed, err := mux.Process(t.Context(), s.Records(t))
	require.NoError(t, err)
	assert.Empty(t, failed)
	assert.Equal(t, 10, s.Get(t, "a").XP)
}

// Records are lost: LastGap says so, Verify finds the drift, and Rebuild mends it, in several runs.
func TestRebuildAfterAGap(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	mux := s.Mux()
	for n := range 300 {
		if n%10 == 0 {
			s.Pupil(t, fmt.Sprint(n/10))
		}
		s.Step(t, fixture.Step{Student: fmt.Sprint(n / 10), ID: fmt.Sprint(n), XP: n % 7, Course: strings.Repeat("x", 8000)})
	}
	batch := s.Records(t)
	_, err := mux.Process(t.Context(), batch[:200])
	require.NoError(t, err)
	cause, err := s.XP.LastGap(t.Context(), s.DB)
	require.NoError(t, err)
	require.NoError(t, cause)
	require.NoError(t, mux.Gap(t.Context(), errors.New("away for two days")))
	cause, err = s.XP.LastGap(t.Context(), s.DB)
	require.NoError(t, err)
	require.EqualError(t, cause, "away for two days")
	assert.NotEmpty(t, s.Drift(t))

	var at ddb.Cursor
	var seen ddb.Progress
	ctx, cancel := context.WithCancel(t.Context())
	err = s.XP.Rebuild(ctx, s.DB, &ddb.JobOptions{
		Segments: 4, Checkpoint: func(c ddb.Cursor) { at = c; cancel() },
		Progress: func(p ddb.Progress) { seen = p },
	})
	require.ErrorIs(t, err, context.Canceled)
	require.NotEmpty(t, at)
	assert.Positive(t, seen.Items)
	cause, err = s.XP.LastGap(t.Context(), s.DB)
	require.NoError(t, err)
	require.Error(t, cause, "it is not done yet")
	require.NoError(t, s.XP.Rebuild(t.Context(), s.DB, &ddb.JobOptions{Resume: at, Workers: 2}))
	require.NoError(t, s.Total.Rebuild(t.Context(), s.DB, nil))
	assert.Empty(t, s.Drift(t))
	for n := range 30 {
		want := fixture.Pupil{ID: fmt.Sprint(n), Name: "n", Steps: 10}
		for k := n * 10; k < n*10+10; k++ {
			want.XP += k % 7
			want.Best = max(want.Best, k%7)
		}
		require.Equal(t, want, s.Get(t, fmt.Sprint(n)))
	}
	cause, err = s.XP.LastGap(t.Context(), s.DB)
	require.NoError(t, err)
	assert.NoError(t, cause)
}

func TestVerifyReportsDrift(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	s.Pupil(t, "a")
	s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 5})
	s.Flow(t, s.Mux())
	_, err := s.Client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName:                 aws.String("school"),
		Key:                       map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "p#a"}, "sk": &types.AttributeValueMemberS{Value: "p#a"}},
		UpdateExpression:          aws.String("SET xp = :n"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":n": &types.AttributeValueMemberN{Value: "50"}},
	})
	require.NoError(t, err)
	assert.Equal(t, []string{`pupil-xp: pk="p#a" sk="p#a": xp is 50, should be 5`}, s.Drift(t))
	s.Flow(t, s.Mux()) // its record is enough
	assert.Empty(t, s.Drift(t))
}

// A function that a function of the aggregate is not deterministic ends as an error, not in a loop.
func TestAggregateOfAnInconstantFunction(t *testing.T) {
	t.Parallel()
	type Ranking struct {
		Student string   `dynamodbav:"-"`
		Top     []string `dynamodbav:"top"`
	}
	s := fixture.NewSchool()
	rankings := ddb.MustDefine(s.Table, "ranking", func(r *Ranking, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("rank#"), ddb.Str(&r.Student))
		d.Primary(id, id)
	})
	v := ddbview.MustAggregate("ranking", s.Steps, rankings, func(p *fixture.Step, r *Ranking) []ddbview.Rule {
		return []ddbview.Rule{ddbview.OwnItems, ddbview.By(&p.Student, &r.Student), ddbview.Top(3, &p.XP, &r.Top, func(fixture.Step) string { return fmt.Sprint(rand.Uint64()) })}
	})
	s.Open(t, ddbmem.Options{})
	s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 1})
	mux := ddb.NewMux(s.Table, nil)
	mux.Maintain(s.DB, v)
	_, err := mux.Process(t.Context(), s.Records(t))
	require.ErrorIs(t, err, ddb.ErrConflict)
	require.ErrorContains(t, err, "a function of the aggregate is not deterministic")
}

// What an aggregate costs is what its documentation says.
func TestAggregateCost(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	s.Pupil(t, "a")
	s.Flow(t, s.Mux())
	const k = 20
	for n := range k {
		s.Step(t, fixture.Step{Student: "a", ID: fmt.Sprint(n), XP: 1})
	}
	mux := ddb.NewMux(s.Table, nil)
	mux.Maintain(s.DB, s.Total)
	ctx, m := ddb.WithMeter(t.Context())
	_, err := mux.Process(ctx, s.Records(t))
	require.NoError(t, err)
	assert.Equal(t, 1, m.RequestsOf("TransactWriteItems"))
	assert.Equal(t, 2, m.RequestsOf("BatchGetItem"), "before and after")
	assert.InDelta(t, 2*k+2, m.Total().Write, 0, "2 + 2/k units for each source")
	assert.LessOrEqual(t, m.Total().Read, 4.0*k)
}

// runSteps sends n records of changing sources through an aggregate and checks the sums.
func runSteps(t testing.TB, n, students, batch int) (m *ddb.Meter, took time.Duration) {
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	mux := ddb.NewMux(s.Table, nil)
	mux.Maintain(s.DB, s.Total)
	r := rand.New(rand.NewPCG(1, 2))
	want := map[string]int{}
	for range n {
		p := fixture.Step{Student: fmt.Sprint(r.IntN(students)), ID: fmt.Sprint(r.IntN(max(n/4/students, 1))), XP: r.IntN(100)}
		s.Step(t, p)
		want[p.Student+" "+p.ID] = p.XP
	}
	records := s.Records(t)
	ctx, m := ddb.WithMeter(t.Context())
	start := time.Now()
	for len(records) > 0 {
		size := min(batch, len(records))
		failed, err := mux.Process(ctx, records[:size])
		require.NoError(t, err)
		require.Empty(t, failed)
		records = records[size:]
	}
	took = time.Since(start)
	sum := 0
	for _, xp := range want {
		sum += xp
	}
	got, _ := s.Sum(t)
	require.Equal(t, sum, got)
	return m, took
}

func TestAggregateManyRecords(t *testing.T) {
	t.Parallel()
	runSteps(t, scale.Of(5000, 1000), 50, 500)
}

// A hundred thousand records, with -benchtime 1x: records a second, and requests and units for each. With -short, a twentieth.
func BenchmarkAggregate(b *testing.B) {
	for _, size := range []int{1, 1000} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			n := 100_000
			if size == 1 {
				n = 10_000
			}
			if testing.Short() {
				n /= 20
			}
			for b.Loop() {
				m, took := runSteps(b, n, 100, size)
				b.ReportMetric(float64(n)/took.Seconds(), "records/s")
				b.ReportMetric(m.Total().Write/float64(n), "WCU/record")
				b.ReportMetric(m.Total().Read/float64(n), "RCU/record")
				b.ReportMetric(float64(m.Requests())/float64(n), "requests/record")
			}
		})
	}
}

func TestAggregateIsOnTheDesignPage(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	require.NoError(t, fixture.NewSchool().Table.Describe(&b))
	assert.Contains(t, b.String(), "derived  XP                     by pupil-xp\n")
}

func TestAggregateReportsAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	type Source struct {
		ID    string `dynamodbav:"-"`
		N     int    `dynamodbav:"n"`
		Map   map[string]int
		Other string
	}
	type Goal struct {
		ID      string `dynamodbav:"-"`
		Sub     string `dynamodbav:"sub"`
		N       int    `dynamodbav:"n"`
		Text    int    `dynamodbav:"text,string"`
		Score   int    `dynamodbav:"score"`
		Version int64  `dynamodbav:"version"`
		In      struct{ N int }
		Map     map[string]int
		List    []string
	}
	table := ddb.NewTable("pk", "sk")
	gsi := table.GSI("gsi1", "gsi1_pk", "gsi1_sk")
	sources := ddb.MustDefine(table, "source", func(s *Source, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID))
		d.Primary(id, id)
	})
	goals := ddb.MustDefine(table, "goal", func(g *Goal, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("g#"), ddb.Str(&g.ID)), ddb.Key(ddb.Prefix("g#"), ddb.Str(&g.Sub)))
		d.Index(gsi, ddb.Key(ddb.Prefix("g")), ddb.Key(ddb.Num(&g.Score, 5))).When(ddb.Gt(&g.N, 0))
		d.Version(&g.Version)
	})
	_, err := ddbview.Aggregate("bad#name", sources, goals, func(s *Source, g *Goal) []ddbview.Rule {
		var stray int
		return []ddbview.Rule{
			ddbview.By(&s.Other, &g.ID),
			ddbview.Sum(&stray, &g.N),
			ddbview.Sum(&s.N, &g.Text),
			ddbview.Count(&g.Score),
			ddbview.Count(&g.Version),
			ddbview.Sum(&s.N, &g.In.N),
			ddbview.Sum(&s.N, &g.N),
			ddbview.Max(&s.Map, &g.Map),
			ddbview.Top(0, &s.N, &g.List, func(Source) string { return "" }),
			ddbview.KeepExpired,
			ddbview.When(ddb.Eq(&g.N, 1)),
			{},
		}
	})
	require.ErrorIs(t, err, ddb.ErrModel)
	for _, want := range []string{
		`view "bad#name": a name has`,
		"sum: source: a int that is not a field of Source",
		"sum: field Text of goal is not stored as a number",
		`count: field Score of goal is part of its gsi1 key "{Score:5}"`,
		"count: the library sets field Version of goal: use another field",
		`sum: field In.N of goal is inside attribute "In"`,
		"field N of goal is filled by two rules",
		"field N of goal is in a When of gsi1",
		"max: field Map of source is a map[string]int, which has no order",
		"top: 0 sources: 1 to 100",
		"keep expired: source has no TTL",
		"when: a int that is not a field of Source",
		"a Rule is zero: make rules with the functions of this package",
		"no By gives Sub, which is part of goal's primary key",
	} {
		assert.ErrorContains(t, err, want)
	}

	other := ddb.NewTable("pk", "")
	alone := ddb.MustDefine(other, "alone", func(g *Goal, d *ddb.Definition) { d.Primary(ddb.Key(ddb.Prefix("g#"), ddb.Str(&g.ID))) })
	_, err = ddbview.Aggregate("a", alone, goals, func(s, g *Goal) []ddbview.Rule { return nil })
	for _, want := range []string{"alone and goal belong to different tables", "need a table whose partition key and sort key are strings", "no rule fills a field"} {
		require.ErrorContains(t, err, want)
	}

	school := fixture.NewSchool()
	_, err = ddbview.Aggregate("again", school.Steps, school.Pupils, func(s *fixture.Step, p *fixture.Pupil) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&s.Student, &p.ID), ddbview.Count(&p.XP)}
	})
	require.ErrorContains(t, err, "field XP of pupil is derived by pupil-xp already")
	_, err = ddbview.Aggregate("own", school.Steps, school.Pupils, func(s *fixture.Step, p *fixture.Pupil) []ddbview.Rule {
		panic("in the rules")
	})
	require.ErrorContains(t, err, "panic: in the rules")
}
