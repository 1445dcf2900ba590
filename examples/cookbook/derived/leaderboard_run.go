package derived

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// hotScores are scores whose index has four shards for each game.
var (
	hotTable  = ddb.NewTable("pk", "sk")
	hotPoints = hotTable.GSI("by-points", "game_shard", "points_player")
	hotScores = ddb.MustDefine(hotTable, "score", func(s *Score, d *ddb.Definition) {
		game := ddb.Key(ddb.Prefix("game#"), ddb.Str(&s.Game))
		d.Primary(ddb.Key(ddb.Prefix("player#"), ddb.Str(&s.Player)), game)
		d.Index(hotPoints, ddb.Key(ddb.Prefix("game#"), ddb.Str(&s.Game), ddb.Prefix("#"), ddb.Shard(&s.Player, 4)),
			ddb.Key(ddb.Num(&s.Points, 9), ddb.Prefix("#"), ddb.Str(&s.Player)))
	})
)

// Leaderboard ranks 150 players.
var Leaderboard = recipe.Recipe{
	Name:    "leaderboard",
	Problem: "A game shows its best players, and each player's rank",
	Pattern: "An index sorted by points for any list; a view that keeps the top ten in one item for the page that all see.",
	Not:     "Exact ranks of everyone are shown all the time: counting better players reads their entries.",
	Costs:   []string{"the best ten, by the index", "the best ten, kept by the view", "the rank of player 140"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, ScoreTable, nil)
		if err != nil {
			return err
		}
		hot, err := r.DB(ctx, hotTable, nil)
		if err != nil {
			return err
		}
		var ops, hotOps []ddb.Op
		for i := range 150 {
			s := Score{Game: "go", Player: fmt.Sprintf("p%03d", i), Points: 10 * (1000 - i)}
			ops = append(ops, Scores.Put(s))
			if i < 50 {
				hotOps = append(hotOps, hotScores.Put(s))
			}
		}
		if err := errors.Join(db.Batch(ctx, ops...), hot.Batch(ctx, hotOps...)); err != nil {
			return err
		}
		mux, store := ddb.NewMux(ScoreTable, nil), &ddbstream.MemoryStore{}
		mux.Maintain(db, TopTen)
		if err := r.Drain(ctx, db, mux, store); err != nil {
			return err
		}
		report := func(s Score) func(ctx context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				err := db.Do(ctx, ReportScore(s))
				if errors.Is(err, ddb.ErrCondition) {
					return "not the best", nil
				}
				return "", err
			}
		}
		rank := func(player string) func(ctx context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				n, err := Rank(ctx, db, "go", player)
				return fmt.Sprint(n), err
			}
		}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"player 130 has 9995 points", report(Score{"go", "p130", 9995})},
			{"player 0 has 20 points", report(Score{"go", "p000", 20})},
			{"the view follows", func(ctx context.Context) (string, error) { return "", r.Drain(ctx, db, mux, store) }},
			{"the best ten, by the index", func(ctx context.Context) (string, error) {
				return first3(ddb.Collect(ddb.NewRepository(db, Scores).Query(ctx, TopScores("go", 10))))
			}},
			{"the best ten, by an index of four shards", func(ctx context.Context) (string, error) {
				return first3(ddb.Collect(ddb.NewRepository(hot, hotScores).Query(ctx,
					hotScores.On(hotPoints, Score{Game: "go"}).Desc().Limit(10))))
			}},
			{"the best ten, kept by the view", func(ctx context.Context) (string, error) {
				b, err := ddb.NewRepository(db, Boards).Get(ctx, Board{Game: "go"})
				var scores []Score
				for _, p := range b.Top {
					scores = append(scores, Score{b.Game, p.Player, p.Points})
				}
				return first3(scores, err)
			}},
			{"the rank of player 5", rank("p005")},
			{"the rank of player 140", rank("p140")},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
		}
		return nil
	},
}

// first3 prints the first scores.
func first3(scores []Score, err error) (string, error) {
	if err != nil || len(scores) < 3 {
		return fmt.Sprintf("only %d scores", len(scores)), err
	}
	var lines []string
	for _, s := range scores[:3] {
		lines = append(lines, fmt.Sprintf("%s %d", s.Player, s.Points))
	}
	return strings.Join(lines, ", ") + " …", nil
}
