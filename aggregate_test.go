package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Step is what the aggregates of the tests count, Pupil an item that others write too.
type Step struct {
	Student string    `dynamodbav:"-"`
	ID      string    `dynamodbav:"-"`
	Course  string    `dynamodbav:"course"`
	XP      int       `dynamodbav:"xp"`
	Until   time.Time `dynamodbav:"until,unixtime,omitempty"`
}

type Pupil struct {
	ID    string `dynamodbav:"-"`
	Name  string `dynamodbav:"name"`
	XP    int    `dynamodbav:"xp"`
	Steps int    `dynamodbav:"steps"`
	Best  int    `dynamodbav:"best"`
}

// Total is spread over four items.
type Total struct {
	Spread string `dynamodbav:"spread,omitempty"`
	XP     int    `dynamodbav:"xp"`
}

type school struct {
	table  *ddb.Table
	steps  *ddb.Entity[Step]
	pupils *ddb.Entity[Pupil]
	totals *ddb.Entity[Total]
	xp     *ddb.View
	total  *ddb.View

	engine *ddbmem.Engine
	client *dynamodb.Client
	db     *ddb.DB
	at     map[string]*string
}

func newSchool(rules ...ddb.Rule) *school {
	s := &school{table: ddb.NewTable("pk", "sk").TTL("until"), at: map[string]*string{}}
	s.steps = ddb.MustDefine(s.table, "step", func(p *Step, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.Student)), ddb.Key(ddb.Prefix("g#"), ddb.Str(&p.ID)))
		d.TTL(&p.Until)
	})
	s.pupils = ddb.MustDefine(s.table, "pupil", func(p *Pupil, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID))
		d.Primary(id, id)
	})
	s.totals = ddb.MustDefine(s.table, "total", func(t *Total, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("total#"), ddb.Shard(&t.Spread, 4)), ddb.Key(ddb.Prefix("total")))
	})
	s.xp = ddb.MustAggregate("pupil-xp", s.steps, s.pupils, func(p *Step, t *Pupil) []ddb.Rule {
		return append(rules, ddb.By(&p.Student, &t.ID), ddb.Sum(&p.XP, &t.XP), ddb.Count(&t.Steps), ddb.Max(&p.XP, &t.Best))
	})
	s.total = ddb.MustAggregate("total-xp", s.steps, s.totals, func(p *Step, t *Total) []ddb.Rule {
		return []ddb.Rule{ddb.OwnItems, ddb.By(&p.Student, &t.Spread), ddb.Sum(&p.XP, &t.XP)}
	})
	return s
}

func (s *school) open(t testing.TB, opts ddbmem.Options) *school {
	t.Helper()
	s.engine = ddbmem.New(opts)
	s.client = s.engine.Client()
	s.db = ddb.New(s.client, "school", s.table, nil)
	require.NoError(t, s.db.CreateTable(t.Context()))
	return s
}

func (s *school) put(t testing.TB, attrs map[string]types.AttributeValue, err error) {
	t.Helper()
	require.NoError(t, err)
	_, err = s.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("school"), Item: attrs})
	require.NoError(t, err)
}

func (s *school) step(t testing.TB, p Step) {
	t.Helper()
	attrs, err := s.steps.Encode(p)
	s.put(t, attrs, err)
}

// pupil puts a pupil as somebody would who knows no aggregate.
func (s *school) pupil(t testing.TB, id string) {
	t.Helper()
	attrs, err := s.pupils.Encode(Pupil{ID: id, Name: "n"})
	for _, derived := range []string{"xp", "steps", "best"} {
		delete(attrs, derived)
	}
	s.put(t, attrs, err)
}

func (s *school) remove(t testing.TB, pk, sk string) {
	t.Helper()
	_, err := s.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("school"), Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: pk}, "sk": &types.AttributeValueMemberS{Value: sk},
	}})
	require.NoError(t, err)
}

