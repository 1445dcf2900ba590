package read_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// A leaderboard by a Native number, in an index that projects keys only, and sessions that expire.
const (
	playerPrefix  ddb.Prefix = "player#"
	boardPrefix   ddb.Prefix = "board"
	sessionPrefix ddb.Prefix = "session#"
)

type Player struct {
	ID    string `dynamodbav:"-"`
	Name  string `dynamodbav:"name"`
	Score int    `dynamodbav:"score"`
	Rank  string `dynamodbav:"rank"`
}

type Session struct {
	PlayerID string    `dynamodbav:"-"`
	At       time.Time `dynamodbav:"-"`
	Expires  time.Time `dynamodbav:"expires,unixtime"`
}

type game struct {
	table    *ddb.Table
	byScore  *ddb.Index
	players  *ddb.Entity[Player]
	sessions *ddb.Entity[Session]
}

// newGame defines the model anew, so that no test meets another's.
func newGame() game {
	g := game{table: ddb.NewTable("pk", "sk").TTL("expires")}
	g.byScore = g.table.GSI("by-score", "board", "score").KeysOnly()
	g.players = ddb.MustDefine(g.table, "player", func(p *Player, d *ddb.Definition) {
		id := ddb.Key(playerPrefix, ddb.Str(&p.ID))
		d.Primary(id, id)
		d.Index(g.byScore, ddb.Key(boardPrefix), ddb.Key(ddb.Native(&p.Score))).When(ddb.Ne(&p.Rank, "banned"))
		d.Alias("gamer")
	})
	g.sessions = ddb.MustDefine(g.table, "session", func(s *Session, d *ddb.Definition) {
		d.Primary(ddb.Key(playerPrefix, ddb.Str(&s.PlayerID)), ddb.Key(sessionPrefix, ddb.Time(&s.At)))
		d.TTL(&s.Expires)
	})
	return g
}

func openGame(t *testing.T, g game, engine *ddbmem.Engine, opts *ddb.Options) *ddb.DB {
	t.Helper()
	db := ddb.New(engine.Client(), "game", g.table, opts)
	require.NoError(t, db.CreateTable(t.Context()))
	return db
}

func addPlayers(t *testing.T, db *ddb.DB, g game, n int) {
	t.Helper()
	for i := range n {
		require.NoError(t, db.Do(t.Context(), g.players.Create(Player{ID: fmt.Sprintf("%03d", i), Name: fmt.Sprint("p", i), Score: i})))
	}
}

// A zero score is a score, a banned player is in no board, and rows of an index that projects keys only are whole.
func TestLeaderboardOnAKeysOnlyIndex(t *testing.T) {
	t.Parallel()
	g := newGame()
	db := openGame(t, g, ddbmem.New(), nil)
	addPlayers(t, db, g, 5)
	require.NoError(t, db.Do(t.Context(), g.players.Create(Player{ID: "x", Name: "cheat", Score: 99, Rank: "banned"})))
	ctx, meter := ddb.WithMeter(t.Context())
	got, err := ddb.Collect(ddb.NewRepository(db, g.players).Query(ctx, g.players.On(g.byScore, Player{}).Desc()))
	require.NoError(t, err)
	names := []string{}
	for _, p := range got {
		names = append(names, p.Name)
	}
	assert.Equal(t, []string{"p4", "p3", "p2", "p1", "p0"}, names)
	assert.Equal(t, 1, meter.RequestsOf("Query"))
	assert.Equal(t, 1, meter.RequestsOf("BatchGetItem"))

	f := g.players.Fields()
	some := g.players.On(g.byScore, Player{}).SortKey(ddb.Between(&f.Score, 1, 3)).Select(&f.Score)
	ctx, meter = ddb.WithMeter(t.Context())
	got, err = ddb.Collect(ddb.NewRepository(db, g.players).Query(ctx, some))
	require.NoError(t, err)
	assert.Equal(t, []Player{{ID: "001", Score: 1}, {ID: "002", Score: 2}, {ID: "003", Score: 3}}, got)
	assert.Zero(t, meter.RequestsOf("BatchGetItem"), "what the index projects is not fetched again")
}

