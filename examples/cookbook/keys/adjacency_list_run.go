package keys

import (
	"context"
	"errors"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// AdjacencyList shows a newsroom.
var AdjacencyList = recipe.Recipe{
	Name:    "adjacency-list",
	Problem: "Two kinds of item are related many to many, and each is read with the other",
	Pattern: "An edge is an item beside one of its ends, and an index puts it beside the other.",
	Not:     "Only one way is read, and has few items: then a list of ids in an item is enough.",
	Costs:   []string{"an article with its bylines", "a reporter with the bylines"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		err := r.Patterns(ctx, &ddbaccess.Catalog{
			Table: NewsTable, Seed: newsroom,
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.Whole("an article with its bylines", WholeArticle, "flood"),
				ddbaccess.Whole("a reporter with the bylines", WholeReporter, "kisch"),
				ddbaccess.FuncItems("the articles of a reporter", ArticlesOf, "kisch"),
			},
		})
		if err != nil {
			return err
		}
		db, err := r.DB(ctx, NewsTable, nil)
		if err != nil {
			return err
		}
		if err := newsroom(ctx, db); err != nil {
			return err
		}
		b := Byline{ArticleID: "budget", ReporterID: "capa", Role: "photo"}
		for _, again := range []string{"credit a reporter", "credit the same again"} {
			err := r.Step(ctx, again, func(ctx context.Context) (string, error) {
				err := db.Transact(ctx, Credit(b)...)
				if errors.Is(err, ddb.ErrExists) {
					return "it exists", nil
				}
				return "", err
			})
			if err != nil {
				return err
			}
		}
		return nil
	},
}

// newsroom writes two reporters, three articles, and who took part in which.
func newsroom(ctx context.Context, db *ddb.DB) error {
	return db.Batch(ctx,
		Reporters.Put(Reporter{ID: "kisch", Name: "Egon Kisch"}),
		Reporters.Put(Reporter{ID: "capa", Name: "Robert Capa"}),
		Articles.Put(Article{ID: "flood", Headline: "The river rises"}),
		Articles.Put(Article{ID: "budget", Headline: "The city saves"}),
		Articles.Put(Article{ID: "opera", Headline: "A first night"}),
		Bylines.Put(Byline{ArticleID: "flood", ReporterID: "kisch", Role: "text"}),
		Bylines.Put(Byline{ArticleID: "flood", ReporterID: "capa", Role: "photo"}),
		Bylines.Put(Byline{ArticleID: "budget", ReporterID: "kisch", Role: "text"}),
		Bylines.Put(Byline{ArticleID: "opera", ReporterID: "kisch", Role: "text"}),
	)
}