// records returns what is new in the stream.
func (s *school) records(t testing.TB) (out []ddb.Record) {
	t.Helper()
	ctx := t.Context()
	c := s.engine.StreamsClient()
	list, err := c.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{TableName: aws.String("school")})
	require.NoError(t, err)
	arn := list.Streams[0].StreamArn
	desc, err := c.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: arn})
	require.NoError(t, err)
	for _, shard := range desc.StreamDescription.Shards {
		it := s.at[*shard.ShardId]
		if it == nil {
			first, err := c.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: arn, ShardId: shard.ShardId, ShardIteratorType: streamtypes.ShardIteratorTypeTrimHorizon})
			require.NoError(t, err)
			it = first.ShardIterator
		}
		for it != nil {
			page, err := c.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: it})
			require.NoError(t, err)
			if s.at[*shard.ShardId] = it; page.NextShardIterator != nil {
				s.at[*shard.ShardId] = page.NextShardIterator
			}
			if it = page.NextShardIterator; len(page.Records) == 0 {
				break
			}
			for _, r := range page.Records {
				kind, err := ddb.RecordKind(string(r.EventName), r.UserIdentity != nil)
				require.NoError(t, err)
				rec := ddb.Record{Kind: kind, Sequence: *r.Dynamodb.SequenceNumber, At: *r.Dynamodb.ApproximateCreationDateTime}
				rec.Keys, err = attributevalue.FromDynamoDBStreamsMap(r.Dynamodb.Keys)
				require.NoError(t, err)
				if r.Dynamodb.OldImage != nil {
					rec.Old, err = attributevalue.FromDynamoDBStreamsMap(r.Dynamodb.OldImage)
					require.NoError(t, err)
				}
				if r.Dynamodb.NewImage != nil {
					rec.New, err = attributevalue.FromDynamoDBStreamsMap(r.Dynamodb.NewImage)
					require.NoError(t, err)
				}
				out = append(out, rec)
			}
		}
	}
	return out
}

// flow handles what is new, and what that makes new.
func (s *school) flow(t testing.TB, mux *ddb.Mux) {
	t.Helper()
	for range 5 {
		_, err := mux.Process(t.Context(), s.records(t))
		require.NoError(t, err)
	}
}

func (s *school) mux() *ddb.Mux {
	mux := ddb.NewMux(s.table, nil)
	mux.Maintain(s.db, s.xp, s.total)
	return mux
}

func (s *school) get(t testing.TB, id string) Pupil {
	t.Helper()
	p, err := ddb.NewRepository(s.db, s.pupils).Consistent().Get(t.Context(), Pupil{ID: id})
	require.NoError(t, err)
	return p
}

// sum adds the shards of the total up.
func (s *school) sum(t testing.TB) (xp, items int) {
	t.Helper()
	for it, err := range ddb.NewRepository(s.db, s.totals).Scan(t.Context(), nil) {
		require.NoError(t, err)
		xp += it.XP
		items++
	}
	return xp, items
}

func (s *school) drift(t testing.TB) []string {
	t.Helper()
	return s.driftOf(t, s.xp, s.total)
}

func (s *school) driftOf(t testing.TB, views ...*ddb.View) (out []string) {
	t.Helper()
	for _, v := range views {
		for d, err := range v.Verify(t.Context(), s.db, nil) {
			require.NoError(t, err)
			out = append(out, d.String())
		}
	}
	return out
}