// Each row of a lagging index ends as found, gone, stale or throttled.
func TestHydrationHasFourOutcomes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGame()
		engine := ddbmem.New()
		db := openGame(t, g, engine, &ddb.Options{MaxAttempts: 3})
		addPlayers(t, db, g, 4)
		board := g.players.On(g.byScore, Player{})
		players := ddb.NewRepository(db, g.players)

		engine.SetFaults(ddbmem.Faults{IndexLag: time.Hour})
		require.NoError(t, players.Delete(t.Context(), Player{ID: "000"}))
		_, err := players.Put(t.Context(), Player{ID: "001", Name: "p1", Score: 50})
		require.NoError(t, err)

		outcomes := func() (got []ddb.Outcome) {
			for l, err := range players.Lookups(t.Context(), board) {
				require.NoError(t, err)
				assert.NotEmpty(t, l.Item.ID)
				got = append(got, l.Outcome)
			}
			return got
		}
		assert.Equal(t, []ddb.Outcome{ddb.LookupGone, ddb.LookupStale, ddb.LookupFound, ddb.LookupFound}, outcomes())
		ps, err := ddb.Collect(players.Query(t.Context(), board))
		require.NoError(t, err)
		assert.Equal(t, []int{2, 3}, []int{ps[0].Score, ps[1].Score}, "what is gone or stale is left out")
		require.Len(t, ps, 2)

		engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
			if c.Operation == "BatchGetItem" && c.Item {
				return ddbmem.Unprocessed
			}
			return ddbmem.NoFault
		}})
		for _, o := range outcomes() {
			assert.Equal(t, ddb.LookupThrottled, o)
		}
		_, err = ddb.Collect(players.Query(t.Context(), board))
		require.ErrorIs(t, err, ddb.ErrThrottled)
		got, err := players.BatchGet(t.Context(), []Player{{ID: "002"}, {ID: "003"}})
		require.ErrorIs(t, err, ddb.ErrThrottled)
		assert.Equal(t, []ddb.Outcome{ddb.LookupThrottled, ddb.LookupThrottled}, []ddb.Outcome{got[0].Outcome, got[1].Outcome})
	})
}

// Unprocessed keys are asked for again, with backoff, until every one is accounted for.
func TestBatchGetAsksAgainForUnprocessedKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGame()
		engine := ddbmem.New()
		db := openGame(t, g, engine, &ddb.Options{MaxAttempts: 100})
		addPlayers(t, db, g, 250)
		engine.SetFaults(ddbmem.Faults{Unprocessed: 0.4})
		var keys []Player
		for i := range 250 {
			keys = append(keys, Player{ID: fmt.Sprintf("%03d", i)})
		}
		ctx, meter := ddb.WithMeter(t.Context())
		began := time.Now()
		got, err := ddb.NewRepository(db, g.players).BatchGet(ctx, keys)
		require.NoError(t, err)
		for i, l := range got {
			assert.True(t, l.Found())
			assert.Equal(t, i, l.Item.Score)
		}
		assert.Greater(t, meter.Requests(), 3)
		assert.Less(t, meter.Requests(), 60)
		assert.Greater(t, time.Since(began), time.Millisecond, "it waits between attempts")
	})
}

// The SDK's own retries are requests too.
func TestMeterCountsRetries(t *testing.T) {
	t.Parallel()
	g := newGame()
	engine := ddbmem.New()
	db := openGame(t, g, engine, nil)
	addPlayers(t, db, g, 1)
	throttle := 2
	engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		if throttle--; throttle >= 0 {
			return ddbmem.Throttled
		}
		return ddbmem.Pass
	}})
	outer, all := ddb.WithMeter(t.Context())
	ctx, meter := ddb.WithMeter(outer)
	_, err := ddb.NewRepository(db, g.players).Consistent().Get(ctx, Player{ID: "000"})
	require.NoError(t, err)
	assert.Equal(t, 3, meter.Requests())
	assert.Equal(t, ddb.Capacity{Read: 1}, meter.Capacity(g.table.Primary()))
	assert.Equal(t, 3, all.Requests(), "outer meters count too")
	assert.Equal(t, []string{"primary"}, meter.Indexes())
}

