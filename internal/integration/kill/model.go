package main

import (
	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

type (
	// Point is written by the test: each change adds one to its N, and so does its removal.
	Point struct {
		Game string `dynamodbav:"-"`
		ID   string `dynamodbav:"-"`
		N    int    `dynamodbav:"n"`
	}
	// Score is the sum of a game's points.
	Score struct {
		Game   string `dynamodbav:"game"`
		Sum    int    `dynamodbav:"sum"`
		Points int    `dynamodbav:"points"`
		Best   int    `dynamodbav:"best"`
	}
	// Game has a title, which its badges copy.
	Game struct {
		ID    string `dynamodbav:"-"`
		Title string `dynamodbav:"title"`
	}
	// Badge belongs to a game.
	Badge struct {
		Game  string `dynamodbav:"-"`
		ID    string `dynamodbav:"-"`
		Title string `dynamodbav:"title"`
	}
)

var (
	table  = ddb.NewTable("pk", "sk")
	points = ddb.MustDefine(table, "point", func(p *Point, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("g#"), ddb.Str(&p.Game)), ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID)))
	})
	scores = ddb.MustDefine(table, "score", func(s *Score, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("score#"), ddb.Str(&s.Game))
		d.Primary(id, id)
	})
	games = ddb.MustDefine(table, "game", func(g *Game, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("g#"), ddb.Str(&g.ID)), ddb.Key(ddb.Prefix("title")))
	})
	badges = ddb.MustDefine(table, "badge", func(b *Badge, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("g#"), ddb.Str(&b.Game)), ddb.Key(ddb.Prefix("badge#"), ddb.Str(&b.ID)))
	})
	views = []*ddb.View{
		ddbview.MustAggregate("scores", points, scores, func(p *Point, s *Score) []ddbview.Rule {
			return []ddbview.Rule{ddbview.OwnItems, ddbview.By(&p.Game, &s.Game), ddbview.Sum(&p.N, &s.Sum), ddbview.Count(&s.Points), ddbview.Max(&p.N, &s.Best)}
		}),
		ddbview.MustFanOut("titles", games, badges,
			func(g Game) ddb.Query[Badge] { return badges.Query(Badge{Game: g.ID}) },
			func(c ddb.Change[Game], b *Badge) bool {
				changed := b.Title != c.New.Title
				b.Title = c.New.Title
				return changed && c.New.Title != ""
			}),
	}
)