func TestAggregateFollowsItsSources(t *testing.T) {
	t.Parallel()
	s := newSchool().open(t, ddbmem.Options{})
	mux := s.mux()
	s.step(t, Step{Student: "a", ID: "1", XP: 5}) // before there is an a
	s.flow(t, mux)
	s.pupil(t, "a")
	s.flow(t, mux)
	assert.Equal(t, Pupil{ID: "a", Name: "n", XP: 5, Steps: 1, Best: 5}, s.get(t, "a"))
	s.step(t, Step{Student: "a", ID: "2", XP: 7})
	s.step(t, Step{Student: "a", ID: "1", XP: 6})
	all := s.records(t)
	for range 3 { // delivered more than once
		_, err := mux.Process(t.Context(), all)
		require.NoError(t, err)
	}
	assert.Equal(t, Pupil{ID: "a", Name: "n", XP: 13, Steps: 2, Best: 7}, s.get(t, "a"))
	s.remove(t, "p#a", "g#2")
	s.flow(t, mux)
	_, err := mux.Process(t.Context(), all) // long after
	require.NoError(t, err)
	assert.Equal(t, Pupil{ID: "a", Name: "n", XP: 6, Steps: 1, Best: 6}, s.get(t, "a"))
	s.pupil(t, "a") // somebody's PutItem takes the numbers away
	s.flow(t, mux)
	assert.Equal(t, Pupil{ID: "a", Name: "n", XP: 6, Steps: 1, Best: 6}, s.get(t, "a"))
	for n := range 20 {
		s.step(t, Step{Student: fmt.Sprint("p", n), ID: "1", XP: 1})
	}
	s.flow(t, mux)
	xp, items := s.sum(t)
	assert.Equal(t, 26, xp)
	assert.Equal(t, 4, items, "the total is spread")
	assert.Empty(t, s.drift(t))
}

func TestAggregateAndExpiry(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules []ddb.Rule
		want  Pupil
	}{
		"subtract": {nil, Pupil{ID: "a", Name: "n", XP: 1, Steps: 1, Best: 1}},
		"keep":     {[]ddb.Rule{ddb.KeepExpired}, Pupil{ID: "a", Name: "n", XP: 8, Steps: 2, Best: 7}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := ddbmem.NewManualClock(time.Now())
			s := newSchool(c.rules...).open(t, ddbmem.Options{Clock: clock})
			mux := s.mux()
			s.pupil(t, "a")
			s.step(t, Step{Student: "a", ID: "1", XP: 7, Until: clock.Now().Add(time.Minute)})
			s.step(t, Step{Student: "a", ID: "2", XP: 1})
			s.flow(t, mux)
			assert.Equal(t, 8, s.get(t, "a").XP)
			clock.Advance(2 * time.Minute)
			assert.Equal(t, 8, s.get(t, "a").XP, "an expired source counts until it is removed")
			expired := s.records(t)
			require.NotEmpty(t, expired)
			for range 3 {
				_, err := mux.Process(t.Context(), expired)
				require.NoError(t, err)
			}
			assert.Equal(t, c.want, s.get(t, "a"))
			require.NoError(t, s.xp.Rebuild(t.Context(), s.db, nil))
			assert.Equal(t, c.want, s.get(t, "a"))
			assert.Empty(t, s.drift(t))
		})
	}
}

// A poison record goes to the dead letters, the others go on, and its replay mends the number when all has moved on.
func TestAggregatePoisonAndReplay(t *testing.T) {
	t.Parallel()
	s := newSchool().open(t, ddbmem.Options{})
	var letters []ddb.Record
	mux := ddb.NewMux(s.table, &ddb.MuxOptions{Attempts: 2, DeadLetters: func(_ context.Context, r ddb.Record, _ error) error {
		letters = append(letters, r)
		return nil
	}})
	mux.Maintain(s.db, s.xp)
	s.pupil(t, "a")
	s.step(t, Step{Student: "a", ID: "1", XP: 1})
	attrs, err := s.steps.Encode(Step{Student: "a", ID: "2"})
	attrs["xp"] = &types.AttributeValueMemberS{Value: "poison"}
	s.put(t, attrs, err)
	s.step(t, Step{Student: "a", ID: "3", XP: 3})
	batch := s.records(t)
	failed, err := mux.Process(t.Context(), batch)
	require.ErrorContains(t, err, "XP")
	assert.Len(t, failed, 1)
	failed, err = mux.Process(t.Context(), batch)
	require.NoError(t, err)
	assert.Empty(t, failed)
	require.Len(t, letters, 1)
	assert.Equal(t, 4, s.get(t, "a").XP)
	s.step(t, Step{Student: "a", ID: "2", XP: 10}) // mended, and its record is lost
	_ = s.records(t)
	_, err = mux.Process(t.Context(), []ddb.Record{letters[0]})
	require.Error(t, err, "the record itself is still poison")
	letters[0].New["xp"] = &types.AttributeValueMemberN{Value: "999"} // and that it is repaired wrongly does not matter
	failed, err = mux.Process(t.Context(), []ddb.Record{letters[0]})
	require.NoError(t, err)
	assert.Empty(t, failed)
	assert.Equal(t, 14, s.get(t, "a").XP)
}

