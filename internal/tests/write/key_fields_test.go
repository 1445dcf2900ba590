package write_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/ddbview"
)

type (
	// Highscore has attributes of its own for the fields of its key, which are keys of an index as they are.
	Highscore struct {
		Board  string `dynamodbav:"board"`
		Player string `dynamodbav:"player"`
		At     venue  `dynamodbav:"at"`
		Alias  string `dynamodbav:"alias"`
		Points int64  `dynamodbav:"points"`
	}
	venue struct {
		City string `dynamodbav:"city"`
		Hall string `dynamodbav:"hall"`
	}
	// BoardTotal is what the scores of a board sum up to.
	BoardTotal struct {
		Board string `dynamodbav:"-"`
		Sum   int64  `dynamodbav:"sum"`
	}
)

type highscores struct {
	points *ddb.Index
	engine *ddbmem.Engine
	db     *ddb.DB
	entity *ddb.Entity[Highscore]
	repo   *ddb.Repository[Highscore]
	total  *ddb.View
}

func openHighscores(t *testing.T) highscores {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	x := highscores{points: table.GSI("by-points", "board", "points"), engine: ddbmem.New()}
	x.entity = ddb.MustDefine(table, "score", func(s *Highscore, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("board#"), ddb.Str(&s.Board)),
			ddb.Key(ddb.Prefix("p#"), ddb.Str(&s.Player), ddb.Prefix("#"), ddb.Str(&s.At.City), ddb.Prefix("#"), ddb.Fold(&s.Alias)))
		d.Index(x.points, ddb.Key(ddb.Native(&s.Board)), ddb.Key(ddb.Native(&s.Points)))
	})
	totals := ddb.MustDefine(table, "total", func(s *BoardTotal, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("board#"), ddb.Str(&s.Board)), ddb.Key(ddb.Prefix("total")))
	})
	x.total = ddbview.MustAggregate("total", x.entity, totals, func(s *Highscore, b *BoardTotal) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&s.Board, &b.Board), ddbview.Sum(&s.Points, &b.Sum), ddbview.When(ddb.Eq(&s.Board, "b")), ddbview.OwnItems}
	})
	x.db = ddb.New(x.engine.Client(), "scores", table, nil)
	require.NoError(t, x.db.CreateTable(t.Context()))
	x.repo = ddb.NewRepository(x.db, x.entity)
	return x
}

// upsertedBefore writes an item as Upsert used to: without the attributes of the fields that its key holds.
func (x highscores) upsertedBefore(t *testing.T, s Highscore) {
	t.Helper()
	attrs, err := x.entity.Encode(s)
	require.NoError(t, err)
	for _, attr := range []string{"board", "player", "at"} {
		delete(attrs, attr)
	}
	_, err = x.engine.Client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("scores"), Item: attrs})
	require.NoError(t, err)
}

func (x highscores) top(t *testing.T) []Highscore {
	t.Helper()
	top, err := ddb.Collect(x.repo.Query(t.Context(), x.entity.On(x.points, Highscore{Board: "b"}).Desc()))
	require.NoError(t, err)
	return top
}

// Upsert stores what Put stores of the primary key, so that indexes and conditions see it.
func TestUpsertStoresTheFieldsOfThePrimaryKey(t *testing.T) {
	t.Parallel()
	x := openHighscores(t)
	ctx, f := t.Context(), x.entity.Fields()
	put := Highscore{Board: "b", Player: "put", At: venue{City: "Ulm"}, Alias: "X", Points: 7}
	_, err := x.repo.Put(ctx, put)
	require.NoError(t, err)
	up := Highscore{Board: "b", Player: "up", At: venue{City: "Ulm", Hall: "of fame"}, Alias: "X"}
	got, err := x.repo.Upsert(ctx, up, ddb.Add(&f.Points, 5))
	require.NoError(t, err)
	want := Highscore{Board: "b", Player: "up", At: venue{City: "Ulm"}, Alias: "X", Points: 5}
	assert.Equal(t, want, got, "and nothing else of the example")
	assert.Equal(t, []Highscore{put, want}, x.top(t))
	_, err = x.repo.Update(ctx, up, ddb.Add(&f.Points, 1), ddb.If(ddb.Eq(&f.Player, "up"), ddb.Eq(&f.At.City, "Ulm")))
	require.NoError(t, err)
	other := up
	other.Alias = "x" // the same key
	got, err = x.repo.Upsert(ctx, other, ddb.Add(&f.Points, 1))
	require.NoError(t, err)
	assert.Equal(t, "X", got.Alias, "an item that is there keeps what the key does not say in full")
	n, err := x.repo.Reindex(ctx, nil)
	require.NoError(t, err)
	assert.Zero(t, n.Rewritten)
}