// A position stays good while the values of a range change under it.
func TestCursorFollowsAMovingRange(t *testing.T) {
	t.Parallel()
	g := newGame()
	db := openGame(t, g, ddbmem.New(), nil)
	addPlayers(t, db, g, 10)
	players, f := ddb.NewRepository(db, g.players), g.players.Fields()
	from := func(lo, hi int) ddb.Query[Player] {
		return g.players.On(g.byScore, Player{}).SortKey(ddb.Between(&f.Score, lo, hi)).Limit(3)
	}
	scores := func(q ddb.Query[Player], c ddb.Cursor) (got []int, next ddb.Cursor) {
		page, err := players.Page(t.Context(), q, c)
		require.NoError(t, err)
		for _, p := range page.Items {
			got = append(got, p.Score)
		}
		return got, page.Next
	}
	got, cursor := scores(from(0, 9), "")
	require.Equal(t, []int{0, 1, 2}, got)
	got, _ = scores(from(1, 9), cursor)
	assert.Equal(t, []int{3, 4, 5}, got, "the position is inside the new range")
	got, _ = scores(from(6, 9), cursor)
	assert.Equal(t, []int{6, 7, 8}, got, "the position is before it: all of the range is to come")
	got, next := scores(from(0, 1), cursor)
	assert.Empty(t, got, "the position is behind it: the pages end")
	assert.Empty(t, next)

	down, cursor := scores(from(0, 9).Desc(), "")
	require.Equal(t, []int{9, 8, 7}, down)
	got, _ = scores(from(8, 9).Desc(), cursor)
	assert.Empty(t, got)
	got, _ = scores(from(0, 2).Desc(), cursor)
	assert.Equal(t, []int{2, 1, 0}, got)
}

// An expired item is absent, whether DynamoDB has deleted it or not.
func TestExpiredIsAbsent(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	g := newGame()
	engine := ddbmem.New(ddbmem.Options{Clock: ddbmem.NewManualClock(now)})
	db := openGame(t, g, engine, &ddb.Options{Now: func() time.Time { return now }})
	sessions := ddb.NewRepository(db, g.sessions)
	add := func(minute int, expires time.Time) Session {
		s, err := sessions.Create(t.Context(), Session{PlayerID: "1", At: now.Add(time.Duration(minute) * time.Minute), Expires: expires})
		require.NoError(t, err)
		return s
	}
	dead := add(0, now.Add(time.Second))
	add(1, now.Add(time.Hour))
	add(2, time.Time{})
	now = now.Add(time.Minute)

	all := g.sessions.Query(Session{PlayerID: "1"})
	got, err := ddb.Collect(sessions.Query(t.Context(), all))
	require.NoError(t, err)
	assert.Len(t, got, 2)
	assert.Zero(t, got[1].Expires)
	n, err := sessions.Count(t.Context(), all)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	_, err = sessions.Get(t.Context(), dead)
	require.ErrorIs(t, err, ddb.ErrNotFound)
	looked, err := sessions.BatchGet(t.Context(), []Session{dead})
	require.NoError(t, err)
	assert.Equal(t, ddb.LookupGone, looked[0].Outcome)
	_, err = sessions.One(t.Context(), all.SortKey(ddb.Le(&g.sessions.Fields().At, dead.At.Add(time.Minute))))
	require.NoError(t, err, "One goes on past what is expired")
	_, err = sessions.Replace(t.Context(), dead)
	require.ErrorIs(t, err, ddb.ErrNotFound)
	_, err = sessions.Take(t.Context(), dead)
	require.ErrorIs(t, err, ddb.ErrNotFound)

	with := ddb.NewRepository(ddb.New(engine.Client(), "game", g.table, &ddb.Options{WithExpired: true}), g.sessions)
	got, err = ddb.Collect(with.Query(t.Context(), all))
	require.NoError(t, err)
	assert.Len(t, got, 3)

	dead.Expires = now.Add(time.Hour)
	_, err = sessions.Create(t.Context(), dead)
	require.NoError(t, err, "what is expired can be created anew")
}

// The key says what an item is; a type attribute that disagrees is an error, unless it is an alias.
func TestClaims(t *testing.T) {
	t.Parallel()
	g := newGame()
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	it := func(pk, sk, kind string) map[string]types.AttributeValue {
		out := map[string]types.AttributeValue{"pk": s(pk), "sk": s(sk), "score": &types.AttributeValueMemberN{Value: "3"}}
		if kind != "" {
			out["entityType"] = s(kind)
		}
		return out
	}
	for _, kind := range []string{"player", "gamer", ""} {
		p, err := g.players.Decode(it("player#1", "player#1", kind))
		require.NoError(t, err)
		assert.Equal(t, Player{ID: "1", Score: 3}, p)
	}
	_, err := g.players.Decode(it("player#1", "player#1", "stranger"))
	require.ErrorContains(t, err, `Alias("stranger") in its definition would accept it`)
	_, err = g.players.Decode(it("player#1", "player#1", "session"))
	require.ErrorIs(t, err, ddb.ErrUnknown)
	untyped := it("player#1", "player#1", "")
	untyped["entityType"] = &types.AttributeValueMemberNULL{Value: true}
	p, err := g.players.Decode(untyped)
	require.NoError(t, err)
	assert.Equal(t, Player{ID: "1", Score: 3}, p)
	for _, av := range []types.AttributeValue{
		&types.AttributeValueMemberN{Value: "7"}, &types.AttributeValueMemberB{Value: []byte("player")},
		&types.AttributeValueMemberSS{Value: []string{"player"}}, &types.AttributeValueMemberBOOL{Value: true},
	} {
		untyped["entityType"] = av
		_, err = g.players.Decode(untyped)
		require.ErrorIs(t, err, ddb.ErrUnknown)
		require.ErrorContains(t, err, `has a type attribute "entityType" that is no string`)
	}
	_, err = g.players.Decode(it("nobody#1", "player#1", ""))
	require.ErrorContains(t, err, "a key of no entity's shape")
	_, err = g.players.Decode(it("player#1", "player#2", "player"))
	require.ErrorContains(t, err, `ID is "1", the key says "2"`)
	_, err = g.players.Decode(it("player#1", "session#2026-11-20T12:00:00.000000000Z", "session"))
	require.ErrorContains(t, err, "this is a session")
}