// An item that was mended counts again, though the old image of the record that says so cannot be decoded.
func TestAggregateTakesBackAMendedItem(t *testing.T) {
	t.Parallel()
	s := newSchool().open(t, ddbmem.Options{})
	mux := ddb.NewMux(s.table, &ddb.MuxOptions{Attempts: 1, DeadLetters: func(context.Context, ddb.Record, error) error { return nil }})
	mux.Maintain(s.db, s.xp)
	s.pupil(t, "a")
	attrs, err := s.steps.Encode(Step{Student: "a", ID: "2"})
	attrs["xp"] = &types.AttributeValueMemberS{Value: "poison"}
	s.put(t, attrs, err)
	_, err = mux.Process(t.Context(), s.records(t))
	require.NoError(t, err, "it went to the dead letters")
	s.step(t, Step{Student: "a", ID: "2", XP: 10})
	failed, err := mux.Process(t.Context(), s.records(t))
	require.NoError(t, err)
	assert.Empty(t, failed)
	assert.Equal(t, 10, s.get(t, "a").XP)
}

// Records are lost: NeedsRebuild says so, Verify finds the drift, and Rebuild mends it, in several runs.
func TestRebuildAfterAGap(t *testing.T) {
	t.Parallel()
	s := newSchool().open(t, ddbmem.Options{})
	mux := s.mux()
	for n := range 300 {
		if n%10 == 0 {
			s.pupil(t, fmt.Sprint(n/10))
		}
		s.step(t, Step{Student: fmt.Sprint(n / 10), ID: fmt.Sprint(n), XP: n % 7, Course: strings.Repeat("x", 8000)})
	}
	batch := s.records(t)
	_, err := mux.Process(t.Context(), batch[:200])
	require.NoError(t, err)
	cause, err := s.xp.NeedsRebuild(t.Context(), s.db)
	require.NoError(t, err)
	require.NoError(t, cause)
	require.NoError(t, mux.Gap(t.Context(), errors.New("away for two days")))
	cause, err = s.xp.NeedsRebuild(t.Context(), s.db)
	require.NoError(t, err)
	require.EqualError(t, cause, "away for two days")
	assert.NotEmpty(t, s.drift(t))

	var at ddb.Cursor
	var seen ddb.Progress
	ctx, cancel := context.WithCancel(t.Context())
	err = s.xp.Rebuild(ctx, s.db, &ddb.RebuildOptions{
		Scan:     ddb.ScanOptions{Segments: 4, Checkpoint: func(c ddb.Cursor) { at = c; cancel() }},
		Progress: func(p ddb.Progress) { seen = p },
	})
	require.ErrorIs(t, err, context.Canceled)
	require.NotEmpty(t, at)
	assert.Positive(t, seen.Items)
	cause, err = s.xp.NeedsRebuild(t.Context(), s.db)
	require.NoError(t, err)
	require.Error(t, cause, "it is not done yet")
	require.NoError(t, s.xp.Rebuild(t.Context(), s.db, &ddb.RebuildOptions{Scan: ddb.ScanOptions{Resume: at, Workers: 2}}))
	require.NoError(t, s.total.Rebuild(t.Context(), s.db, nil))
	assert.Empty(t, s.drift(t))
	for n := range 30 {
		want := Pupil{ID: fmt.Sprint(n), Name: "n", Steps: 10}
		for k := n * 10; k < n*10+10; k++ {
			want.XP += k % 7
			want.Best = max(want.Best, k%7)
		}
		require.Equal(t, want, s.get(t, fmt.Sprint(n)))
	}
	cause, err = s.xp.NeedsRebuild(t.Context(), s.db)
	require.NoError(t, err)
	assert.NoError(t, cause)
}