// Reindex completes items that were upserted without, and Verify of a view that looks at such a field reports them.
func TestReindexCompletesItemsThatWereUpserted(t *testing.T) {
	t.Parallel()
	x := openHighscores(t)
	old := Highscore{Board: "b", Player: "old", At: venue{City: "Ulm"}, Alias: "X", Points: 5}
	x.upsertedBefore(t, old)
	assert.Empty(t, x.top(t))
	n, err := x.repo.Reindex(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, 1, n.Rewritten)
	assert.Equal(t, []Highscore{old}, x.top(t))
	n, err = x.repo.Reindex(t.Context(), nil)
	require.NoError(t, err)
	assert.Zero(t, n.Rewritten)
}

func TestVerifyCountsItemsThatWereUpserted(t *testing.T) {
	t.Parallel()
	x := openHighscores(t)
	x.upsertedBefore(t, Highscore{Board: "b", Player: "old", At: venue{City: "Ulm"}, Alias: "X", Points: 5})
	drifts := 0
	for _, err := range x.total.Verify(t.Context(), x.db, nil) {
		require.NoError(t, err)
		drifts++
	}
	assert.Positive(t, drifts, "nothing has counted it yet")
	require.NoError(t, x.total.Rebuild(t.Context(), x.db, nil))
	for d, err := range x.total.Verify(t.Context(), x.db, nil) {
		require.NoError(t, err)
		t.Errorf("drift after Rebuild: %s", d)
	}
	out, err := x.engine.Client().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new("scores"), Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "board#b"}, "sk": &types.AttributeValueMemberS{Value: "total"},
	}})
	require.NoError(t, err)
	assert.Equal(t, &types.AttributeValueMemberN{Value: "5"}, out.Item["sum"])
}

// Items of an aggregate's own store the fields of their key too, and stand in an index that is made of them.
func TestOwnItemsStandInIndexesOfTheirKeyFields(t *testing.T) {
	t.Parallel()
	type Win struct {
		ID     string `dynamodbav:"-"`
		Board  string `dynamodbav:"won_board"`
		Player string `dynamodbav:"won_player"`
		Points int64  `dynamodbav:"won_points"`
	}
	type Score struct {
		Board  string `dynamodbav:"board"`
		Player string `dynamodbav:"player"`
		Points int64  `dynamodbav:"points"`
	}
	for name, feed := range map[string]func(*testing.T, *ddb.DB, *ddb.View, *ddbmem.Engine){
		"by the stream": func(t *testing.T, db *ddb.DB, total *ddb.View, engine *ddbmem.Engine) {
			t.Helper()
			mux := ddb.NewMux(db.Table(), nil)
			mux.Maintain(db, total)
			require.NoError(t, ddbstream.NewReader(engine.StreamsClient(), db.Name(), mux, &ddbstream.MemoryStore{}, nil).Drain(t.Context()))
		},
		"by Rebuild": func(t *testing.T, db *ddb.DB, total *ddb.View, _ *ddbmem.Engine) {
			t.Helper()
			require.NoError(t, total.Rebuild(t.Context(), db, nil))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := ddb.NewTable("pk", "sk")
			points := table.GSI("by-points", "board", "points")
			scores := ddb.MustDefine(table, "score", func(s *Score, d *ddb.Definition) {
				d.Primary(ddb.Key(ddb.Prefix("board#"), ddb.Str(&s.Board)), ddb.Key(ddb.Prefix("p#"), ddb.Str(&s.Player)))
				d.Index(points, ddb.Key(ddb.Native(&s.Board)), ddb.Key(ddb.Native(&s.Points)))
			})
			wins := ddb.MustDefine(table, "win", func(w *Win, d *ddb.Definition) {
				id := ddb.Key(ddb.Prefix("win#"), ddb.Str(&w.ID))
				d.Primary(id, id)
			})
			total := ddbview.MustAggregate("points", wins, scores, func(w *Win, s *Score) []ddbview.Rule {
				return []ddbview.Rule{ddbview.By(&w.Board, &s.Board), ddbview.By(&w.Player, &s.Player), ddbview.Sum(&w.Points, &s.Points), ddbview.OwnItems}
			})
			engine := ddbmem.New()
			db := ddb.New(engine.Client(), "scores", table, nil)
			require.NoError(t, db.CreateTable(t.Context()))
			for _, id := range []string{"1", "2"} {
				require.NoError(t, db.Do(t.Context(), wins.Put(Win{ID: id, Board: "b", Player: "ann", Points: 5})))
			}
			feed(t, db, total, engine)
			top, err := ddb.Collect(ddb.NewRepository(db, scores).Query(t.Context(), scores.On(points, Score{Board: "b"})))
			require.NoError(t, err)
			assert.Equal(t, []Score{{Board: "b", Player: "ann", Points: 10}}, top)
			for d, err := range total.Verify(t.Context(), db, nil) {
				require.NoError(t, err)
				t.Errorf("drift: %s", d)
			}
		})
	}
}