// An iterator that is left early makes no further request; each range is a fresh query.
func TestBreakStopsPaging(t *testing.T) {
	t.Parallel()
	g := newGame()
	db := openGame(t, g, ddbmem.New(), nil)
	addPlayers(t, db, g, 9)
	ctx, meter := ddb.WithMeter(t.Context())
	seq := ddb.NewRepository(db, g.players).Query(ctx, g.players.On(g.byScore, Player{}).Select(&g.players.Fields().Score).Examine(2))
	n := 0
	for _, err := range seq {
		require.NoError(t, err)
		if n++; n == 3 {
			break
		}
	}
	assert.Equal(t, 2, meter.Requests())
	all, err := ddb.Collect(seq)
	require.NoError(t, err)
	assert.Len(t, all, 9)
}

// A context that ends stops a read at once, with its error.
func TestContextEndsReads(t *testing.T) {
	t.Parallel()
	g := newGame()
	db := openGame(t, g, ddbmem.New(), nil)
	addPlayers(t, db, g, 9)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	var last error
	for _, err := range ddb.NewRepository(db, g.players).Query(ctx, g.players.On(g.byScore, Player{}).Examine(2)) {
		if last = err; err != nil {
			break
		}
		seen++
		cancel()
	}
	require.ErrorIs(t, last, context.Canceled)
	assert.LessOrEqual(t, seen, 2)
	var scanned error
	for _, err := range db.Scan(ctx, &ddb.ScanOptions{Workers: 3}) {
		scanned = err
	}
	require.ErrorIs(t, scanned, context.Canceled)
}

// A table in use refuses changes of its model.
func TestATableInUseIsFrozen(t *testing.T) {
	t.Parallel()
	g := newGame()
	ddb.New(ddbmem.New().Client(), "game", g.table, nil)
	assert.PanicsWithValue(t, "ddb: index late: the table is in use by a DB; declare indexes and entities before New, in package variables", func() {
		g.table.GSI("late", "x", "y")
	})
	assert.Panics(t, func() { g.byScore.Include("name") })
	other := newGame()
	assert.Panics(t, func() { ddb.NewRepository(ddb.New(ddbmem.New().Client(), "game", other.table, nil), g.players) })
}

// What is gone, and was of no entity, is skipped where the unknown is to be ignored.
func TestLookupsIgnoreTheUnknownThatIsGone(t *testing.T) {
	t.Parallel()
	g, engine := newGame(), ddbmem.New()
	db := openGame(t, g, engine, nil)
	addPlayers(t, db, g, 2)
	players, board := ddb.NewRepository(db, g.players), g.players.On(g.byScore, Player{})
	key := map[string]types.AttributeValue{"pk": fixture.Text("nobody#1"), "sk": fixture.Text("1")}
	fixture.PutRaw(t, engine.Client(), "game", map[string]types.AttributeValue{
		"pk": key["pk"], "sk": key["sk"], "board": fixture.Text(string(boardPrefix)), "score": &types.AttributeValueMemberN{Value: "9"},
	})
	engine.SetFaults(ddbmem.Faults{IndexLag: time.Hour})
	_, err := engine.Client().DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: new("game"), Key: key})
	require.NoError(t, err)
	_, err = ddb.CollectAll(players.Lookups(t.Context(), board))
	bad := new(ddb.ItemError)
	require.ErrorAs(t, err, &bad)
	got, err := ddb.CollectAll(players.Lookups(t.Context(), board.IgnoreUnknown()))
	require.NoError(t, err)
	require.Len(t, got, 2)
	assert.True(t, got[0].Found() && got[1].Found())
}