func TestVerifyReportsDrift(t *testing.T) {
	t.Parallel()
	s := newSchool().open(t, ddbmem.Options{})
	s.pupil(t, "a")
	s.step(t, Step{Student: "a", ID: "1", XP: 5})
	s.flow(t, s.mux())
	_, err := s.client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName:                 aws.String("school"),
		Key:                       map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "p#a"}, "sk": &types.AttributeValueMemberS{Value: "p#a"}},
		UpdateExpression:          aws.String("SET xp = :n"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":n": &types.AttributeValueMemberN{Value: "50"}},
	})
	require.NoError(t, err)
	assert.Equal(t, []string{`pupil-xp: pk="p#a" sk="p#a": xp is 50, should be 5`}, s.drift(t))
	s.flow(t, s.mux()) // its record is enough
	assert.Empty(t, s.drift(t))
}

// A function that gives another answer each time ends as an error, not in a loop.
func TestAggregateOfAnInconstantFunction(t *testing.T) {
	t.Parallel()
	type Ranking struct {
		Student string   `dynamodbav:"-"`
		Top     []string `dynamodbav:"top"`
	}
	s := newSchool()
	rankings := ddb.MustDefine(s.table, "ranking", func(r *Ranking, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("rank#"), ddb.Str(&r.Student))
		d.Primary(id, id)
	})
	v := ddb.MustAggregate("ranking", s.steps, rankings, func(p *Step, r *Ranking) []ddb.Rule {
		return []ddb.Rule{ddb.OwnItems, ddb.By(&p.Student, &r.Student), ddb.Top(3, &p.XP, &r.Top, func(Step) string { return fmt.Sprint(rand.Uint64()) })}
	})
	s.open(t, ddbmem.Options{})
	s.step(t, Step{Student: "a", ID: "1", XP: 1})
	mux := ddb.NewMux(s.table, nil)
	mux.Maintain(s.db, v)
	_, err := mux.Process(t.Context(), s.records(t))
	require.ErrorIs(t, err, ddb.ErrConflict)
	require.ErrorContains(t, err, "gives another answer each time")
}

// What an aggregate costs is what its documentation says.
func TestAggregateCost(t *testing.T) {
	t.Parallel()
	s := newSchool().open(t, ddbmem.Options{})
	s.pupil(t, "a")
	s.flow(t, s.mux())
	const k = 20
	for n := range k {
		s.step(t, Step{Student: "a", ID: fmt.Sprint(n), XP: 1})
	}
	mux := ddb.NewMux(s.table, nil)
	mux.Maintain(s.db, s.total)
	ctx, m := ddb.WithMeter(t.Context())
	_, err := mux.Process(ctx, s.records(t))
	require.NoError(t, err)
	assert.Equal(t, 1, m.RequestsOf("TransactWriteItems"))
	assert.Equal(t, 2, m.RequestsOf("BatchGetItem"), "before and after")
	assert.InDelta(t, 2*k+2, m.Capacity(nil).Write, 0, "2 + 2/k units for each source")
	assert.LessOrEqual(t, m.Capacity(nil).Read, 4.0*k)
}

// runSteps sends n records of changing sources through an aggregate and checks the sums.
func runSteps(t testing.TB, n, students, batch int) (m *ddb.Meter, took time.Duration) {
	s := newSchool().open(t, ddbmem.Options{})
	mux := ddb.NewMux(s.table, nil)
	mux.Maintain(s.db, s.total)
	r := rand.New(rand.NewPCG(1, 2))
	want := map[string]int{}
	for range n {
		p := Step{Student: fmt.Sprint(r.IntN(students)), ID: fmt.Sprint(r.IntN(max(n/4/students, 1))), XP: r.IntN(100)}
		s.step(t, p)
		want[p.Student+" "+p.ID] = p.XP
	}
	records := s.records(t)
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
	got, _ := s.sum(t)
	require.Equal(t, sum, got)
	return m, took
}

