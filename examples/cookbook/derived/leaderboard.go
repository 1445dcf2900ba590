package derived

import (
	"context"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

// Score is the best result of a player in a game.
type Score struct {
	Game   string `dynamodbav:"-"`
	Player string `dynamodbav:"-"`
	Points int    `dynamodbav:"points"`
}

// Board is the first ten of a game, in one item. Players of equal points may be in another order than in TopScores.
type Board struct {
	Game string  `dynamodbav:"-"`
	Top  []Place `dynamodbav:"top"`
}

// Place is a line of a board.
type Place struct {
	Player string `dynamodbav:"player"`
	Points int    `dynamodbav:"points"`
}

// The table of scores, its index, the entities and the view. In the index, points are nine digits with zeros in front: text
// sorts as numbers do. The player comes after them, so that the order of equal points is always the same.
//
// All entries of a game are in one partition of the index, which takes 1,000 write units a second. A game with more results
// needs shards: with ddb.Prefix("#"), ddb.Shard(&s.Player, 8) after the game, TopScores reads the best of each of the eight,
// with eight requests, and merges them.
var (
	ScoreTable = ddb.NewTable("pk", "sk")
	ByPoints   = ScoreTable.GSI("by-points", "game", "points_player")

	Scores = ddb.MustDefine(ScoreTable, "score", func(s *Score, d *ddb.Definition) {
		game := ddb.Key(ddb.Prefix("game#"), ddb.Str(&s.Game))
		d.Primary(ddb.Key(ddb.Prefix("player#"), ddb.Str(&s.Player)), game)
		d.Index(ByPoints, game, ddb.Key(ddb.Num(&s.Points, 9), ddb.Prefix("#"), ddb.Str(&s.Player)))
	})
	Boards = ddb.MustDefine(ScoreTable, "board", func(b *Board, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("board#"), ddb.Str(&b.Game)), ddb.Key(ddb.Prefix("top")))
	})

	// TopTen keeps the board of each game from the stream, if a Mux has it in Maintain. A page that shows it reads one item. It
	// writes for each result, also for those far below the top: it pays where the page is shown more often than results come.
	TopTen = ddbview.MustAggregate("top-ten", Scores, Boards, func(s *Score, b *Board) []ddbview.Rule {
		return []ddbview.Rule{
			ddbview.By(&s.Game, &b.Game), ddbview.OwnItems,
			ddbview.Top(10, &s.Points, &b.Top, func(s Score) Place { return Place{s.Player, s.Points} }),
		}
	})
)

// ReportScore stores a result if it is the player's best. One that is not fails with [ddb.ErrCondition].
func ReportScore(s Score) ddb.Op {
	f := Scores.Fields()
	return Scores.Upsert(Scores.Key(s), ddb.If(ddb.Lt(&f.Points, s.Points)), ddb.Set(&f.Points, s.Points))
}

// TopScores are the n best results of a game. Where less is better, as with the time of a lap, store it as a negative number:
// everything else stays.
func TopScores(game string, n int) ddb.Query[Score] {
	return Scores.On(ByPoints, Score{Game: game}).Desc().Limit(n)
}

// ScoresAbove are the results that are better than one.
func ScoresAbove(s Score) ddb.Query[Score] {
	return Scores.On(ByPoints, Score{Game: s.Game}).SortKey(ddb.Gt(&Scores.Fields().Points, s.Points))
}

// Rank is the rank of a player in a game, 1 for the best; players of equal points have the same. It counts the better ones, so
// it costs more the more there are: a unit for each 8 KB of index entries. Show it to a player, not in a list.
func Rank(ctx context.Context, db *ddb.DB, game, player string) (int, error) {
	scores := ddb.NewRepository(db, Scores)
	s, err := scores.Get(ctx, Score{Game: game, Player: player})
	if err != nil {
		return 0, err
	}
	better, err := scores.Count(ctx, ScoresAbove(s))
	return better + 1, err
}