func TestAggregateManyRecords(t *testing.T) {
	t.Parallel()
	n := 5000
	if testing.Short() {
		n = 500
	}
	runSteps(t, n, 50, 500)
}

// A hundred thousand records, with -benchtime 1x: records a second, and requests and units for each.
func BenchmarkAggregate(b *testing.B) {
	for _, size := range []int{1, 1000} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			n := 100_000
			if size == 1 {
				n = 10_000
			}
			for b.Loop() {
				m, took := runSteps(b, n, 100, size)
				b.ReportMetric(float64(n)/took.Seconds(), "records/s")
				b.ReportMetric(m.Capacity(nil).Write/float64(n), "WCU/record")
				b.ReportMetric(m.Capacity(nil).Read/float64(n), "RCU/record")
				b.ReportMetric(float64(m.Requests())/float64(n), "requests/record")
			}
		})
	}
}

func TestAggregateIsOnTheDesignPage(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	require.NoError(t, newSchool().table.Describe(&b))
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
	_, err := ddb.Aggregate("bad#name", sources, goals, func(s *Source, g *Goal) []ddb.Rule {
		var stray int
		return []ddb.Rule{
			ddb.By(&s.Other, &g.ID),
			ddb.Sum(&stray, &g.N),
			ddb.Sum(&s.N, &g.Text),
			ddb.Count(&g.Score),
			ddb.Count(&g.Version),
			ddb.Sum(&s.N, &g.In.N),
			ddb.Sum(&s.N, &g.N),
			ddb.Max(&s.Map, &g.Map),
			ddb.Top(0, &s.N, &g.List, func(Source) string { return "" }),
			ddb.KeepExpired,
			ddb.When(ddb.Eq(&g.N, 1)),
			{},
		}
	})
	require.ErrorIs(t, err, ddb.ErrModel)
	for _, want := range []string{
		`view "bad#name": a name has`,
		"sum: source: a int that is not a field of Source",
		"sum: field Text of goal is not stored as a number",
		`count: field Score of goal is part of its gsi1 key "{Score:5}"`,
		"count: field Version of goal is kept by the library already",
		`sum: field In.N of goal lies inside attribute "In"`,
		"field N of goal is filled by two rules",
		"field N of goal is in a When of gsi1",
		"max: field Map of source is a map[string]int, which has no order",
		"top: 0 sources: 1 to 100",
		"keep expired: source has no TTL",
		"when: a int that is not a field of Source",
		"a Rule that no function of this package made",
		"no By gives Sub, which is part of goal's primary key",
	} {
		assert.ErrorContains(t, err, want)
	}

	other := ddb.NewTable("pk", "")
	alone := ddb.MustDefine(other, "alone", func(g *Goal, d *ddb.Definition) { d.Primary(ddb.Key(ddb.Prefix("g#"), ddb.Str(&g.ID))) })
	_, err = ddb.Aggregate("a", alone, goals, func(s, g *Goal) []ddb.Rule { return nil })
	for _, want := range []string{"alone and goal are of two tables", "needs a table whose partition key and sort key are strings", "no rule fills a field"} {
		require.ErrorContains(t, err, want)
	}

	school := newSchool()
	_, err = ddb.Aggregate("again", school.steps, school.pupils, func(s *Step, p *Pupil) []ddb.Rule {
		return []ddb.Rule{ddb.By(&s.Student, &p.ID), ddb.Count(&p.XP)}
	})
	require.ErrorContains(t, err, "field XP of pupil is derived by pupil-xp already")
	_, err = ddb.Aggregate("own", school.steps, school.pupils, func(s *Step, p *Pupil) []ddb.Rule {
		panic("in the rules")
	})
	require.ErrorContains(t, err, "panic: in the rules")
}
